"""The tables: up, down and up again with data in place, and never a newer database."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, inspect, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models import Alert, Article, Base, Delivery, Entry, Event, Feed, Judgement, Topic
from monitor.commands import Fit
from monitor.edge.store import migrations
from monitor.edge.store.pending import pending
from monitor.edge.store.store import Store
from monitor.errors import StoreError

NOW = datetime(2025, 6, 1, tzinfo=UTC)


def add_feed(session: Session) -> None:
    session.add(
        Feed(
            url="http://a.example/feed",
            name="A",
            host="a.example",
            origin="file",
            tags=["x"],
            created_at=NOW,
            next_poll_at=NOW,
        )
    )


def test_up_down_and_up_with_data_in_place(store: Store) -> None:
    store.write(add_feed)
    migrations.downgrade(store, "base")
    assert set(inspect(store.engine).get_table_names()) <= {"alembic_version"}
    assert migrations.upgrade(store) == (None, migrations.head())
    store.write(add_feed)
    migrations.require_current(store)


@pytest.mark.filterwarnings("ignore:.*expression-based index")  # SQLite cannot show them
def test_the_migrations_make_the_tables_of_the_models(store: Store) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    with store.engine.connect() as connection:
        options = {"compare_type": True, "include_name": not_of_the_full_text}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Base.metadata) == []


def not_of_the_full_text(name: str | None, kind: str, _: object) -> bool:
    """Its tables on SQLite, its column and index on Postgres, are known to the migration only."""
    return "_fts" not in (name or "") and (kind, name) != ("column", "search")


def test_upgrading_twice_changes_nothing(store: Store) -> None:
    assert migrations.upgrade(store) == (migrations.head(), migrations.head())


def test_a_newer_database_is_refused(store: Store) -> None:
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="newer than"):
        migrations.upgrade(store)
    with pytest.raises(StoreError, match="install the newer monitor"):
        migrations.require_current(store)


def test_an_empty_database_says_what_to_do(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/none.db")
    with pytest.raises(StoreError, match="monitor db upgrade"):
        migrations.require_current(store)
    assert not (tmp_path / "none.db").exists()
    (tmp_path / "none.db").touch()
    with pytest.raises(StoreError, match="revision none"):
        migrations.require_current(store)


def test_a_file_that_is_no_database_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_text("not a database, but long enough to be taken for one" * 50)
    with pytest.raises(StoreError, match="not a database"):
        migrations.upgrade(Store(f"sqlite:///{tmp_path}/x.db"))


def test_a_server_that_is_not_there_is_said_without_the_password() -> None:
    store = Store("postgresql+psycopg://me:s3cr3t@127.0.0.1:1/none")
    with pytest.raises(StoreError) as caught:
        migrations.upgrade(store)
    assert "s3cr3t" not in str(caught.value)
    assert "check [database] url" in str(caught.value)


def test_what_is_stored_survives_a_step_down_and_up_again(store: Store) -> None:
    """Tables that SQLite makes anew must not take along what refers to them."""
    store.write(add_history)
    before = store.read(contents)
    migrations.downgrade(store, "0001")
    migrations.upgrade(store)
    assert store.read(contents) == before
    with pytest.raises(IntegrityError):  # references are enforced again
        store.write(
            lambda session: session.add(Delivery(alert_id=99, channel="x", uid="y", not_before=NOW))
        )


def test_a_step_down_leaves_no_state_that_the_earlier_version_does_not_know(store: Store) -> None:
    store.write(add_history)

    def retire(session: Session) -> None:
        session.get_one(Feed, 1).state = "retired"
        session.get_one(Article, 1).text_from = "plain"

    store.write(retire)
    migrations.downgrade(store, "0001")
    with store.engine.connect() as connection:
        assert connection.scalar(text("SELECT state FROM feed")) == "paused"
        assert connection.scalar(text("SELECT text_from FROM article")) == "page"


def test_detection_steps_up_and_down_with_data_in_place(store: Store) -> None:
    """Each event has been alerted about, and models of the earlier format are fitted again."""
    store.write(add_history)
    migrations.downgrade(store, "0002")
    with store.engine.begin() as connection:
        for statement in (
            "INSERT INTO event (topic_id, title, opened_at) "
            "VALUES (1, 'dated', '2025-05-01 00:00:00')",
            "INSERT INTO model (topic_id, created_at, threshold, body) "
            "VALUES (1, '2025-05-01 00:00:00', 0.1, 'x')",
            "UPDATE judgement SET model_id = 1, judged_at = '2025-05-02 00:00:00'",
            "UPDATE topic SET fit_due_at = NULL, fit_asked = 3",
        ):
            connection.execute(text(statement))
    migrations.upgrade(store)
    [undated, dated] = store.write(lambda s: s.scalars(select(Event).order_by(Event.id)).all())
    assert (undated.opened_at, dated.opened_at) == (None, datetime(2025, 5, 1, tzinfo=UTC))
    assert undated.alarmed_at is not None
    assert dated.alarmed_at == dated.opened_at
    judgement = store.write(lambda session: session.get_one(Judgement, 1))
    assert (judgement.alarm, judgement.probability, judgement.novelty) == (False, None, None)
    assert judgement.model_id == 1
    topic = store.write(lambda session: session.get_one(Topic, 1))
    assert topic.fit_asked > topic.fit_answered
    assert Fit(1) in store.read(pending, NOW)
    before = store.read(contents)
    migrations.downgrade(store, "0002")
    migrations.upgrade(store)
    assert store.read(contents) == before


def add_history(session: Session) -> None:
    """One row of each table that a match leaves behind."""
    add_feed(session)
    times = {"first_seen_at": NOW, "not_before": NOW}
    article = Article(key="k", url="u", host="h", state="collected", title="t", **times)
    topic = Topic(name="t", origin="file", created_at=NOW, channels=[], settings={})
    session.add_all([article, topic])
    session.flush()
    event = Event(topic_id=topic.id, title="t")
    session.add(event)
    session.flush()
    session.add(Entry(feed_id=1, article_id=article.id, seen_at=NOW))
    session.add(
        Judgement(
            topic_id=topic.id,
            article_id=article.id,
            event_id=event.id,
            state="judged",
            not_before=NOW,
        )
    )
    about = {"topic_id": topic.id, "event_id": event.id}
    alert = Alert(key="k", kind="new_event", created_at=NOW, message={}, **about)
    session.add(alert)
    session.flush()
    session.add(Delivery(alert_id=alert.id, channel="mail", uid="u", not_before=NOW))


def contents(session: Session) -> dict[str, int]:
    tables = Base.metadata.sorted_tables
    return {t.name: session.scalar(select(func.count()).select_from(t)) or 0 for t in tables}
