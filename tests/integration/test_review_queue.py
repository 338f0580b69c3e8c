"""What is asked about, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from models import Article, Event, Judgement, Model
from monitor.domain.review import CHANCE_EVERY
from monitor.edge.store import corrections, review, seeds, undoing
from monitor.edge.store.review import EXCERPT, questions, review_candidates
from monitor.edge.store.store import Store
from monitor.errors import NotFound
from monitor.types import TopicSettings

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
THRESHOLD = 0.3


@pytest.fixture
def topic(store: Store) -> int:
    """A topic with a model and without articles."""
    made = store.write(seeds.add_topic, "dams", TopicSettings(), [], NOW)

    def fit(session: Session) -> None:
        session.add(
            Model(topic_id=made, created_at=NOW, threshold=THRESHOLD, format=0, body=b"model")
        )
        session.add(Event(topic_id=made, title="A dam bursts"))

    store.write(fit)
    return made


def judged(store: Store, topic: int, *scores: float, **values: Any) -> list[int]:
    """Judgements of articles, in order; those at or above the threshold are of the event."""

    def add(session: Session) -> list[int]:
        made = []
        for score in scores:
            number = session.query(Article).count()
            row = {"title": f"Title {number}", "text": "One. Two.", "url": f"http://a.b/{number}"}
            article = Article(
                key=f"k{number}", host="", state="collected", not_before=NOW, first_seen_at=NOW,
                text_from="page", source="The Post", **row | values.get("article", {}),
            )  # fmt: skip
            session.add(article)
            session.flush()
            judgement = {
                "state": "judged",
                "model_id": 1,
                "score": score,
                "probability": 0.5,
                "judged_at": NOW + timedelta(seconds=number),
                "event_id": 1 if score >= THRESHOLD else None,
            } | values.get("judgement", {})
            one = Judgement(topic_id=topic, article_id=article.id, not_before=NOW, **judgement)
            session.add(one)
            session.flush()
            made.append(one.id)
        return made

    return store.write(add)


def asked(store: Store, limit: int = 100, **options: Any) -> list[int]:
    return [one.match.id for one in store.read(questions, "dams", limit=limit, **options)]


def test_the_nearest_to_the_threshold_come_first(store: Store, topic: int) -> None:
    far, near, match = judged(store, topic, 0.1, 0.29, 0.32)
    assert asked(store) == [near, match, far]
    assert asked(store, 2) == [near, match]
    assert asked(store, skip={near}) == [match, far]


def test_what_a_question_shows(store: Store, topic: int) -> None:
    [match] = judged(store, topic, 0.31)
    [one] = store.read(questions, "dams", limit=5)
    assert (one.match.id, one.match.event, one.event_title) == (match, 1, "A dam bursts")
    assert (one.match.topic, one.match.title, one.match.source) == ("dams", "Title 0", "The Post")
    assert (one.match.score, one.threshold, one.probability) == (0.31, THRESHOLD, 0.5)
    assert (one.excerpt, one.drawn) == ("One. Two.", False)
    judged(store, topic, 0.1)
    rejected = store.read(questions, "dams", limit=5)[-1]
    assert (rejected.match.event, rejected.event_title) == (0, "")


def test_every_fifth_is_drawn_among_the_rejected(store: Store, topic: int) -> None:
    judged(store, topic, *[0.3 + n / 1000 for n in range(20)])
    rejected = judged(store, topic, *[-0.5 + n / 1000 for n in range(20)])
    found = store.read(questions, "dams", limit=15)
    drawn = [place for place, one in enumerate(found, 1) if one.drawn]
    assert drawn == [CHANCE_EVERY, 2 * CHANCE_EVERY, 3 * CHANCE_EVERY]
    assert {one.match.id for one in found if one.drawn} <= set(rejected)


def test_labels_count_as_questions_before(store: Store, topic: int) -> None:
    ids = judged(store, topic, *[0.3 + n / 1000 for n in range(10)])
    [rejected] = judged(store, topic, -0.5)
    for one in ids[: CHANCE_EVERY - 1]:
        store.write(corrections.label, one, "relevant", NOW)
    assert store.read(review.labels, topic) == CHANCE_EVERY - 1
    first = store.read(questions, "dams", limit=5)[0]
    assert (first.match.id, first.drawn) == (rejected, True)


def test_what_is_not_drawn_is_not_said_to_be(store: Store, topic: int) -> None:
    """At the fifth place stands a match where nothing is rejected."""
    judged(store, topic, *[0.3 + n / 1000 for n in range(10)])
    assert not any(one.drawn for one in store.read(questions, "dams", limit=10))


@pytest.mark.parametrize(
    "values",
    [
        {"judgement": {"label": "relevant"}},
        {"judgement": {"seed": "upload:dam.txt"}},
        {"judgement": {"state": "pending"}},
        {"judgement": {"copy_of_id": 1}},
        {"judgement": {"judged_at": None, "score": None, "model_id": None, "label": "relevant"}},
        {"article": {"text": None}},
    ],
)
def test_what_is_not_asked_about(store: Store, topic: int, values: dict[str, Any]) -> None:
    [plain] = judged(store, topic, 0.31)
    judged(store, topic, 0.3, **values)
    assert asked(store) == [plain]


def test_an_undone_label_is_asked_about_again(store: Store, topic: int) -> None:
    [one] = judged(store, topic, 0.31)
    action = store.write(corrections.label, one, "irrelevant", NOW, drawn=True)
    assert asked(store) == []
    store.write(undoing.undo, action, NOW)
    assert asked(store) == [one]


def test_only_the_latest_judgements_are_asked_about(
    store: Store, topic: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(review, "RECENT", 2)
    early, middle, late = judged(store, topic, 0.31, 0.32, 0.33)
    assert asked(store) == [middle, late]
    store.write(
        lambda s: s.execute(
            update(Judgement).where(Judgement.id == early).values(judged_at=NOW + timedelta(days=1))
        )
    )
    assert asked(store) == [early, late]


@pytest.mark.parametrize(
    ("text", "excerpt"),
    [
        ("A dam burst. Nobody was hurt.", "A dam burst. Nobody was hurt."),
        ("Yes. " * 3 + "B" * EXCERPT + ". End.", "Yes. Yes. Yes."),
        ("word " * 200, "word " * 79 + "word…"),
        ("A dam burst.\n\n" + "Many words more " * 100, "A dam burst."),
    ],
)
def test_an_excerpt_ends_with_a_sentence(store: Store, topic: int, text: str, excerpt: str) -> None:
    judged(store, topic, 0.31, article={"text": text})
    [one] = store.read(questions, "dams", limit=1)
    assert one.excerpt == excerpt
    assert len(one.excerpt) <= EXCERPT


def test_an_unknown_topic(store: Store) -> None:
    with pytest.raises(NotFound, match="no topic dams"):
        asked(store)


def test_the_queue_is_read_by_its_index(store: Store, topic: int) -> None:
    """However many judgements there are: the plan sorts none of them."""
    rows = [
        {
            "key": f"k{n}", "url": "", "host": "", "state": "collected", "not_before": NOW,
            "first_seen_at": NOW, "title": "T", "text": "x",
        }
        for n in range(3000)
    ]  # fmt: skip
    store.write(lambda s: s.execute(insert(Article), rows))
    made = [
        {
            "topic_id": topic, "article_id": n + 1, "state": "judged", "not_before": NOW,
            "judged_at": NOW + timedelta(seconds=n), "model_id": 1, "score": n / 3000,
        }
        for n in range(3000)
    ]  # fmt: skip
    store.write(lambda s: s.execute(insert(Judgement), made))
    found = store.read(review_candidates, topic)
    assert [one.judgement for one in found] == list(range(3000, 2000, -1))
