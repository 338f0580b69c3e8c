"""Archives: articles that were published once, a JSON object a line, plain or in gzip.

A line has ``id`` (text, once in a file) and, each of them optional or null, ``published`` (ISO
8601; a bare date is its midnight, no zone is UTC), ``title``, ``text``, ``source``, ``url`` and
``lang``.  Gold, for who has it: ``relevant`` (1, 0, null: unknown) and ``topic`` (a name or a list
of names).  Other keys are left alone.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

from monitor.domain.clean import clean_line, clean_text
from monitor.domain.language import identify
from monitor.domain.language_codes import normalise
from monitor.domain.pages import MAX_TEXT
from monitor.domain.seeds import read_seed
from monitor.errors import ConfigError, ParseError
from monitor.types import Article, TextFrom

_GZIP = b"\x1f\x8b"
_ARCHIVES = (".jsonl", ".jsonl.gz")
_SEED_ENDINGS = {".txt", ".md", ".html", ".htm"}


@dataclass(frozen=True, slots=True)
class Archived:
    """One line."""

    id: str
    article: Article
    relevant: bool | None
    """Gold; None where it is not known."""


def read_archive(
    path: Path, *, topic: str | None = None, text_from: TextFrom = "page"
) -> Iterator[Archived]:
    """The lines of a file, in their order, one at a time.

    ``topic``: relevant are the lines whose ``topic`` it is, unless their ``relevant`` is 0 or null;
    without it ``relevant`` alone counts.  Raises ConfigError where the file cannot be opened,
    ParseError with the number of the line that is none.
    """
    seen: set[str] = set()
    for number, line in _lines(path):
        try:
            one = _archived(_row(line), topic, text_from)
            if one.id in seen:
                raise ValueError(f"the id {one.id} is there twice")
        except (ValueError, OverflowError, RecursionError) as error:
            raise ParseError(f"{path}: line {number}: {clean_line(str(error))}") from None
        seen.add(one.id)
        yield one


def in_order(archived: Iterable[Archived]) -> tuple[list[Archived], int]:
    """Those with a date, in the order of publication and as given where it is the same; and how
    many have none."""
    dated: list[tuple[datetime, Archived]] = []
    undated = 0
    for one in archived:
        if one.article.published is None:
            undated += 1
        else:
            dated.append((one.article.published, one))
    dated.sort(key=lambda pair: pair[0])
    return [one for _, one in dated], undated


def read_seeds(path: Path) -> list[tuple[str | None, Article]]:
    """The articles of a text or HTML file, a folder of them, or an archive, each with its id there.

    Raises ConfigError, ParseError.
    """
    if path.name.lower().endswith(_ARCHIVES):
        return [(one.id, one.article) for one in read_archive(path, text_from="seed")]
    try:
        files = [path]
        if path.is_dir():
            files = sorted(f for f in path.iterdir() if f.suffix.lower() in _SEED_ENDINGS)
        found = [(None, read_seed(str(file), file.read_bytes())) for file in files]
    except OSError as error:
        raise ConfigError(f"{error.filename}: cannot be read: {error.strerror}") from None
    if not found:
        endings = ", ".join(sorted(_SEED_ENDINGS))
        raise ConfigError(f"{path}: holds no article: put some there ({endings})")
    return list(found)


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """The lines that are not blank, numbered from 1."""
    number = 0
    try:
        with path.open("rb") as file:
            for number, line in enumerate(_plain(file), start=1):
                if line.strip():
                    yield number, line
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise ParseError(f"{path}: after line {number}: damaged gzip: {error}") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None


def _plain(file: BinaryIO) -> BinaryIO:
    """What is in the file, unpacked if its first bytes say so, whatever its name."""
    packed = file.read(len(_GZIP)) == _GZIP
    file.seek(0)
    return cast(BinaryIO, gzip.GzipFile(fileobj=file)) if packed else file


def _row(line: bytes) -> dict[str, Any]:
    row = json.loads(line)
    if not isinstance(row, dict):
        raise ValueError("is no JSON object")
    return row


def _archived(row: dict[str, Any], topic: str | None, text_from: TextFrom) -> Archived:
    id = _text(row, "id")
    if not id or not id.isprintable():
        raise ValueError("id: is missing, empty or not printable")
    title, text = clean_line(_text(row, "title")), clean_text(_text(row, "text"))[:MAX_TEXT]
    article = Article(
        url=clean_line(_text(row, "url")),
        title=title,
        text=text,
        published=_moment(_text(row, "published")),
        text_from=text_from,
        source=clean_line(_text(row, "source")),
        language=normalise(_text(row, "lang")) or identify(f"{title}\n{text}"),
    )
    return Archived(id, article, _relevant(row, topic))


def _text(row: dict[str, Any], key: str) -> str:
    value = row.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(f"{key}: {value!r:.40} is no text")
    return value


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f'published: "{text:.40}" is no ISO 8601 time') from None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _relevant(row: dict[str, Any], topic: str | None) -> bool | None:
    given = row.get("relevant", 1)
    if given not in (0, 1, None):
        raise ValueError(f"relevant: {given!r:.40} is none of 1, 0 and null")
    if topic is None:
        return None if given is None or "relevant" not in row else bool(given)
    if not given:
        return None if given is None else False
    named = row.get("topic")
    return topic in named if isinstance(named, list) else topic == named
