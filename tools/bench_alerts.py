"""How many messages a person would have been sent over an archive, and what they would have missed.

    python tools/bench_alerts.py --data STREAM.jsonl.gz [--seeds 5] [--write docs/alerts.md]

STREAM is one of the streams of ``tools/detection_streams.py`` that has a topic among other news and
labelled events; the parts that are learnt are made anew from the other streams of its folder.  The
archive is replayed on a clock of its own, an hour at a time; articles that are dated by the day
only are spread over it, the same in every run.  Nothing is sent: what would have been is counted.

An alert is about the gold event of the article that it shows.
"""

from __future__ import annotations

import argparse
import asyncio
import platform
import statistics
import tempfile
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from detection_parts import Blind
from detection_report import put_into
from detection_streams import Stream, draw_seeds, lines_of, open_stream

from monitor.edge.archive import Archived
from monitor.run.plan import Item, Message, Plan, Replayed, Seed
from monitor.run.replay import replay
from monitor.types import Routing

DAY = timedelta(days=1)
CHANNELS: Mapping[str, Routing] = {
    "5 a day": Routing(alerts_per_day=5),
    "no limit": Routing(),
    "daily digest": Routing(mode="daily"),
    "two sources": Routing(min_sources=2),
}
"""By what the rows of the table are called; all hear of the same topic."""


@dataclass(frozen=True)
class Row:
    """What one channel would have heard."""

    channel: str
    days: int
    instant: Counter[datetime]
    """Messages by day, digests left out."""
    digests: int
    updates: int
    told: frozenset[str]
    """Gold events that an alert, a digest or an update showed."""
    at_once: frozenset[str]
    """Of these, those shown by a message of their own."""
    repeated: int
    """Alerts (and digest lines) of a new event, about a gold event that had had one."""
    alerts: int
    """Of these in all, a gold event's first one and those off the topic included."""
    false: int
    """Of these, those that show an article which is not of the topic."""
    doubtful: int
    """Lines of a digest that say "perhaps new"."""
    doubtful_new: int
    """Gold events that only such lines told of."""
    gold: int

    def cells(self) -> tuple[str, ...]:
        counts = sorted(self.instant.values(), reverse=True)
        counts += [0] * (self.days - len(counts))
        return (
            self.channel,
            f"{statistics.fmean(counts):.2f}",
            str(sorted(counts)[int(0.95 * len(counts))]),
            str(max(counts)),
            f"{self.updates / self.days:.2f}",
            f"{self.digests / self.days:.2f}",
            f"{len(self.told) / self.gold:.1%}",
            f"{len(self.at_once) / self.gold:.1%}",
            str(self.repeated),
            f"{self.repeated / max(len(self.told), 1):.3f}",
            f"{self.false} of {self.alerts}",
            f"{self.doubtful_new} of {self.doubtful}",
        )


HEAD = (
    "channel", "messages a day", "95 %", "most", "of them updates a day", "digests a day",
    "gold events told", "at once", "repeated", "per event", "off topic", "perhaps new, and so",
)  # fmt: skip


def spread(lines: Iterable[Archived]) -> list[Archived]:
    """Over the day, where all that is known is the day."""
    return sorted(map(_spread, lines), key=lambda one: (one.article.published, one.id))


def _spread(one: Archived) -> Archived:
    published = one.article.published
    assert published is not None
    if published.time() != time():
        return one
    moved = published + timedelta(seconds=zlib.crc32(one.id.encode()) % 86_400)
    return replace(one, article=replace(one.article, published=moved))


def play(
    stream: Stream, topic: str, count: int, draw: int
) -> tuple[Replayed, list[Archived], frozenset[str]]:
    """What came of it, the articles, and the events of the seeds."""
    seeds, lines = draw_seeds(lines_of(stream.path, topic), topic, count, draw)
    lines = spread(lines)
    with tempfile.TemporaryDirectory() as folder:
        blind = Blind(stream.path.parent, Path(folder))
        blind.make(stream.name)
        plan = Plan(
            lines,
            [Seed(one.article, one.id, one.id) for one in seeds],
            routing=CHANNELS,
            step=timedelta(hours=1),
            backgrounds=blind.backgrounds(stream.name),
            join=blind.join(stream.name),
        )
        seeded = frozenset(stream.events[one.id] for one in seeds if one.id in stream.events)
        return asyncio.run(replay(plan)), lines, seeded


def row(
    channel: str,
    messages: Sequence[Message],
    lines: Sequence[Archived],
    seeded: frozenset[str],
    stream: Stream,
) -> Row:
    known = {one.id: one.relevant for one in lines if one.relevant is not None}
    gold = {id: stream.events[id] for id in known if known[id] and id in stream.events}
    dates = [one.article.published for one in lines if one.article.published]
    own = [message for message in messages if message.kind != "digest"]
    items = [item for message in messages for item in message.items]
    new = [item for item in items if item.kind == "new_event"]
    times = Counter(event for item in new if (event := gold.get(item.id or "")))
    perhaps = [item for item in items if item.kind == "doubtful"]
    events = frozenset(gold.values()) - seeded
    return Row(
        channel=channel,
        days=(max(dates) - min(dates)) // DAY + 1,
        instant=Counter(message.at.replace(hour=0, minute=0, second=0) for message in own),
        digests=len(messages) - len(own),
        updates=sum(message.kind == "update" for message in own),
        told=events & shown(items, gold),
        at_once=events & shown([item for message in own for item in message.items], gold),
        repeated=sum(count - 1 for count in times.values()),
        alerts=len(new),
        false=sum(known.get(item.id or "") is False for item in new),
        doubtful=len(perhaps),
        doubtful_new=len(shown(perhaps, gold) - times.keys()),
        gold=len(events),
    )


def shown(items: Iterable[Item], gold: Mapping[str, str]) -> frozenset[str]:
    """The gold events of the articles shown."""
    return frozenset(event for item in items if (event := gold.get(item.id or "")))


def table(rows: Sequence[Row], said: str) -> str:
    lines = [HEAD, tuple("---" for _ in HEAD), *(one.cells() for one in rows)]
    return "\n".join([said, "", *("| " + " | ".join(line) + " |" for line in lines)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="a stream, *.jsonl.gz")
    parser.add_argument("--topic", help="of the stream; left out, its largest")
    parser.add_argument("--seeds", type=int, default=5, help="(5)")
    parser.add_argument("--draw", type=int, default=0, help="of the seeds (0)")
    parser.add_argument("--write", type=Path, help="a page with the two comments")
    given = parser.parse_args()
    stream = open_stream(given.data)
    if stream is None or not stream.events or not stream.topics:
        raise SystemExit(f"{given.data}: has no topic among other news, or no events")
    topic = given.topic or max(stream.topics, key=lambda name: stream.topics[name])
    played, lines, seeded = play(stream, topic, given.seeds, given.draw)
    heard = {
        channel: [message for message in played.messages if message.channel == channel]
        for channel in CHANNELS
    }
    rows = [row(name, said, lines, seeded, stream) for name, said in heard.items()]
    found = table(
        rows,
        f"{stream.name}, {topic}, {given.seeds} seeds: {len(lines)} articles of {rows[0].days} "
        f"days, {rows[0].gold} gold events. {datetime.now(UTC):%Y-%m-%d}, {platform.platform()}, "
        f"Python {platform.python_version()}, {played.seconds / 60:.0f} minutes.",
    )
    print(found)
    if given.write:
        put_into(given.write, found)


if __name__ == "__main__":
    main()
