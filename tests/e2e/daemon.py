"""The daemon as a process of its own, and what its ledger says of it once it is gone."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from models import Alert, Delivery
from monitor.edge.store.store import Store


def monitor(config: Path, *words: str) -> subprocess.Popen[bytes]:
    with (config.parent / "log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "monitor", "--config", str(config), *words],
            stdout=log,
            stderr=log,
        )


def log_of(config: Path) -> str:
    return (config.parent / "log").read_text("utf-8")


def finish(config: Path) -> None:
    """Run to the end of what is due; a page or message put off by a kill waits for its time."""
    done = monitor(config, "run", "--once").wait(300)
    if done:
        raise RuntimeError(f"`run --once` ended with {done}: {log_of(config)}")


@dataclass(frozen=True)
class Row:
    """A delivery, as the ledger has it."""

    uid: str
    channel: str
    state: str
    kind: str
    key: str


def ledger(folder: Path) -> list[Row]:
    """All of it, in the order in which each channel is to be told."""
    store = Store(f"sqlite:///{folder}/monitor.db")
    rows = store.read(_rows)
    store.close()
    return rows


def _rows(session: Session) -> list[Row]:
    if not inspect(session.connection()).has_table(Delivery.__tablename__):
        return []  # killed before it had made its tables
    found = (
        select(Delivery.uid, Delivery.channel, Delivery.state, Alert.kind, Alert.key)
        .join(Alert, Delivery.alert_id == Alert.id)
        .order_by(Delivery.id)
    )
    return [Row(*row) for row in session.execute(found)]


def in_hand(folder: Path) -> list[str]:
    """The messages that were claimed and not marked when the daemon ended: one a channel at most,
    or RuntimeError."""
    rows = [row for row in ledger(folder) if row.state == "sending"]
    if len({row.channel for row in rows}) != len(rows):
        raise RuntimeError(f"two messages at once on one channel: {rows}")
    return [row.uid for row in rows]


@dataclass(frozen=True)
class Tally:
    """What became of the messages of a ledger."""

    due: int
    lost: int
    """Never arrived."""
    repeated: int
    """Arrived again."""
    unexplained: int
    """Of these, those that no kill found between claim and mark, once for each time."""
    disordered: int
    """Channels that were not told in order."""
    unknown: int
    """Arrived, and are not in the ledger."""
    twice: int
    """Alerts that have two rows for one channel."""

    @property
    def good(self) -> bool:
        """Nothing is lost, and nothing is repeated that a kill does not explain."""
        faults = (self.lost, self.unexplained, self.disordered, self.unknown, self.twice)
        return not any(faults)

    def __str__(self) -> str:
        return (
            f"{self.due:,} messages due: {self.lost} lost, {self.repeated} repeated, of these "
            f"{self.unexplained} outside the send-to-mark window of a kill; {self.disordered} "
            f"channels told out of order, {self.unknown + self.twice} messages too many"
        )


def tally(
    rows: Sequence[Row], arrived: Mapping[str, Sequence[str]], found: Mapping[str, int]
) -> Tally:
    """``arrived``: uids by channel, as they came.  ``found``: how often a kill found a message
    between claim and mark."""
    times = Counter(uid for uids in arrived.values() for uid in uids)
    known = {row.uid for row in rows}
    again = {uid: count - 1 for uid, count in times.items() if count > 1}
    told = Counter((row.key, row.channel) for row in rows)
    return Tally(
        due=len(rows),
        lost=len(known - set(times)),
        repeated=sum(again.values()),
        unexplained=sum(max(0, count - found.get(uid, 0)) for uid, count in again.items()),
        disordered=sum(
            # A repeat follows at once: it keeps those behind it waiting.
            [uid for uid, _ in groupby(uids)] != _in_order(rows, channel, times)
            for channel, uids in arrived.items()
        ),
        unknown=len(set(times) - known),
        twice=sum(count - 1 for count in told.values()),
    )


def _in_order(rows: Sequence[Row], channel: str, arrived: Mapping[str, int]) -> list[str]:
    return [row.uid for row in rows if row.channel == channel and row.uid in arrived]
