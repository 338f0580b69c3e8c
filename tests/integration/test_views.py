"""What the views tell of models and alarms, on both databases, and after a step up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from models import Article, Event, Judgement
from monitor.edge.store import articles, fits, migrations, topics, views
from monitor.edge.store.standing import count_again
from monitor.edge.store.store import Store
from monitor.edge.store.topics import SeedInput, TopicInput
from monitor.types import Article as Text
from monitor.types import TopicSettings
from tests.integration.counting import assert_counted

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)


def add_topic(store: Store) -> None:
    seed = Text(url="", title="Dam", text="A dam.", published=None, text_from="seed")
    topic = TopicInput("dams", (), TopicSettings(), (SeedInput("dam.txt", seed),))
    store.write(topics.sync_topics, [topic], NOW)


def add_event(session: Session, opened: datetime | None, alarmed: datetime | None = None) -> int:
    """An event with one match; returns its id."""
    number = session.query(Article).count()
    event = Event(
        topic_id=1, title="E", opened_at=opened, last_seen=opened, newest_at=NOW, alarmed_at=alarmed
    )
    article = Article(
        key=f"k{number}", url="", host="", state="collected", not_before=NOW, first_seen_at=NOW,
        title="T", text="x", text_from="page",
    )  # fmt: skip
    session.add_all([event, article])
    session.flush()
    session.add(
        Judgement(
            topic_id=1,
            article_id=article.id,
            state="judged",
            not_before=NOW,
            judged_at=NOW,
            score=0.5,
            event_id=event.id,
        )
    )
    count_again(session, [event.id])
    return event.id


def test_a_topic_tells_how_many_matches_to_expect_by_its_newest_model(store: Store) -> None:
    add_topic(store)
    assert store.read(views.topic, "dams").matches_a_day is None
    for daily in (7.5, 0.25):
        store.write(
            fits.save_model, 1, 0, body=b"", threshold=0.1, matches_a_day=daily,
            now=NOW, next_fit_at=NOW,
        )  # fmt: skip
    assert store.read(views.topic, "dams").matches_a_day == 0.25


def test_events_tell_when_they_were_found_worth_an_alert(store: Store) -> None:
    add_topic(store)
    quiet = store.write(add_event, NOW)
    loud = store.write(add_event, NOW, NOW + timedelta(minutes=1))
    told = {event.id: event.alarmed_at for event in store.read(views.events)}
    assert told == {quiet: None, loud: NOW + timedelta(minutes=1)}


def test_events_from_before_the_alarm_line_have_been_told(store: Store) -> None:
    """Undated ones too: else a later report would alert an old event."""
    add_topic(store)
    undated, dated = store.write(add_event, None), store.write(add_event, NOW - timedelta(days=3))
    migrations.downgrade(store, "0002")
    migrations.upgrade(store)
    told = {event.id: event.alarmed_at for event in store.read(views.events)}
    assert told == {undated: NOW, dated: NOW - timedelta(days=3)}


def test_an_edited_page_may_name_another_outlet(store: Store) -> None:
    add_topic(store)

    def edited(session: Session) -> tuple[int, int]:
        event = add_event(session, NOW)
        another = Article(
            key="again", url="", host="", state="collected", not_before=NOW, first_seen_at=NOW,
            title="T", text="x", text_from="page",
        )  # fmt: skip
        session.add(another)
        session.flush()
        session.add(
            Judgement(topic_id=1, article_id=another.id, state="judged", not_before=NOW,
                      judged_at=NOW, score=0.5, event_id=event)
        )  # fmt: skip
        count_again(session, [event])
        another.state = "edited"
        return event, another.id

    event, changed = store.write(edited)
    assert store.read(views.event, event).sources == 1
    page = Text(url="", title="T", text="y", published=None, text_from="page", source="Aldor")
    store.write(articles.save_collected, [articles.Collected(changed, page)], NOW)
    assert store.read(views.event, event).sources == 2
    store.read(assert_counted)
