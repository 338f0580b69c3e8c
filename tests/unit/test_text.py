"""Tokens, terms and phrases."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.phrases import objection
from monitor.domain.stemming import lower
from monitor.domain.stopwords import STOP_WORDS
from monitor.domain.text import (
    LEAD_PAIRS,
    LEAD_WORDS,
    LONGEST_TOKEN,
    forms,
    terms,
    tokens,
)
from monitor.types import Article
from tests.unit.texts import TEXTS


def article(title: str = "", text: str = "", language: str = "") -> Article:
    return Article("", title, text, None, "page", language=language)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The F-35 flew.", ["the", "f-35", "flew"]),
        ("1,200.5 km at 10:30, in 2022.", ["1,200.5", "km", "at", "10:30", "in", "2022"]),
        ("Austin's talks", ["austin", "talks"]),
        ("Austin’s talks", ["austin", "talks"]),
        ("don’t stop", ["don't", "stop"]),
        ("the U.S. and the U.N.", ["the", "us", "and", "the", "un"]),
        ("H1N1 and Covid-19", ["h1n1", "and", "covid-19"]),
        ("20-year-old, 21st", ["20", "year-old", "21st"]),
        ("Ｗｉｄｅ", ["wide"]),
        ("soft\u00adhyphen", ["softhyphen"]),
        ("防衛省", ["防衛", "衛省"]),
        ("北", ["北"]),
        ("हिन्दी भाषा", ["हिन्दी", "भाषा"]),
        ("NATO防衛", ["nato", "防衛"]),
        ("\u0308ski e\u0308\u0301ab", ["\u0308ski", "ë\u0301ab"]),
        ("ก.พ. ๒๕๖๗ ปี", ["กพ", "๒๕๖๗", "ปี"]),
        ("_ – … \x00 \ud800", []),
        ("a" * (LONGEST_TOKEN + 1) + " b", ["b"]),
    ],
)
def test_tokens(text: str, expected: list[str]) -> None:
    assert tokens(text) == expected


@pytest.mark.parametrize("word", ["storm", "u.s.a.", "1,200.5", "o'neill's", "été", "防衛省"])
def test_a_long_text_has_the_tokens_of_its_words(word: str) -> None:
    assert tokens(f"{word} " * 1000) == tokens(word) * 1000


def test_terms_are_stems_of_title_and_text_without_stop_words() -> None:
    found = terms(article("Missiles tested", "The missile test, said Hamada on Wednesday."))
    assert found == {"missil": 2, "test": 2, "hamada": 1}


def test_only_the_lead_of_the_body_counts() -> None:
    found = terms(article("", "storm " * LEAD_WORDS + "flood"))
    assert found == {"storm": LEAD_WORDS}


def test_the_language_decides_stems_and_stop_words() -> None:
    german = "Die Minister haben sich mit den Ministern in Berlin getroffen"
    assert set(terms(article("", german, "de"))) == {"minist", "berlin", "getroff"}
    assert "die" in terms(article("", german, "en"))
    assert terms(article("", "lines", "")) == {"line": 1}
    assert terms(article("", "lines", "en-GB")) == {"line": 1}


def by_term(written: Counter[tuple[str, str]]) -> Counter[str]:
    found: Counter[str] = Counter()
    for (term, _), count in written.items():
        found[term] += count
    return found


def test_a_term_is_counted_in_each_of_its_forms() -> None:
    written = forms(article("Missile", "missiles over Tokyo, more missiles"))
    assert written["missil", "missiles"] == 2
    assert written["missil", "Missile"] == written["tokyo", "Tokyo"] == 1


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("fr", "L'école d'Artagnan, aujourd'hui jusqu'à l'Élysée", {"écol", "artagnan", "élys"}),
        ("fr", "dit-il de l’affaire, a-t-elle précisé", {"affair"}),
        ("it", "L'inchiesta dell'Aquila, c'è quell'uomo", {"inchiest", "aquil", "uom"}),
        ("ca", "l'illa d'Andorra, illa", {"il", "andorr"}),
        ("pt", "tornou-se ministro, disse-lhe; guarda-costas", {"torn", "ministr", "guarda-cost"}),
        ("en", "the D'Angelo inquest", {"d'angelo", "inquest"}),
        ("de", "Muß die Straßenbahn? STRASSENBAHN muss", {"strassenbahn"}),
        ("de", "Häuser, Haus; Größe, größer; Donauschiff", {"haus", "gross", "donauschiff"}),
        ("ru", "Ещё «ёлочки»: самолёты и самолетов", {"елочк", "самолет"}),
        ("nl", "Ĳsland, IJsland; foto's van één minister", {"ijsland", "foto", "minister"}),
        ("tr", "İSTANBUL'DA ışık, IŞIK; İstanbul'un", {"istanbul", "ışık"}),
        ("ro", "naţiuni, națiuni", {"națiun"}),
        ("hr", "premijeru, premijera; vladi i vlade", {"premer", "vlad"}),
        ("sr", "полиције, policije", {"policij"}),
        ("pl", "rządu i rządem, według ministra", {"rząd", "ministr"}),
        ("uk", "президента, президентом; Covid-19; прем'єр-міністр",
         {"прези", "covid-19", "прем'єр-міністр"}),
        ("bg", "правителството, правителство", {"прави"}),
        ("he", "ממשלת, ממשלה", {"ממשלת", "ממשלה"}),
        ("xx", "lines, linesman", {"lines"}),
        ("vi", "Thương mại nghiêng", {"thương", "mại", "nghiêng"}),
        ("ja", "防衛省はロケットについて",
         {"防衛", "衛省", "省は", "はロ", "ロケ", "ケッ", "ット", "トに"}),
        ("zh", "我们的外交部", {"们的", "的外", "外交", "交部"}),
        ("ko", "서울에서 회담했다", {"서울", "울에", "회담", "담했"}),
    ],
)  # fmt: skip
def test_terms_of_other_languages(language: str, text: str, expected: set[str]) -> None:
    assert set(terms(article("", text, language))) == expected


def test_what_hangs_on_a_word_is_not_part_of_its_written_form() -> None:
    assert forms(article("", "L'Élysée, à l'Élysée", "fr")) == {("élys", "Élysée"): 2}


def test_stop_words_are_in_the_spelling_that_words_are_compared_in() -> None:
    for language, words in STOP_WORDS.items():
        odd = {word for word in words if lower(word, language) != word}
        assert not odd, f"{language}: {sorted(odd)}"


def test_stop_words_cover_most_of_plain_text() -> None:
    for language in ("de", "es", "fr", "it", "nl", "pt", "ru", "sv", "da", "pl", "uk", "cs", "bg"):
        text = article("", TEXTS[language], language)
        assert sum(terms(text).values()) < 0.75 * len(tokens(text.text)), language


def test_unspaced_scripts_have_as_much_lead_as_others() -> None:
    assert terms(article("", "東" * 2 * LEAD_PAIRS, "ja")) == {"東東": LEAD_PAIRS}


def test_a_text_may_be_read_in_another_language_than_its_own() -> None:
    one = article("Häuser", "the lines", "de")
    assert terms(one, "en") == terms(article("Häuser", "the lines", "en")) != terms(one)
    assert by_term(forms(one, "en")) == terms(one, "en")
    assert terms(one, "de") == terms(one)


def test_terms_are_counted_once_and_cannot_be_changed() -> None:
    one = article("Storm warning", "A storm came.", "en")
    found = terms(one)
    assert terms(article("Storm warning", "A storm came.", "en")) is found
    with pytest.raises(TypeError):
        found["storm"] = 9  # type: ignore[index]
    assert terms(article("Storm", "warning. A storm came.", "en")) == found
    assert terms(article("Storm warning", "A storm came", "fr")) is not found


@given(st.text(), st.text(), st.sampled_from(["", "en", "de", "ru", "ja", "tr", "zz", "🦆", "fr"]))
def test_any_text_has_terms_or_none(title: str, text: str, language: str) -> None:
    one = article(title, text, language)
    found = terms(one)
    assert all(term and count > 0 for term, count in found.items())
    assert by_term(forms(one)) == found


@pytest.mark.parametrize("text", ["'-" * 200_000, "a." * 200_000, "a-" * 200_000, "1," * 200_000])
@pytest.mark.timeout(2)
def test_hostile_text_takes_no_time(text: str) -> None:
    terms(article(text, text))


@pytest.mark.parametrize(
    ("must", "exclude", "reason"),
    [
        ((), (), ""),
        (("hypersonic",), (), ""),
        (("HYPERSONIC  weapons",), (), ""),
        (("hyper",), (), "does not contain “hyper”"),
        (("laser|hypersonic",), (), ""),
        (("laser|railgun",), (), "does not contain “laser” or “railgun”"),
        (("hypersonic", "laser"), (), "does not contain “laser”"),
        ((), ("weapon",), ""),
        ((), ("football|weapons",), "contains “football” or “weapons”"),
        ((), ("C++",), "contains “C++”"),
        (("防衛",), (), ""),
    ],
)
def test_phrases(must: tuple[str, ...], exclude: tuple[str, ...], reason: str) -> None:
    one = article("Hypersonic\nweapons", "written in C++, says 日本の防衛省")
    assert objection(one, must, exclude) == reason
