"""The cheap reading of pages."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain.skim import FEWEST_WORDS, MOST_TAGS, skim
from monitor.types import Article, Document

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
URL = "https://www.quarry-post.example/2024/rockfall"

PARAGRAPHS = [
    "A fall of rock closed the valley road above the old slate quarry on Sunday night, and the "
    "county said that it would stay closed for at least a week while the face is made safe.",
    "Nobody was hurt, but forty households on the far side are cut off from the nearest shop, and "
    "the school bus has to take the long way round by the reservoir until further notice.",
    "Engineers flew a camera over the slope on Monday and found two loose blocks, each of them "
    "about as large as a van, that will have to be broken up before traffic can return.",
]
HEADLINE = "Rockfall closes valley road"
HEAD = (
    "<title>Rockfall closes valley road &#8211; Quarry Post</title>"
    "<meta content='Rockfall closes valley road' property='og:title'>"
    '<meta property="og:site_name" content="Quarry &amp; Valley Post"/>'
    '<meta property="article:published_time" content="2024-04-29T07:30:00+02:00">'
    '<link rel="canonical" href="https://www.quarry-post.example/2024/rockfall?utm_source=feed">'
)
MENU = "".join(f'<li><a href="/{name}">{name.title()}</a></li>' for name in ("news", "farming"))


def page(*paragraphs: str, head: str = HEAD, heading: str = HEADLINE) -> str:
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return (
        f"<!doctype html><html><head>{head}</head><body><nav><ul>{MENU}</ul></nav>"
        f"<article><h1>{heading}</h1>{text}<p>Advertisement</p></article>"
        "<div class='comments'><p>First! What a road, says a reader of the comments.</p></div>"
        "<footer>Quarry Post, all rights reserved</footer></body></html>"
    )


def read(
    body: str | bytes,
    title: str = "",
    published: datetime | None = None,
    text: str = "",
    content_type: str = "text/html; charset=utf-8",
) -> Article | None:
    data = body.encode() if isinstance(body, str) else body
    return skim(Document(URL, 200, data, content_type, NOW), title, published, text)


def found(*given: str | bytes, content_type: str = "text/html; charset=utf-8") -> Article:
    article = read(given[0], content_type=content_type)
    assert article is not None
    return article


def test_the_text_is_the_article_s_and_nothing_else() -> None:
    article = found(page(*PARAGRAPHS))
    assert article.text.split("\n\n") == PARAGRAPHS
    assert article.text_from == "plain"
    assert article.language == "en"


def test_the_head_gives_what_the_feed_does_not() -> None:
    article = found(page(*PARAGRAPHS))
    assert article.title == HEADLINE
    assert article.source == "Quarry & Valley Post"
    assert article.published == datetime(2024, 4, 29, 5, 30, tzinfo=UTC)
    assert (article.url, article.canonical_url) == (URL, URL)


def test_the_feed_s_title_and_date_come_first() -> None:
    earlier = datetime(2024, 4, 28, tzinfo=UTC)
    article = read(page(*PARAGRAPHS), " Road\r\nclosed ", earlier)
    assert article is not None
    assert (article.title, article.published) == ("Road closed", earlier)


def test_a_bare_head_leaves_title_element_and_host() -> None:
    article = found(page(*PARAGRAPHS, head="<title>Rock &amp;\n road</title>"))
    assert article.title == "Rock & road"
    assert article.source == "quarry-post.example"
    assert (article.published, article.canonical_url) == (None, "")


@pytest.mark.parametrize("address", ["https://www.quarry-post.example/", "/2024", "javascript:1"])
def test_an_unusable_canonical_address_is_not_believed(address: str) -> None:
    head = f'<link rel="canonical" href="{address}">'
    assert found(page(*PARAGRAPHS, head=head)).canonical_url == ""


def test_a_date_yet_to_come_is_the_time_of_fetching() -> None:
    head = '<meta property="article:published_time" content="2031-01-01T00:00:00Z">'
    assert found(page(*PARAGRAPHS, head=head)).published == NOW


UNDECIDED = {
    "image": (b"\x89PNG\r\n\x1a\n", "image/png"),
    "pdf": (b"%PDF-1.7 \x00\x01", "text/html"),
    "nothing": (b"", "text/html"),
    "too large": (page(*PARAGRAPHS).encode() + b" " * 5_000_000, "text/html"),
    "short": (page("Please wait while the story is loaded for you.").encode(), "text/html"),
    "log in": (page("Welcome.", head="<title>Sign in</title>").encode(), "text/html"),
    "only a menu": (f"<html><ul>{MENU * 30}</ul></html>".encode(), "text/html"),
    "many tags": (page(*PARAGRAPHS, "<i></i>" * MOST_TAGS).encode(), "text/html"),
}


@pytest.mark.parametrize("case", UNDECIDED)
def test_what_cannot_be_told_cheaply_is_left_to_the_full_extraction(case: str) -> None:
    body, content_type = UNDECIDED[case]
    assert read(body, HEADLINE, NOW, "A road is closed.", content_type) is None


@pytest.mark.parametrize(("said", "enough"), [(2, True), (10, False)])
def test_a_page_that_shows_far_less_than_its_feed_is_left_to_the_full_extraction(
    said: int, enough: bool
) -> None:
    assert (read(page(PARAGRAPHS[0], PARAGRAPHS[1]), text=PARAGRAPHS[2] * said) is not None) == (
        enough
    )


def test_the_fewest_words() -> None:
    for count in (FEWEST_WORDS - 1, FEWEST_WORDS):
        body = page(" ".join(["slate"] * count), heading="")
        assert (read(body) is not None) == (count == FEWEST_WORDS)


@pytest.mark.parametrize(
    ("charset", "content_type"),
    [
        ("windows-1251", "text/html; charset=windows-1251"),
        ("utf-16", "text/html"),
        ("utf-8", "text/html; charset=punycode"),
    ],
)
def test_character_sets(charset: str, content_type: str) -> None:
    sentence = "Камнепад перекрыл дорогу над старым карьером, и округ закрыл её на неделю. " * 5
    article = found(page(sentence, head="").encode(charset), content_type=content_type)
    assert "перекрыл дорогу" in article.text
    assert article.language == "ru"


DEEP = MOST_TAGS // 2
HOSTILE = {
    "deep": "<div>" * DEEP + page(*PARAGRAPHS),
    "deep and closed": "<div>" * DEEP + page(*PARAGRAPHS) + "</div>" * DEEP,
    "unclosed": "<a><div>" * (DEEP // 4) + page(*PARAGRAPHS),
    "very deep": "<div>" * 200_000 + page(*PARAGRAPHS),
    "attributes": f"<div {' '.join(f'a{n}=1' for n in range(150_000))}>" + page(*PARAGRAPHS),
    "a long text": page("slate " * 600_000),
    "a wide comment": "<html><!--" + "-" * 3_000_000 + page(*PARAGRAPHS),
    "brackets": "<" * 4_000_000,
    "ampersands": "<p>" + "&" * 3_000_000,
    "nul": page(*PARAGRAPHS).replace(" ", "\x00 "),
    "a long head": page(*PARAGRAPHS, head="<meta " * 1_000 + '="' * 40_000),
}


@pytest.mark.timeout(30)
@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_markup_ends_soon_and_in_an_article_or_none(case: str) -> None:
    article = read(HOSTILE[case])
    assert article is None or "\x00" not in article.text + article.title


TOKENS = ["<html>", "<p>", "</p>", "<table><tr>", "<!--", "<script>", "&#xD800;", "\x00", "word "]
TOKENS += ["<meta charset=utf-16>", "<title>", "<meta property='og:title' content='&#xD800;'>"]
MARKUP = st.lists(st.sampled_from([*TOKENS, "word " * 50, "<link rel=canonical href='//['>"]))


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=200) | MARKUP.map(lambda parts: "".join(parts).encode()), st.text())
def test_arbitrary_bytes_raise_nothing(body: bytes, text: str) -> None:
    article = read(b"<html>" + body, text=text)
    assert article is None or "\x00" not in article.text
