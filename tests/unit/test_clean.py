"""Text and dates from outside, made harmless."""

from __future__ import annotations

import sys
import unicodedata
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.charsets import decode, decode_xml
from monitor.domain.clean import clean_line, clean_text, strip_html
from monitor.domain.dates import parse_date, plausible

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("a\x00b\x07c\x7fd\x9fe", "abcde"),
        ("a\ud800b\udfffc", "abc"),
        ("evil\u202egnp.exe\u2066x\u2069", "evilgnp.exex"),
        ("zero\u200bwidth\u200d\ufeff\u2060\xad", "zerowidth"),
        ("a\r\nb\rc\x85d\u2028e\u2029f\vg", "a\nb\nc\nd\ne\nf\ng"),
        ("  a \t b\xa0c  \n  d ", "a b c\nd"),
        ("a\n\n\n\n\nb", "a\n\nb"),
        ("e\u0301", "é"),
        ("日本語 \U0001f600", "日本語 \U0001f600"),
    ],
)
def test_clean_text(raw: str, expected: str) -> None:
    assert clean_text(raw) == expected


def test_clean_line_has_no_line_break_to_inject_a_header_with() -> None:
    assert clean_line("Subject\r\nBcc: a@e.org\u2028x\x85y") == "Subject Bcc: a@e.org x y"


@given(st.text())
def test_cleaning_is_idempotent_and_thorough(raw: str) -> None:
    text = clean_text(raw)
    assert clean_text(text) == text
    assert clean_line(clean_line(raw)) == clean_line(raw)
    assert not any(unicodedata.category(c) in {"Cc", "Cs"} for c in text.replace("\n", ""))
    assert "\n" not in clean_line(raw)


def test_a_pile_of_combining_marks_is_cut_in_linear_time() -> None:
    assert len(clean_text("a" + "\u0327\u0301" * 500_000)) <= 32


def test_every_combining_mark_lies_in_the_range_that_is_cut() -> None:
    highest = max(c for c in range(sys.maxunicode + 1) if unicodedata.combining(chr(c)))
    assert len(clean_text("a" + chr(highest) * 100)) == 31


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("plain", "plain"),
        ("5 < 6 &amp; 7 > 6", "5 < 6 & 7 > 6"),
        ("<p>One<p>Two", "One\n\nTwo"),
        ("One<br/>two <b>bold</b>", "One\ntwo bold"),
        ("a<script>alert(1)</script>b<style>p{}</style>c", "abc"),
        ("<!-- hidden -->shown", "shown"),
        ("<!-- never closed", ""),
        ("&lt;b&gt; as text", "<b> as text"),
        ("<li>é</li>\x00<li>&#xD800;x</li>", "é\n\n\ufffdx"),
    ],
)
def test_strip_html(markup: str, expected: str) -> None:
    assert strip_html(markup) == expected


@given(st.text() | st.lists(st.sampled_from(["<p>", "<", "</p>", "&", "&#0;", "<!", "a", "\x00"])))
def test_strip_html_never_fails(raw: str | list[str]) -> None:
    text = strip_html("".join(raw))
    assert clean_text(text) == text


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (None, None),
        (datetime(2024, 4, 1, 8), datetime(2024, 4, 1, 8, tzinfo=UTC)),
        (
            datetime(2024, 4, 1, 8, tzinfo=timezone(timedelta(hours=5))),
            datetime(2024, 4, 1, 3, tzinfo=UTC),
        ),
        (NOW + timedelta(days=400), NOW),
        (datetime(1970, 1, 1, tzinfo=UTC), None),
        (datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=5))), None),
        (datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-5))), None),
    ],
)
def test_plausible(moment: datetime | None, expected: datetime | None) -> None:
    assert plausible(moment, NOW) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-05-01T10:00:00Z", datetime(2024, 5, 1, 10, tzinfo=UTC)),
        ("2024-05-01", datetime(2024, 5, 1)),
        ("Wed, 01 May 2024 10:00:00 GMT", datetime(2024, 5, 1, 10, tzinfo=UTC)),
        ("yesterday", None),
        ("", None),
    ],
)
def test_parse_date(text: str, expected: datetime | None) -> None:
    assert parse_date(text) == expected


@given(st.text(max_size=60))
def test_parse_date_never_fails(text: str) -> None:
    plausible(parse_date(text), NOW)


@pytest.mark.parametrize(
    ("data", "content_type", "expected"),
    [
        ("é".encode(), "", "é"),
        ("\ufeffé".encode(), "text/html; charset=latin-1", "é"),
        ("é".encode("utf-16"), "", "é"),
        ("é".encode("utf-32"), "", "é"),
        ("é".encode("latin-1"), "text/html; charset=iso-8859-1", "é"),
        (
            b'<meta charset="windows-1251">' + "да".encode("cp1251"),
            "",
            '<meta charset="windows-1251">да',
        ),
        ("é".encode(), "text/html; charset=nonsense", "é"),
        ("é".encode(), "text/html; charset=punycode", "é"),
        ("é".encode(), "text/html; charset=ascii", "é"),
    ],
)
def test_decode(data: bytes, content_type: str, expected: str) -> None:
    assert decode(data, content_type) == expected


@pytest.mark.parametrize(
    ("codec", "words"),
    [
        (
            "cp1252",
            "A café on the quay sold “naïve” paintings – and a sense of déjà-vu. The mayor’s "
            "résumé was “embellished”, the council said. The soufflé – a cliché – was the "
            "chef’s.",
        ),
        (
            "cp1252",
            "El año que viene el Gobierno español reformará la economía, según el ministro. "
            "La oposición pidió más información sobre la financiación de las pensiones y el "
            "déficit público en las próximas semanas.",
        ),
        (
            "cp1252",
            "Le président a déclaré que l’Assemblée votera “dès l’été” – malgré l’opposition. "
            "La réforme a été préparée à la hâte, où les élus étaient déjà divisés. Le "
            "gouvernement espère réduire la dépense publique d’ici à l’année prochaine, après "
            "des mois de négociations avec les régions concernées.",
        ),
        (
            "cp1252",
            "På tisdagen meddelade regeringen att förändringarna träder i kraft nästa år. "
            "Oppositionen är missnöjd och säger att åtgärderna är otillräckliga för "
            "småföretagen.",
        ),
        (
            "cp1250",
            "Rząd zapowiedział, że zmiany wejdą w życie w przyszłym roku. Źródła milczą, a "
            "związki już ogłosiły strajk w całym kraju. Opozycja żąda wyjaśnień w sprawie "
            "finansów publicznych.",
        ),
        (
            "cp1250",
            "Vláda oznámila, že změny vstoupí v platnost příští rok, přestože část opozice "
            "žádá úpravy. Ministr řekl, že rozpočet počítá s úsporami ve výši několika "
            "miliard korun a škrty nebudou.",
        ),
        (
            "cp1254",
            "Hükümet salı günü değişikliklerin yürürlüğe gireceğini açıkladı, şirket karşı "
            "çıktı. Bakan, bütçenin güçlü olduğunu söyledi.",
        ),
        (
            "cp1251",
            "Городской совет проголосовал за покупку двух электрических паромов. Они заменят "
            "старые суда весной.",
        ),
        ("cp1253", "Το δημοτικό συμβούλιο αποφάσισε να αγοράσει δύο ηλεκτρικά πλοία."),
        ("cp932", "市議会は火曜日に電気で動く船を二隻買うことを決めた。"),
    ],
)
@pytest.mark.parametrize(
    "before", ["", "<p>The council has voted for two more ferries.</p>\n" * 30]
)
def test_decode_tells_undeclared_encodings_apart(codec: str, words: str, before: str) -> None:
    text = f'<?xml version="1.0" encoding="utf-8"?><rss>{before}<title>{words}</title></rss>'
    assert decode(text.encode(codec), "text/xml; charset=utf-8") == text


def test_decode_sees_a_few_accents_that_come_again_and_again() -> None:
    news = ("COPPER SHIPMENTS", "LOAN REQUESTS", "KEY REFORM", "A FERRY", "BANKS", "DROUGHTS")
    text = "".join(f"<title>Café déjà-vu “naïve” – {one} at issue</title>\n" for one in news)
    assert decode(text.encode("cp1252")) == text


@given(st.binary(max_size=200), st.text(max_size=20))
def test_decode_never_fails(data: bytes, content_type: str) -> None:
    assert isinstance(decode(data, content_type), str)


@pytest.mark.parametrize(
    ("data", "content_type", "expected"),
    [
        (b"<?xml version='1.0' encoding='koi8-r'?>\xc4\xc1", "", "да"),
        (b"<rss>charset=koi8-r \xc3\xa9", "", "é"),  # only a declaration declares
        ("<é".encode("utf-16-be"), "", "é"),
        ("<é".encode("utf-32-le"), "", "é"),
        (b"\x93x\x94", "text/xml; charset=iso-8859-1", "“x”"),
        ("é".encode(), "text/xml; charset=iso-8859-1", "é"),
        (b"\xfd\xfe", "", None),
        (b"\xe9", "", None),
    ],
)
def test_decode_xml(data: bytes, content_type: str, expected: str | None) -> None:
    text = decode_xml(data, content_type)
    assert (text and text[-len(expected or "") :]) == expected


@given(st.text())
def test_no_invisible_character_remains(text: str) -> None:
    cleaned = clean_text(f"a{text}b")
    for character in ("\0", "\x1f", "\xad", "\u034f", "\u200b", "\ufeff", "\ud800", "\U000e0100"):
        assert character not in cleaned
        assert clean_line(f"a{character}b").replace(" ", "") == "ab"
