"""What is kept with an event is what its rows say."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Event, Judgement
from monitor.edge.store.standing import Standing, standings
from monitor.edge.store.views import A_MATCH


def assert_counted(session: Session) -> None:
    """Of every event: matches, outlets, originals; and whatever is a match has been judged."""
    assert set(session.scalars(select(Judgement.state).where(A_MATCH))) <= {"judged"}
    events = session.scalars(select(Event)).all()
    known = standings(session, [event.id for event in events])
    for event in events:
        counted = known.get(event.id, Standing(0, 0, 0.0, 0))
        kept = event.matches, event.outlets, event.originals
        assert kept == (counted.matches, counted.outlets, counted.originals), event.id
