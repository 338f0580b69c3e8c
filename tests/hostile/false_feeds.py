"""Feeds whose charset, dates, links or identifiers lie, JSON Feeds, and documents that are none."""

from __future__ import annotations

import codecs
import gzip
import json
from datetime import UTC, datetime

from tests.hostile.false_pages import WALLS
from tests.hostile.feeds import FOG, HostileFeed, item, rss
from tests.hostile.pages import article, html
from tests.hostile.running import NOW

JSON = "application/feed+json"
RAIN = "https://gull-point.example/rain"
UMLAUT = "Nebel über Möweninsel"
VERSION = "https://jsonfeed.org/version/1.1"


def _declared(encoding: str, title: str = "Fog") -> str:
    text = rss(item(title), before=f"<?xml version='1.0' encoding='{encoding}'?>")
    return text.decode("utf-8", "surrogatepass")


def _dated(*dates: str) -> bytes:
    link = "https://gull-point.example"
    return rss(
        *(
            item(f"{number}", f"<pubDate>{date}</pubDate>", f"{link}/{number}")
            for number, date in enumerate(dates)
        )
    )


def _json(items: object, **more: object) -> bytes:
    return json.dumps({"version": VERSION, "title": "Gull Post", "items": items, **more}).encode()


CHARSETS = {
    "UTF-16 with its mark": HostileFeed(
        lambda: _declared("utf-16", UMLAUT).encode("utf-16"), (UMLAUT,)
    ),
    "UTF-16 without a mark": HostileFeed(
        lambda: _declared("utf-16", UMLAUT).encode("utf-16-be"), (UMLAUT,)
    ),
    "UTF-8 mark, UTF-16 declared": HostileFeed(
        lambda: codecs.BOM_UTF8 + _declared("utf-16", UMLAUT).encode(), (UMLAUT,)
    ),
    "UTF-16 mark, UTF-8 declared": HostileFeed(
        lambda: _declared("utf-8", UMLAUT).encode("utf-16"), (UMLAUT,)
    ),
    "UTF-32": HostileFeed(lambda: _declared("utf-32", UMLAUT).encode("utf-32"), (UMLAUT,)),
    "unknown codec": HostileFeed(lambda: _declared("x-gull").encode(), FOG),
    "punycode": HostileFeed(lambda: _declared("punycode").encode(), FOG),
    "UTF-7": HostileFeed(
        lambda: _declared("utf-7", "Fog +ADw-b+AD4-").encode(), ("Fog +ADw-b+AD4-",)
    ),
    "a codec of bytes": HostileFeed(lambda: _declared("hex").encode(), FOG),
    "windows-1252 declared as UTF-8": HostileFeed(
        lambda: _declared("utf-8", UMLAUT).encode("cp1252"), (UMLAUT,)
    ),
    "UTF-8 declared as Latin-1 by the server": HostileFeed(
        lambda: _declared("utf-8", UMLAUT).encode(),
        1,
        content_type="application/xml; charset=iso-8859-1",
    ),
    "NUL in a title": HostileFeed(lambda: rss(item("F\0og")), FOG),
    "control characters": HostileFeed(lambda: rss(item("F\x01\x08\x1b\x7f\x85og")), 1),
    "lone surrogates": HostileFeed(lambda: rss(item("Fog\ud800")), 1),
    "overrides and zero widths": HostileFeed(
        lambda: rss(item("\u202eF\u200bo\u2066\ufeffg\U000e0041")), FOG
    ),
    "one broken byte among good ones": HostileFeed(
        lambda: rss(item(f"{UMLAUT} ?")).replace(b"?", b"\xff"), (f"{UMLAUT} \ufffd",)
    ),
    "broken UTF-8": HostileFeed(lambda: rss(item("Fog")).replace(b"Fog", b"Fog \xff\xc3("), 1),
}

DATES = {
    "no date": HostileFeed(lambda: rss(item()), FOG, published=(None,)),
    "years 0, 9999 and 99999": HostileFeed(
        lambda: _dated("Sat, 01 Jan 0000 00:00:00 GMT", "9999-12-31T23:59:59-12:00", "99999-01-01"),
        3,
    ),
    "in the future": HostileFeed(
        lambda: _dated("Wed, 01 May 2030 08:00:00 GMT"), 1, published=(NOW,)
    ),
    "before there was a web": HostileFeed(
        lambda: _dated("1 Jan 1970 00:00:00 GMT"), 1, published=(None,)
    ),
    "zones of all kinds": HostileFeed(
        lambda: _dated(
            "Tue, 30 Apr 2024 04:00:00 EDT",
            "Tue, 30 Apr 2024 08:00:00 +0000",
            "2024-04-30T13:30:00+05:30",
            "Tue, 30 Apr 2024 08:00:00 Z",
        ),
        4,
        published=(datetime(2024, 4, 30, 8, tzinfo=UTC),) * 4,
    ),
    "days that do not exist": HostileFeed(
        lambda: _dated("Fri, 31 Feb 2024 25:61:61 GMT", "2024-13-45", "yesterday", "1714464000"), 4
    ),
}

IDENTITIES = {
    "one guid for all": HostileFeed(
        lambda: rss(
            item(inside="<guid isPermaLink='false'>1</guid>"),
            item("Rain", "<guid isPermaLink='false'>1</guid>", RAIN),
        ),
        ("Fog", "Rain"),
    ),
    "one link for all": HostileFeed(lambda: rss(item("Fog"), item("Rain")), ("Fog", "Rain")),
    "no link, no guid": HostileFeed(
        lambda: rss("<item><title>Fog</title></item><item><title>Rain</title></item>"),
        ("Fog", "Rain"),
        links=("", ""),
    ),
    "the same article twice, tracked": HostileFeed(
        lambda: rss(
            item(link="https://gull-point.example/fog?utm_source=a&amp;fbclid=b"),
            item(link="https://gull-point.example/fog?utm_campaign=c#top"),
        ),
        FOG,
    ),
    "links that nobody follows": HostileFeed(
        lambda: rss(
            item("0", link="javascript:alert(1)"),
            item("1", link="data:text/html,x"),
            item("2", link="file:///etc/passwd"),
            item("3", link="mailto:a@e.example"),
            item("4", link="http://[::1"),
            item("5", link="http://e\u0430\u202e.example\\@x:99999/"),
        ),
        6,
        links=("",) * 6,
    ),
    "link of 1 MB": HostileFeed(
        lambda: rss(item(link="https://gull-point.example/" + "a/" * 500_000)), 1
    ),
    "guid of 1 MB": HostileFeed(
        lambda: rss(f"<item><title>Fog</title><guid>{'g' * 1_000_000}</guid></item>"), FOG
    ),
    "relative link": HostileFeed(
        lambda: rss(item(link="../fog")), FOG, links=("https://gull-point.example/fog",)
    ),
}

JSON_FEEDS = {
    "JSON Feed": HostileFeed(
        lambda: _json(
            [{"id": "1", "url": "https://e.example/f", "title": "Fog", "content_text": "Mist."}]
        ),
        FOG,
        content_type=JSON,
        says="Mist.",
    ),
    "JSON nested 100,000 deep": HostileFeed(
        lambda: b'{"items":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        refused="JSON",
        content_type=JSON,
    ),
    "JSON of huge numbers": HostileFeed(
        lambda: _json([{"id": 1, "title": "Fog"}]).replace(b"1,", b"9" * 5_000 + b","),
        refused="JSON",
        content_type=JSON,
    ),
    "JSON of infinities": HostileFeed(
        lambda: (
            b'{"items": [{"id": NaN, "title": "Fog", "url": -Infinity, "date_published": 1e999}]}'
        ),
        FOG,
        content_type=JSON,
    ),
    "JSON with keys twice": HostileFeed(
        lambda: b'{"items": 3, "items": [{"title": "Rain", "title": "Fog"}]}',
        FOG,
        content_type=JSON,
    ),
    "JSON of wrong types": HostileFeed(
        lambda: _json(
            [
                3,
                None,
                [],
                {},
                "x",
                {"title": 4, "id": [1]},
                {"title": "Fog", "url": {}, "authors": 7},
            ],
            title=["x"],
            hubs={"url": 3},
        ),
        FOG,
        content_type=JSON,
    ),
    "JSON of surrogates and NUL": HostileFeed(
        lambda: _json([{"id": "1", "title": "F\ud800\0og\u202e"}]), FOG, content_type=JSON
    ),
    "JSON in UTF-16": HostileFeed(
        lambda: _json([{"title": "Fog"}]).decode().encode("utf-16"), FOG, content_type=JSON
    ),
    "JSON broken off": HostileFeed(
        lambda: _json([{"title": "Fog"}])[:-9], refused="no valid JSON", content_type=JSON
    ),
    "JSON of another kind": HostileFeed(
        lambda: b'{"error": "quota"}', refused="no JSON Feed", content_type="application/json"
    ),
    "JSON, 100,000 items": HostileFeed(
        lambda: _json([{"id": str(n), "title": f"Fog {n}"} for n in range(100_000)]),
        2_000,
        content_type=JSON,
    ),
}

NO_FEEDS = {
    "nothing": HostileFeed(lambda: b"", refused="empty"),
    "only spaces": HostileFeed(lambda: b" \r\n\t" * 1_000, refused="empty"),
    "only a mark": HostileFeed(lambda: codecs.BOM_UTF8, refused="."),
    "web page": HostileFeed(
        lambda: html(article()), refused="a web page, not a feed", content_type="text/html"
    ),
    "web page that names its feed": HostileFeed(
        lambda: html(article(), "<link rel=alternate type='application/rss+xml' href='/rss'>"),
        refused="names https://gull-point.example/rss as its feed",
        content_type="text/html",
    ),
    "log in": HostileFeed(WALLS["log in"].body, refused="asks to log in"),
    "Cloudflare": HostileFeed(WALLS["Cloudflare: just a moment"].body, refused="captcha"),
    "access denied": HostileFeed(WALLS["Akamai"].body, refused="refuses access"),
    "plain text": HostileFeed(lambda: b"Service unavailable", refused="no feed"),
    "name of a file": HostileFeed(lambda: b"/etc/passwd", refused="no feed"),
    "image": HostileFeed(lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 99, refused="no feed"),
    "gzip cut short": HostileFeed(lambda: gzip.compress(rss(item()) * 9)[:-30], refused="."),
    "drawing": HostileFeed(
        lambda: b"<svg xmlns='http://www.w3.org/2000/svg'><text>Fog</text></svg>", refused="no feed"
    ),
    "SOAP": HostileFeed(
        lambda: b"<s:Envelope xmlns:s='x'><s:Body><error>no</error></s:Body></s:Envelope>",
        refused="no feed",
    ),
}

FALSE_FEEDS = CHARSETS | DATES | IDENTITIES | JSON_FEEDS | NO_FEEDS
