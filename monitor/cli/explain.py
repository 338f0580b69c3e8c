"""``monitor explain``: why an article matched, or why it did not."""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import context, output
from monitor.cli.judged import like, news
from monitor.cli.options import MAX_ID, Json
from monitor.cli.output import Column
from monitor.domain.figures import chance, rounded
from monitor.domain.join import SAID
from monitor.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from monitor.types import Explanation

TERMS = 8
"""On either side, positive and negative, in a table."""
NEIGHBOURS = 5
"""Earlier articles on which a score leans that have a line of their own."""
DIGITS = 4


def explain(
    ctx: typer.Context,
    reference: Annotated[str, typer.Argument(metavar="MATCH_ID|URL|FILE")],
    topic: Annotated[
        str | None, typer.Option("--topic", metavar="NAME", help="For this topic only.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Say why an article matched, or why not.

    An address that is not stored is fetched, a file is read; nothing is stored.
    """
    if reference.isdecimal() and int(reference) > MAX_ID:
        raise NotFound(f"no match {reference}: see `monitor matches list`")
    with output.waiting(f"explaining {reference}"):
        found = asyncio.run(_explain(ctx, reference, topic))
    if as_json:
        output.emit(map(output.record, found))
        return
    if not found:
        output.note("no topics: `monitor run` brings in those of the configuration")
    for number, one in enumerate(found):
        if number:
            output.say("")
        _show(one)


async def _explain(ctx: typer.Context, reference: str, topic: str | None) -> list[Explanation]:
    from monitor.explain import explain as explained

    with context.store(ctx) as store:
        async with context.parts(context.config(ctx), store) as parts:
            return await explained(parts, reference, topic)


def _show(one: Explanation) -> None:
    seed = f"{one.nearest_seed} (similarity {one.nearest_seed_similarity:.2f})"
    output.details(
        [
            ("title", one.title),
            ("address", one.url),
            ("source", one.source),
            ("published", output.when(one.published)),
            ("topic", one.topic),
            ("score", _verdict(one)),
            ("reason", one.reason),
            ("nearest seed", seed if one.nearest_seed else ""),
            ("nearest event", _nearest(one)),
            ("event", _event(one)),
            ("copy of", one.copy_of),
            *news(one.novelty),
        ]
    )
    if one.terms or one.neighbours:
        _table("what makes the score", [*_terms(one), *_neighbours(one)], "the score")
    if one.placing:
        odds = "log-odds that it is that event: joined from 0 on"
        said = [(SAID.get(name, name), part) for name, part in one.placing]
        _table("against the nearest event", said, odds)


def _table(head: str, parts: Sequence[tuple[str, float]], total: str) -> None:
    """Parts and their sum, which add up as printed."""
    figures = rounded([part for _, part in parts], DIGITS)
    names = [*(name for name, _ in parts), f"({total})"]
    output.say("")
    output.table(
        [Column("part", right=True), Column(head, wide=True)],
        ((f"{f:+.{DIGITS}f}", n) for f, n in zip([*figures, sum(figures)], names, strict=True)),
    )


def _verdict(one: Explanation) -> str:
    if one.threshold is None:
        return "none: not relevant"
    side = "at or above" if one.score >= one.threshold else "below"
    verdict = "relevant" if one.relevant else "not relevant"
    line = f"{side} the threshold of {one.threshold:.{DIGITS}f}"
    return f"{one.score:.{DIGITS}f}, {line}: {verdict} (probability {chance(one.probability)})"


def _nearest(one: Explanation) -> str:
    near = one.nearest_event
    if near is None:
        return "none earlier"
    seen = f", last seen {output.when(near.last_seen)}" if near.last_seen else ""
    return f"{near.id}: {near.title} (similarity {near.similarity:.2f}{seen})"


def _event(one: Explanation) -> str:
    if one.event is not None:
        return f"{one.event}: {one.event_title}"
    return "a new one" if one.relevant and one.match is None else "none"


def _terms(one: Explanation) -> Iterator[tuple[str, float]]:
    """The strongest terms on either side, and the rest together."""
    positive = [term for term in one.terms if term.part > 0]
    negative = [term for term in one.terms if term.part < 0]
    for term in (*positive[:TERMS], *negative[:TERMS]):
        yield term.term, term.part
    rest = [*positive[TERMS:], *negative[TERMS:]]
    if rest:
        yield f"({output.plural(len(rest), 'other term')})", math.fsum(term.part for term in rest)


def _neighbours(one: Explanation) -> Iterator[tuple[str, float]]:
    """The nearest earlier articles, and the others together."""
    for near in one.neighbours[:NEIGHBOURS]:
        yield f"leans on: {like(near.title, near.cosine)}", near.part
    rest = one.neighbours[NEIGHBOURS:]
    if rest:
        others = output.plural(len(rest), "other article")
        yield f"(leans on {others})", math.fsum(near.part for near in rest)
