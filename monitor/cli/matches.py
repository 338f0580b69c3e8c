"""``monitor matches``: what the monitor found, and the user's verdict on it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli import context, output
from monitor.cli.judged import labelled, like, news
from monitor.cli.options import MAX_ID, Id, Json, Limit, Topic, since
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
def list_(
    ctx: typer.Context,
    *,
    topic: Topic = None,
    since: Annotated[
        datetime | None,
        typer.Option(
            parser=since, metavar="TIME", help='Not before: "2026-01-31", or "7d" for a week ago.'
        ),
    ] = None,
    min_score: Annotated[float | None, typer.Option(help="With at least this score.")] = None,
    event: Annotated[
        int | None, typer.Option(min=1, max=MAX_ID, metavar="ID", help="Of this event only.")
    ] = None,
    unlabelled: Annotated[bool, typer.Option("--unlabelled", help="Without a label.")] = False,
    limit: Limit = None,
    as_json: Json = False,
) -> None:
    """List matches, the newest first."""
    from monitor.edge.store import views

    with context.store(ctx) as store:
        if topic is not None:
            store.read(views.topic, topic)
        if event is not None:
            store.read(views.event, event)
        rows = store.read(
            views.matches,
            topic=topic,
            since=since,
            min_score=min_score,
            event=event,
            unlabelled=unlabelled,
            limit=output.to_read(limit, as_json),
        )
    if as_json:
        output.emit(map(output.record, rows))
    elif not rows:
        output.note("no matches: `monitor run` looks for some, `monitor topics check` tests seeds")
    else:
        table(output.shown(rows, limit))


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
    return row.id, published, score, row.event, label, row.topic, row.source, row.title


@app.command()
def show(ctx: typer.Context, match: Id, as_json: Json = False) -> None:
    """Show all that is known about a match."""
    from monitor.edge.store import views

    with context.store(ctx) as store:
        detail = store.read(views.match, match)
        nearest = [one.judgement for one in detail.neighbours[:NEIGHBOURS]]
        titles = store.read(views.titles_of, nearest)
    if as_json:
        output.emit([_record(detail)])
    else:
        output.details(_details(detail, titles))


def _record(detail: MatchDetail) -> dict[str, Any]:
    """The keys of the list, then the others; the article's stand beside the judgement's."""
    judgement = output.record(detail)
    article: dict[str, Any] = judgement.pop("article")
    judgement.pop("judged")
    first = ("id", "topic", "url", "title", "source", "published", "score", "event", "copy_of")
    both = article | judgement
    listed = (*first, "label", "text_from")
    return {key: both[key] for key in listed} | both


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
    from monitor.edge.store import judging

    chosen: Any = None if verdict is Label.none else verdict.value
    with context.store(ctx) as store:
        store.write(judging.label, match, chosen, composition.utc_now())
    output.say(f"match {match}: label {verdict.value}")
