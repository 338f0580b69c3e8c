"""Alerts about feeds on the page: they have neither topic nor event."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from monitor.domain.messages import feed_failing
from monitor.edge.store.alerts import add_feed_alert
from tests.integration.web.conftest import HOSTILE, NOW, News, Reader


def tell(news: News, name: str) -> None:
    feed = news.feed("paper")

    def add(session: Session) -> None:
        alert = feed_failing(name, "https://paper.example.org/rss", "HTTP 503", NOW)
        add_feed_alert(session, feed, "k", alert, channels=["ops"], now=NOW - timedelta(hours=1))

    news.store.write(add)


def test_the_ledger_shows_them_beside_the_others(page: Reader, news: News) -> None:
    topic = news.topic()
    news.alert(topic, news.event(topic), state="sent", sent_at=NOW, attempts=1)
    tell(news, "The Paper")
    html = page.get("/alerts").text
    assert '<a class="title" href="/feeds" dir="auto">The Paper cannot be read</a>' in html
    assert html.count('class="title"') == 2
    assert "The Paper" in page.get("/alerts?state=pending").text
    assert "The Paper" not in page.get("/alerts?state=sent").text


def test_a_feeds_name_is_no_markup(page: Reader, news: News) -> None:
    tell(news, HOSTILE)
    html = page.get("/alerts").text
    assert "alert(1)" in html
    assert "<script>" not in html
