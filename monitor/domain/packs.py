"""A topic in one file, to be shared: its seeds, labels, feeds and settings.

The file is JSON in UTF-8 (RFC 8259), as ``Pack`` has it; keys that are not known are left alone.
It holds no channels, no secrets and nothing of the machine that wrote it.  One that comes in is of
strangers: its text is cleaned as that of feeds is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from ipaddress import ip_address
from typing import Annotated, Final, Literal, TypeVar, cast

from pydantic import AfterValidator, BeforeValidator, Field, TypeAdapter, ValidationError
from pydantic import ValidationInfo as Info

from monitor.domain.clean import clean_line, clean_text
from monitor.domain.dates import parse_date, plausible
from monitor.domain.urls import absolute, host_of
from monitor.errors import ParseError
from monitor.types import Article, TopicSettings, Verdict

FORMAT: Final = "news-monitor topic"
VERSION = 1
ENDING = ".topic.json"
MAX_BYTES = 50_000_000
MAX_LABELS = 10_000
MAX_SEEDS = 1_000
MAX_FEEDS = 10_000
MAX_LINE = 1_000
"""Characters of a title or name that are kept."""
_LANGUAGE = re.compile(r"[a-z]{2}")


def _line(text: str) -> str:
    return clean_line(clean_line(text)[:MAX_LINE])


def _address(text: str) -> str:
    """An http(s) address, else nothing."""
    try:
        return absolute(text) if text else ""
    except ParseError:
        return ""


def _moment(given: object, info: Info) -> datetime | None:
    """No date at all rather than one that cannot be true."""
    now = cast(datetime, info.context)
    return plausible(parse_date(given[:MAX_LINE]), now) if isinstance(given, str) else None


def _language(text: str) -> str:
    return text if _LANGUAGE.fullmatch(text) else ""


T = TypeVar("T")
Line = Annotated[str, AfterValidator(_line)]
Body = Annotated[str, AfterValidator(clean_text)]
Address = Annotated[str, AfterValidator(_address)]
Language = Annotated[str, AfterValidator(_language)]
Moment = Annotated[datetime | None, BeforeValidator(_moment)]
Figure = Annotated[float, Field(allow_inf_nan=False)]


@dataclass(frozen=True, slots=True)
class Told:
    """An article as a pack has it."""

    title: Line
    text: Body
    url: Address = ""
    """Empty, or http(s)."""
    published: Moment = None
    source: Line = ""
    """The outlet."""
    language: Language = ""
    """ISO 639-1, or empty."""

    def article(self) -> Article:
        """As one that a person has given."""
        return Article(
            url=self.url,
            title=self.title,
            text=self.text,
            published=self.published,
            text_from="seed",
            source=self.source,
            language=self.language,
        )


@dataclass(frozen=True, slots=True)
class Seed:
    name: Line
    """Of the file or the address it came from."""
    article: Told


@dataclass(frozen=True, slots=True)
class Label:
    verdict: Verdict
    article: Told


@dataclass(frozen=True, slots=True)
class Feed:
    url: Address
    name: Line = ""
    tags: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """``TopicSettings``, within what the configuration takes."""

    must: tuple[Line, ...] = ()
    exclude: tuple[Line, ...] = ()
    threshold: Annotated[Figure, Field(ge=-1, le=1)] | None = None
    match_budget: Annotated[Figure, Field(gt=0)] | None = None
    alert_since: Moment = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A topic; the fields are the keys of its file, each with its type in JSON."""

    format: Literal["news-monitor topic"] = FORMAT
    version: int = VERSION
    name: Line
    settings: Settings
    seeds: Annotated[tuple[Seed, ...], Field(max_length=MAX_SEEDS)]
    """In order; each with a text."""
    labels: Annotated[tuple[Label, ...], Field(max_length=MAX_LABELS)] = ()
    feeds: Annotated[tuple[Feed, ...], Field(max_length=MAX_FEEDS)] = ()

    @property
    def topic_settings(self) -> TopicSettings:
        its = self.settings
        return TopicSettings(
            its.must, its.exclude, its.threshold, its.match_budget, its.alert_since
        )


@dataclass(frozen=True, slots=True)
class _Head:
    format: Literal["news-monitor topic"]
    version: Annotated[int, Field(ge=1)]


def read_pack(data: bytes, now: datetime) -> Pack:
    """The pack in a file; what has no text or no address in it is left out, and no date is later
    than ``now``.

    Raises ParseError: no pack, damaged, of a later version, larger than a pack may be.
    """
    if len(data) > MAX_BYTES:
        raise ParseError(f"larger than {MAX_BYTES // 1_000_000} MB: a topic is never that large")
    head = _read(_Head, data, now, "no topic pack")
    if head.version > VERSION:
        raise ParseError(f"a pack of a later version ({head.version}): update the monitor")
    pack = _read(Pack, data, now, "damaged")
    seeds = tuple(seed for seed in pack.seeds if seed.article.text)
    if not seeds:
        raise ParseError("damaged: it holds no seed with a text")
    if not pack.name:
        raise ParseError("damaged: the topic has no name")
    return replace(
        pack,
        seeds=seeds,
        labels=tuple(label for label in pack.labels if label.article.text),
        feeds=tuple(feed for feed in pack.feeds if feed.url),
    )


def _read(kind: type[T], data: bytes, now: datetime, problem: str) -> T:
    try:
        return TypeAdapter(kind).validate_json(data, strict=True, context=now)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise ParseError(f"{problem}: {where and where + ': '}{first['msg']}") from None


def write_pack(pack: Pack) -> bytes:
    """The file; ``read_pack`` gives back an equal one."""
    return TypeAdapter(Pack).dump_json(pack, indent=1) + b"\n"


def elsewhere(url: str) -> str:
    """An address as it may be shared; empty where it is one of this machine, or none of the web."""
    try:
        host = host_of(url)
    except ParseError:
        return ""
    try:
        here = ip_address(host).is_loopback
    except ValueError:
        here = host == "localhost" or host.endswith(".localhost")
    return "" if here else url


def file_name(source: str) -> str:
    """What a seed is called: the name of its file without the folders, or its address."""
    if source.startswith(("http://", "https://")):
        return elsewhere(source) or "page"
    return re.split(r"[\\/]", source)[-1] or "seed"
