"""``monitor explain``: why an article matched, or why it did not."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import context, output
from monitor.cli.options import MAX_ID, Json
from monitor.cli.output import Column
from monitor.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from monitor.types import Explanation, Term

TERMS = 8
"""On either side, positive and negative, in a table."""


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
        ]
    )
    output.say("")
    columns = [Column("part", right=True), Column("term", wide=True)]
    output.table(columns, ((f"{part:+.4f}", term) for term, part in _carried(one)))


def _verdict(one: Explanation) -> str:
    side = "at or above" if one.score >= one.threshold else "below"
    verdict = "relevant" if one.relevant else "not relevant"
    return f"{one.score:.4f}, {side} the threshold of {one.threshold:.4f}: {verdict}"


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


def _carried(one: Explanation) -> Iterator[tuple[str, float]]:
    """The strongest terms on either side, the rest, and the sum, which is the score."""
    positive = [term for term in one.terms if term.part > 0]
    negative = [term for term in one.terms if term.part < 0]
    for term in (*positive[:TERMS], *negative[:TERMS]):
        yield term.term, term.part
    rest = [*positive[TERMS:], *negative[TERMS:]]
    if rest:
        yield f"({output.plural(len(rest), 'other term')})", _sum(rest)
    yield "(score)", _sum(one.terms)


def _sum(terms: Sequence[Term]) -> float:
    return sum(term.part for term in terms)
