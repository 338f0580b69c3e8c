"""Real pages as templates: their furniture stays, another article takes the place of theirs."""

from __future__ import annotations

import copy
import re
import tarfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree, html

from monitor.domain.charsets import decode
from monitor.domain.language import identify
from monitor.domain.text import tokens

SLOT = "data-slot"
LEAST_SLOTS, LEAST_COVERED = 3, 0.6
"""Paragraphs in one place, and the share of the article in them, that make a page a template."""
LEAST_FURNITURE = 100
"""Words beside the article that make a page worth imitating."""
_BLOCKS = ("p", "li", "h2", "h3", "h4", "blockquote", "pre", "div", "td", "section", "ul", "table")
_NOT_SHOWN = ("script", "style", "noscript", "head")


@dataclass(frozen=True)
class Template:
    """A page whose article's paragraphs are emptied and marked with ``SLOT``."""

    name: str
    root: Any

    def fill(self, title: str, paragraphs: Sequence[str]) -> str:
        """The page with another headline and text: paragraphs in the order of the old ones, the
        surplus after the last, slots without a paragraph removed."""
        root = copy.deepcopy(self.root)
        slots = list(root.iterfind(f".//*[@{SLOT}]"))
        for slot in slots:
            del slot.attrib[SLOT]
        while len(slots) < len(paragraphs):
            more = html.Element(slots[-1].tag, dict(slots[-1].attrib))
            slots[-1].addnext(more)
            slots.append(more)
        for slot, paragraph in zip(slots, paragraphs, strict=False):
            slot.text = paragraph
        for slot in slots[len(paragraphs) :]:
            slot.drop_tree()
        _retitle(root, title, " ".join(" ".join(paragraphs).split()[:30]))
        return str(html.tostring(root, encoding="unicode", doctype="<!doctype html>"))


def templates(archive: Path) -> Iterator[Template]:
    """The English pages of ``html.tar.gz`` that hold their expected text in one place."""
    for name, markup, expected in _pages(archive):
        if identify(expected) == "en" and (template := _template(name, markup, expected)):
            yield template


def _pages(archive: Path) -> Iterator[tuple[str, str, str]]:
    """Name, markup and expected text of each page."""
    with tarfile.open(archive) as files:
        members = (one for one in files if one.name.endswith((".html", ".txt")) and one.isfile())
        found = {one.name: _read(files, one) for one in members}
    for name, data in sorted(found.items()):
        wanted = found.get(name.replace("source.html", "expected.html"))
        if name.endswith("/source.html") and wanted:
            yield name.split("/")[-2], decode(data), _text(html.document_fromstring(decode(wanted)))
        wanted = found.get(name.replace("/html/", "/txt/").replace(".html", ".txt"))
        if "/html/" in name and wanted:
            yield Path(name).stem, decode(data), decode(wanted)


def _read(files: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = files.extractfile(member)
    return file.read() if file else b""


def _template(name: str, markup: str, expected: str) -> Template | None:
    wanted = _plain(expected)
    root = html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*>", "", markup))
    for data in root.xpath("//script[contains(@type, 'ld+json')]"):
        data.drop_tree()  # it repeats the article
    blocks = [block for block in _leaves(root) if _is_part(block, wanted)]
    if not blocks:
        return None
    (parent, tag), _ = Counter((b.getparent(), b.tag) for b in blocks).most_common(1)[0]
    slots = [block for block in blocks if block.getparent() is parent and block.tag == tag]
    covered = sum(len(_plain(slot.text_content()).split()) for slot in slots)
    if len(slots) < LEAST_SLOTS or covered < LEAST_COVERED * len(wanted.split()):
        return None
    for block in blocks:
        if block not in slots:
            block.drop_tree()
    for slot in slots:
        del slot[:]
        slot.text = ""
        slot.set(SLOT, "")
    return Template(name, root) if len(_text(root).split()) >= LEAST_FURNITURE else None


def _leaves(root: Any) -> Iterator[Any]:
    for block in root.iter(*_BLOCKS):
        if next(block.iterdescendants(*_BLOCKS), None) is None:
            yield block


def _is_part(block: Any, wanted: str) -> bool:
    text = _plain(block.text_content())
    return len(text.split()) >= 8 and text in wanted


def _plain(text: str) -> str:
    return " ".join(tokens(text))


def _text(root: Any) -> str:
    shown = copy.deepcopy(root)
    etree.strip_elements(shown, *_NOT_SHOWN, with_tail=False)
    return " ".join(shown.itertext(etree.Element))


def _retitle(root: Any, title: str, lead: str) -> None:
    for heading in [*root.xpath("//h1")[:1], *root.xpath("//title")]:
        del heading[:]
        heading.text = title
    for meta in root.xpath("//meta[@content]"):
        name = (meta.get("property") or meta.get("name") or "").lower()
        if name.endswith("title"):
            meta.set("content", title)
        elif name.endswith("description"):
            meta.set("content", lead)
