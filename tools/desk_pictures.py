"""What the review desk looks like: pictures of its pages, over the invented world.

    python tools/desk_pictures.py docs/pictures

The world's news are judged by the handlers that judge the real ones, and some questions of the
review queue are answered.  Needs Chromium, and the test requirements.
"""

from __future__ import annotations

import argparse
import asyncio
import socket
import tempfile
import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from importlib.resources import as_file, files
from pathlib import Path

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models import Article, Entry, Feed, Outage, Topic
from monitor.demo.articles import OUTLETS, load_articles
from monitor.edge.archive import Archived, in_order, read_archive, read_seeds
from monitor.edge.store import corrections, migrations, review, searches, views
from monitor.edge.store.pending import pending_decisions
from monitor.edge.store.store import Store
from monitor.pipeline import Parts, handle
from monitor.run.plan import Plan, Seed
from monitor.run.replay import TOPIC, Player
from monitor.types import Filter, Verdict

NAME = "talmera-dam"
LEFT, ANSWERS = 3, 12
"""Questions that are left for the pictures, and after them those that are answered; the world has
42 articles."""
OUTAGE = 4
"""Days before the world's end; as long as one day, of the feed of one outlet."""
AFTERWARDS = timedelta(hours=9)
"""From the last article to the pictures."""
WIDE, NARROW = (1200, 800), (375, 812)
"""Width and height in pixels."""


@dataclass(frozen=True, slots=True)
class Picture:
    name: str
    path: str
    size: tuple[int, int] = WIDE
    dark: bool = False
    to: str = ""
    """What is scrolled to (a selector)."""


PICTURES = (
    Picture("topic", f"/topics/{NAME}"),
    Picture("topic-dark", f"/topics/{NAME}", dark=True),
    Picture("topic-phone", f"/topics/{NAME}", NARROW),
    Picture("event", "/events/{event}"),
    Picture("text", "/matches/{match}", to="#text-heading"),
    Picture("review", f"/review/{NAME}"),
    Picture("review-dark", f"/review/{NAME}", dark=True),
    Picture("review-phone", f"/review/{NAME}", NARROW),
    Picture("search", f"/matches?words=evacuated+OR+accord&topic={NAME}"),
    Picture("quality", f"/quality/{NAME}?threshold={{threshold}}"),
    Picture("settings", f"/settings/{NAME}"),
)


def world() -> tuple[list[Archived], set[str]]:
    """The articles, in order, and the titles of those that are on the topic."""
    with as_file(files("monitor.demo") / "world.jsonl") as file:
        archive, _ = in_order(read_archive(file))
    lines = [
        replace(one, article=replace(one.article, url=f"https://news.example/{one.id}"))
        for one in archive
    ]
    return lines, {one.title for one in load_articles() if one.gold is not None}


async def fill(store: Store, archive: list[Archived], relevant: Collection[str]) -> Player:
    """Judge the world, answer, and let the topic learn from it."""
    migrations.upgrade(store)
    with as_file(files("monitor.demo") / "seeds") as folder:
        seeds = [Seed(article, f"seeds/{id}", id) for id, article in read_seeds(folder)]
    player = Player(Plan(archive, seeds), store)
    await player.play(lambda judged: None)
    player.clock.now += AFTERWARDS
    store.write(follow, player.clock())
    store.write(answer, relevant, player.clock())
    await work(player.parts)
    return player


async def work(parts: Parts) -> None:
    """Do what is due."""
    while due := parts.store.read(pending_decisions, parts.clock()):
        for command in due:
            await handle(command, parts)


def follow(session: Session, now: datetime) -> None:
    """The outlets' feeds, one of which could not be read for a time."""
    feeds = [
        Feed(
            name=outlet.name,
            url=f"https://news.example/{outlet.slug}/feed",
            host="news.example",
            origin="file",
            created_at=now - timedelta(days=30),
            tags=[],
            next_poll_at=now + timedelta(minutes=10),
            last_success_at=now,
        )
        for outlet in OUTLETS
    ]
    session.add_all(feeds)
    session.flush()
    by_outlet = {feed.name: feed.id for feed in feeds}
    for id, source, published in session.execute(
        select(Article.id, Article.source, Article.published).where(Article.text_from != "seed")
    ):
        session.add(Entry(feed_id=by_outlet[source], article_id=id, seen_at=published))
    end = now - timedelta(days=OUTAGE)
    gap = Outage(feed_id=feeds[0].id, began_at=end - timedelta(days=1), ended_at=end)
    session.add(gap)


def answer(session: Session, relevant: Collection[str], now: datetime) -> None:
    """As one would who knows; and keep a search."""
    session.execute(update(Topic).where(Topic.name == TOPIC).values(name=NAME))
    for question in review.questions(session, NAME, limit=LEFT + ANSWERS)[LEFT:]:
        match = question.match
        verdict: Verdict = "relevant" if match.title in relevant else "irrelevant"
        corrections.label(session, match.id, verdict, now, drawn=question.drawn)
    wanted = Filter(words='"water minister"', topic=NAME)
    searches.save(session, "the water minister", wanted, now)


@contextmanager
def serving(parts: Parts) -> Iterator[str]:
    """Gives the page's address."""
    import uvicorn

    from monitor.web import create_app

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listen = f"127.0.0.1:{listener.getsockname()[1]}"
        page = create_app(parts, listen=listen)
        server = uvicorn.Server(uvicorn.Config(page, log_level="warning", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://{listen}"
        finally:
            server.should_exit = True
            thread.join()


def places(store: Store) -> dict[str, object]:
    """What stands in the paths of pictures: the event with most matches, the newest of these, and
    half the threshold in force."""
    event = max(store.read(views.events), key=lambda one: one.matches)
    threshold = store.read(views.topic, NAME).threshold
    assert threshold is not None
    return {
        "event": event.id,
        "match": max(one.id for one in store.read(views.matches, event=event.id)),
        "threshold": round(threshold / 2, 3),
    }


def photograph(address: str, found: Mapping[str, object], folder: Path) -> None:
    from playwright.sync_api import sync_playwright

    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for picture in PICTURES:
            width, height = picture.size
            page = browser.new_page(
                viewport={"width": width, "height": height},
                color_scheme="dark" if picture.dark else "light",
            )
            page.goto(address + picture.path.format_map(found), wait_until="networkidle")
            if picture.to:
                page.locator(picture.to).evaluate("element => element.scrollIntoView()")
            page.screenshot(path=folder / f"{picture.name}.png")
            page.close()
        browser.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="for the pictures")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        store = Store(f"sqlite:///{Path(name, 'desk.db')}")
        try:
            player = asyncio.run(fill(store, *world()))
            with serving(player.parts) as address:
                photograph(address, places(store), given.folder)
        finally:
            store.close()


if __name__ == "__main__":
    main()
