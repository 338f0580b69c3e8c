"""Names, places, numbers, days and quotations of an article."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.credits import is_credit, is_heading
from monitor.domain.mentions import LEAD_WORDS, mentions

TUESDAY = date(2024, 3, 12)


def names(text: str, *, title: str = "", language: str = "en") -> list[str]:
    return list(mentions(title, text, language).names)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Yesterday Julian Sims fled.", ["julian sims"]),
        ("He met President Barack Obama there.", ["barack obama"]),
        ("He met U.S. Secretary of State John Kerry.", ["us", "john kerry"]),
        ("It hit New Mexico Gov. Gary Johnson hard.", ["new mexico", "gary johnson"]),
        ("So said Hawthorne Police Chief Ann Lee.", ["hawthorne", "ann lee"]),
        ("He asked General Motors and General Mark Milley.", ["general motors", "mark milley"]),
        ("He left the Bank of England.", ["bank of england"]),
        ("So said Bernie Sanders of Vermont.", ["bernie sanders", "vermont"]),
        ("He saw Ursula von der Leyen.", ["ursula von der leyen"]),
        ("He saw Bashar al-Assad.", ["bashar al-assad"]),
        ("He saw Brazil's Lula da Silva.", ["brazil", "lula da silva"]),
        ("Go to Orange County Sheriff's Department.", ["orange county sheriff department"]),
        ("the FBI and the U.N. and the UN", ["fbi", "un"]),
        ("It was John F. Kennedy Jr. himself.", ["john f kennedy"]),
        ("The Washington-based Arms Trust paid.", ["washington", "arms trust"]),
        ("It happened in Ohio Tuesday.", ["ohio"]),
        ("It was Super Tuesday again.", ["super tuesday"]),
        ("on March 3 or Monday", []),
        ("he told CNN's Jake Tapper and the Associated Press", []),
        ("under Article 50 and Section 8", []),
        ("see twitter.com/JohnDoe or @JaneDoe", []),
        ("Groggy, he woke. Nobody came. Witnesses spoke.", []),
        ("Sims fled. They say that Sims hid.", ["sims"]),
        ("Julian Sims fled. Sims hid.", ["julian sims", "sims"]),
        ("Mars is red. Mars is far. Mars is cold.", ["mars"]),
        ("Fire broke out. Fire spread. Fire stopped. The fire is out.", []),
        ("He saw the White House. White House aides knew.", ["white house"]),
        ("", []),
    ],
)
def test_names(text: str, expected: list[str]) -> None:
    assert names(text) == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        (
            "de",
            "Die Regierung lobte Bundeskanzler Olaf Scholz. Die CDU nicht.",
            ["olaf scholz", "cdu"],
        ),
        (
            "de",
            "Er traf Angela Merkel. Das Treffen mit Merkel war kurz.",
            ["angela merkel", "merkel"],
        ),
        ("de", "Er zahlte zwei Millionen Euro.", []),
        ("de", "Er lebt in Hamburg und steht in Frage.", ["hamburg"]),
        ("fr", "Le président Emmanuel Macron parle.", ["emmanuel macron"]),
        ("es", "Habló el Ministerio de Defensa.", ["ministerio de defensa"]),
        ("ru", "Об этом Владимир Путин сказал в Москве.", ["владимир путин", "москве"]),
        ("ja", "バイデン大統領はNATOと会談した。", ["nato", "バイデン"]),
        ("zh", "北约和NATO表示", ["nato"]),
        ("ar", "قال الرئيس", []),
    ],
)
def test_names_by_language(language: str, text: str, expected: list[str]) -> None:
    assert names(text, language=language) == expected


def test_a_title_in_title_case_gives_no_names_of_its_own() -> None:
    text = "Police say that Julian Sims was arrested."
    assert names(text, title="Man Arrested After Shooting Near School") == ["julian sims"]
    assert names(text, title="Police seek Maria Nash after shooting") == [
        "maria nash",
        "julian sims",
    ]


def test_counts_and_the_common_form_as_written() -> None:
    found = mentions("", "VALLEJO (KPIX) – He fled. In Vallejo, John Doe and Vallejo mourn.", "en")
    assert found.names == {"vallejo": 3, "john doe": 1}
    assert found.written["vallejo"] == "Vallejo"


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "He was shot in Akron, Ohio, at noon.", {"akron", "ohio"}),
        ("en", "He fled from Ohio and came home from Ohio.", {"ohio"}),
        ("en", "A letter from Obama; another from Obama. He is Barack Obama.", set()),
        ("en", "ORLANDO, Fla. (AP) — He fled.", {"orlando"}),
        ("en", "MEMPHIS — He fled.", {"memphis"}),
        ("en", "Islamabad, Pakistan (CNN) -- He fled.", {"islamabad"}),
        ("de", "Er lebt in Berlin und in Haft.", {"berlin"}),
        ("fr", "Il vit à Paris.", {"paris"}),
        ("es", "Vive en Sevilla.", {"sevilla"}),
        ("it", "Abita a Roma.", {"roma"}),
        ("pt", "Mora em Lisboa.", {"lisboa"}),
        ("nl", "Zij woont in Utrecht.", {"utrecht"}),
    ],
)
def test_places(language: str, text: str, expected: set[str]) -> None:
    assert mentions("", text, language).places == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "1,200 or 1200 soldiers", {"1200"}),
        ("en", "3.5 million people, 3.5% and 4 percent", {"3500000", "3.5%", "4%"}),
        ("en", "$40, £1.2bn and $3 million", {"$40", "£1200000000", "$3000000"}),
        ("en", "Two dead, twelve hurt, dozens saved", {"2", "12", "dozens"}),
        ("en", "one dead, and no one knows", {"1"}),
        ("en", "in 2019, at 3:15, at 3 p.m., on March 5", set()),
        ("en", "2,019 people in 2019", {"2019"}),
        ("en", "call 480-948-6377, the vote was 5-4, H1N1, 25th", set()),
        ("en", "http://example.org/2/33?a=44", set()),
        ("de", "1.200 Menschen, 3,5 Milliarden Euro, um 15 Uhr am 3. Mai", {"1200", "3500000000"}),
        ("fr", "1 200 amendements et 3,5 %", {"1200", "3.5%"}),
        ("ja", "死者は12人", {"12"}),
    ],
)
def test_numbers(language: str, text: str, expected: set[str]) -> None:
    assert mentions("", text, language).numbers == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "on March 3, 2020", {"2020-03-03"}),
        ("en", "on Dec. 30 and 2 January", {"2023-12-30", "2024-01-02"}),
        ("en", "on Monday", {"2024-03-11"}),
        ("en", "on Tuesday", {"2024-03-12"}),
        ("en", "on 2024-02-30 and 2024-02-29", {"2024-02-29"}),
        ("en", "in March 2020, and in May 20 people", {"2024-05-20"}),
        ("de", "am 3. März 2020 und am Freitag", {"2020-03-03", "2024-03-08"}),
        ("fr", "le 1er avril", {"2024-04-01"}),
        ("es", "el 3 de marzo de 2021", {"2021-03-03"}),
        ("ru", "12 марта", {"2024-03-12"}),
        ("ja", "3月12日", set()),
    ],
)
def test_dates(language: str, text: str, expected: set[str]) -> None:
    assert mentions("", text, language, TUESDAY).dates == expected


def test_without_a_date_of_publication_only_full_dates_are_told() -> None:
    assert mentions("", "on Monday, March 3, and on March 4, 2020", "en").dates == {"2020-03-04"}


def test_quotations_of_four_words_and_more() -> None:
    found = mentions(
        "", '“We will not yield,” she said. "Never again" and «Nous ne céderons pas».', ""
    )
    assert found.quotes == {"we will not yield", "nous ne céderons pas"}


def test_lines_broken_at_a_fixed_width_are_one_text() -> None:
    text = "Troubles have delayed\nthe contract between South\nKorea and Westinghouse, said\n"
    expected = ["south korea", "westinghouse", "seoul"]
    assert names(text + "people near the firms\nas they met in Seoul.") == expected


def test_headings_captions_and_links_give_no_names() -> None:
    text = "In Ohio they fled.\nWoman escapes in Texas\nMORE NEWS FROM IOWA\nThey hid."
    assert names(text) == ["ohio"]
    assert names("Woman escapes in Texas") == ["texas"]


def test_only_the_lead_is_read() -> None:
    assert names("word " * (LEAD_WORDS - 2) + "saw Maria Nash") == ["maria"]


@pytest.mark.parametrize(
    "line",
    [
        "By John Smith",
        "By Ann Lee and Bob Roe, Staff Writers",
        "-- Marisa Gerber",
        "Photo: Ann Lee",
        "Photo by Ann Lee",
        "Ann Lee/Getty Images",
        "Sign up for our mail",
        "Read more about it",
        "Follow us on Facebook",
        "Anyone with information is asked to call 555-1234.",
        "https://example.org/a",
        "Posted: Sunday, March 8, 2015 11:41 AM EDT",
    ],
)
def test_credits(line: str) -> None:
    assert is_credit(line)


@pytest.mark.parametrize(
    "line",
    [
        "By noon, police had arrested two men.",
        "Police released a photo of the man.",
        "The Associated Press reported that he had fled.",
        "For more than a year nobody knew.",
        "This is why it matters.",
    ],
)
def test_prose_is_no_credit(line: str) -> None:
    assert not is_credit(line)
    assert not is_heading(line)


TEXTS = (
    st.text(st.sampled_from(list("ABcd é'’.-—,:;“”\"()$%0123\n\u00a0東カタ")), max_size=200)
    | st.text()
)


@given(TEXTS, TEXTS, st.sampled_from(["", "en", "de", "fr", "ja", "xx"]))
def test_every_name_stands_in_the_article(title: str, text: str, language: str) -> None:
    found = mentions(title, text, language, TUESDAY)
    assert found == mentions(title, text, language, TUESDAY)
    assert found.names.keys() == found.written.keys()
    assert found.places <= found.names.keys()
    assert all(count > 0 for count in found.names.values())
    for surface in found.written.values():
        assert surface in title or " ".join(surface.split()) in " ".join(text.split())


@given(st.dates(min_value=date.min, max_value=date.max))
def test_any_date_of_publication(published: date) -> None:
    mentions("", "On Monday, Feb. 29, and on Dec. 31.", "en", published)


@pytest.mark.parametrize(
    "unit",
    ["A", "Ab ", "A.", "A. ", '"', "“", "1", "1,", "1 ", "$1.", "A-", "A'", "of A ", "\n", "(A) "],
)
@pytest.mark.parametrize("language", ["en", "de"])
def test_hostile_text_takes_linear_time(unit: str, language: str) -> None:
    hostile = unit * (40_000 // len(unit))
    start = time.process_time()
    mentions(hostile, hostile, language, TUESDAY)
    assert time.process_time() - start < 0.5
