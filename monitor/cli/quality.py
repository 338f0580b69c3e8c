"""``monitor topics quality|rescore|set|reset``: how well a topic does, and changing it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import context, output
from monitor.cli.options import Json, Limit
from monitor.cli.output import Column, plural
from monitor.domain.figures import rate
from monitor.domain.setting_keys import KEYS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from monitor.types import Change, DriftWeek, Expectation, Interval, Quality, Rescored

ENOUGH_DRAWN = 10
"""Labels of rejected articles that chance has drawn; with fewer recall is mostly a guess."""
ENOUGH_LABELS = 30
EVERY = 4
"""So manieth point of the curve has a line in the table; the middle one is in force."""
DRIFT = {
    "moving away": "the matches are moving away from the seeds: add seeds of recent news",
    "steady": "the matches are as near to the seeds as before",
    "too few": "too few weeks with matches to tell whether they move away from the seeds",
}

Name = Annotated[str, typer.Argument(metavar="NAME")]


def quality(
    ctx: typer.Context,
    name: Name,
    days: Annotated[
        int, typer.Option(min=1, max=3650, help="By the articles of so many days.")
    ] = 90,
    as_json: Json = False,
) -> None:
    """Say what to expect of a topic: matches a day, how many are right, how many are missed."""
    from monitor.domain.drift import trend

    with output.waiting("estimating"):
        found, weeks = asyncio.run(_quality(ctx, name, days))
    words = trend(weeks)
    if as_json:
        drift = [output.record(week) | {"begins": week.begins.isoformat()} for week in weeks]
        output.emit([output.record(found) | {"drift": drift, "trend": words}])
        return
    output.say(_sentence(found))
    output.say(_basis(found))
    output.say("")
    columns = [
        Column("threshold", right=True),
        Column("a day", right=True),
        Column("precision"),
        Column("recall"),
        Column(""),
    ]
    output.table(columns, (_row(one, found.now) for one in found.curve[::EVERY]))
    output.say("")
    output.say(DRIFT[words])
    for line in _missing(found):
        output.note(line)


async def _quality(ctx: typer.Context, name: str, days: int) -> tuple[Quality, list[DriftWeek]]:
    from monitor.quality import drift, topic_quality

    with context.store(ctx) as store:
        async with context.parts(context.config(ctx), store) as parts:
            return await topic_quality(parts, name, days=days), await drift(parts, name)


def _sentence(found: Quality) -> str:
    now = found.now
    parts = [f"{rate(now.matches_a_day)} matches a day"]
    parts += [f"precision {_share(now.precision)}"] if now.precision else []
    parts += [f"recall {_share(now.recall)}"] if now.recall else []
    return f"at threshold {now.threshold:.3f} expect {', '.join(parts)}"


def _basis(found: Quality) -> str:
    articles = plural(found.articles, "article")
    return (
        f"by {articles} judged since {output.when(found.since)} and {plural(found.labels, 'label')}"
        f", {found.drawn} of them of rejected articles that chance drew"
    )


def _row(one: Expectation, now: Expectation) -> tuple[str, ...]:
    here = "in force" if one.threshold == now.threshold else ""
    daily = rate(one.matches_a_day)
    return f"{one.threshold:.3f}", daily, _share(one.precision), _share(one.recall), here


def _share(interval: Interval | None) -> str:
    """``92 % (85-97 %)``; empty for None."""
    if interval is None:
        return ""
    value, low, high = (f"{100 * x:.0f}" for x in (interval.value, interval.low, interval.high))
    return f"{value} % ({low}-{high} %)"


def _missing(found: Quality) -> Iterator[str]:
    if found.labels < ENOUGH_LABELS:
        more = plural(ENOUGH_LABELS - found.labels, "label")
        yield f"{more} more would make this surer: `monitor review --topic {found.topic}`"
    elif found.drawn < ENOUGH_DRAWN:
        yield (
            f"label {ENOUGH_DRAWN - found.drawn} more of the rejected that chance draws, "
            f"to know what is missed: `monitor review --topic {found.topic}`"
        )


def rescore(
    ctx: typer.Context,
    name: Name,
    *,
    apply: Annotated[bool, typer.Option("--apply", help="Do it.")] = False,
    articles: Annotated[
        int, typer.Option(min=1, max=20_000, help="So many, those judged last.")
    ] = 2000,
    limit: Limit = None,
    as_json: Json = False,
) -> None:
    """Show what judging old articles again, by the model in force, would change.

    Nobody is alerted about what it makes matches; what it rejects leaves its event.
    """
    found, done = asyncio.run(_rescore(ctx, name, articles, apply))
    rows = found.changes if as_json else output.shown(found.changes, limit)
    if as_json:
        output.emit(output.record(row, without=["neighbours"]) for row in rows[:limit])
    elif rows:
        columns = [
            Column("match", right=True),
            Column("becomes"),
            Column("before", right=True),
            Column("after", right=True),
            Column("label"),
            Column("source", limit=20),
            Column("title", wide=True),
        ]
        output.table(columns, map(_change, rows[:limit]))
    output.note(_outcome(found, done))


def _change(one: Change) -> tuple[object, ...]:
    scores = f"{one.before:.3f}", f"{one.after:.3f}"
    return one.match, one.becomes, *scores, one.label, one.source, one.title


async def _rescore(
    ctx: typer.Context, name: str, articles: int, do: bool
) -> tuple[Rescored, int | None]:
    """What would change, and how much of it has been done; None: that was not asked for."""
    from monitor.rescore import apply, rescore

    with context.store(ctx) as store:
        async with context.parts(context.config(ctx), store) as parts:
            with output.waiting("judging again"):
                found = await rescore(parts, name, limit=articles)
            return found, await apply(parts, found) if do else None


def _outcome(found: Rescored, done: int | None) -> str:
    judged = f"{plural(found.articles, 'article')} judged again by model {found.model}"
    if not found.changes:
        return f"{judged}: nothing would change"
    changes = plural(len(found.changes), "change")
    if done is None:
        return f"{judged}: {changes}; nothing is done without --apply"
    left = len(found.changes) - done
    others = f", {left} left alone: they have changed meanwhile" if left else ""
    return f"{judged}: {done} of {changes} done{others}; `monitor run` places new matches"


def set_(
    ctx: typer.Context,
    name: Name,
    settings: Annotated[
        list[str], typer.Argument(metavar="KEY=VALUE...", help=f"Of {', '.join(KEYS)}.")
    ],
) -> None:
    """Change settings of a topic, whatever the configuration says; the next fit uses them.

    Several phrases of must or exclude are parted by commas.
    """
    from monitor.app import utc_now
    from monitor.config.given import change_settings
    from monitor.edge.store import overrides

    values = change_settings(settings)
    with context.store(ctx) as store:
        store.write(overrides.set_overrides, name, values, utc_now())
    _told(name, values, "set")


def reset(
    ctx: typer.Context,
    name: Name,
    keys: Annotated[list[str], typer.Argument(metavar="KEY...", help="What `set` has changed.")],
) -> None:
    """Let the configuration decide settings of a topic again."""
    from monitor.app import utc_now
    from monitor.edge.store import overrides

    with context.store(ctx) as store:
        store.write(overrides.reset_overrides, name, keys, utc_now())
    _told(name, keys, "as in the configuration")


def _told(name: str, keys: Sequence[str] | dict[str, object], what: str) -> None:
    output.say(f"{name}: {', '.join(sorted(keys))} {what}; the next fit, due now, uses it")
