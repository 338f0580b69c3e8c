"""What the endpoints that change something do, each in one transaction with its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.edge.store import corrections, threads, undoing
from monitor.types import ActionView
from monitor.types.records import MatchRecord
from monitor.web.api import asked as ask
from monitor.web.api.endpoint import Asked
from monitor.web.api.reading import event_record, match_record
from monitor.web.api.shapes import EventRecord

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def label(session: Session, asked: Asked[ask.Labelled]) -> MatchRecord:
    corrections.label(session, asked.id, asked.given.verdict, asked.now)
    return match_record(session, asked.id)


def merge(session: Session, asked: Asked[ask.Merged]) -> EventRecord:
    corrections.merge_events(session, asked.id, asked.given.into, asked.now, asked.page)
    return event_record(session, asked.given.into)


def separate(session: Session, asked: Asked[ask.Nothing]) -> EventRecord:
    corrections.separate(session, asked.id, asked.now, asked.page)
    return event_record(session, asked.id)


def split(session: Session, asked: Asked[ask.Split]) -> EventRecord:
    matches = asked.given.matches
    made = corrections.split_event(session, matches, asked.now, asked.page, of=asked.id)
    return event_record(session, made)


def rename(session: Session, asked: Asked[ask.Renamed]) -> EventRecord:
    corrections.rename_event(session, asked.id, asked.given.title, asked.now)
    return event_record(session, asked.id)


def mute(session: Session, asked: Asked[ask.Muted]) -> EventRecord:
    threads.mute_event(session, asked.id, asked.given.until)
    return event_record(session, asked.id)


def undo(session: Session, asked: Asked[ask.Nothing]) -> ActionView:
    return undoing.undo(session, asked.id, asked.now, asked.page)
