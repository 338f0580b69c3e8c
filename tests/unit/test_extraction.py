"""Articles from pages, feeds and seed files."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain.extraction import extract_page, from_feed, read_seed, strip_boilerplate
from monitor.domain.pages import MAX_TEXT
from monitor.errors import ConfigError, ParseError
from monitor.types import Article, Document
from tests.unit.texts import TEXTS

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
URL = "https://www.harbour-times.example/2024/ferry"

PARAGRAPHS = [
    "The harbour council voted on Tuesday to replace the two diesel ferries that link the old town "
    "with the northern islands, ending a dispute that had lasted for almost nine years.",
    "Two electric vessels, each with room for 400 passengers and sixty cars, are to enter service "
    "in the spring of next year, the head of the port authority told reporters after the meeting.",
    "Residents of the islands had complained about cancelled crossings during the winter storms, "
    "when the older of the two ships could not leave its berth for eleven days in a row.",
    "The shipyard expects to lay down the first hull in August and to finish sea trials by March.",
]
TEXT = "\n\n".join(PARAGRAPHS)


def page(*paragraphs: str, head: str = "", language: str = "en") -> str:
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return (
        f"<!doctype html><html lang='{language}'><head>{head}</head>"
        "<body><nav><a href='/'>Home</a> <a href='/sport'>Sport</a></nav>"
        f"<article><h1>Council buys electric ferries</h1>{body}</article>"
        "<footer>Harbour Times Ltd, all rights reserved</footer></body></html>"
    )


HEAD = (
    "<title>Council buys electric ferries - Harbour Times</title>"
    "<meta property='og:site_name' content='Harbour Times'>"
    "<meta property='og:title' content='Council buys electric ferries'>"
    "<meta name='author' content='Ann Berg'>"
    "<meta property='article:published_time' content='2024-04-30T09:00:00Z'>"
    "<link rel='canonical' href='https://www.harbour-times.example/2024/ferry?utm_source=x'>"
)


def extract(
    body: str | bytes,
    title: str = "",
    published: datetime | None = None,
    text: str = "",
    content_type: str = "text/html; charset=utf-8",
) -> Article:
    data = body.encode() if isinstance(body, str) else body
    return extract_page(Document(URL, 200, data, content_type, NOW), title, published, text)


def test_a_page_gives_its_text_and_metadata() -> None:
    article = extract(page(*PARAGRAPHS, head=HEAD))
    assert article.text_from == "page"
    assert all(paragraph in article.text for paragraph in PARAGRAPHS)
    assert article.text.startswith("The harbour council")  # the headline is not said twice
    assert "Sport" not in article.text
    assert "rights reserved" not in article.text
    assert article.title == "Council buys electric ferries"
    assert (article.source, article.author) == ("Harbour Times", "Ann Berg")
    assert article.published == datetime(2024, 4, 30, tzinfo=UTC)
    assert article.language == "en"
    assert (article.url, article.canonical_url) == (URL, URL)


def test_the_feed_s_title_and_date_come_first() -> None:
    earlier = datetime(2024, 4, 29, 7, tzinfo=UTC)
    article = extract(page(*PARAGRAPHS, head=HEAD), " Ferries\r\nbought ", earlier)
    assert (article.title, article.published) == ("Ferries bought", earlier)


def test_without_a_site_name_the_host_is_the_source() -> None:
    assert extract(page(*PARAGRAPHS)).source == "harbour-times.example"


def test_a_canonical_address_that_is_only_the_front_page_is_not_believed() -> None:
    head = "<link rel='canonical' href='https://www.harbour-times.example/'>"
    assert extract(page(*PARAGRAPHS, head=head)).canonical_url == ""


@pytest.mark.parametrize(
    ("charset", "declared"),
    [("utf-8", True), ("utf-8", False), ("windows-1251", True), ("utf-16", False)],
)
def test_character_sets(charset: str, declared: bool) -> None:
    sentence = (
        "Городской совет во вторник проголосовал за покупку двух электрических паромов, которые "
        "соединят старый город с северными островами и заменят прежние суда. "
    )
    body = page(sentence * 2, sentence + "Первый рейс ожидается весной.", language="ru")
    content_type = f"text/html; charset={charset}" if declared else "text/html"
    article = extract(body.encode(charset), content_type=content_type)
    assert "электрических паромов" in article.text
    assert (article.language, article.text_from) == ("ru", "page")


FALLBACKS = {
    "pdf": (b"%PDF-1.7 \x00\x01", "application/pdf"),
    "pdf in disguise": (b"%PDF-1.7 \x00\x01", "text/html"),
    "image": (b"\x89PNG\r\n\x1a\n", "image/png"),
    "nothing": (b"", "text/html"),
    "compressed": (b"\x1f\x8b\x08\x00" + b"\x00" * 50, "text/html"),
    "too large": (page(TEXT).encode() + b" " * 5_000_000, "text/html"),
    "short": (page("Please wait while we load the story.").encode(), "text/html"),
    "log in": (page("Welcome.", head="<title>Sign in</title>").encode(), "text/html"),
    "consent": (page("We value your privacy and use data.").encode(), "text/html"),
    "soft 404": (page("Try a search.", head="<title>Page not found</title>").encode(), "text/html"),
    "captcha": (page("Verify you are human by ticking this.").encode(), "text/html"),
}


@pytest.mark.parametrize("case", FALLBACKS)
def test_a_page_without_an_article_leaves_the_feed_s_own_text(case: str) -> None:
    body, content_type = FALLBACKS[case]
    summary = (
        "The harbour council bought two electric ferries on Tuesday, after nine years of talk."
    )
    article = extract(body, "Ferries", NOW, summary, content_type)
    assert (article.text_from, article.text, article.title) == ("feed", summary, "Ferries")
    assert (article.source, article.language) == ("harbour-times.example", "en")


def test_a_wall_is_not_taken_for_an_article_even_if_the_feed_says_less() -> None:
    body = page("Welcome back, dear reader of ours.", head="<title>Log in</title>")
    assert extract(body, "Ferries", None, "Ferries.").text_from == "feed"


def test_a_short_article_is_kept_where_the_feed_says_less() -> None:
    body = page("The harbour council bought two electric ferries on Tuesday, it said in a note.")
    assert extract(body, "Ferries", None, "Ferries").text_from == "page"


def test_text_that_was_lost_is_noticed_and_the_longer_one_taken() -> None:
    deep = "<div>" * 1_500 + "".join(f"<p>{PARAGRAPHS[1]}</p>" for _ in range(20))
    body = page(PARAGRAPHS[0] + PARAGRAPHS[3]) + deep
    told = " ".join(PARAGRAPHS)
    assert extract(body, "Ferries", None, told).text_from == "feed"
    assert extract(body, "Ferries", None, "Ferries are bought.").text_from == "page"
    with pytest.raises(ParseError, match="has no article text"):
        extract("<html>" + deep)
    assert extract("<html>" + deep, "Ferries", None, told).text_from == "feed"


def test_a_short_page_beside_a_longer_feed_is_kept_if_it_shows_no_more() -> None:
    body = page(PARAGRAPHS[0] + " " + PARAGRAPHS[3])
    assert extract(body, "Ferries", None, " ".join(PARAGRAPHS)).text_from == "page"


def test_the_text_in_a_page_s_data_serves_where_it_shows_none() -> None:
    data = json.dumps([{"@type": "NewsArticle", "articleBody": " ".join(PARAGRAPHS)}])
    body = page("", head=f'<script type="application/ld+json">{data}</script>')
    article = extract(body, "Ferries", None, "Ferries are bought.")
    assert (article.text, article.text_from) == (" ".join(PARAGRAPHS), "page")
    assert extract(body, "Ferries", None, f"{TEXT} {TEXT}").text_from == "feed"


def test_texts_are_bounded() -> None:
    article = from_feed(URL, "Ferries", "word " * 100_000, None, "")
    assert len(article.text) == MAX_TEXT


def test_want_of_memory_is_not_taken_for_want_of_text(monkeypatch: pytest.MonkeyPatch) -> None:
    def starve(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("trafilatura.bare_extraction", starve)
    with pytest.raises(MemoryError):
        extract(page(*PARAGRAPHS))


def test_nothing_at_all_is_an_error_in_words() -> None:
    with pytest.raises(ParseError, match="is no web page, and its feed gives no text"):
        extract(b"%PDF", content_type="application/pdf")


def test_from_feed() -> None:
    article = from_feed(URL, "Ferries", f"{TEXT}\n\nAdvertisement", NOW, "")
    assert (article.text, article.text_from) == (TEXT, "feed")
    assert article.source == "harbour-times.example"
    assert from_feed("", "t", "", None, "").source == ""
    assert from_feed("", "t", "", None, "Harbour\nTimes").source == "Harbour Times"


BOILERPLATE = [
    "• Oops! Something went wrong.",
    "Oops!",
    "Something went wrong. Please try again later.",
    "Please try again later",
    "IconCloseArrowShare FacebookIcon TwitterChevron Right",
    "ShapeCreated with Sketch.LayerMail Icon",
    "Advertisement",
    "Sponsored content",
    "Paid content by Harbour Bank",
    "About sponsored content This page was paid for by Harbour Bank.",
    "This article was commissioned by the Harbour Bank.",
    "Do you have a question about the ferries? Let our experts answer it.",
    "More from Harbour Times:",
    "Most read",
    "In this story:",
    "Read more: Ferry delayed by fog",
    "This story Council buys ferries originally appeared on Harbour Times.",
    "First published in The Harbour Times",
    "For the latest ferry news, sign up to our newsletter.",
    "Download our mobile app",
    "Follow us on Facebook and Instagram",
    "· 3 min read",
    "7-minute read",
    "Copyright 2024 Harbour Times. All rights reserved.",
    "© Harbour Times Ltd",
    "This site uses cookies to improve your visit.",
    "We are temporarily suspending comments on our articles",
    "Share this article",
    "Sign up for our newsletter",
]

SENTENCES = [
    "Something went wrong with the steering, the captain said.",
    "“Please try again later,” the machine told passengers who wanted tickets.",
    "Sponsored content has doubled at local newspapers, a study says.",
    "Advertisements for the ferry line will be removed from buses.",
    "More from the region is expected to be exported. Fewer ships will be needed.",
    "This article of the harbour law first appeared in 1947.",
    "This report on the accident was published by mistake, and the minister apologised.",
    "For more than a decade the islanders had to visit the mainland for treatment.",
    "For the latest budget, officials follow a new rule.",
    "Copy and paste were all it took to forge the tickets.",
    "Related industries fear a loss of jobs.",
    "Loading the cars took three hours.",
    "Share prices of the shipyard rose by 4 per cent.",
    "The app lets passengers print a ticket, share a link or email a friend.",
    "Try again, said the captain.",
    "Facebook and Twitter did not respond to a request for comment.",
    "Subscribe was the word painted on the hull.",
    "Watch out for the tide.",
]


@pytest.mark.parametrize("line", BOILERPLATE)
def test_lines_of_the_site_are_removed(line: str) -> None:
    assert strip_boilerplate(f"{PARAGRAPHS[0]}\n\n{line}\n\n{PARAGRAPHS[1]}") == (
        f"{PARAGRAPHS[0]}\n\n{PARAGRAPHS[1]}"
    )


@pytest.mark.parametrize("sentence", SENTENCES)
def test_real_sentences_stay(sentence: str) -> None:
    assert strip_boilerplate(f"{PARAGRAPHS[0]}\n{sentence}") == f"{PARAGRAPHS[0]}\n{sentence}"


def test_a_line_said_twice_in_a_row_is_said_once() -> None:
    assert strip_boilerplate("• Ann Berg\nAnn Berg\nMayor") == "• Ann Berg\nMayor"


def test_page_text_is_stripped_too() -> None:
    article = extract(page(PARAGRAPHS[0], "Oops! Something went wrong.", *PARAGRAPHS[1:]))
    assert "Oops" not in article.text


# ------------------------------------------------------------------ seeds


def test_a_seed_with_a_headline_and_a_date_line() -> None:
    seed = read_seed("a.txt", f"Council buys ferries\nDate: 30 April 2024\n\n{TEXT}".encode())
    assert (seed.title, seed.text, seed.text_from) == ("Council buys ferries", TEXT, "seed")
    assert seed.published == datetime(2024, 4, 30, tzinfo=UTC)
    assert (seed.url, seed.source, seed.language) == ("", "", "en")


@pytest.mark.parametrize(
    "start",
    [
        " date 2024-04-30 ",
        "Date: 2024-04-30\n",
        "Published: Tue, 30 Apr 2024 00:00:00 GMT\n",
        "published on April 30, 2024\n\n",
        "Published: Sept. 30, 2023\n",
        "DATE 2024-04-30T00:00:00Z ",
    ],
)
def test_a_leading_date_is_taken_and_removed(start: str) -> None:
    seed = read_seed("a.txt", (start + TEXT).encode())
    month = (
        datetime(2023, 9, 30, tzinfo=UTC) if "Sept" in start else datetime(2024, 4, 30, tzinfo=UTC)
    )
    assert seed.published == month
    assert seed.text == TEXT


def test_dates_inside_the_text_are_left_alone() -> None:
    text = f"{PARAGRAPHS[0]}\nDate palms line the quay of the old town.\n{PARAGRAPHS[1]}"
    seed = read_seed("a.txt", text.encode())
    assert (seed.text, seed.published) == (text, None)


def test_a_first_paragraph_is_no_headline_but_lends_its_start() -> None:
    seed = read_seed("a.txt", TEXT.encode())
    assert seed.text == TEXT
    assert seed.title.endswith("…")
    assert TEXT.startswith(seed.title[:-1])


def test_a_caption_lends_no_headline() -> None:
    caption = "The old ferry at its berth on Jan. 3. (Harbour Times)"
    seed = read_seed("a.txt", f"{caption}\n\n{TEXT}".encode())
    assert seed.title.startswith("The harbour council voted")
    assert seed.text.startswith(caption)


def test_boilerplate_before_the_headline_goes() -> None:
    raw = f"IconMail IconFacebook IconPrint\n\nCouncil buys ferries\n\n{TEXT}\n\nMost read:\n"
    seed = read_seed("a.txt", raw.encode())
    assert (seed.title, seed.text) == ("Council buys ferries", TEXT)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1252"])
def test_seed_encodings(encoding: str) -> None:
    line = "“Die Fähre fährt künftig öfter”, sagte der Bürgermeister über den Plan für Köln. " * 4
    seed = read_seed("a.txt", f"Neue Fähren für die Stadt\n\n{line}".encode(encoding))
    assert seed.title == "Neue Fähren für die Stadt"
    assert seed.language == "de"


def test_a_seed_may_be_a_saved_page() -> None:
    seed = read_seed("a.html", page(*PARAGRAPHS, head=HEAD).encode())
    assert (seed.title, seed.source) == ("Council buys electric ferries", "Harbour Times")
    assert (seed.url, seed.text_from) == (URL, "seed")
    assert seed.published == datetime(2024, 4, 30, tzinfo=UTC)
    assert PARAGRAPHS[2] in seed.text


@pytest.mark.parametrize("data", [b"", b" \n\t", b"\x00\x00", b"Advertisement", b"<html></html>"])
def test_a_seed_with_nothing_to_read_is_named(data: bytes) -> None:
    with pytest.raises(ConfigError, match=r"the seed empty\.txt has no readable text"):
        read_seed("empty.txt", data)


TOKENS = ["<html>", "<p>", "</p>", "<table><tr>", "<!--", "<script>", "&#xD800;", "\x00", "word "]
TOKENS += ["<meta charset=utf-16>", "<title>", "<article>", "{", "\ufffe", "<a href='http://[/'>"]
MARKUP = st.lists(st.sampled_from(TOKENS), max_size=12).map(lambda parts: "".join(parts).encode())


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=200) | MARKUP, st.text(max_size=20), st.text(max_size=20))
def test_arbitrary_bytes_raise_nothing_but_parse_errors(
    body: bytes, content_type: str, text: str
) -> None:
    for start in (b"", b"<html>"):
        try:
            article = extract(start + body, "", None, text, content_type)
        except ParseError:
            continue
        assert "\x00" not in article.text


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=200) | MARKUP)
def test_arbitrary_seeds_raise_nothing_but_config_errors(data: bytes) -> None:
    try:
        assert read_seed("a.txt", data).text
    except ConfigError:
        return


def test_the_declared_language_counts_where_the_text_is_short() -> None:
    markup = '<html lang="nl"><body><h1>Wetter</h1><p>Wetter heute in Berlin</p></body></html>'
    assert extract(markup, "Wetter heute", None, "Wetter heute in Berlin").language == "nl"
    assert from_feed(URL, "Wetter heute", "Wetter heute in Berlin", None, "").language == "de"
    assert from_feed(URL, "Wetter", "", None, "", language="de-AT").language == "de"


def test_the_text_counts_where_it_is_long() -> None:
    report = " ".join(TEXTS["de"].split())
    assert extract(page(report, report), "Hafen").language == "de"
