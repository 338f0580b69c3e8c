"""Databases that tests borrow one after another are as new for each."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from models import Feed, Host, Topic
from monitor.edge.store import migrations
from monitor.edge.store.store import Store
from tests.postgres import Databases

NOW = datetime(2025, 6, 1, tzinfo=UTC)


def add_rows(session: Session) -> list[int]:
    """Rows of some tables; their ids."""
    feed = Feed(url="http://a/", name="A", host="a", origin="file", tags=[], created_at=NOW,
                next_poll_at=NOW)  # fmt: skip
    topic = Topic(name="t", origin="file", created_at=NOW, channels=[], settings={})
    session.add_all([feed, topic])
    session.flush()
    return [feed.id, topic.id]


def test_the_next_borrower_finds_no_rows_and_the_first_ids(postgres: Databases) -> None:
    borrowed = []
    for _ in range(2):
        with postgres.lend() as url:
            borrowed.append(url)
            store = Store(url)
            migrations.require_current(store)
            assert store.read(lambda session: session.query(Host).count()) == 0
            assert store.write(add_rows) == [1, 1]
            store.close()
    assert borrowed[0] == borrowed[1]


def test_a_transaction_that_is_left_open_leaves_nothing(postgres: Databases) -> None:
    with postgres.lend() as url:
        left = Store(url)
        session = Session(left.engine)
        add_rows(session)
    with postgres.lend() as again:
        assert again == url
        store = Store(again)
        assert store.write(add_rows) == [1, 1]
        store.close()
    session.invalidate()
    left.close()


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE more (id int)",
        "DROP TABLE delivery",
        "DROP INDEX ix_feed_next_poll_at",
        "ALTER TABLE feed ADD COLUMN more int",
        "ALTER TABLE feed ALTER COLUMN name DROP NOT NULL",
        "CREATE FUNCTION more() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "UPDATE alembic_version SET version_num = '9999'",
        "DROP TABLE alembic_version",
    ],
)
def test_other_tables_are_lent_to_nobody(postgres: Databases, statement: str) -> None:
    with postgres.lend() as url:
        store = Store(url)
        store.write(lambda session: session.execute(text(statement)))
        store.close()
    with postgres.lend() as other:
        assert other != url
        store = Store(other)
        migrations.require_current(store)
        store.close()
