"""Archives judged again on a virtual clock."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from monitor import pipeline
from monitor.commands import Command, Fit
from monitor.edge import workers
from monitor.edge.archive import Archived, in_order, read_archive, read_seeds
from monitor.edge.workers import InlineWorkers
from monitor.errors import ConfigError, ParseError
from monitor.pipeline import Parts
from monitor.run import replay as module
from monitor.run.plan import Judged, Plan, Replayed, Seed
from monitor.run.replay import replay
from monitor.types import Article, TopicSettings
from tests.integration.world import DATA, SETTINGS

pytestmark = pytest.mark.usefixtures("quick_replays")
HASTE = 10
"""Three weeks of news in two days: few fits fall due, so the tests are fast."""


def hastened(name: str) -> list[dict[str, Any]]:
    """The lines of an archive, from its first moment on told ``HASTE`` times as fast."""
    rows = [json.loads(line) for line in (DATA / name).read_text("utf-8").splitlines()]
    start = min(datetime.fromisoformat(row["published"]) for row in rows)
    for row in rows:
        passed = datetime.fromisoformat(row["published"]) - start
        row["published"] = (start + passed / HASTE).isoformat()
    return rows


LINES = hastened("stories.jsonl")


def write(path: Path, rows: Iterable[dict[str, Any]]) -> Path:
    text = "".join(f"{json.dumps(row)}\n" for row in rows)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> list[Archived]:
    path = write(tmp_path_factory.mktemp("archive") / "archive.jsonl", LINES)
    return in_order(read_archive(path))[0]


@pytest.fixture(scope="module")
def seeds() -> list[Seed]:
    found = read_seeds(DATA / "story_seeds")
    return [Seed(article, f"seed {n}", id) for n, (id, article) in enumerate(found)]


def run(archive: Sequence[Archived], seeds: Sequence[Seed], **more: Any) -> Replayed:
    return asyncio.run(replay(Plan(archive, seeds, **{"settings": SETTINGS, **more})))


@pytest.fixture(scope="module")
def found(archive: list[Archived], seeds: list[Seed]) -> Replayed:
    return run(archive, seeds)


def matches(found: Replayed) -> set[str]:
    return {one.id for one in found.judged if one.relevant}


def test_an_archive_is_judged_in_the_order_of_publication(
    archive: list[Archived], found: Replayed
) -> None:
    assert [one.id for one in found.judged] == [one.id for one in archive]
    told = {row["id"] for row in LINES if row["relevant"]}
    assert told <= matches(found)
    assert len(matches(found) - told) <= 2  # false friends
    for one in found.judged:
        assert one.relevant == (one.event is not None)
        assert one.score is not None
        assert one.relevant or not (one.new_event or one.alarm or one.duplicate_of)


def test_each_event_is_opened_once_and_first(found: Replayed) -> None:
    seen: set[str] = set()
    for one in found.judged:
        if one.event is not None:
            assert one.new_event == (one.event not in seen)
            seen.add(one.event)
    assert len(seen) > 3


def test_a_duplicate_names_its_original(found: Replayed) -> None:
    links = {one.id: one.duplicate_of for one in found.judged if one.duplicate_of}
    gold = {row["id"]: row["copy_of"] for row in LINES if row["copy_of"]}
    assert links
    assert links.items() <= gold.items()


def test_the_same_archive_gives_the_same_answers(
    archive: list[Archived], seeds: list[Seed], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "InlineWorkers", InlineWorkers)  # the fits are made twice too
    first, second = (run(archive[:30], seeds, labels=1) for _ in range(2))
    assert replace(first, seconds=0) == replace(second, seconds=0)


def test_nothing_of_the_future_is_known(
    archive: list[Archived], seeds: list[Seed], found: Replayed
) -> None:
    half = len(archive) // 2
    early = run(archive[:half], seeds)
    assert [*map(_decided, early.judged)] == [*map(_decided, found.judged[:half])]


def _decided(one: Judged) -> tuple[object, ...]:
    return one.id, one.score, one.relevant, one.new_event, one.alarm, one.duplicate_of


def test_a_fit_comes_when_it_is_due_and_before_what_is_published_later(
    archive: list[Archived], seeds: list[Seed], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[datetime, Command]] = []

    async def watched(command: Command, parts: Parts) -> list[Command]:
        seen.append((parts.clock(), command))
        return await pipeline.handle(command, parts)

    monkeypatch.setattr(module, "handle", watched)
    found = run(archive, seeds)
    fits = [when for when, command in seen if isinstance(command, Fit)]
    published = {one.article.published for one in archive}
    assert 1 <= found.fits < len(fits), "not all that are due are worth it"
    assert set(fits) <= published
    assert all(before <= after for (before, _), (after, _) in pairwise(seen))


def test_seeds_of_an_archive_are_known_by_their_ids(
    archive: list[Archived], tmp_path: Path
) -> None:
    [told, *_] = [row for row in LINES if row["relevant"]]
    path = write(tmp_path / "seeds.jsonl.gz", [told])
    [(id, article)] = read_seeds(path)
    seed = Seed(article, "the first", id)
    again = replace(archive[0], id="again", article=replace(article, text_from="page"))
    ordered, _ = in_order([*(one for one in archive if one.id != id), again])
    judged = {one.id: one for one in run(ordered, [seed]).judged}
    assert id not in judged
    assert judged["again"].duplicate_of == id
    assert not judged["again"].new_event


def test_labels_are_answered_from_the_gold(
    archive: list[Archived], seeds: list[Seed], found: Replayed
) -> None:
    taught = run(archive, seeds, labels=3)
    assert (taught.labels, found.labels) == (3, 0)
    assert taught.fits >= 4
    before = len(archive) // 6  # the first question comes in the middle of the first third
    scores = [
        (one.score, other.score) for one, other in zip(taught.judged, found.judged, strict=True)
    ]
    assert all(one == other for one, other in scores[:before])
    assert any(one != other for one, other in scores)


def test_questions_without_a_known_answer_are_passed_over(
    archive: list[Archived], seeds: list[Seed]
) -> None:
    few = [replace(one, relevant=None) if n % 2 else one for n, one in enumerate(archive[:8])]
    asked = run(few, seeds, labels=8)
    copies = sum(one.duplicate_of is not None for one in asked.judged[::2])  # nobody asks of them
    assert asked.labels == 4 - copies


def test_all_relevant_asks_events_only(archive: list[Archived]) -> None:
    told = [one for one in archive if one.relevant]
    found = run(told, [], settings=TopicSettings(), all_relevant=True)
    assert matches(found) == {one.id for one in told}
    assert found.judged[0].new_event
    assert found.fits == 1
    assert 1 < len({one.event for one in found.judged}) < len(told)


def test_all_relevant_means_articles_in_every_language(
    archive: list[Archived], seeds: list[Seed]
) -> None:
    told = [one for one in archive if one.relevant][:4]
    foreign = [
        replace(one.article, language=code)
        for one, code in zip(told[:2], ("de", "fr"), strict=True)
    ]
    mixed = [
        replace(one, article=article) for one, article in zip(told[:2], foreign, strict=True)
    ] + told[2:]
    for given in (seeds, []):
        found = run(mixed, given, settings=TopicSettings(), all_relevant=True)
        assert all(one.relevant for one in found.judged)


def test_an_article_without_words_is_judged_too(archive: list[Archived], seeds: list[Seed]) -> None:
    empty = replace(archive[0], id="empty", article=replace(archive[0].article, title="", text=""))
    judged = {one.id: one for one in run([empty, *archive[:3]], seeds).judged}
    assert not judged["empty"].relevant


def test_seeds_that_say_nothing_are_refused(archive: list[Archived]) -> None:
    mute = Article("", "...", "?", None, "seed", language="en")
    with pytest.raises(ConfigError, match="no seed"):
        run(archive, [Seed(mute, "mute")])


def test_an_empty_archive_has_no_answers(seeds: list[Seed]) -> None:
    assert run([], seeds).judged == ()


# ---------------------------------------------------------------- reading archives


def read(tmp_path: Path, *rows: dict[str, Any], topic: str | None = None) -> list[Archived]:
    return list(read_archive(write(tmp_path / "some.jsonl", rows), topic=topic))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2016-05-27", "2016-05-27T00:00:00+00:00"),
        ("2016-05-27T10:30:00", "2016-05-27T10:30:00+00:00"),
        ("2016-05-27T10:30:00Z", "2016-05-27T10:30:00+00:00"),
        ("2016-05-27T10:30:00+02:00", "2016-05-27T08:30:00+00:00"),
        ("1987-02-26T15:01:01Z", "1987-02-26T15:01:01+00:00"),
    ],
)
def test_dates(tmp_path: Path, written: str, meant: str) -> None:
    [one] = read(tmp_path, {"id": "a", "published": written})
    assert one.article.published == datetime.fromisoformat(meant)


def test_order_is_that_of_publication_then_that_of_the_file(tmp_path: Path) -> None:
    days = [("c", "2020-01-02"), ("b", "2020-01-01"), ("x", None), ("a", "2020-01-01")]
    rows = read(tmp_path, *({"id": id, "published": day} for id, day in days))
    ordered, undated = in_order(rows)
    assert [one.id for one in ordered] == ["b", "a", "c"]
    assert undated == 1


def test_texts_are_made_harmless(tmp_path: Path) -> None:
    [one] = read(
        tmp_path, {"id": "a", "title": "A\u202e\n b", "text": "x\x00y\ud800", "lang": "DE"}
    )
    assert (one.article.title, one.article.text) == ("A b", "xy")
    assert one.article.language == "de"


@pytest.mark.parametrize(
    ("row", "topic", "relevant"),
    [
        ({"relevant": 1}, None, True),
        ({"relevant": 0}, None, False),
        ({"relevant": None}, None, None),
        ({}, None, None),
        ({"topic": "oil"}, None, None),
        ({"topic": "oil"}, "oil", True),
        ({"topic": ["gas", "oil"]}, "oil", True),
        ({"topic": "oil spill"}, "oil", False),
        ({}, "oil", False),
        ({"topic": "flu", "relevant": 1}, "oil", False),
        ({"topic": "oil", "relevant": 0}, "oil", False),
        ({"topic": "oil", "relevant": None}, "oil", None),
    ],
)
def test_gold(
    tmp_path: Path, row: dict[str, Any], topic: str | None, relevant: bool | None
) -> None:
    [one] = read(tmp_path, {"id": "a", **row}, topic=topic)
    assert one.relevant is relevant


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('{"id": "b"', "delimiter"),
        ("[1]", "is no JSON object"),
        ('{"title": "x"}', "id: is missing"),
        ('{"id": 7}', "id: 7 is no text"),
        ('{"id": "a"}', "the id a is there twice"),
        ('{"id": "b", "published": "last week"}', 'published: "last week" is no ISO 8601 time'),
        ('{"id": "b", "published": "0001-01-01T00:00:00+14:00"}', "out of range"),
        ('{"id": "b", "text": ["x"]}', "text: "),
        ('{"id": "b", "relevant": "yes"}', "relevant: 'yes' is none of"),
        ("[" * 100_000, "recursion"),
        ("\udcff", "codec"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, problem: str) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_bytes(f'{{"id": "a"}}\n\n{line}\n'.encode(errors="surrogateescape"))
    with pytest.raises(ParseError, match=problem) as raised:
        list(read_archive(path))
    assert str(raised.value).startswith(f"{path}: line 3: ")


@pytest.mark.parametrize("damage", [lambda b: b[:-20], lambda b: b[:30] + b"\0\0\0\0" + b[34:]])
def test_damaged_gzip_is_named(tmp_path: Path, damage: Any) -> None:
    path = write(tmp_path / "some.jsonl.gz", LINES)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ParseError, match="gzip"):
        list(read_archive(path))


def test_gzip_is_known_by_its_bytes(tmp_path: Path) -> None:
    packed = write(tmp_path / "some.jsonl.gz", LINES)
    assert len(list(read_archive(packed.rename(tmp_path / "some.jsonl")))) == len(LINES)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    for read_it in (lambda p: list(read_archive(p)), read_seeds):
        with pytest.raises(ConfigError, match="cannot be read"):
            read_it(tmp_path / "none.jsonl")
    with pytest.raises(ConfigError, match="holds no article"):
        read_seeds(tmp_path)
