"""What people did, and how it is taken back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from models import Action, Event, Judgement, Kinship, Topic
from monitor import types
from monitor.edge.store import kinship
from monitor.edge.store.retelling import retell
from monitor.edge.store.statements import ask_for_fit, lock_topic, topic_named
from monitor.edge.store.telling import Telling
from monitor.edge.store.threads import merged, parted, said_at
from monitor.errors import ConfigError, NotFound


def actions(
    session: Session, *, topic: str | None = None, limit: int | None = None
) -> list[types.ActionView]:
    """What people did, the latest first, what has been undone as well.  Raises NotFound."""
    rows = select(Action, Topic.name).join(Topic, Action.topic_id == Topic.id)
    if topic is not None:
        rows = rows.where(Action.topic_id == topic_named(session, topic).id)
    latest = rows.order_by(Action.id.desc()).limit(limit)
    return [_view(row, name) for row, name in session.execute(latest)]


def action(session: Session, action_id: int) -> types.ActionView:
    """Raises NotFound."""
    rows = select(Action, Topic.name).join(Topic, Action.topic_id == Topic.id)
    found = session.execute(rows.where(Action.id == action_id)).one_or_none()
    if found is None:
        raise NotFound(_unknown(action_id))
    return _view(*found)


def undo_last(
    session: Session, now: datetime, page: str = "", topic: str | None = None
) -> types.ActionView:
    """Undo what was done last, and not undone, of all or of one topic.

    Raises NotFound, ConfigError.
    """
    last = select(Action.id).where(Action.undone_at.is_(None)).order_by(Action.id.desc()).limit(1)
    if topic is not None:
        last = last.where(Action.topic_id == topic_named(session, topic).id)
    found = session.scalar(last)
    if found is None:
        raise NotFound("there is nothing to undo: see `monitor undo --list`")
    return undo(session, found, now, page)


def undo(session: Session, action_id: int, now: datetime, page: str = "") -> types.ActionView:
    """Let it be as it was before an action.  ``page``: where the review page is.

    Raises NotFound; ConfigError where something later stands in its way.
    """
    topic = lock_topic(session, select(Action.topic_id).where(Action.id == action_id))
    if topic is None:
        raise NotFound(_unknown(action_id))
    done = session.get_one(Action, action_id)
    if done.undone_at is not None:
        raise ConfigError(f"action {action_id} has been undone already: {done.words}")
    later = _later(session, done)
    if later is not None:
        raise ConfigError(
            f"action {action_id} was followed by action {later.id} ({later.words}): "
            f"undo that first, with `monitor undo {later.id}`"
        )
    telling = Telling(session, topic, now, page)
    match done.kind:
        case "label":
            _unlabel(session, done, now)
        case "merge":
            _unmerge(telling, done)
        case "split":
            _unsplit(telling, done)
        case "rename":
            _rename_back(session, done)
    done.undone_at = now
    return _view(done, topic.name)


def _later(session: Session, done: Action) -> Action | None:
    """The latest action of those that changed again what this one did."""
    since = (
        select(Action)
        .where(Action.topic_id == done.topic_id, Action.id > done.id, Action.undone_at.is_(None))
        .order_by(Action.id.desc())
    )
    if done.kind == "label":
        judgement = Action.before["judgement"].as_integer() == done.before["judgement"]
        return session.scalar(since.where(and_(Action.kind == "label", judgement)).limit(1))
    events = set(done.before["events"])
    others = session.scalars(since.where(Action.kind != "label"))
    return next((row for row in others if not events.isdisjoint(row.before["events"])), None)


def _unlabel(session: Session, done: Action, now: datetime) -> None:
    before = done.before
    ask_for_fit(session, [done.topic_id], now)
    row = session.get(Judgement, before["judgement"])
    if row is None:
        raise ConfigError(f"{_cannot(done)}: match {before['judgement']} is gone")
    at = before["labelled_at"]
    row.label, row.drawn = before["label"], before["drawn"]
    row.labelled_at = datetime.fromisoformat(at) if at else None


def _unmerge(telling: Telling, done: Action) -> None:
    """The two are two again, and what was noted of them before is noted again."""
    session, before = telling.session, done.before
    event, into = before["events"]
    row = kinship.merge_of(session, event)
    if row is None or row.event_id != into:
        raise ConfigError(f"{_cannot(done)}: event {event} is no longer part of event {into}")
    merged_at = row.found_at
    gone, others = kinship.unmerge(session, row, before["title"] if before["named"] else "")
    for one, other, log_odds, apart in before["kin"]:
        known = select(Event.id).where(Event.id.in_((one, other)))
        if len(session.scalars(known).all()) < 2:
            continue
        if apart:
            kinship.set_apart(session, one, other, telling.now)
        else:
            kinship.suggest(session, one, other, log_odds, telling.now)
    parted(telling, gone, others, merged_at)


def _unsplit(telling: Telling, done: Action) -> None:
    """What was split off is part of the other again, with all that it has got since."""
    session, before = telling.session, done.before
    new, old, *_ = (_event(session, id, done) for id in before["events"])
    into = kinship.as_it_goes_on(session, old.id)
    for pair in kinship.apart(session, new.id, into.id):
        session.delete(pair)
    row = kinship.merge(session, new, into, before["log_odds"], telling.now)
    row.event_id = old.id  # which may have become part of another before
    row.moved = sorted({*(row.moved or ()), *before["moved"]})
    into.named = before["named"]
    into.title = before["title"] if into.named else into.title
    retell(session, [into.id])
    merged(telling, new, into)
    if said_at(session, old.id, done.done_at):
        history = telling.histories([old.id])[old.id]
        telling.correct(history, f"about this event after all: {new.title}")


def _rename_back(session: Session, done: Action) -> None:
    [id] = done.before["events"]
    event = _event(session, id, done)
    event.title, event.named = done.before["title"], done.before["named"]
    retell(session, [event.id])


def _event(session: Session, id: int, done: Action) -> Event:
    """An event as the action left it: there, and not merged into another since; of two, the first
    alone."""
    row = session.get(Event, id)
    if row is None:
        raise ConfigError(f"{_cannot(done)}: event {id} is gone")
    its: Kinship | None = kinship.merge_of(session, id)
    if its is not None and id == done.before["events"][0]:
        raise ConfigError(
            f"{_cannot(done)}: event {id} has been merged into event {its.event_id} since: "
            f"first `monitor events separate {id}`"
        )
    return row


def _unknown(action_id: int) -> str:
    return f"no action {action_id}: see `monitor undo --list`"


def _cannot(done: Action) -> str:
    return f"action {done.id} cannot be undone"


def _view(done: Action, topic: str) -> types.ActionView:
    return types.ActionView(
        id=done.id,
        topic=topic,
        kind=done.kind,  # type: ignore[arg-type]
        words=done.words,
        done_at=done.done_at,
        undone=done.undone_at is not None,
    )
