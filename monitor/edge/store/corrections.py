"""What people say about matches and events: labels, and that two are one, or one is two.

Each of these is one transaction, keeps how it was before (``undoing`` takes it back), and is kept
by whatever is judged later.  The topic's row is locked first, as ``judging.settle`` does.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models import Action, Article, Event, Judgement, Kinship, Topic
from monitor import types
from monitor.domain.clean import clean_line
from monitor.edge.store import judging, kinship
from monitor.edge.store.retelling import retell
from monitor.edge.store.statements import chunks, lock_topic
from monitor.edge.store.telling import Telling
from monitor.edge.store.threads import merged, parted
from monitor.edge.store.undoing import action, actions, undo, undo_last
from monitor.errors import ConfigError, NotFound

__all__ = [
    "action",
    "actions",
    "label",
    "merge_events",
    "rename_event",
    "separate",
    "split_event",
    "undo",
    "undo_last",
]

LONGEST_TITLE = 300
"""Characters."""


def label(
    session: Session,
    judgement_id: int,
    verdict: types.Verdict | None,
    now: datetime,
    *,
    drawn: bool = False,
) -> int:
    """The verdict of a person on a judgement, or none any more; the topic is fitted to it at once.

    ``drawn``: chance chose what was asked about.  Returns the action's id.  Raises NotFound.
    """
    topic = lock_topic(session, select(Judgement.topic_id).where(Judgement.id == judgement_id))
    if topic is None:
        raise NotFound(f"no match {judgement_id}: see `monitor matches list`")
    row = session.get_one(Judgement, judgement_id)
    before = {
        "judgement": row.id,
        "label": row.label,
        "labelled_at": row.labelled_at.isoformat() if row.labelled_at else None,
        "drawn": row.drawn,
    }
    judging.label(session, row.id, verdict, now)
    row.drawn = row.drawn or drawn
    said = f"labelled {verdict}" if verdict else "no longer labelled"
    words = f"match {row.id} {said}: {session.get_one(Article, row.article_id).title}"
    return _log(session, topic, "label", words=words, before=before, now=now)


def merge_events(session: Session, event: int, into: int, now: datetime, page: str = "") -> int:
    """Two events are one: the articles of ``event`` go over to ``into``.

    It goes before all that people have said earlier of the two.  ``page``: where the review page
    is.  Returns the action's id.  Raises NotFound, ConfigError.
    """
    topic = lock_topic(session, select(Event.topic_id).where(Event.id == into))
    gone, kept = (kinship.as_it_goes_on(session, one) for one in (event, into))
    if gone is kept:
        raise ConfigError(f"event {event} cannot be merged with itself: name two events")
    if topic is None or gone.topic_id != kept.topic_id:
        raise ConfigError(f"events {event} and {into} are of different topics: nothing is merged")
    words = f"event {gone.id} ({gone.title}) merged into event {kept.id}: {kept.title}"
    apart = kinship.apart(session, gone.id, kept.id)
    kin = [*kinship.suggestions(session, gone.id), *apart]
    before = {
        "events": [gone.id, kept.id],
        "title": kept.title,
        "named": kept.named,
        "kin": [[row.event_id, row.other_id, row.log_odds, row.apart] for row in kin],
    }
    for row in apart:
        session.delete(row)
    kinship.merge(session, gone, kept, None, now)
    merged(Telling(session, topic, now, page), gone, kept)
    return _log(session, topic, "merge", words=words, before=before, now=now)


def split_event(
    session: Session,
    judgements: Sequence[int],
    now: datetime,
    page: str = "",
    *,
    of: int | None = None,
) -> int:
    """These matches of one event, and the copies of them, are about another one: a new event, which
    is never merged with the old one again but by a person.

    Nobody is told of the new event; the threads of the old one are corrected.  ``page``: where the
    review page is; ``of``: the event that the matches are said to be of.  Returns the new event's
    id.  Raises NotFound, ConfigError.
    """
    wanted = list(dict.fromkeys(judgements))
    first = wanted[0] if wanted else 0
    topic = lock_topic(session, select(Judgement.topic_id).where(Judgement.id == first))
    if not wanted:
        raise ConfigError("nothing is split: name the matches that are about another event")
    old = _event_of(session, wanted, of)
    if topic is None:
        raise NotFound(f"no match {first}: see `monitor matches list`")
    moved = _with_copies(session, old, wanted)
    new = Event(topic_id=topic.id, title=old.title, alarmed_at=now if old.alarmed_at else None)
    session.add(new)
    session.flush()
    for some in chunks(moved):
        going = update(Judgement).where(Judgement.id.in_(some))
        session.execute(going.values(event_id=new.id))
    kinship.set_apart(session, old.id, new.id, now)
    retell(session, [old.id, new.id])
    telling = Telling(session, topic, now, page)
    if old.id in (histories := telling.histories([old.id])):
        one = len(moved) == 1
        reports = "one of its reports is" if one else f"{len(moved)} of its reports are"
        telling.correct(histories[old.id], f"{reports} about another event: {new.title}")
    what = "match" if len(moved) == 1 else "matches"
    words = f"{len(moved)} {what} of event {old.id} split off as event {new.id}: {new.title}"
    before = _before_split(old, [new.id, old.id])
    _log(session, topic, "split", words=words, before=before, now=now)
    return new.id


def separate(session: Session, event: int, now: datetime, page: str = "") -> int:
    """An event that was merged into another is one of its own, and never merged with that again but
    by a person.

    ``page``: where the review page is.  Returns the action's id.  Raises NotFound, ConfigError.
    """
    topic = lock_topic(session, select(Event.topic_id).where(Event.id == event))
    if topic is None:
        raise NotFound(f"no event {event}: see `monitor events list`")
    row = kinship.merge_of(session, event)
    if row is None:
        raise ConfigError(f"event {event} is part of no other: there is nothing to separate")
    into, merged_at = row.event_id, row.found_at
    holder = kinship.as_it_goes_on(session, into)
    before = _before_split(holder, [event, into, holder.id], row)
    gone, others = kinship.unmerge(session, row)
    kinship.set_apart(session, gone.id, into, now)
    parted(Telling(session, topic, now, page), gone, others, merged_at)
    words = f"event {gone.id} separated from event {holder.id}: {gone.title}"
    return _log(session, topic, "split", words=words, before=before, now=now)


def rename_event(session: Session, event: int, title: str, now: datetime) -> int:
    """A person names an event; an empty title gives back that of its earliest article.

    Returns the action's id.  Raises NotFound, ConfigError.
    """
    line = clean_line(title)
    if title.strip() and not 1 <= len(line) <= LONGEST_TITLE:
        raise ConfigError(
            f"a title has 1 to {LONGEST_TITLE} characters that can be read, not {len(line)}"
        )
    topic = lock_topic(session, select(Event.topic_id).where(Event.id == event))
    row = kinship.as_it_goes_on(session, event)
    if topic is None:
        raise NotFound(f"no event {event}: see `monitor events list`")
    before = {"events": [row.id], "title": row.title, "named": row.named}
    row.title, row.named = line or row.title, bool(line)
    retell(session, [row.id])
    words = f"event {row.id} renamed: {row.title} (it was: {before['title']})"
    return _log(session, topic, "rename", words=words, before=before, now=now)


def _event_of(session: Session, judgements: Sequence[int], of: int | None) -> Event:
    """The one event that all of these are of."""
    events: dict[int, int | None] = {}
    for some in chunks(judgements):
        rows = select(Judgement.id, Judgement.event_id).where(Judgement.id.in_(some))
        events.update(session.execute(rows).all())
    missing = next((one for one in judgements if one not in events), None)
    if missing is not None:
        raise NotFound(f"no match {missing}: see `monitor matches list`")
    first = events[judgements[0]] if of is None else kinship.as_it_goes_on(session, of).id
    for one in judgements:
        if events[one] is None or events[one] != first:
            its = f"of event {events[one]}" if events[one] else "no match"
            raise ConfigError(f"match {one} is {its}, not of event {first}: nothing is split")
    return session.get_one(Event, first)


def _with_copies(session: Session, event: Event, judgements: Sequence[int]) -> list[int]:
    """These articles of an event, and the copies of them in it; by id."""
    rows = select(Judgement.id, Judgement.copy_of_id).where(Judgement.event_id == event.id)
    members = dict(session.execute(rows).all())
    moved, more = set[int](), set(judgements)
    while more:
        moved |= more
        more = {one for one, original in members.items() if original in more} - moved
    if len(moved) == len(members):
        raise ConfigError(
            f"event {event.id} would be left without an article: copies go with their originals"
        )
    return sorted(moved)


def _before_split(
    event: Event, events: Sequence[int], merged: Kinship | None = None
) -> dict[str, Any]:
    """``events``: the one that is split off, the one that it is part of, and where that is now;
    ``merged``: how it became part of it."""
    return {
        "events": list(dict.fromkeys(events)),
        "title": event.title,
        "named": event.named,
        "log_odds": merged.log_odds if merged else None,
        "moved": (merged.moved if merged else None) or [],
    }


def _log(
    session: Session, topic: Topic, kind: str, *, words: str, before: dict[str, Any], now: datetime
) -> int:
    row = Action(topic_id=topic.id, kind=kind, words=words, before=before, done_at=now)
    session.add(row)
    session.flush()
    return row.id
