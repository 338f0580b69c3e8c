"""The index of words follows the articles, on both databases; and older databases get one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from models import Article, Event, Judgement, Topic
from monitor.edge.store import migrations
from monitor.edge.store.store import Store
from tests.integration.counting import assert_counted

NOW = datetime(2026, 3, 1, tzinfo=UTC)
BEFORE = NOW - timedelta(days=3)


def article(title: str, body: str | None, key: str = "k") -> Article:
    return Article(
        key=key, url="", host="", state="collected", not_before=NOW, first_seen_at=NOW,
        title=title, text=body, text_from="page", published=BEFORE,
    )  # fmt: skip


def found(session: Session, words: str) -> int:
    if session.get_bind().dialect.name == "postgresql":
        question = "SELECT count(*) FROM article WHERE search @@ plainto_tsquery('english', :words)"
    else:
        question = "SELECT count(*) FROM article_fts WHERE article_fts MATCH :words"
    return session.scalar(text(question), {"words": words}) or 0


def hits(store: Store, *words: str) -> list[int]:
    return [store.read(found, word) for word in words]


def test_it_follows_what_is_added_changed_forgotten_and_deleted(store: Store) -> None:
    store.write(Session.add, article("Two dams", "The gates were closed."))
    assert hits(store, "dam", "gate", "river") == [1, 1, 0]

    def change(session: Session, body: str | None) -> None:
        session.scalars(select(Article)).one().text = body

    store.write(change, "The river rose.")
    assert hits(store, "dam", "gate", "river") == [1, 0, 1]
    store.write(change, None)
    assert hits(store, "dam", "gate", "river") == [1, 0, 0]
    store.write(lambda session: session.delete(session.scalars(select(Article)).one()))
    assert hits(store, "dam", "gate", "river") == [0, 0, 0]


def test_a_text_of_great_length_is_kept_and_found(store: Store) -> None:
    many = " ".join(f"word{number}" for number in range(150_000))
    store.write(Session.add, article("Endless", many))
    assert hits(store, "endless", "word9") == [1, 1]


def test_an_older_database_is_indexed_and_its_matches_are_put_in_order(store: Store) -> None:
    migrations.downgrade(store, "0005")
    insert = (
        "INSERT INTO topic (id, name, origin, state, created_at, channels, settings, routing,"
        " fit_asked, fit_answered, attempts) VALUES (1, 't', 'file', 'active', :now, '[]', '{}',"
        " '{}', 0, 0, 0)",
        "INSERT INTO event (id, topic_id, title) VALUES (1, 1, 'dated'), (2, 1, 'seeds only')",
        "INSERT INTO article (id, key, url, host, state, attempts, not_before, first_seen_at,"
        " title, text, published, source, author, language, canonical_url, kills, revisions)"
        " VALUES (1, 'a', '', '', 'collected', 0, :now, :now, 'Gates', 'closed', :before, '', '',"
        " '', '', 0, 0), (2, 'b', '', '', 'collected', 0, :now, :now, 'x', NULL, NULL, 'Brenn', '',"
        " '', '', 0, 0),"
        " (3, 'c', '', '', 'collected', 0, :now, :now, 'x', NULL, NULL, '', '', '', '',"
        " 0, 0)",
        "INSERT INTO judgement (id, topic_id, article_id, state, attempts, not_before, judged_at,"
        " alarm, event_id, seed) VALUES (1, 1, 1, 'judged', 0, :now, :now, false, 1, NULL),"
        " (2, 1, 2, 'judged', 0, :now, :now, false, 1, NULL),"
        " (3, 1, 3, 'judged', 0, :now, :now, false, 2, 'seed.txt')",
    )
    with store.engine.begin() as connection:
        for statement in insert:
            named = {"now": NOW, "before": BEFORE}
            given = {name: value for name, value in named.items() if f":{name}" in statement}
            connection.execute(text(statement), given)
    migrations.upgrade(store)
    assert hits(store, "gate", "closed") == [1, 1]
    told = store.read(lambda s: dict(s.execute(select(Judgement.id, Judgement.told_at)).all()))
    assert told == {1: BEFORE, 2: NOW, 3: NOW}
    newest = store.read(lambda s: dict(s.execute(select(Event.id, Event.newest_at)).all()))
    assert newest == {1: NOW, 2: None}
    counts = select(Event.matches, Event.outlets, Event.originals).order_by(Event.id)
    assert store.read(lambda s: s.execute(counts).all()) == [(2, 2, 2), (0, 0, 0)]
    store.read(assert_counted)
    assert store.read(lambda s: s.scalars(select(Topic.overrides)).all()) == [{}]
