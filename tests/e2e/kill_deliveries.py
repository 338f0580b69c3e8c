"""A file, a Slack channel and a mailbox are due the same alerts, and take their time.  The daemon
is started again and again, and ended: by SIGKILL, mostly soon after a message has been taken, or by
SIGTERM.  What it had in hand is then read from its ledger.  What SIGKILL found there between claim
and mark comes twice if it had been taken already, and nothing else may; SIGTERM leaves nothing
there.  Each channel is told in order, and of each event in one thread.
"""

from __future__ import annotations

import random
import signal
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.orm import Session

from models import Event, Topic
from monitor.edge.store import migrations
from monitor.edge.store.alerts import add_alert, add_delivery
from monitor.edge.store.store import Store
from tests.e2e.daemon import Tally, finish, in_hand, ledger, log_of, monitor, tally
from tests.e2e.receivers import CHANNELS, Receivers
from tests.integration.deliveries import ALERT

STARTING = 1.5
"""Seconds after which a daemon has begun to send."""
SENDING = 0.05
"""Seconds for a message, at most about."""


@dataclass(frozen=True)
class Report:
    kills: int
    stops: int
    """By SIGTERM, beside the kills."""
    alerts: int
    in_hand: int
    """Messages that SIGKILL found between claim and mark."""
    left: int
    """Messages that SIGTERM left there."""
    astray: int
    """Refused by Slack for their form, or outside their thread."""
    messages: Tally

    @property
    def good(self) -> bool:
        return self.messages.good and not self.left and not self.astray

    def __str__(self) -> str:
        return (
            f"{self.kills} kills and {self.stops} stops while {self.alerts:,} alerts were due on "
            f"{len(CHANNELS)} channels; the kills found {self.in_hand} messages between claim and "
            f"mark, the stops left {self.left} there.\n{self.messages}, {self.astray} astray."
        )


def kill_while_sending(kills: int, alerts: int, chance: random.Random) -> Report:
    """``kills`` by SIGKILL, and a sixth as many stops by SIGTERM; then it is left to finish."""
    stops = (kills + 5) // 6
    ends = [signal.SIGKILL] * kills + [signal.SIGTERM] * stops
    chance.shuffle(ends)
    found: Counter[str] = Counter()
    left = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        receivers = Receivers(folder, chance)
        _seed(folder, alerts)
        with receivers.open(folder) as config:
            for end in ends:
                _start_and_end(config, end, receivers, chance)
                uids = in_hand(folder)
                if end == signal.SIGKILL:
                    found.update(uids)
                else:
                    left += len(uids)
            finish(config)
        rows = ledger(folder)
        messages = tally(rows, receivers.uids(), found)
        astray = receivers.astray(rows)
        return Report(kills, stops, alerts, found.total(), left, astray, messages)


def _start_and_end(
    config: Path, end: signal.Signals, receivers: Receivers, chance: random.Random
) -> None:
    count = chance.choice(receivers.counts)
    before = count()
    process = monitor(config, "run")
    if end == signal.SIGKILL and chance.random() < 0.25:
        time.sleep(chance.uniform(0, STARTING))
    else:
        _wait(lambda: count() > before, process, config)
        time.sleep(chance.uniform(0, SENDING))
    if process.poll() is not None:
        raise RuntimeError(f"it ended by itself: {log_of(config)}")
    process.send_signal(end)
    code = process.wait(20)
    if end == signal.SIGTERM and code:
        raise RuntimeError(f"stopped, it ended with {code}: {log_of(config)}")


def _wait(condition: Callable[[], bool], process: subprocess.Popen[bytes], config: Path) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            process.wait()
            raise RuntimeError(f"nothing came, perhaps nothing was left: {log_of(config)}")
        time.sleep(0.001)


def _seed(folder: Path, alerts: int) -> None:
    store = Store(f"sqlite:///{folder}/monitor.db")
    migrations.upgrade(store)
    store.write(_add, alerts, datetime.now(UTC))
    store.close()


def _add(session: Session, alerts: int, now: datetime) -> None:
    """New events, each with an update behind it, due on all channels."""
    topic = Topic(name="ash", origin="file", created_at=now, channels=[*CHANNELS], settings={})
    session.add(topic)
    session.flush()
    for number in range(alerts):
        if number % 2 == 0:
            event = Event(topic_id=topic.id, title=f"Event {number}")
            session.add(event)
            session.flush()
            key, alert = f"new_event:{event.id}", replace(ALERT, event=event.id)
        else:
            key, alert = f"update:{event.id}:1", replace(ALERT, event=event.id, kind="update")
        about = {"topic_id": topic.id, "event_id": event.id}
        alert_id = add_alert(session, key, alert, about, now)
        if alert_id is not None:
            for channel in CHANNELS:
                add_delivery(session, alert_id, channel, now, now)
