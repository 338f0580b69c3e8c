"""``monitor topics``: what is followed, and how well its seeds describe it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import context, output, seeds
from monitor.cli.options import Json, later, still
from monitor.cli.output import Column
from monitor.domain.figures import rate
from monitor.errors import ConfigError, MonitorError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from monitor.cli.seeds import Checked
    from monitor.types import TopicView

app = typer.Typer(name="topics", help="Topics: what the monitor looks for.")

Name = Annotated[str, typer.Argument(metavar="NAME")]


@app.command("list")
def list_(ctx: typer.Context, as_json: Json = False) -> None:
    """List topics."""
    from monitor.edge.store import views

    with context.store(ctx) as store:
        rows = store.read(views.topics)
    if as_json:
        output.emit(output.record(row, without=["seeds"]) for row in rows)
        return
    if not rows:
        file = context.file(ctx)
        output.note(f"no topics: add [topics.NAME] to {file}, `monitor run` brings it in")
        return
    columns = [
        Column("name", wide=True),
        Column("state"),
        Column("threshold", right=True),
        Column("a day", right=True),
        Column("judged", right=True),
        Column("matches", right=True),
        Column("events", right=True),
        Column("channels", wide=True),
    ]
    output.table(columns, map(_row, rows))
    for row in rows:
        if row.error:
            output.note(f"{row.name}: {row.error}")


def _row(row: TopicView) -> tuple[object, ...]:
    threshold = "not fitted" if row.threshold is None else f"{row.threshold:.3f}"
    daily = "" if row.matches_a_day is None else f"about {rate(row.matches_a_day)}"
    counts = row.articles, row.matches, row.events
    return row.name, row.state, threshold, daily, *counts, ", ".join(row.channels)


@app.command()
def show(ctx: typer.Context, name: Name, as_json: Json = False) -> None:
    """Show a topic and its seeds."""
    from monitor.edge.store import overrides, views

    with context.store(ctx) as store:
        topic = store.read(views.topic, name)
        changed = store.read(overrides.overrides_of, name)
    if as_json:
        output.emit([output.record(topic) | {"overrides": changed}])
        return
    output.details(_details(topic, changed))
    output.say("")
    columns = [
        Column("published (UTC)"),
        Column("words", right=True),
        Column("state"),
        Column("title", wide=True),
        Column("seed", wide=True),
    ]
    output.table(
        columns,
        (
            (
                output.when(seed.published),
                seed.words,
                seed.error or seed.state,
                seed.title,
                seed.source,
            )
            for seed in topic.seeds
        ),
    )


def _details(topic: TopicView, changed: Iterable[str]) -> list[tuple[str, object]]:
    """``changed``: settings that go before those of the configuration."""
    settings = topic.settings
    return [
        ("topic", topic.name),
        ("state", topic.state),
        ("error", topic.error),
        ("muted until", output.when(still(topic.muted_until))),
        ("channels", ", ".join(topic.channels) or "none: it collects without an alert"),
        ("model", topic.model or "not fitted yet"),
        ("threshold", None if topic.threshold is None else f"{topic.threshold:.3f}"),
        ("expected", _expected(topic)),
        ("must", ", ".join(settings.must)),
        ("exclude", ", ".join(settings.exclude)),
        ("match budget", settings.match_budget),
        ("alert since", output.when(settings.alert_since)),
        ("set here", ", ".join(sorted(changed))),
        ("judged", topic.articles),
        ("matches", topic.matches),
        ("events", topic.events),
    ]


def _expected(topic: TopicView) -> str:
    if topic.matches_a_day is None:
        return ""
    return f"about {rate(topic.matches_a_day)} matches a day"


@app.command()
def check(
    ctx: typer.Context,
    name: Annotated[str | None, typer.Argument(metavar="NAME")] = None,
    as_json: Json = False,
) -> None:
    """Test the seeds of the configuration, without a database.

    Can each be read, and do they agree with one another?  Similarity is that of a seed to a
    profile of the others in its language.  Exits with 1 if a topic has no seed that can be used.
    """
    config = context.config(ctx)
    with output.waiting("reading the seeds"):
        found = seeds.check(config, name)
    unusable = [topic for topic, rows in found.items() if not any(one.usable for one in rows)]
    for topic, rows in found.items():
        if as_json:
            output.emit({"topic": topic} | output.record(row, without=["usable"]) for row in rows)
        else:
            _check_table(topic, rows)
    if not found:
        output.note(f"no topics: add [topics.NAME] to {context.file(ctx)}")
    if unusable:
        remedy = "has no usable seed: add an article of the topic"
        raise MonitorError("\n".join(f"[topics.{topic}] {remedy}" for topic in unusable))


def _check_table(topic: str, rows: list[Checked]) -> None:
    output.say(f"{topic}: {output.plural(len(rows), 'seed')}")
    columns = [
        Column("seed", right=True),
        Column("date"),
        Column("words", right=True),
        Column("language"),
        Column("similarity", right=True),
        Column("title", wide=True),
    ]
    output.table(
        columns,
        (
            (
                row.number,
                output.when(row.published)[:10],
                row.words,
                row.language,
                "" if row.similarity is None else f"{row.similarity:.2f}",
                row.title or row.source,
            )
            for row in rows
        ),
    )
    for row in rows:
        for problem in row.problems:
            output.say(f"seed {row.number or row.source}: {problem}")


@app.command()
def delete(
    ctx: typer.Context,
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Delete a topic with its matches, events, alerts and labels."""
    from monitor.edge.store import topics, views

    if name in context.config(ctx).topics:
        raise ConfigError(f"remove [topics.{name}] from {context.file(ctx)} first")
    with context.store(ctx) as store:
        topic = store.read(views.topic, name)
        if not yes:
            if not sys.stdin.isatty():
                raise ConfigError(f"deleting {name} cannot be undone: confirm it with --yes")
            lost = f"{output.plural(topic.matches, 'match', 'matches')} and their labels"
            typer.confirm(f"Delete {name} with {lost}?", abort=True, err=True)
        store.write(topics.delete_topic, name)
    output.say(f"{name}: deleted")


@app.command()
def mute(
    ctx: typer.Context,
    name: Name,
    wait: Annotated[
        str, typer.Option("--for", metavar="DURATION", help='As in "2h" or "7d".')
    ] = "7d",
) -> None:
    """Hold what a topic has to say for a time; it is said in one message afterwards."""
    from monitor.app import utc_now
    from monitor.cli.options import duration
    from monitor.edge.store import threads

    moment = later(utc_now(), duration(wait))
    with context.store(ctx) as store:
        store.write(threads.mute_topic, name, moment, utc_now())
    output.say(f"{name} is muted until {output.when(moment)} UTC")


@app.command()
def unmute(ctx: typer.Context, name: Name) -> None:
    """Say at once what a topic has held."""
    from monitor.app import utc_now
    from monitor.edge.store import threads

    with context.store(ctx) as store:
        store.write(threads.mute_topic, name, None, utc_now())
    output.say(f"{name} is muted no more")
