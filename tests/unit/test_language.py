"""Which language a text is in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.language import ENOUGH, identify
from monitor.domain.language_codes import declared_in, normalise
from tests.unit.texts import TEXTS


@pytest.mark.parametrize("language", TEXTS)
def test_a_report_is_recognised(language: str) -> None:
    assert identify(TEXTS[language]) == language


@pytest.mark.parametrize("language", TEXTS)
def test_sixty_characters_are_recognised(language: str) -> None:
    assert identify(" ".join(TEXTS[language].split())[:60]) == language


@pytest.mark.parametrize("language", sorted(TEXTS.keys() - {"en"}))
def test_a_template_that_says_english_is_overruled(language: str) -> None:
    assert identify(TEXTS[language], "en-US") == language


@pytest.mark.parametrize(
    ("text", "declared", "language"),
    [
        # short: what is declared counts, else what is likely, else nothing
        ("Macron", "", ""),
        ("Macron", "fr-FR", "fr"),
        ("Berlin", "ja", "ja"),
        ("Wetter heute in Berlin", "", "de"),
        ("Wetter heute in Berlin", "nl", "nl"),
        ("Japan to acquire hypersonic weapons", "", "en"),
        ("Japan to acquire hypersonic weapons", "ja", "en"),
        ("Выборы президента Украины", "en", "ru"),
        # nothing to read
        ("", "", ""),
        ("", "de-AT", "de"),
        ("12 345 – 67", "es", "es"),
        ("🦆 !?", "", ""),
        ("\ud800", "", ""),
        # scripts
        ("防衛省", "", "zh"),
        ("防衛省", "ja", "ja"),
        ("防衛省がミサイル", "", "ja"),
        ("ﾐｻｲﾙ発射", "", "ja"),
        ("NATO防衛", "en", "zh"),
        (
            "美国总统说，日语的“の”字很常见，中国也有许多商店的招牌上用它来吸引年轻的顾客",
            "ja",
            "ja",
        ),
        (TEXTS["zh"] * 3, "ja", "zh"),
        (TEXTS["zh"] * 3 + "「となりのトトロ」", "", "zh"),
        ("서울 시장 선거", "en", "ko"),
        ("Κυβέρνηση", "en", "el"),
        ("ᚠᚢᚦ", "", ""),
        # mixed
        (TEXTS["en"] + TEXTS["ru"][:60], "", "en"),
        (TEXTS["ru"] + " NATO Reuters Bloomberg", "", "ru"),
        (TEXTS["en"] + "「" + TEXTS["ja"][:40] + "」", "ja", "en"),
        # neighbours, rare languages and nonsense
        (TEXTS["da"], "no", "no"),
        (TEXTS["cs"], "sk", "sk"),
        (TEXTS["da"], "lb", "lb"),
        (TEXTS["da"], "xx", "da"),
        (TEXTS["de"].upper(), "", "de"),
    ],
)
def test_what_decides(text: str, declared: str, language: str) -> None:
    assert identify(text, declared) == language


def test_only_a_long_text_overrules() -> None:
    german = " ".join(TEXTS["de"].split())
    assert identify(german[: ENOUGH - 5], "nl") == "nl"
    assert identify(german[: ENOUGH + 5], "nl") == "de"


@pytest.mark.parametrize(
    ("declared", "language"),
    [
        ("en", "en"),
        ("EN", "en"),
        ("en-US", "en"),
        (" pt_BR.UTF-8", "pt"),
        ("zh-Hans", "zh"),
        ("de,en", "de"),
        ("deu", "de"),
        ("iw", "he"),
        ("nb-NO", "no"),
        ("nn", "no"),
        ("English", "en"),
        ("english (us)", "en"),
        ("Français", "fr"),
        ("日本語", "ja"),
        ("", ""),
        ("x-default", ""),
        ("und", ""),
        ("C", ""),
        ("{{ lang }}", ""),
        ("UTF-8", ""),
    ],
)
def test_declared_languages(declared: str, language: str) -> None:
    assert normalise(declared) == language


@pytest.mark.parametrize(
    ("markup", "found"),
    [
        ('<!doctype html><html lang="de-AT">', "de-AT"),
        ("<HTML class=a LANG=fr>", "fr"),
        ("<html xmlns='http://www.w3.org/1999/xhtml' xml:lang='pt-BR'>", "pt-BR"),
        ('<html data-lang="xx" lang="en">', "en"),
        ("<html><p lang='de'>", ""),
        ('<html lang="">', ""),
        ("<!-- " + "x" * 6_000 + ' --><html lang="de">', ""),
        ("no page", ""),
    ],
)
def test_the_language_a_page_names(markup: str, found: str) -> None:
    assert declared_in(markup) == found


@pytest.mark.timeout(2)
def test_hostile_markup_takes_no_time() -> None:
    assert declared_in("<html " * 1_000) == declared_in("<html " + "a " * 100_000) == ""


@given(st.text(), st.text(max_size=50))
def test_any_text_has_a_language_or_none(text: str, declared: str) -> None:
    found = identify(text, declared)
    assert found == normalise(found)
    assert normalise(declared) in {"", normalise(normalise(declared))}
