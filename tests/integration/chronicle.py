"""Rows as the monitor would have left them: who brought what, and what was made of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from models import Article, Entry, Event, Feed, Judgement, Outage, Topic
from monitor.domain.settings import settings_to_dict
from monitor.types import TopicSettings

START = datetime(2026, 3, 2, tzinfo=UTC)
"""A Monday."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def at(day: int, hour: float = 12) -> datetime:
    """So many days after ``START``."""
    return START + day * DAY + hour * HOUR


class Chronicle:
    """Writes into one session; what it returns are ids."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def topic(self, name: str) -> int:
        return self._add(
            Topic(
                name=name,
                origin="file",
                created_at=START,
                channels=[],
                settings=settings_to_dict(TopicSettings()),
            )
        )

    def feed(self, name: str, created: datetime = START, **columns: Any) -> int:
        url = f"http://{name}.example/feed"
        row = Feed(
            url=url, name=name, host=f"{name}.example", origin="file", tags=[],
            created_at=created, next_poll_at=created, **columns,
        )  # fmt: skip
        return self._add(row)

    def outage(self, feed: int, began: datetime, ended: datetime) -> None:
        self._add(Outage(feed_id=feed, began_at=began, ended_at=ended))

    def event(self, topic: int, title: str, alarmed: datetime | None = None) -> int:
        return self._add(Event(topic_id=topic, title=title, alarmed_at=alarmed))

    def article(
        self, seen: datetime, title: str = "A title", source: str = "Outlet", **columns: Any
    ) -> int:
        number = self.session.query(Article).count()
        columns = {"url": f"http://outlet.example/{number}", **columns}
        return self._add(
            Article(
                key=f"k{number}",
                host="outlet.example",
                state="collected",
                not_before=seen,
                first_seen_at=seen,
                title=title,
                text="Text",
                text_from="page",
                published=seen,
                source=source,
                **columns,
            )
        )

    def sighting(self, article: int, feed: int, seen: datetime) -> None:
        self._add(Entry(article_id=article, feed_id=feed, seen_at=seen))

    def match(
        self,
        event: int,
        told: datetime,
        *,
        feeds: Mapping[int, datetime] | None = None,
        copy_of: int | None = None,
        novelty: dict[str, list[str]] | None = None,
        seed: str | None = None,
        label: str | None = None,
        **article: Any,
    ) -> int:
        """A match (or seed) of an article that the feeds brought at these times."""
        number = self.article(told, **article)
        for feed, seen in (feeds or {}).items():
            self.sighting(number, feed, seen)
        topic = self.session.get_one(Event, event).topic_id
        return self._add(
            Judgement(
                topic_id=topic,
                article_id=number,
                seed=seed,
                state="judged",
                not_before=told,
                judged_at=told,
                told_at=told,
                score=0.5,
                event_id=event,
                copy_of_id=copy_of,
                novelty=novelty,
                label=label,
            )
        )

    def _add(self, row: Any) -> int:
        self.session.add(row)
        self.session.flush()
        return int(row.id)
