"""Kill the daemon at random moments while it works through an archive: what is lost, what doubled?

``make bench-kill`` runs it with 50 kills, ``kill_deliveries`` beside it with 300, and writes both
results down; the test-suite runs them with a few.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import platform
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from monitor import app, daemon
from monitor.config import Config, load
from monitor.edge.store.store import Store
from monitor.edge.workers import InlineWorkers
from monitor.run.local import Engine
from tests.e2e import kill_deliveries
from tests.e2e.daemon import Tally, finish, in_hand, ledger, log_of, monitor, tally
from tests.e2e.newsstand import Newsstand, serve
from tests.integration import world
from tests.integration.world import Outcome, Story, outcome

SHORTEST, LONGEST = 0.8, 4.0
"""Seconds from a start to its kill; a start takes about the first of them."""


@dataclass(frozen=True)
class Report:
    kills: int
    articles: int
    matches: int
    events: int
    alerts: int
    """Deliveries that tell of a new event."""
    messages: Tally
    """Of all kinds: when an update is due depends on the order of judging."""
    same: bool
    """Articles, events and alerts of new events are those of a run that was left in peace."""

    @property
    def good(self) -> bool:
        return self.same and self.messages.good

    def __str__(self) -> str:
        return (
            f"{self.kills} kills; {self.articles} articles, {self.matches} matches, "
            f"{self.events} events, {self.alerts} alerts of new events: "
            f"{'the same as' if self.same else 'NOT THOSE OF'} an undisturbed run.\n"
            f"{self.messages}."
        )


def kill_at_random(kills: int, chance: random.Random, stories: list[Story]) -> Report:
    found: Counter[str] = Counter()
    with serve(stories) as stand, tempfile.TemporaryDirectory() as name:
        peace, war = Path(name, "peace"), Path(name, "war")
        peace.mkdir()
        war.mkdir()
        wanted = undisturbed(stand.config(peace))
        stand.messages.clear()
        config = stand.config(war, workers=2)
        for round_ in range(kills):
            stand.published = (round_ + 1) * len(stories) // (kills + 1)
            _start_and_kill(config, chance)
            found.update(in_hand(war))
        stand.published = len(stories)
        time.sleep(1.1)  # the feeds' own interval
        finish(config)
        return _report(kills, stand, war, wanted, found)


def undisturbed(path: Path) -> Outcome:
    """The outcome of a run that is left in peace, in this process, which has loaded it all."""
    config = load(path, {})
    store = app.new_store(config)
    with daemon.prepared(config, store):
        asyncio.run(_drain(config, store))
    return result(path.parent)


async def _drain(config: Config, store: Store) -> None:
    async with app.open_parts(config, store) as parts:
        inline = InlineWorkers()
        await Engine(replace(parts, workers=inline, fitters=inline)).drain()


def _start_and_kill(config: Path, chance: random.Random) -> None:
    process = monitor(config, "run")
    time.sleep(chance.uniform(SHORTEST, LONGEST))
    if process.poll() is not None:
        raise RuntimeError(f"it ended by itself: {log_of(config)}")
    process.send_signal(signal.SIGKILL)
    process.wait()


def result(folder: Path) -> Outcome:
    store = Store(f"sqlite:///{folder}/monitor.db")
    found = outcome(store)
    store.close()
    return found


def _report(
    kills: int, stand: Newsstand, folder: Path, wanted: Outcome, found: Counter[str]
) -> Report:
    made = result(folder)
    lines = (folder / "alerts.jsonl").read_text("utf-8").splitlines()
    arrived = {
        "log": [json.loads(line)["id"] for line in lines],
        "desk": [message["blocks"][0]["block_id"] for message in stand.messages],
    }
    return Report(
        kills=kills,
        articles=made.articles,
        matches=sum(map(len, made.events)),
        events=len(made.events),
        alerts=len(made.alerts),
        messages=tally(ledger(folder), arrived, found),
        # Scores lean on what was judged before, and a kill changes the order.
        same=replace(made, scores={}) == replace(wanted, scores={}),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--archive-kills", type=int, default=50, help="while it reads an archive")
    parser.add_argument("--kills", type=int, default=300, help="while it sends messages")
    parser.add_argument("--alerts", type=int, default=1000, help="that many are to be sent")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--write", type=Path, help="a Markdown file for the results")
    given = parser.parse_args()
    chance = random.Random(given.seed)
    sending = kill_deliveries.kill_while_sending(given.kills, given.alerts, chance)
    sys.stdout.write(f"{sending}\n")
    stories = [*world.load("stories.jsonl"), *world.load("tellings.jsonl")]
    reading = kill_at_random(given.archive_kills, chance, stories)
    sys.stdout.write(f"{reading}\n")
    if given.write:
        given.write.write_text(_page(given.seed, sending, reading), encoding="utf-8")
    sys.exit(0 if sending.good and reading.good else 1)


def _page(seed: int, sending: kill_deliveries.Report, reading: Report) -> str:
    machine = f"{platform.platform()}, Python {platform.python_version()}"
    return f"""# Killed at random

`make bench-kill`, {datetime.now(UTC):%Y-%m-%d}, {machine}, random seed {seed}.

## While messages are sent

{kill_deliveries.__doc__}
{sending}

## While an archive is read

Feeds and pages are fetched, read and judged, and alerts are sent, by a daemon that is started again
and again and ended by SIGKILL at random moments.  Articles, events and alerts of new events are
compared with those of a run that was left in peace; when an event is updated depends on the order
of judging.

{reading}
"""


if __name__ == "__main__":
    main()
