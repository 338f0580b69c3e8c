"""What sites put in the place of an article or around it: walls, other kinds, false charsets."""

from __future__ import annotations

import codecs

from tests.hostile.pages import (
    PARAGRAPHS,
    HostilePage,
    article,
    body_in_data,
    html,
    json_ld,
)

NO_PAGE, CAPTCHA, REFUSES = "is no web page", "captcha", "refuses access"
LOG_IN, CONSENT, GONE = "asks to log in", "asks for consent", "article is not there"
SCRIPT, PAID, NONE = "without JavaScript", "to subscribers only", "article text"

GERMAN = (
    "Der Leuchtturm auf der Möweninsel fiel in der Nacht zum Dienstag aus, wie die Küstenwache "
    "bestätigte; über neunzig Jahre lang hatte er den Schiffen den Weg in den Hafen gezeigt. "
)
JAPANESE = (
    "灯台は月曜日の夜に九十年ぶりに消えた。ねずみが電線をかじったためだと灯台守の娘は話した。"
    "二隻の漁船と一隻の連絡船が夜明けまで港の外で待った。技師は木曜日に電線を交換する予定だ。"
) * 4
CHINESE = "灯塔在星期一晚上九十年来第一次熄灭。看守人的女儿说，老鼠咬断了电缆。" * 8
KOREAN = (
    "등대가 월요일 밤 구십 년 만에 처음으로 꺼졌다. 쥐들이 전선을 갉아먹었다고 딸은 말했다. " * 8
)
ARABIC = "انطفأت المنارة مساء الاثنين للمرة الأولى منذ تسعين عاما لأن الجرذان أكلت السلك. " * 8


def _prose(text: str, charset: str) -> bytes:
    declared = f"<meta charset='{charset}'>" if charset else ""
    return html(article(text, text + "."), declared).decode().encode(charset or "utf-8")


def _wall(body: bytes, because: str, content_type: str = "text/html") -> HostilePage:
    return HostilePage(lambda: body, "feed", because, content_type)


WALLS = {
    "Cloudflare: just a moment": _wall(
        html("<script>window._cf_chl_opt={cType:'managed'}</script>", title="Just a moment..."),
        CAPTCHA,
    ),
    "Cloudflare: attention required": _wall(
        html(
            "<div id='cf-error-details'><h1>Sorry, you have been blocked</h1></div>",
            title="Attention Required! | Cloudflare",
        ),
        REFUSES,
    ),
    "Cloudflare, in Chinese": _wall(html("<p>x</p>", title="请稍候…"), CAPTCHA),
    "DataDome": _wall(
        html("<script src='https://ct.captcha-delivery.com/c.js'></script>", title="e.example"),
        CAPTCHA,
    ),
    "PerimeterX": _wall(
        html("<div id='px-captcha'></div><p>Press and hold.</p>", title="Access to this page"),
        CAPTCHA,
    ),
    "Akamai": _wall(
        html(
            "<h1>Access Denied</h1>You don't have permission to access this server.<p>Reference"
            "&#32;&#35;18&#46;2d1<p>https&#58;&#47;&#47;errors&#46;edgesuite&#46;net&#47;18",
            title="Access Denied",
        ),
        REFUSES,
    ),
    "Imperva": _wall(
        html("<iframe>Request unsuccessful. Incapsula incident ID: 1-2</iframe>", title=""), REFUSES
    ),
    "Distil": _wall(
        html("<p>Something about your browser made us think.</p>", title="Pardon Our Interruption"),
        CAPTCHA,
    ),
    "AWS WAF": _wall(
        html("<script>window.gokuProps = {key: 'x'};</script><noscript>JavaScript is disabled"),
        CAPTCHA,
    ),
    "Sucuri": _wall(html("<script>sucuri_cloudproxy_js='';</script>", title="Loading"), CAPTCHA),
    "captcha form": _wall(html("<form><div class='g-recaptcha'></div></form>"), CAPTCHA),
    "Google consent": _wall(
        html(
            "<form action='https://consent.google.com/save'>" + "We use cookies and data. " * 80,
            title="Before you continue to Google Search",
        ),
        CONSENT,
    ),
    "Yahoo consent": _wall(
        html('<form><input name="collectConsent"></form>' + "<p>Our partners store data.</p>" * 90),
        CONSENT,
    ),
    "consent in a title": _wall(
        html("<p>We and 842 partners store data.</p>", title="Privacy settings | Gull Post"),
        CONSENT,
    ),
    "log in": _wall(
        html("<form>Name <input> <input type='password'></form>", title="Gull Post"), LOG_IN
    ),
    "log in, in German": _wall(html("<p>Bitte.</p>", title="Anmelden - Möwenpost"), LOG_IN),
    "soft 404": _wall(html("<h1>404</h1><p>Try a search instead.</p>", title="Gull Post"), GONE),
    "soft 404 in a title": _wall(html("<p>Sorry.</p>", title="Page not found – Gull Post"), GONE),
    "script only": _wall(
        html("<div id='root'></div><noscript>Please enable JavaScript to run this app.</noscript>"),
        SCRIPT,
    ),
    "paywall": _wall(
        html("<p>The lighthouse went dark.</p><div>Subscribe to continue reading.</div>"), PAID
    ),
    "paywall in the data": _wall(
        html(
            "<p>The lighthouse went dark.</p>",
            json_ld({"@type": "NewsArticle", "isAccessibleForFree": "False"}),
        ),
        PAID,
    ),
}

KINDS = {
    "PDF as a page": _wall(b"%PDF-1.7 <html><body>\n" + bytes(range(256)) * 400, NO_PAGE),
    "PDF": _wall(b"%PDF-1.7\n" + bytes(range(256)) * 400, NO_PAGE, "application/pdf"),
    "image as a page": _wall(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 400, NO_PAGE),
    "video as a page": _wall(b"\0\0\0\x20ftypisom" + b"\0\xff<p>" * 10_000, NO_PAGE),
    "video": _wall(b"\0\0\0\x20ftypisom" + b"\0\xff" * 10_000, NO_PAGE, "video/mp4"),
    "drawing as a page": _wall(b"<svg><text>The lighthouse</text></svg>", NONE),
    "page as an image": HostilePage(lambda: html(article()), "page", "", "image/jpeg"),
    "page as a PDF": HostilePage(lambda: html(article()), "page", "", "application/pdf"),
    "page without a type": HostilePage(lambda: html(article()), "page", "", ""),
    "page after a server's complaint": HostilePage(
        lambda: b"Warning: mysql_connect() failed in /srv/x.php on line 3\n" + html(article()),
        "page",
        never=("mysql_connect",),
    ),
    "JSON as a page": _wall(b'{"html": "<html><body>"', NO_PAGE),
    "feed as a page": _wall(b"<?xml version='1.0'?><rss><channel></channel></rss>", NONE),
    "gzip as a page": _wall(b"\x1f\x8b\x08\0" + bytes(range(256)) * 40, NO_PAGE),
    "nothing": _wall(b"", NO_PAGE),
    "half a character": _wall(b"\xe3\x81", NO_PAGE),
}

CHARSETS = {
    "UTF-16 with its mark": HostilePage(lambda: html(article()).decode().encode("utf-16"), "page"),
    "UTF-16 without a mark": HostilePage(
        lambda: html(article()).decode().encode("utf-16-le"), "page", content_type="text/html"
    ),
    "UTF-32": HostilePage(lambda: html(article()).decode().encode("utf-32"), "page"),
    "UTF-8 mark, UTF-16 declared": HostilePage(
        lambda: codecs.BOM_UTF8 + _prose(GERMAN, ""),
        "page",
        content_type="text/html; charset=utf-16",
        says="Möweninsel fiel",
    ),
    "Shift_JIS declared as UTF-8": HostilePage(
        lambda: _prose(JAPANESE, "shift_jis"), "page", says="灯台は月曜日"
    ),
    "Japanese without spaces": HostilePage(
        lambda: _prose(JAPANESE, ""), "page", says="灯台は月曜日"
    ),
    "GB18030 declared as Latin-1": HostilePage(
        lambda: _prose(CHINESE, "gb18030"),
        "page",
        content_type="text/html; charset=utf-8",
        says="老鼠咬断了电缆",
    ),
    "EUC-KR": HostilePage(
        lambda: _prose(KOREAN, "euc-kr"), "page", content_type="text/html", says="등대가 월요일"
    ),
    "windows-1252 declared as UTF-8": HostilePage(
        lambda: html(article(GERMAN * 2, GERMAN)).decode().encode("cp1252"),
        "page",
        says="Möweninsel fiel",
    ),
    "one broken byte among good ones": HostilePage(
        lambda: html(article(GERMAN * 2, GERMAN + "?")).replace(b"?", b"\xff"),
        "page",
        says="Möweninsel fiel",
    ),
    "a charset that takes quadratic time": HostilePage(
        lambda: html(article()), "page", content_type="text/html; charset=punycode"
    ),
    "UTF-7": HostilePage(
        lambda: html(article() + "<p>+ADw-script+AD4-</p>"),
        "page",
        content_type="text/html; charset=utf-7",
    ),
    "right to left": HostilePage(lambda: _prose(ARABIC, ""), "page", says="انطفأت المنارة"),
    "overrides and zero widths": HostilePage(
        lambda: html(article(*(f"\u202e\u2066\ufeff{text}\u200b" for text in PARAGRAPHS))), "page"
    ),
}

CONTENTS = {
    "related stories": HostilePage(
        lambda: html(
            article()
            + "<section class='related'><h2>Related stories</h2>"
            + "<p><a href='/b'>Mayor resigns over a parrot</a></p>" * 30
            + "</section>"
        ),
        "page",
        never=("parrot",),
    ),
    "cookie banner": HostilePage(
        lambda: html(
            "<div id='cookie-banner' class='cookie-consent'><p>This site uses cookies to improve "
            "your visit, and shares them with 842 partners.</p></div>" + article()
        ),
        "page",
        never=("842 partners",),
    ),
    "captions of icons": HostilePage(
        lambda: html(article("IconTwitterIconFacebookIconMail", *PARAGRAPHS)),
        "page",
        never=("IconTwitter",),
    ),
    "live blog": HostilePage(
        lambda: html(
            "".join(
                f"<article><time>2024-05-01T1{n}:00Z</time><h2>Update {n}</h2>"
                f"<p>{PARAGRAPHS[n % 4]} This was note number {n}.</p></article>"
                for n in range(9)
            )
        ),
        "page",
        says="note number 8",
    ),
    "gallery": _wall(html("<figure><img src='/a.jpg'><figcaption>Dark</figcaption>" * 40), ""),
    "AMP": HostilePage(
        lambda: html(
            article() + "<amp-ad type='x'></amp-ad>", "<style amp-boilerplate>p{}</style>"
        ),
        "page",
    ),
    "noscript": HostilePage(
        lambda: html("<noscript>Please enable JavaScript.</noscript>" + article()), "page"
    ),
    "template": HostilePage(
        lambda: html(f"<template><p>{'Slots of a parrot. ' * 40}</p></template>{article()}"), "page"
    ),
    "only in the data": HostilePage(lambda: html("<div id='app'></div>", body_in_data()), "page"),
    "only in the data, and paid": HostilePage(
        lambda: html("<p>Subscribe.</p>", body_in_data(isAccessibleForFree=False)), "page"
    ),
    "markup in the data": HostilePage(
        lambda: html("", json_ld({"articleBody": article().replace("</", "<\\/")})), "page"
    ),
    "an article with a log-in form and a captcha": HostilePage(
        lambda: html(
            article()
            + "<form><input type=password><div class='g-recaptcha'></div></form>"
            + "<script src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'></script>"
        ),
        "page",
    ),
    "an article on a captcha": HostilePage(
        lambda: html(article(), title="Are you a robot? Lighthouse asks"), "page"
    ),
    "hidden text": HostilePage(
        lambda: html(article() + "<p style='display:none'>Win a parrot today by calling us.</p>"),
        "page",
    ),
}

FALSE_PAGES = WALLS | KINDS | CHARSETS | CONTENTS
