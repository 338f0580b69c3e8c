"""The ledger on the page, and what links in messages lead to."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from models import Alert, Delivery, Event
from monitor.domain.messages import alert_to_dict, channel_dead
from monitor.types import Digest
from tests.integration.web.conftest import NOW, News, Reader, words


def test_a_digest_and_what_it_carries(page: Reader, news: News) -> None:
    topic = news.topic()
    digest = Digest("digest", "dams", NOW, NOW, (), 0, articles=412, feeds=14, failing=0)
    alert = Alert(key="digest:1", kind="digest", topic_id=topic, created_at=NOW,
                  message=alert_to_dict(digest))  # fmt: skip
    news.add(alert)
    news.add(Delivery(alert_id=alert.id, channel="mail", uid="d", not_before=NOW))
    news.alert(topic, news.event(topic), state="carried")
    news.alert(topic, news.event(topic), state="held", not_before=NOW + timedelta(hours=2))
    seen = words(page.get("/alerts").text)
    assert "[dams] Nothing new dams mail pending" in seen
    assert "carried 0 attempts with others" in seen
    assert "held 0 attempts held until 20 Mar 11:30" in seen


def test_a_channel_that_refuses(page: Reader, news: News) -> None:
    said = channel_dead("mail", "550 no such user", 3, NOW)
    alert = Alert(key="c", kind="channel_dead", created_at=NOW, message=alert_to_dict(said))
    news.add(alert)
    news.add(Delivery(alert_id=alert.id, channel="desk", uid="d", not_before=NOW))
    html = page.get("/alerts").text
    assert "mail refuses messages" in words(html)
    assert 'href="/alerts?state=dead"' in html


@pytest.mark.parametrize(
    ("asked", "button"), [("relevant", "Relevant"), ("irrelevant", "Not relevant")]
)
def test_a_link_to_a_verdict_asks_and_changes_nothing(
    page: Reader, news: News, asked: str, button: str
) -> None:
    topic = news.topic()
    match = news.match(topic, news.event(topic))
    html = page.get(f"/matches/{match}?verdict={asked}").text
    assert re.findall(r"<button[^>]*autofocus>([^<]*)", html) == [button]
    assert f"Press {button} to say so" in words(html)
    assert "You said" not in page.get(f"/matches/{match}").text
    assert "autofocus" not in page.get(f"/matches/{match}?verdict=x%22onclick").text


def test_a_muted_event_says_until_when(page: Reader, news: News) -> None:
    topic = news.topic()
    events = {}
    for hours in (-1, 2):
        events[hours] = Event(topic_id=topic, title="Dam", muted_until=NOW + timedelta(hours=hours))
        news.add(events[hours])
        news.match(topic, events[hours].id)
    assert "muted until 20 Mar 11:30" in words(page.get(f"/events/{events[2].id}").text)
    assert "muted" not in page.get(f"/events/{events[-1].id}").text
