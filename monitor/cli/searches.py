"""``monitor searches``: what is looked for again and again, under a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli import context, output
from monitor.cli.filters import Asked, filtered
from monitor.cli.options import Json
from monitor.cli.output import Column
from monitor.domain.clean import clean_line
from monitor.errors import ConfigError

if TYPE_CHECKING:
    from monitor.types import SavedSearchView

Name = Annotated[str, typer.Argument(metavar="NAME")]

app = typer.Typer(name="searches", help="Saved searches: filters under a name.")


@app.command("list")
def list_(ctx: typer.Context, as_json: Json = False) -> None:
    """List the saved searches, by name."""
    from monitor.domain.search import filter_words
    from monitor.edge.store.searches import saved

    with context.store(ctx) as store:
        rows = store.read(saved)
    if as_json:
        output.emit(map(_record, rows))
    elif not rows:
        output.note("no saved searches: `monitor searches save NAME --search WORDS` makes one")
    else:
        columns = [Column("id", right=True), Column("name"), Column("asks for", wide=True)]
        output.table(columns, ((row.id, row.name, filter_words(row.filter)) for row in rows))


def _record(row: SavedSearchView) -> dict[str, Any]:
    from monitor.domain.search import filter_to_dict

    return output.record(row) | {"filter": filter_to_dict(row.filter)}


@app.command()
@filtered
def save(ctx: typer.Context, name: Name, *, asked: Asked) -> None:
    """Save what the options ask for; another search of that name is replaced."""
    from monitor.app import utc_now
    from monitor.domain.search import filter_words
    from monitor.edge.store import searches

    name = clean_line(name)
    if not name:
        raise ConfigError("a saved search needs a name")
    with context.store(ctx) as store:
        filter = asked.filter(store)
        store.write(searches.save, name, filter, utc_now())
    output.say(f"{name}: {filter_words(filter)}")


@app.command()
def show(ctx: typer.Context, name: Name, as_json: Json = False) -> None:
    """Show what a saved search asks for; `monitor matches list --saved NAME` runs it."""
    from monitor.domain.search import filter_words
    from monitor.edge.store.searches import saved_search

    with context.store(ctx) as store:
        found = store.read(saved_search, name)
    if as_json:
        output.emit([_record(found)])
        return
    output.details(
        [
            ("id", found.id),
            ("name", found.name),
            ("asks for", filter_words(found.filter)),
            ("saved", output.when(found.created_at)),
        ]
    )


@app.command()
def delete(ctx: typer.Context, name: Name) -> None:
    """Delete a saved search."""
    from monitor.edge.store.searches import forget

    with context.store(ctx) as store:
        store.write(forget, name)
    output.say(f"{name}: deleted")
