"""What is new in a match."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain import novelty as module
from monitor.domain.facts import Quantity, facts
from monitor.domain.novelty import MOST, Heard, Memory, Names
from monitor.types import Article, Novelty

PUBLISHED = datetime(2024, 3, 12, tzinfo=UTC)


def article(text: str, *, title: str = "", language: str = "en", source: str = "") -> Article:
    return Article("", title, text, PUBLISHED, "page", language=language, source=source)


def heard(*texts: str) -> Heard:
    before = Heard()
    for text in texts:
        before.add(facts(article(text)))
    return before


def new(text: str, *earlier: str, title: str = "", source: str = "") -> Novelty:
    return heard(*earlier).novelty(facts(article(text, title=title, source=source)))


FIRST = (
    "MEMPHIS — Police said four people were shot at a night club early on Sunday. "
    "The gunman, Julian Sims, fled in a white car with a woman, detectives said."
)
SECOND = (
    "Police said four people were shot at a night club early on Sunday. "
    "Investigators found Julian Sims on Tuesday in Knoxville, where his aunt Maria Nash lives. "
    "The city will pay a reward of $5,000 for the tip."
)


def test_second_telling_of_a_story() -> None:
    assert new(SECOND, FIRST) == Novelty(
        names=("Maria Nash",),
        places=("Knoxville",),
        numbers=("$5,000",),
        sentences=(
            "Investigators found Julian Sims on Tuesday in Knoxville, where his aunt Maria Nash"
            " lives.",
            "The city will pay a reward of $5,000 for the tip.",
        ),
    )


def test_the_same_again_has_nothing_new() -> None:
    assert new(SECOND, FIRST, SECOND) == Novelty()
    assert new("", FIRST) == Novelty()


@pytest.mark.parametrize(
    ("known", "name", "is_known"),
    [
        ("joe biden", "biden", True),
        ("joe biden", "joe biden", True),
        ("joe biden", "joe r biden", True),
        ("joe biden", "jill biden", False),
        ("biden", "joe biden", True),
        ("kim jong-un", "kim jong un", True),
        ("russia", "russian", True),
        ("russians", "russia", True),
        ("memphis", "memphis police department", True),
        ("new york times", "new york", True),
        ("new york", "new jersey", False),
        ("bank of england", "bank of japan", False),
        ("joe biden", "joe", True),
        ("anna", "ann", False),
    ],
)
def test_names_known(known: str, name: str, is_known: bool) -> None:
    names = Names(10)
    names.hear([known])
    assert names.covers(name) == is_known


@pytest.mark.parametrize(
    ("earlier", "text", "expected"),
    [
        ("Police said 7 people died.", "Police said 7 officials met.", ()),
        ("Police said 7 people died.", "Police said 8 people died.", ("8 people",)),
        ("He saw 4 dead and 5 cars.", "He saw 5 dead by noon.", ("5 dead",)),
        ("He saw 1,200 soldiers.", "He saw 1200 soldiers there.", ()),
        ("It cost $40 then.", "It cost $40 and 40% more.", ("40%",)),
        ("Nothing is said.", "The man, 34, of 12 Oak Lane, drove on Interstate 95.", ()),
        ("Nothing is said.", "He saw dozens of dogs, but dozens fled.", ("dozens of dogs",)),
        ("Nothing is said.", "The 34-year-old won 3 times.", ()),
        (
            "Nothing is said.",
            "In two weeks, three young men spent 3 million.",
            ("three young men",),
        ),
    ],
)
def test_numbers(earlier: str, text: str, expected: tuple[str, ...]) -> None:
    numbers = new(text, earlier).numbers
    assert tuple(number for number in numbers if "week" not in number) == expected


def test_counts_of_days_come_last() -> None:
    assert new("In two weeks, three men fled.").numbers == ("three men", "two weeks")


def test_most_mentioned_names_come_first_and_few_are_told() -> None:
    text = " ".join(f"Then he met {name} there." for name in (
        "Ann Able", "Bob Baker", "Cat Charles", "Dan Delta", "Eve Early", "Fay Fox", "Fay Fox",
    ))  # fmt: skip
    names = new(text).names
    assert len(names) == MOST
    assert names[0] == "Fay Fox"


def test_no_outlet_no_network_no_lone_capital() -> None:
    text = (
        "He told the Memphis Courier so. It was posted on Twitter and on Twitter again. "
        "He was called a Satanist by some."
    )
    assert new(text, source="Memphis Courier").names == ()


def test_a_dateline_alone_is_no_new_place() -> None:
    assert new("WASHINGTON — He fled to Ohio. It was in Ohio.").places == ("Ohio",)


def test_long_sentences_and_furniture_are_not_shown() -> None:
    text = (
        "By Ann Lee\n\n" + "He said that " * 40 + "Maria Nash fled.\n\n"
        "Sign up for alerts about Maria Nash.\n\nFollow Maria Nash on Twitter at @nash."
    )
    assert new(text).sentences == ()
    assert new(text).names == ("Maria Nash",)


@pytest.mark.parametrize(
    ("rare", "expected"),
    [("vineyard", "Maria Nash inherits a vineyard."), ("castle", "Maria Nash bought a castle.")],
)
def test_rare_words_decide_between_sentences(rare: str, expected: str) -> None:
    def rarity(word: str) -> float:
        return 50.0 if word == rare else 1.0

    before = Heard(rarity)
    before.add(facts(article("A man inherits, a man bought.")))
    told = facts(article("Maria Nash inherits a vineyard. Maria Nash bought a castle."))
    assert before.novelty(told).sentences == (expected,)


def test_fresh_words_decide_between_sentences() -> None:
    text = "Police shot a man near Maria Nash. Maria Nash inherits a vineyard."
    told = facts(article(text))
    before = heard("Police shot a man near the river.")
    assert before.novelty(told).sentences == ("Maria Nash inherits a vineyard.",)


@pytest.mark.parametrize("unit", ["A. ", "1 a ", "$1 ", "Ab ", "a ", ".", "1 of ", "dozens "])
def test_hostile_text_takes_linear_time(unit: str) -> None:
    told = facts(article(unit * (40_000 // len(unit))))
    start = time.process_time()
    before = Heard()
    before.novelty(told)
    before.add(told)
    facts(article(unit * (40_000 // len(unit))))
    assert time.process_time() - start < 0.5


def test_japanese() -> None:
    before = Heard()
    before.add(facts(article("首相は東京で会談した。", language="ja")))
    text = "首相は東京で会談した。ゼレンスキーが3人と到着した。ゼレンスキーは発表した。"
    found = before.novelty(facts(article(text, language="ja")))
    assert found.names == ("ゼレンスキー",)
    assert found.numbers == ("3人",)
    assert found.sentences == ("ゼレンスキーが3人と到着した。",)


def test_quantities() -> None:
    told = facts(article("Police found 12 more bullets, and 3.5 million people voted."))
    assert told.sentences[0].quantities == (
        Quantity("12", "bullet", "12 more bullets"),
        Quantity("3500000", "people", "3.5 million people"),
    )


def test_memory_forgets_what_was_unheard_for_longest() -> None:
    memory = Memory[str](2)
    assert memory.hear("ab") == []
    assert memory.hear("a") == []
    assert memory.hear("c") == ["b"]
    assert "a" in memory
    assert "b" not in memory


def test_names_forgotten_are_new_again() -> None:
    names = Names(1)
    names.hear(["ann able"])
    names.hear(["bob baker"])
    assert not names.covers("ann able")
    assert names.covers("baker")


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT_NAMES", 3)
    before = heard(*(f"Then he met Ann Able{i} of Ohio." for i in range(10)))
    assert before.novelty(facts(article("Then he met Ann Able1 there."))).names == ("Ann Able1",)


def test_a_novelty_goes_through_json() -> None:
    found = new(SECOND, FIRST)
    stored = json.loads(json.dumps(asdict(found)))
    assert Novelty(**{key: tuple(value) for key, value in stored.items()}) == found


PIECES = [
    *("Ann Able ", "Bob ", "fled. ", "In Ohio, ", "12 men ", "$40 ", "\n", "the ", "“We won” "),
    *("3.5% ", "東京。", "Mr. ", "\u00a0", "said ", "of "),
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=60).map("".join) | st.text()


@settings(max_examples=200)
@given(TEXTS, TEXTS, st.sampled_from(["", "en", "de", "ja"]))
def test_all_that_is_told_stands_in_the_article(before: str, text: str, language: str) -> None:
    known = Heard()
    known.add(facts(article(before, language=language)))
    told = facts(article(text, language=language))
    found = known.novelty(told)
    assert found == known.novelty(told)
    assert len(found.sentences) <= 2
    one_line = " ".join(text.split())
    for piece in (*found.names, *found.places, *found.numbers, *found.sentences):
        assert " ".join(piece.split()) in one_line
    assert bool(found.names or found.places or found.numbers) or not found.sentences
    known.add(told)
    assert known.novelty(told) == Novelty()
