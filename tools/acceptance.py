"""The main job on real articles: two reports of a later event found among hundreds of others.

A world is made of two articles of SEEDS (the names that sort first) and of articles of NOISE, all
dated in one month; a news server serves it, with mail and Slack sinks; a topic is seeded with the
other files of SEEDS.  `monitor run --once` must match both articles into one new event, alert it
once by mail and once on Slack, and match hardly anything else.

NEWSROOM is a script that serves an archive (JSON lines with id, published, title, text, source)
as feeds and pages, and prints `ready http://HOST:PORT/ … smtp HOST:PORT`; it lists its feeds at
/feeds.txt and what its sinks took at /ledger.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.request import urlopen

FIRST = datetime(2022, 9, 1, tzinfo=UTC)
DAYS = 20
TARGETS = {0: datetime(2022, 9, 15, 2, tzinfo=UTC), 1: datetime(2022, 9, 15, 5, tzinfo=UTC)}

CONFIG = """
[database]
url = "sqlite:///monitor.db"
[fetch]
allow_private = ["127.0.0.0/8"]
min_gap = "0s"
[web]
listen = ""
[topics.acceptance]
seeds = {seeds}
channels = ["mail", "desk"]
[channels.mail]
type = "email"
host = "{mail_host}"
port = {mail_port}
from = "monitor@example.org"
to = ["desk@example.org"]
[channels.desk]
type = "slack"
webhook_url = "{site}slack/desk"
"""


@dataclass(frozen=True)
class Newsroom:
    site: str
    mail_host: str
    mail_port: str

    def get(self, path: str) -> str:
        with urlopen(f"{self.site}{path}", timeout=30) as answer:
            text: str = answer.read().decode()
            return text


def read_noise(path: Path, count: int, chance: random.Random) -> list[dict[str, Any]]:
    """Random articles of one archive or of all in a folder, with new dates."""
    files = sorted(path.glob("*.jsonl*")) if path.is_dir() else [path]
    rows = [row for file in files for row in read_archive(file) if len(row["text"]) > 400]
    chosen = chance.sample(rows, count)
    for row in chosen:
        moment = FIRST + timedelta(days=DAYS) * chance.random()
        row["published"] = moment.isoformat(timespec="seconds")
    return chosen


def read_archive(path: Path) -> list[dict[str, Any]]:
    data = path.read_bytes()
    text = gzip.decompress(data) if path.suffix == ".gz" else data
    return [json.loads(line) for line in text.splitlines()]


def write_world(seeds: list[Path], noise: list[dict[str, Any]], path: Path) -> None:
    rows = list(noise)
    for number, published in TARGETS.items():
        text = re.sub(r"^\s*date \d{4}-\d\d-\d\d\s*", "", seeds[number].read_text("utf-8"))
        rows.append(
            {
                "id": f"target-{number}",
                "published": published.isoformat(),
                "title": " ".join(text.split()[:14]),
                "text": text,
                "source": f"Target {number}",
            }
        )
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


@contextmanager
def newsroom(script: Path, world: Path, sources: int) -> Iterator[Newsroom]:
    words = f"--manual --start 2022-09-25 --sources {sources} --smtp-port 0 --port 0 --seconds 900"
    command = [sys.executable, str(script), str(world), *words.split()]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        ready = process.stdout.readline()
        found = re.search(r"ready (http://\S+) .* smtp (\S+):(\d+)", ready)
        if not found:
            raise RuntimeError(f"the newsroom said {ready!r}")
        yield Newsroom(*found.groups())
    finally:
        process.terminate()
        process.wait()


def run_monitor(folder: Path, room: Newsroom, seeds: list[Path]) -> None:
    config = folder / "config.toml"
    text = CONFIG.format(
        seeds=json.dumps([str(path.resolve()) for path in seeds]),
        site=room.site,
        mail_host=room.mail_host,
        mail_port=room.mail_port,
    )
    feeds = room.get("feeds.txt").split()
    config.write_text(text + "".join(f'[[feeds]]\nurl = "{url}"\n' for url in feeds))
    subprocess.run(monitor(folder, "run", "--once"), check=True)


def monitor(folder: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "monitor", "--config", str(folder / "config.toml"), *words]


def rows(folder: Path, noun: str) -> list[dict[str, Any]]:
    listed = subprocess.run(
        monitor(folder, noun, "list", "--json"), check=True, capture_output=True, text=True
    )
    return [json.loads(line) for line in listed.stdout.splitlines()]


def judge(folder: Path, room: Newsroom) -> dict[str, Any]:
    """What came of it, as the acceptance asks."""
    matches = rows(folder, "matches")
    targets = [row for row in matches if "target-" in row["url"]]
    sent = [json.loads(line) for line in room.get("ledger").splitlines()]
    events = {row["event"] for row in targets}
    about = [row for row in rows(folder, "alerts") if row["event"] in events]
    alerts = [row for row in about if row["kind"] == "new_event"]
    return {
        "targets matched": len(targets),
        "their events": len(events),
        "alerts of that event, by channel": sorted(row["channel"] for row in alerts),
        "updates of that event": len(about) - len(alerts),
        "false matches": [row["title"] for row in matches if row not in targets],
        "messages taken by the sinks": len(sent),
        "deliveries in the ledger": len(rows(folder, "alerts")),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=Path, required=True, help="a folder of five articles")
    parser.add_argument("--noise", type=Path, required=True, help="an archive or a folder of them")
    parser.add_argument("--newsroom", type=Path, required=True, help="the server's script")
    parser.add_argument("--count", type=int, default=300, help="unrelated articles (300)")
    parser.add_argument("--sources", type=int, default=100, help="feeds (100)")
    parser.add_argument("--seed", type=int, default=1, help="of the random choice (1)")
    given = parser.parse_args()
    seeds = sorted(path for path in given.seeds.iterdir() if path.suffix == ".txt")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        noise = read_noise(given.noise, given.count, random.Random(given.seed))
        write_world(seeds, noise, folder / "world.jsonl")
        with newsroom(given.newsroom, folder / "world.jsonl", given.sources) as room:
            run_monitor(folder, room, seeds[len(TARGETS) :])
            found = judge(folder, room)
    print(json.dumps(found, indent=2))
    good = (
        found["targets matched"] == 2
        and found["their events"] == 1
        and found["alerts of that event, by channel"] == ["desk", "mail"]
        and found["messages taken by the sinks"] == found["deliveries in the ledger"]
        and len(found["false matches"]) <= 2
    )
    print("accepted" if good else "NOT accepted")
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
