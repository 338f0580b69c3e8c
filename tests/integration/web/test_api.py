"""The JSON API: what it answers, what it refuses, and that its document says so."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import fields
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from models import Model
from monitor.domain.formats import MODEL_FORMAT
from monitor.edge.store import searches, views
from monitor.edge.store.store import Store
from monitor.errors import ParseError
from monitor.types import Filter, MatchView, TopicView
from monitor.types.records import MatchRecord, taken
from monitor.web.api import create_api
from monitor.web.api.shapes import TopicRow
from monitor.web.api.table import ENDPOINTS
from tests.integration.web.conftest import BASE, HOSTILE, NOW, News, Reader

PROBLEM = "application/problem+json"
HERE = {"sec-fetch-site": "same-origin"}
MAX_ID = 2**31 - 1


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    opened = Store(request.getfixturevalue(f"{request.param}_url"))
    yield opened
    opened.close()


class Api:
    """The API alone, without what stands before it."""

    def __init__(self, store: Any) -> None:
        parts: Any = SimpleNamespace(
            store=store, clock=lambda: NOW, rules=SimpleNamespace(review_url=BASE), model=unreadable
        )
        self.app = create_api(parts)

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        return asyncio.run(self._request(method, path, **more))

    async def _request(self, method: str, path: str, **more: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
            return await client.request(method, path, **more)

    def get(self, path: str, **query: Any) -> Any:
        response = self.request("GET", path, params=query or None)
        assert response.status_code == 200, response.text
        return response.json()

    def post(self, path: str, body: object) -> Any:
        response = self.request("POST", path, json=body)
        assert response.status_code == 200, response.text
        return response.json()

    def problem(self, method: str, path: str, **more: Any) -> Any:
        response = self.request(method, path, **more)
        assert response.headers["content-type"] == PROBLEM
        problem = response.json()
        assert problem["status"] == response.status_code and problem["type"] == "about:blank"
        assert problem["title"]
        return problem


def unreadable(model: int) -> Any:
    raise ParseError("not a topic model: made by another version of the monitor")


@pytest.fixture
def api(store: Store) -> Api:
    return Api(store)


@pytest.fixture
def alone() -> Api:
    """Of which no request may reach a database."""
    return Api(object())


def test_the_start_leads_everywhere(api: Api) -> None:
    start = api.get("/api")
    assert start["links"]["openapi.json"] == "/api/openapi.json"
    for path in start["links"].values():
        api.get(path)


def test_topics(api: Api, news: News) -> None:
    news.topic("rivers & lakes", match_budget=5)
    [row] = api.get("/api/topics")["items"]
    assert row["name"] == "rivers & lakes" and row["settings"]["match_budget"] == 5
    assert api.get("/api/topics/rivers%20%26%20lakes") == row | {"seeds": []}
    assert {one.name for one in fields(TopicRow)} == {one.name for one in fields(TopicView)} - {
        "seeds"
    }


def test_a_list_goes_on_at_next(api: Api, news: News) -> None:
    topic = news.topic()
    event = news.event(topic)
    made = [
        news.match(topic, event, f"Number {at}", published=NOW - timedelta(hours=at))
        for at in range(5)
    ]
    page, seen = api.get("/api/matches", limit=2, topic="dams"), []
    while page["next"]:
        seen += page["items"]
        page = api.get(page["next"])
    seen += page["items"]
    assert [one["id"] for one in seen] == made
    assert set(seen[0]) == {one.name for one in fields(MatchView)} | {"excerpt"}
    assert seen[0]["published"] == "2026-03-20T09:30:00Z"


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ({"words": "tunnel"}, {"Tunnel closed"}),
        ({"topic": "dams", "label": "none"}, {"Tunnel closed"}),
        ({"label": "relevant"}, {"Gates open"}),
        ({"source": "EXAMPLE news", "min_score": 0.6}, {"Gates open"}),
        ({"max_score": 0.6, "kind": "all"}, {"Tunnel closed", "Football"}),
        ({"kind": "rejected"}, {"Football"}),
        ({"language": "en", "since": "2026-03-20"}, {"Tunnel closed"}),
        ({"until": "2026-03-20T00:00:00+01:00"}, {"Gates open"}),
        ({"topic": "nothing"}, set()),
    ],
)
def test_matches_are_filtered(
    api: Api, news: News, query: dict[str, Any], titles: set[str]
) -> None:
    topic = news.topic()
    event = news.event(topic)
    news.match(topic, event, "Tunnel closed", score=0.5)
    before = NOW - timedelta(days=2)
    news.match(topic, event, "Gates open", score=0.7, label="relevant", published=before)
    news.match(topic, None, "Football", score=0.1, published=NOW - timedelta(hours=20))
    assert {one["title"] for one in api.get("/api/matches", **query)["items"]} == titles


def test_a_match_has_the_keys_of_the_command_line(api: Api, news: News, store: Store) -> None:
    topic = news.topic()
    match = news.match(topic, news.event(topic), HOSTILE, text="Two.\n\nParagraphs.")
    told = api.get(f"/api/matches/{match}")
    record = MatchRecord.of(store.read(views.match, match))
    assert list(told) == [one.name for one in fields(record)]
    assert (told["title"], told["text"]) == (HOSTILE, "Two.\n\nParagraphs.")
    assert (told["event_title"], told["threshold"]) == ("A dam is filled", 0.3)


def test_what_did_not_match_has_no_event(api: Api, news: News) -> None:
    match = news.match(news.topic(), None)
    [found] = api.get("/api/matches", kind="rejected")["items"]
    assert found["event"] is api.get(f"/api/matches/{match}")["event"] is None


def test_a_label_is_put_on_and_taken_back(api: Api, news: News) -> None:
    topic = news.topic()
    match = news.match(topic, news.event(topic))
    for verdict in ("relevant", "irrelevant", None):
        assert api.post(f"/api/matches/{match}/label", {"verdict": verdict})["label"] == verdict
    last, *_ = api.get("/api/actions", topic="dams", limit=2)["items"]
    assert last["kind"] == "label" and not last["undone"]
    assert api.post(f"/api/actions/{last['id']}/undo", {})["undone"]
    assert api.get(f"/api/matches/{match}")["label"] == "irrelevant"
    again = api.problem("POST", f"/api/actions/{last['id']}/undo", json={})
    assert again["status"] == 409 and "undone already" in again["detail"]


def test_events_are_merged_separated_split_and_named(api: Api, news: News) -> None:
    topic = news.topic()
    first, second = news.event(topic, "First"), news.event(topic, "Second")
    matches = [news.match(topic, first), news.match(topic, second), news.match(topic, second)]
    merged = api.post(f"/api/events/{second}/merge", {"into": first})
    assert merged["id"] == first and {one["id"] for one in merged["members"]} == set(matches)
    assert merged["kin"] == [{"event": second, "title": "Second", "log_odds": None, "merged": True}]
    assert api.get(f"/api/events/{second}")["id"] == first  # under its old name too
    assert api.post(f"/api/events/{second}/separate", {})["id"] == second
    split = api.post(f"/api/events/{second}/split", {"matches": [matches[1]]})
    assert [one["id"] for one in split["members"]] == [matches[1]]
    assert api.post(f"/api/events/{first}/rename", {"title": "Named"})["title"] == "Named"
    assert len(api.get("/api/events", topic="dams")["items"]) == 3
    assert api.get("/api/events", limit=1)["next"] == "/api/events?limit=1&offset=1"


def test_an_event_is_muted(api: Api, news: News) -> None:
    topic = news.topic()
    event = news.event(topic)
    news.match(topic, event)
    path = f"/api/events/{event}/mute"
    muted = api.post(path, {"until": "2026-04-01T12:00:00+02:00"})
    assert muted["muted_until"] == "2026-04-01T10:00:00Z"
    assert api.post(path, {"until": None})["muted_until"] is None


def test_what_does_not_go_together_is_a_conflict(api: Api, news: News) -> None:
    topic, other = news.topic(), news.topic("lakes")
    event, foreign = news.event(topic), news.event(other)
    match, stranger = news.match(topic, event), news.match(other, foreign)
    for path, body, said in (
        ("merge", {"into": event}, "itself"),
        ("merge", {"into": foreign}, "different topics"),
        ("split", {"matches": [match]}, "without an article"),
        ("split", {"matches": [stranger]}, f"not of event {event}"),
        ("separate", {}, "part of no other"),
        ("rename", {"title": "\u200b"}, "characters"),
    ):
        problem = api.problem("POST", f"/api/events/{event}/{path}", json=body)
        assert problem["status"] == 409 and said in problem["detail"], problem


def test_a_timeline(api: Api, news: News) -> None:
    topic = news.topic()
    event = news.event(topic)
    news.match(topic, event)
    path = "/api/topics/dams/timeline"
    told = api.get(path, since="2026-03-19", until="2026-03-20")
    assert told["days"] == ["2026-03-19", "2026-03-20"]
    assert told["events"][0]["matches"] == [0, 1]
    assert len(api.get(path)["days"]) == 91
    assert len(api.get(path, until="0001-01-01")["days"]) == 1
    assert len(api.get(path, since="2001-01-01", until="2026-03-20")["days"]) == 3653
    problem = api.problem("GET", path, params={"since": "2026-03-21"})
    assert problem["status"] == 409 and "after until" in problem["detail"]


def test_quality_needs_a_model_that_can_be_read(api: Api, news: News) -> None:
    topic = news.topic()
    path = "/api/topics/dams/quality"
    assert "has no model yet" in api.problem("GET", path)["detail"]
    news.add(Model(topic_id=topic, created_at=NOW, threshold=0.3, body=b"", format=MODEL_FORMAT))
    problem = api.problem("GET", path)
    assert problem["status"] == 409 and "another version" in problem["detail"]


def test_feeds_alerts_and_searches(api: Api, news: News, store: Store) -> None:
    topic = news.topic()
    event = news.event(topic)
    news.feed("wire", failures=3, last_error="HTTP 503")
    news.feed("post")
    news.alert(topic, event, state="dead", attempts=1)
    page = api.get("/api/feeds", limit=1)
    assert page["items"][0]["health"] == "new"
    assert api.get(page["next"])["items"][0]["health"] == "failing"
    [alert] = api.get("/api/alerts", state="dead")["items"]
    assert (alert["state"], alert["event"]) == ("dead", event)
    assert api.get("/api/alerts", state="sent")["items"] == []
    assert api.get("/api/alerts", offset=1) == {"items": [], "next": None}
    store.write(searches.save, "Mine", Filter(words="dam", min_score=0.5), NOW)
    [search] = api.get("/api/searches")["items"]
    assert search["name"] == "Mine" and search["filter"]["min_score"] == 0.5


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("matches?limit=0", "limit"),
        ("matches?limit=1001", "limit"),
        ("matches?limit=", "limit"),
        ("matches?limit=1.0", "limit"),
        ("matches?limit=%2B1", "limit"),
        ("matches?limit=1_0", "limit"),
        ("matches?limit=%D9%A1", "limit"),
        ("matches?limit=1&limit=2", "limit"),
        ("matches?offset=100001", "offset"),
        ("matches?event=2147483648", "event"),
        ("matches?min_score=nan", "min_score"),
        ("matches?min_score=1e999", "min_score"),
        ("matches?since=2026-02-30", "since"),
        ("matches?since=1767225600", "since"),
        ("matches?until=2026-01-01T00:00:00", "until"),
        ("matches?until=0001-01-01T00:00:00%2B14:00", "until"),
        ("matches?label=maybe", "label"),
        ("matches?language=english", "language"),
        ("matches?words=" + "a" * 501, "words"),
        ("matches?topics=dams", "topics"),
        ("topics?limit=1", "limit"),
        ("alerts?state=lost", "state"),
    ],
)
def test_a_parameter_without_sense_is_named(alone: Api, path: str, name: str) -> None:
    problem = alone.problem("GET", f"/api/{path}")
    assert problem["status"] == 422
    [mistake] = problem["errors"]
    assert (mistake["place"], mistake["name"]) == ("query", name) and mistake["detail"]


@pytest.mark.parametrize(
    ("path", "body", "status", "name"),
    [
        ("matches/1/label", b"", 400, ""),
        ("matches/1/label", b"{", 400, ""),
        ("matches/1/label", b"\xff", 400, ""),
        ("matches/1/label", b"[" * 10_000, 400, ""),
        ("matches/1/label", b"[]", 422, ""),
        ("matches/1/label", b"{}", 422, "/verdict"),
        ("matches/1/label", b'{"verdict": "maybe"}', 422, "/verdict"),
        ("matches/1/label", b'{"verdict": null, "a/b": 1}', 422, "/a~1b"),
        ("events/1/merge", b'{"into": "1"}', 422, "/into"),
        ("events/1/merge", b'{"into": true}', 422, "/into"),
        ("events/1/merge", b'{"into": 2147483648}', 422, "/into"),
        ("events/1/split", b'{"matches": []}', 422, "/matches"),
        ("events/1/split", b'{"matches": [1, 0]}', 422, "/matches/1"),
        ("events/1/rename", b'{"title": 5}', 422, "/title"),
        ("events/1/rename", b'{"title": "\\ud800"}', 400, ""),
        ("events/1/mute", b'{"until": 1767225600}', 422, "/until"),
        ("actions/1/undo", b'{"at": 1}', 422, "/at"),
    ],
)
def test_a_body_without_sense_is_refused(
    alone: Api, path: str, body: bytes, status: int, name: str
) -> None:
    headers = {"content-type": "application/json; charset=utf-8"}
    problem = alone.problem("POST", f"/api/{path}", content=body, headers=headers)
    assert problem["status"] == status
    assert [one["name"] for one in problem["errors"]] == [name]


def test_what_is_not_there_is_a_problem(api: Api) -> None:
    for path in (
        *("matches/1", f"matches/{MAX_ID}", f"matches/{MAX_ID + 1}", "matches/" + "9" * 400),
        *("matches/x", "matches/1/label/x", "events/1", "events/1/", "actions/1", "nothing", ""),
        *("topics/x", "topics/%00", "topics/", "topics/x/timeline", "topics/x/quality"),
    ):
        problem = api.problem("GET", f"/api/{path}")
        assert problem["status"] == 404 and "`monitor" not in problem["detail"], path


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/api", {"GET", "HEAD"}),
        ("DELETE", "/api/matches/1", {"GET", "HEAD"}),
        ("OPTIONS", "/api/topics/x/timeline", {"GET", "HEAD"}),
        ("GET", "/api/matches/1/label", {"POST"}),
        ("TRACE", "/api/actions/1/undo", {"POST"}),
    ],
)
def test_another_method_is_told_which_are_allowed(
    alone: Api, method: str, path: str, allowed: set[str]
) -> None:
    response = alone.request(method, path)
    assert response.status_code == 405 and response.headers["content-type"] == PROBLEM
    assert set(response.headers["allow"].split(", ")) == allowed


def test_only_json_changes_anything(alone: Api) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/jsonx", ""):
        headers = {"content-type": kind}
        body = b'{"verdict": "relevant"}'
        problem = alone.problem("POST", "/api/matches/1/label", content=body, headers=headers)
        assert problem["status"] == 415


def test_a_request_that_breaks_off_is_no_error_of_ours(alone: Api) -> None:
    said: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        said.append(message)

    scope = {
        "type": "http", "method": "POST", "path": "/api/events/1/merge", "query_string": b"",
        "headers": [(b"content-type", b"application/json")],
    }  # fmt: skip
    asyncio.run(alone.app(scope, receive, send))
    assert said[0]["status"] == 400


def test_nul_reaches_no_database(api: Api) -> None:
    for path in ("topics/%00", "matches?words=%00", "matches?topic=a%00b", "matches?source=%00"):
        assert api.request("GET", f"/api/{path}").status_code in (200, 404)


def test_an_unexpected_error_says_nothing_about_it() -> None:
    async def broken(*_: Any) -> Any:
        raise RuntimeError("secret")

    problem = Api(SimpleNamespace(look=broken)).problem("GET", "/api/topics")
    assert problem["status"] == 500 and "secret" not in json.dumps(problem)


def test_routes_and_document_are_one(alone: Api) -> None:
    document = alone.get("/api/openapi.json")
    assert document["openapi"].startswith("3.1")
    served = {(route.path, method) for route in alone.app.routes for method in route.methods}  # type: ignore[attr-defined]
    said = {(path, method.upper()) for path, one in document["paths"].items() for method in one}
    plain = {(e.path, e.method): (e.documented_path, e.method) for e in ENDPOINTS}
    assert {plain[pair] for pair in served if pair[1] != "HEAD"} == said
    names = [one["operationId"] for path in document["paths"].values() for one in path.values()]
    assert len(set(names)) == len(names) == len(ENDPOINTS)


def test_every_reference_of_the_document_leads_somewhere(alone: Api) -> None:
    document = alone.get("/api/openapi.json")

    def references(part: Any) -> Iterator[str]:
        if isinstance(part, dict):
            yield from ([part["$ref"]] if isinstance(part.get("$ref"), str) else ())
            part = list(part.values())
        if isinstance(part, list):
            for one in part:
                yield from references(one)

    found = set(references(document))
    assert len(found) > 20
    for reference in found:
        there = document
        for step in reference.removeprefix("#/").split("/"):
            there = there[step]


def test_what_is_said_of_a_field_is_in_the_document(alone: Api) -> None:
    schemas = alone.get("/api/openapi.json")["components"]["schemas"]
    assert schemas["EventView"]["properties"]["muted_until"]["description"].startswith(
        "Its threads"
    )
    assert schemas["FeedRecord"]["properties"]["usual_gap"]["description"].endswith(
        "null while unknown."
    )
    assert "seeds" in schemas["TopicView"]["required"]


def test_a_record_takes_each_field_from_the_first_that_has_it() -> None:
    found = taken(
        MatchView, SimpleNamespace(id=1, title="One"), SimpleNamespace(title="Two"),
        topic="t", url="", source="", published=None, score=0.1, event=1, copy_of=None,
        label=None, text_from="page",
    )  # fmt: skip
    assert (found.id, found.title) == (1, "One")


def test_beneath_the_page_it_is_guarded(store: Store) -> None:
    page = Reader(store)
    assert page.get("/api").json()["links"]
    for path in ("/api/nothing", "/api/events/%0A"):
        assert page.get(path).headers["content-type"] == PROBLEM
    body = {"verdict": None}
    taken_in = page.post("/api/matches/1/label", json=body)
    assert taken_in.status_code == 404 and taken_in.headers["content-type"] == PROBLEM
    elsewhere = {"origin": "https://evil.example"}
    assert page.post("/api/matches/1/label", json=body, headers=elsewhere).status_code == 403
    large = page.post("/api/events/1/split", json={"matches": [MAX_ID] * 2000}, headers=HERE)
    assert large.status_code == 413 and large.headers["content-type"] == PROBLEM
