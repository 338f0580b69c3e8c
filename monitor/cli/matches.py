"""``monitor matches``: what the monitor found, and the user's verdict on it."""

from __future__ import annotations

from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING, Any

import typer

from monitor.cli import context, output
from monitor.cli.filters import Asked, filtered
from monitor.cli.judged import labelled, like, news
from monitor.cli.options import Id, Json, Limit
from monitor.cli.output import Column
from monitor.domain.figures import chance

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from monitor.types import MatchDetail, MatchView, RevisionView

EXCERPT = 800  # characters
NEIGHBOURS = 3
"""Earlier articles that are named of those on which a score leans."""

app = typer.Typer(name="matches", help="Articles that matched a topic.")


class Label(StrEnum):
    relevant = "relevant"
    irrelevant = "irrelevant"
    none = "none"


@app.command("list")
@filtered
def list_(ctx: typer.Context, *, asked: Asked, limit: Limit = None, as_json: Json = False) -> None:
    """List matches, the newest first."""
    from monitor.domain.search import filter_words
    from monitor.edge.store.search import search
    from monitor.types import Filter

    with context.store(ctx) as store:
        filter = asked.filter(store)
        found = store.read(search, filter, limit=output.to_read(limit, as_json))
    if as_json:
        output.emit(output.record(one.match) | {"event": one.match.event or None} for one in found)
    elif found:
        table([one.match for one in output.shown(found, limit)])
    elif filter == Filter():
        output.note("no matches: `monitor run` looks for some, `monitor topics check` tests seeds")
    else:
        output.note(f"nothing found: {filter_words(filter)}")


def table(rows: Sequence[MatchView]) -> None:
    columns = [
        Column("id", right=True),
        Column("published"),
        Column("score", right=True),
        Column("event", right=True),
        Column("label"),
        Column("topic", wide=True, limit=12),
        Column("source", wide=True, limit=12),
        Column("title", wide=True),
    ]
    output.table(columns, map(_row, rows))


def _row(row: MatchView) -> tuple[object, ...]:
    label = row.label or ("copy" if row.copy_of else "")
    score, published = f"{row.score:.2f}", output.when(row.published)[:10]
    return row.id, published, score, row.event or "", label, row.topic, row.source, row.title


@app.command()
def show(ctx: typer.Context, match: Id, as_json: Json = False) -> None:
    """Show all that is known about a match."""
    from monitor.edge.store import views
    from monitor.types.records import MatchRecord

    with context.store(ctx) as store:
        detail = store.read(views.match, match)
        nearest = [one.judgement for one in detail.neighbours[:NEIGHBOURS]]
        titles = store.read(views.titles_of, nearest)
    if as_json:
        output.emit([output.record(MatchRecord.of(detail))])
    else:
        output.details(_details(detail, titles))


def _details(detail: MatchDetail, titles: Mapping[int, str]) -> list[tuple[str, object]]:
    from monitor.domain.messages.content import shorten

    article, near = detail.article, detail.nearest_event
    return [
        ("title", article.title),
        ("address", article.url),
        ("source", article.source),
        ("author", article.author),
        ("published", output.when(article.published)),
        ("feeds", ", ".join(detail.feeds)),
        ("topic", detail.topic),
        ("judged", _verdict(detail)),
        ("reason", detail.reason),
        *labelled("leans on", _support(detail, titles)),
        ("label", detail.label),
        ("event", f"{detail.event}: {detail.event_title}" if detail.event else ""),
        ("nearest event", f"{near.id}: {near.title} ({near.similarity:.2f})" if near else ""),
        ("copy of", f"{detail.copy_of}: {detail.copy_of_title}" if detail.copy_of else ""),
        *news(detail.novelty),
        ("edited", "\n".join(map(_edit, detail.revisions))),
        ("text", shorten(article.text, EXCERPT)),
    ]


def _verdict(detail: MatchDetail) -> str:
    verdict = "a seed" if detail.seed else "a match" if detail.event else "no match"
    figures = [f"score {detail.score:.3f}", f"threshold {detail.threshold:.3f}"]
    if detail.probability is not None:
        figures.append(f"probability {chance(detail.probability)}")
    return f"{verdict}: {', '.join(figures)}"


def _support(detail: MatchDetail, titles: Mapping[int, str]) -> Iterator[str]:
    """The nearest earlier articles, and what they lend the score."""
    from monitor.domain.neighbours import shares

    lent = zip(detail.neighbours, shares(detail.neighbours), strict=True)
    for one, share in islice(lent, NEIGHBOURS):
        title = titles.get(one.judgement, "")
        yield f"{share * one.score:+.3f} {like(title, one.cosine)}"


def _edit(one: RevisionView) -> str:
    weight = "" if one.material else " (slight)"
    return f"{output.when(one.replaced_at)}{weight}: {one.change}; before: {one.title}"


@app.command()
def label(ctx: typer.Context, match: Id, verdict: Label) -> None:
    """Say whether a match is relevant; the topic learns from it at once."""
    from monitor import app as composition
    from monitor.edge.store import corrections

    chosen: Any = None if verdict is Label.none else verdict.value
    with context.store(ctx) as store:
        store.write(corrections.label, match, chosen, composition.utc_now())
    output.say(f"match {match}: label {verdict.value}")
