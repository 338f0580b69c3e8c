"""robots.txt: what it allows, when it is asked for, and that it can hurt nobody."""

from __future__ import annotations

import asyncio
import gc
import time
import tracemalloc
from typing import Any

import pytest

from monitor.domain.addresses import Allowed
from monitor.edge.fetch.robots import FRESH, FRESH_FAILURE, Robots
from monitor.edge.fetch.rules import MAX_BYTES, read_rules, tokens
from monitor.errors import FetchError
from tests.integration.servers import Answer, fetching, redirect, reply, run, serving

SITE = "https://news.example"
PAGE = f"{SITE}/a/page?x=1"


class Site:
    """Answers for robots.txt, and a clock."""

    def __init__(self, *answers: str | FetchError) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []
        self.now = 1000.0
        self.robots = Robots(self.read, "news-monitor/1.0", lambda: self.now)

    async def read(self, url: str) -> bytes:
        self.asked.append(url)
        await asyncio.sleep(0)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, FetchError):
            raise answer
        return answer.encode()

    def refusal(self, url: str = PAGE) -> FetchError | None:
        try:
            asyncio.run(self.robots.check(url))
        except FetchError as error:
            return error
        return None


def refuses(text: str, path: str, user_agent: str = "news-monitor/1.0") -> bool:
    return not read_rules(text.encode(), tokens(user_agent)).allow(SITE + path)


# ------------------------------------------------------------------ what it says


ALL = "User-agent: *\n"


@pytest.mark.parametrize(
    ("text", "path", "refused"),
    [
        ("", "/x", False),
        (ALL + "Disallow:", "/x", False),
        (ALL + "Disallow: /", "/x", True),
        (ALL + "Disallow: /a\nAllow: /a/b", "/a/b/c", False),
        (ALL + "Disallow: /a\nAllow: /a", "/a", False),
        (ALL + "Disallow: /*.pdf$", "/x.pdf", True),
        (ALL + "Disallow: /*.pdf$", "/x.pdf?y", False),
        (ALL + "Disallow: /caf%C3%A9", "/caf%c3%a9/x", True),
        ("\ufeff" + ALL + "Disallow: /", "/x", True),
        ("user-agent:*\r\ndisallow:/x\r\n", "/x", True),
        ("Disallow: /\n" + ALL, "/x", False),
        (ALL + "Disalow: /x", "/x", True),
        (ALL + "Disallow: / # all of it", "/x", True),
        ("User-agent: news-monitor\nAllow: /\n" + ALL + "Disallow: /", "/x", False),
        (ALL + "Allow: /\nUser-agent: News-Monitor/2.0\nDisallow: /", "/x", True),
        ("User-agent: GPTBot\nUser-agent: news-monitor\nDisallow: /x", "/x", True),
        ("User-agent: GPTBot\nDisallow: /", "/x", False),
        ("User-agent: news\nDisallow: /", "/x", False),
        ("User-agent: a\nSitemap: /s\nUser-agent: *\nDisallow: /x", "/x", True),
        (ALL + "Disallow: /robots.txt", "/robots.txt", False),
    ],
)
def test_rules(text: str, path: str, refused: bool) -> None:
    assert refuses(text, path) is refused


@pytest.mark.parametrize(
    ("user_agent", "found"),
    [
        ("news-monitor/1.0 (+https://e.org)", ("news-monitor",)),
        ("Desk_Bot/2 (x)", ("desk_bot", "news-monitor")),
        ("desk (+https://e.org/)", ("desk", "news-monitor")),
        ("", ("news-monitor",)),
    ],
)
def test_the_names_we_answer_to(user_agent: str, found: tuple[str, ...]) -> None:
    assert tokens(user_agent) == found


def test_a_name_of_ones_own_is_heeded_beside_ours() -> None:
    assert refuses("User-agent: deskbot\nDisallow: /", "/x", "DeskBot/2")
    assert refuses("User-agent: news-monitor\nDisallow: /", "/x", "DeskBot/2")
    assert not refuses("User-agent: deskbot\nDisallow: /", "/x")


# ------------------------------------------------------------------ when it is asked


def test_it_is_read_once_a_day_for_each_site() -> None:
    site = Site(ALL + "Disallow: /private", "")
    assert site.refusal() is None
    refused = site.refusal(f"{SITE}/private/x")
    assert str(refused) == "robots.txt of news.example does not allow it"
    assert refused is not None
    assert refused.permanent
    site.now += FRESH - 1
    assert site.refusal(f"{SITE}/private/x")
    assert site.asked == [f"{SITE}/robots.txt"]
    site.now += 1
    assert site.refusal(f"{SITE}/private/x") is None
    assert site.refusal("http://news.example:8080/x") is None
    assert site.asked == [f"{SITE}/robots.txt"] * 2 + ["http://news.example:8080/robots.txt"]


@pytest.mark.parametrize("status", [204, 301, 400, 401, 403, 404, 410, 451])
def test_without_one_everything_is_allowed(status: int) -> None:
    site = Site(FetchError("none", status=status, permanent=True))
    assert site.refusal() is None
    site.now += FRESH - 1
    assert site.refusal() is None
    assert len(site.asked) == 1


@pytest.mark.parametrize("status", [429, 500, 503, None])
def test_while_it_cannot_be_read_pages_wait(status: int | None) -> None:
    site = Site(FetchError("no answer", status=status), ALL + "Disallow: /private")
    error = site.refusal()
    assert error is not None
    assert str(error) == ("robots.txt of news.example cannot be read, so its pages wait: no answer")
    assert (error.permanent, error.retry_after) == (False, FRESH_FAILURE)
    site.now += FRESH_FAILURE - 1
    assert site.refusal() is not None
    assert len(site.asked) == 1
    site.now += 1
    assert site.refusal() is None


def test_a_longer_wait_that_was_asked_for_is_kept() -> None:
    site = Site(FetchError("busy", status=503, retry_after=7200.0))
    error = site.refusal()
    assert error is not None
    assert error.retry_after == 7200.0


def test_what_was_read_last_holds_while_it_cannot_be_read() -> None:
    site = Site(ALL + "Disallow: /private", FetchError("down"))
    assert site.refusal() is None
    site.now += FRESH + 1
    assert site.refusal() is None
    error = site.refusal(f"{SITE}/private")
    assert error is not None
    assert error.permanent
    site.now += FRESH_FAILURE
    site.refusal()
    assert len(site.asked) == 3


def test_those_who_ask_at_once_share_one_answer() -> None:
    site = Site(ALL + "Disallow: /private")

    async def story() -> None:
        first = asyncio.create_task(site.robots.check(PAGE))
        await asyncio.sleep(0)
        others = [asyncio.create_task(site.robots.check(PAGE)) for _ in range(20)]
        await asyncio.sleep(0)
        first.cancel()  # of one who gives up the others take no harm
        assert await asyncio.gather(*others) == [None] * 20
        assert len(site.asked) == 1

    asyncio.run(story())


def test_crawl_delay_is_heeded_within_reason() -> None:
    for text, delay in [("2.5", 2.5), ("86400", 60.0), ("soon", 0.0), ("-1", 0.0), ("nan", 0.0)]:
        site = Site(f"{ALL}Crawl-delay: {text}", "")
        assert site.refusal() is None
        assert site.robots.delay_of("news.example") == delay
        assert site.robots.delay_of("other.example") == 0.0
        site.now += FRESH
        assert site.refusal() is None
        assert site.robots.delay_of("news.example") == 0.0


def test_a_host_is_asked_as_slowly_as_the_slowest_of_its_sites_wants() -> None:
    site = Site(f"{ALL}Crawl-delay: 9", f"{ALL}Crawl-delay: 3", "")
    for address, delay in [
        ("https://news.example/", 9.0),
        ("http://news.example/", 9.0),
        ("https://news.example:8443/", 9.0),
    ]:
        assert site.refusal(address) is None
        assert site.robots.delay_of("news.example") == delay
    site.robots._forget("https://news.example:8443")
    assert site.robots.delay_of("news.example") == 9.0
    site.robots._forget("https://news.example")
    assert site.robots.delay_of("news.example") == 3.0
    site.robots._forget("http://news.example")
    assert not site.robots._delays


def test_sites_long_not_asked_for_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.edge.fetch.robots._REMEMBERED", 10)
    site = Site(f"{ALL}Crawl-delay: 3")

    async def story() -> None:
        for number in range(30):
            await site.robots.check(f"https://{number}.example/")
            await site.robots.check("https://0.example/")

    asyncio.run(story())
    assert len(site.robots._records) == len(site.robots._delays) == 10
    assert site.asked.count("https://0.example/robots.txt") == 1


# ------------------------------------------------------------------ hostile ones


def filled(line: str) -> str:
    return ALL + "".join(line.replace("#", str(n)) for n in range(MAX_BYTES // len(line)))


HOSTILE = {
    "one pattern": ALL + "Disallow: /" + "*a" * (MAX_BYTES // 2) + "b",
    "wildcards": filled("Disallow: /" + "*a" * 40 + "b#\n"),
    "short wildcards": filled("Disallow: /*a*b#\n"),
    "dollars": filled("Disallow: /$$$$#$\n"),
    "escapes": filled("Disallow: /" + "%41" * 100 + "#\n"),
    "groups": filled("User-agent: bot#\n"),
    "groups and rules": "".join(f"User-agent: b{n}\n" for n in range(12_000))
    + "".join(f"Disallow: /{n}\n" for n in range(15_000)),
    "our groups": filled("User-agent: *\nUser-agent: news-monitor\nDisallow: /#\n"),
    "spaces": "user agent" + " " * MAX_BYTES,
    "blank lines": "\n" * MAX_BYTES,
    "zeros": "\0" * MAX_BYTES,
    "surrogates": ALL + "Disallow: /\udcff\udcfe*\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_ones_take_little_time(name: str) -> None:
    body = HOSTILE[name].encode("utf-8", "surrogatepass")
    started = time.process_time()
    rules = read_rules(body, tokens(""))
    rules.allow(f"{SITE}/{'ab' * 2000}")
    assert time.process_time() - started < 1.0  # the worst take 0.2 s; unfiltered, minutes


def test_what_lies_beyond_the_first_part_is_not_read() -> None:
    text = ALL + "#" * MAX_BYTES + "\nDisallow: /"
    assert not refuses(text, "/x")


def test_long_ones_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    site = Site(HOSTILE["one pattern"])
    monkeypatch.setattr("monitor.edge.fetch.robots._MAX_WEIGHT", 10 * 2**20)

    async def story() -> None:
        for number in range(8):
            await site.robots.check(f"https://{number}.example/")

    tracemalloc.start()
    asyncio.run(story())
    gc.collect()
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert 0 < held < 12 * 2**20
    assert 1 <= len(site.robots._records) < 8


# ------------------------------------------------------------------ over the wire


def site_of(pages: dict[str, Answer]) -> Answer:
    async def answer(head: str, writer: asyncio.StreamWriter) -> None:
        path = head.split(" ", 2)[1]
        await pages.get(path, reply(status="404 Not Found"))(head, writer)

    return answer


def paths(heads: list[str]) -> list[str]:
    return [head.split(" ", 2)[1] for head in heads]


def test_pages_ask_and_feeds_do_not() -> None:
    async def story() -> None:
        pages = {
            "/robots.txt": reply(b"User-agent: *\nDisallow: /"),
            "/feed": reply(b"<rss/>"),
            "/page": reply(b"<p>"),
        }
        async with serving(site_of(pages)) as server, fetching() as fetcher:
            assert (await fetcher.fetch(server.url("/feed"))).body == b"<rss/>"
            with pytest.raises(FetchError, match=r"robots\.txt of 127\.0\.0\.1 does not allow it"):
                await fetcher.fetch(server.url("/page"), robots=True)
            assert paths(server.heads) == ["/feed", "/robots.txt"]
            assert "user-agent: monitor-test\r\n" in server.heads[1].lower()

    run(story)


@pytest.mark.parametrize(
    "robots",
    [
        reply(status="404 Not Found"),
        reply(b""),
        redirect("/robots.txt"),
        reply(b"<html>no such page</html>"),
        reply(b"\xff\xfe\x00", Content_Encoding="identity"),
    ],
)
def test_pages_of_sites_without_rules(robots: Answer) -> None:
    async def story() -> None:
        pages = {"/robots.txt": robots, "/page": reply(b"<p>")}
        async with serving(site_of(pages)) as server, fetching() as fetcher:
            for _ in range(2):
                assert (await fetcher.fetch(server.url("/page"), robots=True)).body == b"<p>"
            assert paths(server.heads).count("/page") == 2

    run(story)


async def endless(head: str, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        writer.write(b"Disallow: /\n" * 5000)
        await writer.drain()


@pytest.mark.parametrize(
    ("robots", "told", "permanent"),
    [
        (reply(status="503 Busy"), "cannot be read, so its pages wait", False),
        (redirect("http://127.0.0.2/robots.txt"), r"127\.0\.0\.2 is a private address", True),
        (endless, "the body is larger than", True),
    ],
)
def test_rules_that_cannot_be_read_keep_pages_back(
    robots: Answer, told: str, permanent: bool
) -> None:
    async def story() -> None:
        pages = {"/robots.txt": robots, "/page": reply(b"<p>")}
        async with serving(site_of(pages)) as server, fetching() as fetcher:
            for _ in range(2):
                with pytest.raises(FetchError, match=told) as error:
                    await fetcher.fetch(server.url("/page"), robots=True)
                assert error.value.permanent == permanent
            assert paths(server.heads) == ["/robots.txt"]

    run(story)


@pytest.mark.parametrize("url", ["http://169.254.169.254/latest/", "http://[::1]:22/"])
def test_pages_at_addresses_that_are_refused_wait_for_nothing(url: str) -> None:
    async def story() -> None:
        async with fetching() as fetcher:
            with pytest.raises(FetchError, match="is a private address") as error:
                await fetcher.fetch(url, robots=True)
            assert error.value.permanent
            assert "wait" not in str(error.value)

    run(story)


def test_redirects_are_checked_where_they_lead() -> None:
    async def story() -> None:
        there = {"/robots.txt": reply(b"User-agent: *\nDisallow: /secret")}
        allowed = Allowed.parse(["127.0.0.1", "localhost"])
        async with serving(site_of(there)) as other:
            target = other.url("/secret", host="localhost")
            here = {"/page": redirect(target), "/robots.txt": reply(b"")}
            async with serving(site_of(here)) as server, fetching(allowed=allowed) as fetcher:
                with pytest.raises(FetchError, match=r"robots\.txt of localhost does not"):
                    await fetcher.fetch(server.url("/page"), robots=True)
            assert paths(other.heads) == ["/robots.txt"]

    run(story)


def test_crawl_delay_raises_the_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    gaps: list[float] = []
    real = asyncio.sleep

    async def sleep(seconds: float, *args: Any) -> None:
        gaps.append(seconds)
        await real(0, *args)

    async def story() -> None:
        pages = {
            "/robots.txt": reply(b"User-agent: *\nCrawl-delay: 9"),
            "/page": reply(b"<p>"),
        }
        async with serving(site_of(pages)) as server, fetching(min_gap=lambda _: 2.0) as fetcher:
            monkeypatch.setattr("monitor.edge.fetch.turns.asyncio.sleep", sleep)
            for _ in range(3):
                await fetcher.fetch(server.url("/page"), robots=True)

    run(story)
    assert [round(gap) for gap in gaps if gap] == [2, 9, 9]


def test_closing_gives_up_what_is_being_asked() -> None:
    async def story() -> None:
        waiting = asyncio.Event()

        async def hang(head: str, writer: asyncio.StreamWriter) -> None:
            waiting.set()
            await asyncio.Event().wait()

        async with serving(hang) as server:
            async with fetching() as fetcher:
                page = asyncio.create_task(fetcher.fetch(server.url("/page"), robots=True))
                await waiting.wait()
            with pytest.raises(asyncio.CancelledError):
                await page

    run(story)
