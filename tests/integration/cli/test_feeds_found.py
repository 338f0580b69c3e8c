"""``monitor feeds discover`` and ``monitor feeds add`` on a site of its own."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator

import pytest
from pytest_httpserver import HTTPServer

from tests.integration.cli.conftest import Monitor

ENTRY = (
    "<item><title>{0}</title><link>http://a.example/{0}</link>"
    "<pubDate>Wed, 01 May 2024 08:00:00 +0000</pubDate></item>"
)
SITE = """\
<!doctype html><title>The Post</title>
<link rel="alternate" type="application/rss+xml" href="/old">
<a href="/all?a=1&amp;format=rss">More</a>
"""


def rss(title: str, *names: str) -> str:
    items = "".join(map(ENTRY.format, names))
    return f"<rss version='2.0'><channel><title>{title}</title>{items}</channel></rss>"


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """A page at / that names /old, now at /new, and links to /all; nothing elsewhere."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with HTTPServer(host="127.0.0.1", port=0) as server:
        server.expect_request("/").respond_with_data(SITE, content_type="text/html")
        server.expect_request("/old").respond_with_data("", 301, {"Location": "/new"})
        server.expect_request("/new").respond_with_data(rss("The [b]Post[/b]", "a", "b"))
        server.expect_request("/all").respond_with_data(rss("All", "c"))
        server.expect_request("/bare").respond_with_data("<!doctype html><p>hello")
        server.expect_request(re.compile(".*")).respond_with_data("", 404)
        yield server.url_for("").rstrip("/")


def test_discover_names_the_feeds_of_a_site(fresh: Monitor, site: str) -> None:
    rows = fresh.rows("feeds", "discover", site)
    assert rows == [
        {
            "url": f"{site}/new",
            "title": "The [b]Post[/b]",
            "kind": "RSS",
            "entries": 2,
            "newest": "2024-05-01T08:00:00+00:00",
        },
        {
            "url": f"{site}/all?a=1&format=rss",
            "title": "All",
            "kind": "RSS",
            "entries": 1,
            "newest": "2024-05-01T08:00:00+00:00",
        },
    ]
    head, first, _ = fresh("feeds", "discover", site.removeprefix("http://")).stdout.splitlines()
    assert head.split() == ["address", "title", "entries", "newest", "(UTC)", "kind"]
    assert first.split() == [f"{site}/new", "The", "[b]Post[/b]", "2", "2024-05-01", "08:00", "RSS"]
    assert not (fresh.folder / "monitor.db").exists()


def test_discover_where_there_is_nothing(fresh: Monitor, site: str) -> None:
    said = fresh.error("feeds", "discover", f"{site}/bare")
    assert f"no feed was found at {site}/bare" in said
    assert "web page" in said
    assert "nothing at this address" in fresh.error("feeds", "discover", f"{site}/gone")
    assert "URL" in fresh("feeds", "discover", "ftp://a.example/", code=2).stderr


def test_add_follows_the_best_feed_of_a_page(monitor: Monitor, site: str) -> None:
    result = monitor("feeds", "add", site, "--tag", "t")
    assert result.stdout == f"{site}/new: added\n"
    other = f"monitor feeds add '{site}/all?a=1&format=rss'"
    assert result.stderr == f"also found: {other} (All, RSS, 1 entry)\n"
    [row] = [row for row in monitor.rows("feeds", "list") if row["url"] == f"{site}/new"]
    assert row["name"] == "The [b]Post[/b]"
    assert "known already" in monitor("feeds", "add", f"{site}/new").stdout


def test_add_stores_a_feed_under_its_permanent_address(monitor: Monitor, site: str) -> None:
    result = monitor("feeds", "add", f"{site}/old", "--name", "Mine")
    assert (result.stdout, result.stderr) == (f"{site}/new: added\n", "")
    assert {"Mine"} == {r["name"] for r in monitor.rows("feeds", "list") if r["url"][-3:] == "new"}


@pytest.mark.parametrize("path", ["/bare", "/gone"])
def test_add_where_there_is_nothing(monitor: Monitor, site: str, path: str) -> None:
    assert "--no-check" in monitor.error("feeds", "add", site + path)
    assert len(monitor.rows("feeds", "list")) == 2
    assert "added" in monitor("feeds", "add", site + path, "--no-check").stdout


@pytest.mark.parametrize("url", ["ftp://news.example/", "http://", "javascript:1", "news"])
def test_add_of_what_is_no_address(filled: Monitor, url: str) -> None:
    assert "URL" in filled("feeds", "add", url, code=2).stderr
