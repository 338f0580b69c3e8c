"""The one change that the page makes, and who may ask for it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any

import pytest

from models import Topic
from monitor.edge.store import views
from monitor.edge.store.store import Store
from monitor.web.security import MAX_BODY, local_path

if TYPE_CHECKING:
    from tests.integration.web.conftest import News, Reader

LISTEN = "127.0.0.1:8765"
BASE = f"http://{LISTEN}"


def token(page: Reader, match: int) -> str:
    [found] = re.findall(r'name="token" value="([^"]+)"', page.get(f"/matches/{match}").text)
    return str(found)


def test_a_label_is_set_and_undone(page: Reader, news: News, store: Store) -> None:
    topic = news.topic()
    match = news.match(topic, news.event(topic))
    secret = token(page, match)
    for verdict, stored, seen in (
        ("relevant", "relevant", "You said: relevant."),
        ("irrelevant", "irrelevant", "You said: not relevant."),
        ("none", None, "Your answer teaches"),
    ):
        form = {"token": secret, "verdict": verdict, "next": f"/matches/{match}#label"}
        response = page.post(f"/matches/{match}/label", data=form, headers={"Origin": BASE})
        assert response.status_code == 303
        assert re.fullmatch(rf"/matches/{match}\?done=\d+#label", response.headers["Location"])
        assert store.read(views.match, match).label == stored
        assert seen in page.get(f"/matches/{match}").text
    due = store.read(lambda session: session.get_one(Topic, topic).fit_due_at)
    assert due == page.clock()


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "/a\\b", "/\t/evil.example",
     "javascript:alert(1)", "", "matches", "/a\r\nSet-Cookie: x=1"],
)  # fmt: skip
def test_the_way_back_stays_on_this_site(page: Reader, news: News, elsewhere: str) -> None:
    topic = news.topic()
    match = news.match(topic, news.event(topic))
    form = {"token": token(page, match), "verdict": "none", "next": elsewhere}
    response = page.post(f"/matches/{match}/label", data=form, headers={"Origin": BASE})
    assert response.headers["Location"] == f"/matches/{match}?done=1"


def test_local_paths_are_kept() -> None:
    for path in ("/", "/matches?topic=a%20b&page=2", "/matches/1#label"):
        assert local_path(path, otherwise="/x") == path
    assert local_path(None, otherwise="/x") == "/x"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": f"https://{LISTEN}"}, 403),
        ({"Origin": "http://127.0.0.1:9999"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": BASE}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://evil.example"}, 403),
        ({"Referer": "http://[evil"}, 403),
        ({"Referer": f"{BASE}/matches/1"}, 303),
        ({"Origin": BASE}, 303),
        ({"Sec-Fetch-Site": "same-origin", "Origin": BASE}, 303),
    ],
)
def test_changes_come_from_the_page_itself(
    page: Reader, news: News, store: Store, headers: dict[str, str], status: int
) -> None:
    topic = news.topic()
    match = news.match(topic, news.event(topic))
    form = {"token": token(page, match), "verdict": "relevant"}
    response = page.post(f"/matches/{match}/label", data=form, headers=headers)
    assert response.status_code == status
    assert (store.read(views.match, match).label == "relevant") == (status == 303)


def test_changes_need_the_token_of_this_process(
    ask: Callable[[Any], Reader], store: Store, news: News
) -> None:
    topic = news.topic()
    match = news.match(topic, news.event(topic))
    before, now = ask(store), ask(store)
    for given in ({}, {"token": ""}, {"token": "é"}, {"token": token(before, match)}):
        response = now.post(
            f"/matches/{match}/label",
            data={**given, "verdict": "relevant"},
            headers={"Origin": BASE},
        )
        assert response.status_code == 403
        assert "reload its page" in response.text
    assert store.read(views.match, match).label is None


def test_labels_that_make_no_sense(page: Reader, news: News) -> None:
    topic = news.topic()
    secret = token(page, news.match(topic, news.event(topic)))

    def post(path: str, verdict: str) -> int:
        form = {"token": secret, "verdict": verdict}
        return page.post(path, data=form, headers={"Origin": BASE}).status_code

    assert post("/matches/1/label", "great") == 400
    assert post("/matches/77/label", "relevant") == 404
    assert page.post("/", headers={"Origin": BASE}).status_code == 405
    assert page.get("/matches/1/label").status_code == 405


def test_bodies_are_bounded(page: Reader) -> None:
    big = b"x" * (MAX_BODY + 1)

    async def pieces() -> AsyncIterator[bytes]:
        yield big

    kind = {"Origin": BASE, "Content-Type": "application/x-www-form-urlencoded"}
    assert page.post("/matches/1/label", content=big, headers=kind).status_code == 413
    assert page.post("/matches/1/label", content=pieces(), headers=kind).status_code == 413
