"""The report of a backtest: its figures, and a page with timelines, alerts and differences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from monitor.domain.figures import rate
from monitor.domain.timeline_svg import Link
from monitor.report import render
from monitor.run.outcome import (
    Alerted,
    Daily,
    Difference,
    Heard,
    Outcome,
    Sent,
    coverage,
    daily,
    difference,
)
from monitor.types import Coverage

MOST_LISTED = 1000
"""Rows of a list; the page says what is left out."""
UNCHANGED, CHANGED = "as it is", "as set"


@dataclass(frozen=True, slots=True)
class Report:
    """What is reported: one run, or the topic as it is and then as set."""

    topic: str
    """Empty: none was named."""
    source: str
    """Where the articles came from, in words."""
    runs: tuple[Outcome, ...]
    warnings: tuple[str, ...]

    @property
    def difference(self) -> Difference | None:
        return difference(*self.runs) if len(self.runs) == 2 else None

    @property
    def names(self) -> list[str]:
        """Of the runs."""
        return [run_name(run.settings) for run in self.runs]


def run_name(settings: Sequence[str]) -> str:
    """By what was set otherwise than it is."""
    return f"{CHANGED}: {', '.join(settings)}" if settings else UNCHANGED


def figures(runs: Sequence[Outcome]) -> list[tuple[str, ...]]:
    """A label and a value for each run, line by line."""
    lines: list[tuple[str, ...]] = [
        ("matches", *(f"{len(run.matches):,}" for run in runs)),
        ("matches a day", *(rate(len(run.matches) / len(run.days)) for run in runs)),
        ("events", *(f"{len(run.titles):,}" for run in runs)),
        ("alerts of new events", *(f"{len(run.new_events):,}" for run in runs)),
        ("alerts of new events a day", *(_spread(_alerts_a_day(run)) for run in runs)),
        ("updates", *(f"{len(run.updates):,}" for run in runs)),
        ("models fitted", *(f"{run.fits:,}" for run in runs)),
    ]
    for channel in dict.fromkeys(channel for run in runs for channel in run.channels):
        for label, digests in (("messages", False), ("digests", True)):
            spreads = (_spread(_sent_a_day(run, channel, digests=digests)) for run in runs)
            lines.append((f"{channel}: {label} a day", *spreads))
    return lines


def _alerts_a_day(run: Outcome) -> Daily:
    return daily((one.at for one in run.new_events), run.days)


def _sent_a_day(run: Outcome, channel: str, *, digests: bool) -> Daily:
    return daily((one.at for one in _sent(run, channel, digests)), run.days)


def _sent(run: Outcome, channel: str, digests: bool) -> Iterator[Sent]:
    return (one for one in run.sent if one.channel == channel and one.digest == digests)


def _spread(counted: Daily) -> str:
    if not counted.most:
        return "none"
    return f"median {counted.median:g}, 95 % {counted.most_days}, most {counted.most}"


def heard_words(one: Heard) -> str:
    """What became of an alert on a channel, in words."""
    fates = {
        "said": "at once",
        "later": "held, said later",
        "digest": "held for a digest",
        "waiting": "still held at the end",
    }
    return f"{one.channel}: {fates[one.fate]}"


def summary(report: Report) -> dict[str, Any]:
    """As a JSON object but for its times."""
    told = report.difference
    found: dict[str, Any] = {
        "topic": report.topic or None,
        "source": report.source,
        "warnings": list(report.warnings),
        "runs": [_summary(run) for run in report.runs],
    }
    if told is not None:
        found["difference"] = {
            "matches": [[one.id for one in some] for some in told.matches],
            "alerted": [[_alert(one) for one in some] for some in told.alerted],
        }
    return found


def _summary(run: Outcome) -> dict[str, Any]:
    return {
        "set": list(run.settings),
        "articles": run.articles,
        "first": run.first,
        "last": run.last,
        "days": len(run.days),
        "matches": len(run.matches),
        "matches_a_day": len(run.matches) / len(run.days),
        "events": len(run.titles),
        "new_events": _counted(_alerts_a_day(run)),
        "updates": len(run.updates),
        "fits": run.fits,
        "channels": {
            channel: {
                "messages": _counted(_sent_a_day(run, channel, digests=False)),
                "digests": _counted(_sent_a_day(run, channel, digests=True)),
            }
            for channel in run.channels
        },
        "alerts": [_alert(one) for one in run.alerts],
    }


def _counted(counted: Daily) -> dict[str, float]:
    return {
        "total": counted.total,
        "median_a_day": counted.median,
        "p95_a_day": counted.most_days,
        "most_a_day": counted.most,
    }


def _alert(one: Alerted) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "at": one.at,
        "event": one.event,
        "title": one.title,
        "url": one.url,
        "source": one.source,
        "outlets": one.outlets,
        "changes": list(one.changes),
        "heard": [{"channel": its.channel, "how": its.fate, "at": its.at} for its in one.heard],
    }


@dataclass(frozen=True, slots=True)
class _Section:
    """A run, on the page."""

    key: str
    name: str
    run: Outcome
    coverage: Coverage
    link: Link


def page(report: Report, now: datetime) -> str:
    """The HTML page, whole in itself."""
    sections = [
        _Section(
            f"run{number}", run_name(run.settings), run, coverage(run), _link(f"run{number}", run)
        )
        for number, run in enumerate(report.runs, start=1)
    ]
    return render(
        "backtest.html",
        report=report,
        now=now,
        sections=sections,
        figures=figures(report.runs),
        difference=report.difference,
        heard_words=heard_words,
        most=MOST_LISTED,
    )


def _link(key: str, run: Outcome) -> Link:
    """From an event in a timeline to its first alert in the list."""
    listed = {one.event for one in run.new_events[:MOST_LISTED]}

    def link(_first: date, _last: date, event: int | None) -> str:
        return f"#{key}-event-{event}" if event in listed else ""

    return link
