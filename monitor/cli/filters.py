"""The options by which several commands choose judgements."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from monitor.cli.options import MAX_ID, Topic, since

if TYPE_CHECKING:
    from monitor.edge.store.store import Store
    from monitor.types import Filter


class LabelIs(StrEnum):
    relevant = "relevant"
    irrelevant = "irrelevant"
    none = "none"
    any = "any"


Moment = datetime | None
Score = float | None
WORDS = 'With these words; as in: dam "gliding weapons" -drill tunnel* OR cave.'
SINCE = 'Not before: "2026-01-31", or "7d" for a week ago.'


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for; None and False: nothing was."""

    topic: Topic = None
    search: Annotated[str | None, typer.Option(metavar="WORDS", help=WORDS)] = None
    source: Annotated[str | None, typer.Option(metavar="NAME", help="Of this outlet.")] = None
    language: Annotated[str | None, typer.Option(metavar="CODE", help='As in "en".')] = None
    since: Annotated[Moment, typer.Option(parser=since, metavar="TIME", help=SINCE)] = None
    until: Annotated[Moment, typer.Option(parser=since, metavar="TIME", help="Before.")] = None
    min_score: Annotated[Score, typer.Option(help="With at least this score.")] = None
    max_score: Annotated[Score, typer.Option(help="With at most this score.")] = None
    event: Annotated[
        int | None, typer.Option(min=1, max=MAX_ID, metavar="ID", help="Of this event only.")
    ] = None
    label: Annotated[LabelIs | None, typer.Option(help="With this label, none or any.")] = None
    unlabelled: Annotated[bool, typer.Option("--unlabelled", help="As --label none.")] = False
    rejected: Annotated[
        bool, typer.Option("--rejected", help="What is below the threshold instead.")
    ] = False
    all_: Annotated[bool, typer.Option("--all", help="Matches and what was rejected.")] = False
    saved: Annotated[
        str | None, typer.Option(metavar="NAME", help="What a saved search asks for, first.")
    ] = None

    def filter(self, store: Store) -> Filter:
        """What is given replaces that part of the saved search.  Raises NotFound, BadParameter."""
        from monitor.edge.store import searches, views
        from monitor.types import Filter

        base = (
            Filter() if self.saved is None else store.read(searches.saved_search, self.saved).filter
        )
        filter = replace(base, **self._given())
        if filter.topic is not None:
            store.read(views.topic, filter.topic)
        if filter.event is not None:
            store.read(views.event_title, filter.event)
        return filter

    def _given(self) -> dict[str, Any]:
        if self.unlabelled and self.label not in (None, LabelIs.none):
            raise typer.BadParameter("--unlabelled and --label exclude one another")
        if self.rejected and self.all_:
            raise typer.BadParameter("--rejected and --all exclude one another")
        label = LabelIs.none if self.unlabelled else self.label
        asked = {
            "words": self.search,
            "label": label and label.value,
            "kind": "rejected" if self.rejected else "all" if self.all_ else None,
        }
        same = ("topic", "source", "language", "since", "until", "min_score", "max_score", "event")
        asked |= {name: getattr(self, name) for name in same}
        return {name: value for name, value in asked.items() if value is not None}


def filtered(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command the options of ``Asked``, which it takes together as ``asked``."""

    def with_options(**given: Any) -> None:
        asked = Asked(**{one.name: given.pop(one.name) for one in fields(Asked)})
        command(**given, asked=asked)

    hints = get_type_hints(Asked, include_extras=True)
    last = inspect.Parameter.KEYWORD_ONLY
    options = [
        inspect.Parameter(one.name, last, default=one.default, annotation=hints[one.name])
        for one in fields(Asked)
    ]
    own = inspect.signature(command, eval_str=True)
    kept = [one for one in own.parameters.values() if one.name != "asked"]
    first = [one for one in kept if one.kind is not last]
    others = [one for one in kept if one.kind is last]
    signature = own.replace(parameters=[*first, *options, *others])
    with_options.__name__, with_options.__doc__ = command.__name__, command.__doc__
    with_options.__signature__ = signature  # type: ignore[attr-defined]
    with_options.__annotations__ = {
        one.name: one.annotation for one in signature.parameters.values()
    }
    return with_options
