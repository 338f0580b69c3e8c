"""The review page, served on a port of its own with some days of made-up news, and a browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy.orm import Session

from models import Alert, Article, Delivery, Entry, Event, Feed, Judgement, Model, Topic
from monitor import types
from monitor.domain.messages import alert_to_dict
from monitor.domain.settings import settings_to_dict
from monitor.edge.store import views
from monitor.edge.store.migrations import upgrade
from monitor.edge.store.standing import count_again
from monitor.edge.store.store import Store
from monitor.types import Explanation, LikeArticle, Term, TopicSettings
from tests.e2e.serving import served
from tests.e2e.tabs import SIZE
from tests.templates import compiled_once

NOW = datetime(2026, 3, 20, 9, 30, tzinfo=UTC)
TOPIC = "us-japan-defence"
SEED = "Two plus two: a pact on research"
TEXT = """\
TOKYO – Defence Minister Haruto Ishida and his American counterpart agreed on Thursday to build a \
new interceptor together, the largest joint programme of the two allies in a decade.

The missile is meant to meet weapons that glide and turn at more than five times the speed of \
sound. Japan will pay for about a third of the work and build the second-stage motor; flight tests \
are planned from 2031.

“No country can close this gap alone,” Ishida told reporters in Washington. The two sides also \
said that the command that links their forces in Japan would move to its new building in the \
autumn."""

Told = tuple[str, str, float, str]
"""Title, source, score; a remark: a label, ``feed`` (only its text) or ``copy`` (of the first)."""

EVENTS: dict[int, Sequence[Told]] = {
    5: (
        ("Japan and U.S. agree to build interceptor together", "Pacific Wire", 0.61, "relevant"),
        ("Tokyo, Washington sign interceptor pact", "The Harbour Times", 0.57, ""),
        ("Japan and U.S. agree to build interceptor together", "Kanto Daily", 0.61, "copy"),
        ("Allies to develop missile against gliding weapons", "Defence Ledger", 0.49, "feed"),
        ("Interceptor deal: what Japan pays and what it gets", "Asia Brief", 0.44, ""),
        ("Tokio und Washington bauen eine Abfangrakete", "Neue Umschau", 0.38, ""),
        ("Joint missile programme “largest in a decade”", "Strait Observer", 0.41, ""),
    ),
    27: (
        ("Joint command for U.S. forces in Japan opens in Yokota", "Defence Ledger", 0.55, ""),
        ("American and Japanese planners move under one roof", "Pacific Wire", 0.52, ""),
    ),
    53: (
        ("Okinawa governor asks for a pause in runway work", "Ryukyu Post", 0.36, "relevant"),
        ("Assembly in Naha debates the runway", "Kanto Daily", 0.31, "irrelevant"),
    ),
    75: (("Destroyers with long-range missiles return to Sasebo", "Harbour Watch", 0.42, ""),),
    120: (
        ("Cabinet approves record budget for the Self-Defence Forces", "Asia Brief", 0.47, ""),
        ("Record defence budget: where the money goes", "The Harbour Times", 0.43, ""),
        ("Record defence budget clears the cabinet", "Strait Observer", 0.45, "feed"),
    ),
}
"""By how many hours ago they began."""

DOUBTFUL = 75
"""The event below the alarm line."""

FEEDS = (
    ("Pacific Wire", "https://wire.example.org/rss", ""),
    ("The Harbour Times", "https://harbourtimes.example/feed.xml", ""),
    (
        "Strait Observer",
        "https://observer.example.net/world/asia/security-and-defence/rss.xml",
        "HTTP 503: the server says it is overloaded",
    ),
    ("Ryukyu Post", "https://ryukyu.example.com/atom", ""),
)

WORDS = (
    ("japan", 0.118), ("interceptor", 0.094), ("missile", 0.081), ("washington", 0.062),
    ("defence minister", 0.058), ("allies", 0.049), ("counterpart", 0.037), ("tokyo", 0.034),
    ("motor", -0.021), ("building", -0.014), ("self-defence", 0.013), ("autumn", -0.009),
    ("hypersonic", 0.006), ("speed", -0.004), ("reporters", 0.002),
)  # fmt: skip

LIKE = (
    (2, "Record defence budget clears the cabinet", 0.41, 0.052),
    (3, "Joint patrols in the strait end", 0.33, 0.031),
    (4, "Budget: where the money goes", 0.12, -0.004),
)

NOVELTY = {
    "names": ["Haruto Ishida", "Neue Umschau"],
    "places": ["Yokota"],
    "numbers": ["five times", "a third"],
    "sentences": [
        "Japan will pay for about a third of the work and build the second-stage motor; flight "
        "tests are planned from 2031."
    ],
}


class Sample:
    """Fills a database."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.topic = Topic(
            name=TOPIC,
            origin="file",
            created_at=NOW - timedelta(days=30),
            channels=["mail", "desk"],
            settings=settings_to_dict(TopicSettings(must=("japan|tokyo",), match_budget=5)),
        )
        self.save(self.topic)
        self.model = Model(
            topic_id=self.topic.id, created_at=NOW, threshold=0.29, matches_a_day=1.8, body=b""
        )
        self.feeds = [self.feed(number, *row) for number, row in enumerate(FEEDS)]
        self.save(self.model, *self.feeds)
        self.nearest: Event | None = None
        seed = self.event(24 * 40, [(SEED, "Pacific Wire", 0.9, "seed")])
        seed.seed = "seeds/us-japan-defence/2026-02-08-pact.txt"
        for hours in sorted(EVENTS, reverse=True):
            first = self.event(hours, EVENTS[hours])
            if hours != DOUBTFUL:
                self.alert(first, hours)

    def save(self, *rows: Any) -> None:
        self.session.add_all(rows)
        self.session.flush()

    def feed(self, number: int, name: str, url: str, error: str) -> Feed:
        return Feed(
            name=name,
            url=url,
            host=url.split("/")[2],
            origin="file",
            tags=["asia"],
            created_at=NOW,
            next_poll_at=NOW + timedelta(minutes=7 * number + 2),
            last_success_at=NOW - timedelta(minutes=700 if error else 11),
            failures=4 if error else 0,
            last_error=error or None,
        )

    def event(self, hours: int, told: Sequence[Told]) -> Judgement:
        """Adds an event and returns its first judgement."""
        opened = NOW - timedelta(hours=hours)
        last = opened + timedelta(minutes=25 * (len(told) - 1))
        event = Event(
            topic_id=self.topic.id,
            title=told[0][0],
            opened_at=opened,
            last_seen=last,
            newest_at=last,
            alarmed_at=None if hours == DOUBTFUL else opened,
        )
        self.save(event)
        articles = [self.article(event, number, one) for number, one in enumerate(told)]
        first: Judgement | None = None
        for article, (_, _, score, remark) in zip(articles, told, strict=True):
            judgement = Judgement(
                topic_id=self.topic.id,
                article_id=article.id,
                state="judged",
                not_before=NOW,
                judged_at=article.published,
                told_at=article.published,
                model_id=self.model.id,
                score=score,
                probability=min(1.0, 1.4 * score),
                novelty=None if remark in ("copy", "seed") else NOVELTY,
                event_id=event.id,
                label=remark if "relevant" in remark else None,
                similarity=0.18,
                nearest_event_id=self.nearest.id if self.nearest else None,
                copy_of_id=first.id if first and remark == "copy" else None,
            )
            self.save(judgement)
            first = first or judgement
        self.nearest = event
        count_again(self.session, [event.id])
        assert first is not None
        return first

    def article(self, event: Event, number: int, told: Told) -> Article:
        title, source, _, remark = told
        host = f"{source.lower().replace(' ', '')}.example.org"
        url = f"https://{host}/2026/{event.id}-{number}"
        article = Article(
            key=url,
            url=url,
            host=host,
            state="collected",
            not_before=NOW,
            first_seen_at=NOW,
            collected_at=NOW,
            title=title,
            text=TEXT,
            text_from=remark if remark in ("feed", "seed") else "page",
            source=source,
            published=(event.opened_at or NOW) + timedelta(minutes=25 * number),
            author="" if number else "Mei Tanaka",
            language="de" if source == "Neue Umschau" else "en",
        )
        self.save(article)
        carriers = [feed for feed in self.feeds if feed.name == source] or self.feeds[:1]
        self.save(*(Entry(feed_id=one.id, article_id=article.id, seen_at=NOW) for one in carriers))
        return article

    def alert(self, first: Judgement, hours: int) -> None:
        assert first.event_id is not None
        created = NOW - timedelta(hours=hours)
        title, source, score, _ = EVENTS[hours][0]
        said = types.Alert(
            kind="new_event",
            topic=TOPIC,
            event=first.event_id,
            title=title,
            url="https://wire.example.org/1",
            source=source,
            published=created,
            score=score,
            terms=("japan", "interceptor"),
            match=first.id,
        )
        alert = Alert(
            key=f"new_event:{first.event_id}",
            kind="new_event",
            topic_id=self.topic.id,
            event_id=first.event_id,
            created_at=created,
            message=alert_to_dict(said),
        )
        self.save(alert)
        for channel in ("mail", "desk"):
            late = hours == 53 and channel == "mail"
            delivery = Delivery(
                alert_id=alert.id,
                channel=channel,
                uid=f"{hours}-{channel}",
                state="pending" if late else "sent",
                attempts=3 if late else 1,
                not_before=NOW,
                last_error="mail.example.org answered 451: try again later" if late else None,
                sent_at=None if late else created,
            )
            self.save(delivery)


async def explain(parts: Any, judgement_id: int) -> Explanation:
    match = parts.store.read(views.match, judgement_id)
    rest = match.score - sum(part for *_, part in (*WORDS, *LIKE))
    return Explanation(
        topic=match.topic,
        title=match.article.title,
        url=match.article.url,
        source=match.article.source,
        published=match.article.published,
        match=match.id,
        model=match.model,
        score=match.score,
        threshold=match.threshold,
        relevant=True,
        reason="",
        probability=0.9,
        terms=tuple(Term(word, part) for word, part in (*WORDS, ("thursday", rest))),
        neighbours=tuple(LikeArticle(*row) for row in LIKE),
        nearest_seed=SEED,
        nearest_seed_similarity=0.52,
        nearest_event=match.nearest_event,
        event=match.event,
        event_title=match.event_title,
        copy_of=match.copy_of,
    )


@pytest.fixture(scope="session", autouse=True)
def templates() -> Iterator[None]:
    """Compiled once, and not for each page that is served."""
    with compiled_once():
        yield


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path_factory.mktemp('page') / 'page.db'}")
    upgrade(store)
    store.write(Sample)
    yield store
    store.close()


@pytest.fixture(scope="module")
def address(filled: Store) -> Iterator[str]:
    """Where the page is served: ``http://127.0.0.1:PORT``."""
    from monitor.web import create_app

    rules = SimpleNamespace(review_url="")
    parts: Any = SimpleNamespace(store=filled, clock=lambda: NOW, rules=rules)
    with served(lambda listen: create_app(parts, listen=listen, explain=explain)) as address:
        yield address


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A browser; without one the tests are skipped, except where CI is set."""
    names = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
    path = next((found for name in names if (found := shutil.which(name))), None)
    if path is None and os.environ.get("CI"):
        pytest.fail("no Chromium on this machine: install the package chromium")
    if path is None:
        pytest.skip("no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    arguments = (
        "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
        "--disable-component-update --disable-sync"
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=arguments.split())
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def tab(chromium: Any) -> Iterator[Any]:
    """For all tests of a file."""
    context = chromium.new_context(viewport=SIZE)
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()
