"""Searching the stored judgements: the same on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import literal_column, select, text
from sqlalchemy.orm import Session

from models import Article, Event, Judgement, Kinship, Model, Topic
from monitor.domain.excerpts import CLOSE, OPEN
from monitor.edge.store import finding, searches
from monitor.edge.store.search import choices, count, search, search_and_count, to_export
from monitor.edge.store.store import Store
from monitor.errors import NotFound
from monitor.types import Filter

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
TEXTS = {
    "Dam bursts": "The old dam on the river burst on Monday, and two villages are under water.",
    "Gliding weapons": "Tokyo tests hyper velocity gliding weapons; the glide bodies flew far.",
    "A weapon found": "Police found one weapon while gliding over the harbour.",
    "地震の速報": "昨夜、東京で大地震が発生した。NTTドコモの通信は復旧。100%_済み",
    "Tunnel opens": "The tunnelling machines left; the river tunnel is open at last.",
}


def add_topic(session: Session, name: str) -> int:
    row = Topic(name=name, origin="file", created_at=NOW, channels=[], settings={})
    session.add(row)
    session.flush()
    session.add(Model(topic_id=row.id, created_at=NOW, threshold=0.3, body=b""))
    session.flush()
    return row.id


def add(session: Session, title: str, body: str | None = "", **given: Any) -> int:
    """A match, unless ``event_id`` is None; returns its judgement's id."""
    number = session.query(Article).count()
    of_article = {name: given.pop(name) for name in ("source", "language") if name in given}
    article = Article(
        key=f"k{number}", url=f"http://a.example/{number}", host="", state="collected",
        not_before=NOW, first_seen_at=NOW, title=title, text=body, text_from="page",
        published=NOW, **of_article,
    )  # fmt: skip
    session.add(article)
    session.flush()
    if "event_id" not in given:
        event = Event(topic_id=given.get("topic_id", 1), title=title)
        session.add(event)
        session.flush()
        given["event_id"] = event.id
    defaults = {"topic_id": 1, "state": "judged", "not_before": NOW, "judged_at": NOW, "score": 0.5}
    told = {"told_at": NOW + timedelta(minutes=number), "model_id": 1}
    row = Judgement(article_id=article.id, **(defaults | told | given))
    session.add(row)
    session.flush()
    return row.id


def fill(store: Store) -> None:
    def rows(session: Session) -> None:
        add_topic(session, "dams")
        for title, body in TEXTS.items():
            add(session, title, body)

    store.write(rows)


def titles(store: Store, words: str = "", **asked: Any) -> list[str]:
    found = store.read(search, Filter(words=words, **asked), limit=None)
    assert store.read(count, Filter(words=words, **asked), 100) == len(found)
    return [one.match.title for one in found]


FOUND = [
    ("dam", ["Dam bursts"]),
    ("weapons", ["A weapon found", "Gliding weapons"]),
    ("gliding weapon", ["A weapon found", "Gliding weapons"]),
    ('"gliding weapons"', ["Gliding weapons"]),
    ("gliding -police", ["Gliding weapons"]),
    ('weapon -"gliding weapons"', ["A weapon found"]),
    ("dam OR tunnel", ["Tunnel opens", "Dam bursts"]),
    ("river dam OR tunnel", ["Tunnel opens", "Dam bursts"]),
    ("tunn*", ["Tunnel opens"]),
    ('"river tun"*', ["Tunnel opens"]),
    ("-weapon -地震", ["Tunnel opens", "Dam bursts"]),
    ("地震", ["地震の速報"]),
    ("大地震 東京", ["地震の速報"]),
    ("NTTドコモ", ["地震の速報"]),
    ("震_速", []),
    ("地震 OR dam", ["地震の速報", "Dam bursts"]),
    ("復旧。100%_済", ["地震の速報"]),
    ("東京 tokyo", []),
    ("!?", [*reversed(TEXTS)]),
    ("nowhere", []),
    ("da\x00m", ["Dam bursts"]),
    ("' OR 1=1 --", []),
]
"""Words, and the titles that they find."""


@pytest.mark.parametrize("few", [0, 1000])
def test_words_find_the_same_on_both(
    store: Store, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    """Whether the search starts from what few articles hold, or walks along all."""
    monkeypatch.setattr(finding, "FEW", few)
    fill(store)
    for words, found in FOUND:
        assert titles(store, words) == found, words
        assert titles(store, words, topic="dams") == found, words


def test_words_of_grammar_are_no_condition_on_postgres(store: Store) -> None:
    fill(store)
    on_postgres = store.engine.dialect.name == "postgresql"
    assert len(titles(store, "the")) == (len(TEXTS) if on_postgres else 4)
    assert titles(store, "the dam") == ["Dam bursts"]


def test_any_text_can_be_searched_for(store: Store) -> None:
    fill(store)
    typed = st.text(max_size=80) | st.text(
        st.sampled_from("ab é日*\"-()^:&|!<>\\'%_ OR NOT NEAR{}+,\x00\ud800"), max_size=80
    )

    @settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
    @given(typed)
    def searched(words: str) -> None:
        odd = Filter(words=words, source=words[:9], language=words, topic=words)
        assert store.read(search, odd, limit=5) == []
        store.read(search, Filter(words=words), limit=5)

    searched()
    store.read(search, Filter(words="ab" * 5000), limit=5)
    store.read(search, Filter(words="(" * 5000 + "日" * 5000), limit=5)


def test_hits_are_marked_in_a_piece_of_the_text(store: Store) -> None:
    body = f"{'before ' * 60}Two \ue000 gliding \ue001 weapons flew {'after ' * 60}"
    fill(store)
    store.write(add, "Far", body)
    store.write(add, "Weapons in the title only", None)

    def piece(words: str, title: str) -> str:
        found = store.read(search, Filter(words=words), limit=None)
        [excerpt] = [one.excerpt for one in found if one.match.title == title]
        return excerpt.replace(OPEN, "[").replace(CLOSE, "]")

    assert "before Two [gliding] weapons flew after" in piece("glide", "Far")
    assert len(piece("glide", "Far")) < 250
    assert "hyper velocity [gliding weapons]; the" in piece('"gliding weapons"', "Gliding weapons")
    assert "The [tunnelling] machines" in piece("tunn*", "Tunnel opens")
    assert "東京で大[地震]が" in piece("地震", "地震の速報")
    assert piece("weapon", "Weapons in the title only") == ""
    assert piece("", "Far") == piece("-dam", "Far") == ""


def test_filters(store: Store) -> None:
    fill(store)

    def rows(session: Session) -> dict[str, int]:
        other = add_topic(session, "other")
        add(session, "Elsewhere", topic_id=other, source="The Post", language="en", score=0.9)
        add(session, "Rejected", event_id=None, score=0.1, source="THE POST")
        add(session, "Seed", seed="a.txt")
        add(session, "Pending", event_id=None, state="pending", told_at=None)
        add(session, "Good", label="relevant", source="Post")
        add(session, "Bad", label="irrelevant", told_at=NOW - timedelta(days=2))
        merged, kept = session.scalars(select(Event.id).limit(2)).all()
        session.add(Kinship(event_id=kept, other_id=merged, found_at=NOW, moved=[]))
        return {"merged": merged, "kept": kept}

    events = store.write(rows)
    everything = titles(store)
    assert everything == ["Good", "Elsewhere", *reversed(TEXTS), "Bad"]
    assert titles(store, kind="rejected") == ["Rejected"]
    assert titles(store, kind="all") == ["Good", "Rejected", "Elsewhere", *reversed(TEXTS), "Bad"]
    [rejected] = store.read(search, Filter(kind="rejected"), limit=1)
    assert rejected.match.event == 0
    assert titles(store, topic="other") == ["Elsewhere"]
    assert titles(store, topic="none") == []
    assert titles(store, source="the post", kind="all") == ["Rejected", "Elsewhere"]
    assert titles(store, language="en") == ["Elsewhere"]
    assert titles(store, label="any") == ["Good", "Bad"]
    assert titles(store, label="irrelevant") == ["Bad"]
    assert "Good" not in titles(store, label="none")
    assert titles(store, min_score=0.9) == ["Elsewhere"]
    assert titles(store, max_score=0.1, kind="all") == ["Rejected"]
    assert titles(store, until=NOW) == ["Bad"]
    assert titles(store, since=NOW) == everything[:-1]
    assert titles(store, event=events["merged"]) == titles(store, event=events["kept"])
    assert titles(store, event=events["kept"]) == ["Gliding weapons"]
    assert titles(store, event=999) == []
    assert store.read(count, Filter(), 3) == 3


def test_pages_follow_one_another(store: Store) -> None:
    """Those of one moment too."""

    def rows(session: Session) -> None:
        add_topic(session, "dams")
        for number in range(9):
            add(session, f"T{number}", told_at=NOW + timedelta(hours=number // 4))

    store.write(rows)
    everything = titles(store)
    assert everything == [f"T{number}" for number in reversed(range(9))]
    second = store.read(search, Filter(), limit=4, offset=4)
    assert [one.match.title for one in second] == everything[4:8]
    read: list[str] = []
    after = None
    while some := store.read(to_export, Filter(), limit=2, after=after, texts=True):
        read += [row["title"] for row in some]
        after = some[-1]["told_at"], some[-1]["id"]
    assert read == everything


def test_choices_are_the_commonest_first(store: Store) -> None:
    def rows(session: Session) -> None:
        add_topic(session, "dams")
        other = add_topic(session, "other")
        for source, language in (("A", "en"), ("B", "de"), ("B", "en"), ("", "")):
            add(session, "T", source=source, language=language)
        add(session, "T", topic_id=other, source="C", language="ja")
        add(session, "T", event_id=None, source="D")

    store.write(rows)
    assert store.read(choices) == (["B", "A", "C"], ["en", "de", "ja"])
    assert store.read(choices, "dams")[0] == ["B", "A"]


def test_an_article_that_changes_is_found_by_what_it_says_now(store: Store) -> None:
    fill(store)

    def forget_text(session: Session) -> None:
        session.execute(text("UPDATE article SET text = NULL WHERE title = 'Dam bursts'"))
        session.execute(text("DELETE FROM article WHERE title = 'Tunnel opens'"))

    store.write(forget_text)
    assert titles(store, "villages") == titles(store, "tunnel") == []
    assert titles(store, "dam") == ["Dam bursts"]
    assert "Dam bursts" in titles(store, "-地震")


@pytest.mark.parametrize(
    ("limit", "offset", "at_most", "shown", "counted"),
    [(2, 0, 100, 2, 5), (2, 0, 4, 2, 4), (9, 0, 3, 5, 3), (2, 4, 100, 1, 5), (2, 9, 100, 0, 5)],
)
def test_a_page_and_how_many_there_are(
    store: Store, limit: int, offset: int, at_most: int, shown: int, counted: int
) -> None:
    fill(store)
    page, many = store.read(search_and_count, Filter(), limit=limit, offset=offset, at_most=at_most)
    assert page == store.read(search, Filter(), limit=limit, offset=offset)
    assert (len(page), many) == (shown, counted)


def test_postgres_uses_the_index_of_the_full_text(postgres_url: str) -> None:
    opened = Store(postgres_url)
    fill(opened)

    def plan(session: Session) -> str:
        session.execute(text("SET LOCAL enable_seqscan = off"))
        condition = finding._in_postgres([[finding.Term("dam")]]).condition
        query = select(literal_column("1")).select_from(Article).where(condition)
        compiled = query.compile(session.get_bind(), compile_kwargs={"literal_binds": True})
        return "\n".join(session.scalars(text(f"EXPLAIN {compiled}")))

    assert "ix_article_fts" in opened.read(plan)
    opened.close()


def test_searches_are_saved_under_a_name(store: Store) -> None:
    first = store.write(searches.save, "quakes", Filter(words="地震", since=NOW), NOW)
    other = store.write(searches.save, "arms", Filter(words="weapon*", label="none"), NOW)
    later = NOW + timedelta(days=1)
    assert store.write(searches.save, "quakes", Filter(words="quake"), later) == first
    saved = store.read(searches.saved)
    assert [(one.name, one.id) for one in saved] == [("arms", other), ("quakes", first)]
    assert saved[0].filter == Filter(words="weapon*", label="none")
    assert store.read(searches.saved_search, first) == saved[1]
    assert store.read(searches.saved_search, "quakes").created_at == later
    store.write(searches.forget, "arms")
    assert [one.name for one in store.read(searches.saved)] == ["quakes"]
    for gone in ("arms", other):
        with pytest.raises(NotFound, match=f"no saved search {gone}"):
            store.read(searches.saved_search, gone)
    with pytest.raises(NotFound, match="no saved search arms"):
        store.write(searches.forget, "arms")
