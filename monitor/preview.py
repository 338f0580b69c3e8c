"""What an alert about an event says, or would say: nothing is sent, nothing is stored."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

from monitor.domain.messages import new_event_alert
from monitor.edge.store import alerts, views
from monitor.edge.store.reports import clearest_report
from monitor.edge.store.since import match_page
from monitor.edge.store.standing import Standing, standings
from monitor.errors import NotFound
from monitor.explain import explain_match
from monitor.pipeline import Parts
from monitor.types import Alert, Delivery


async def preview(parts: Parts, event_id: int, channel: str) -> Delivery:
    """The alert of an event as it was told, with its numbers as they are now; of one that nobody
    was told of, as it would be told.  Raises NotFound."""
    look = parts.store.look
    event = await look(views.event, event_id)
    now = (await look(standings, [event.id]))[event.id]
    told = await look(alerts.told_of, event.id)
    return Delivery(
        id=0,
        uid=str(uuid4()),
        channel=channel,
        attempts=1,
        created_at=parts.clock(),
        alert=(
            replace(told, outlets=now.outlets, originals=now.originals)
            if told is not None
            else await _untold(parts, event.id, now)
        ),
    )


async def _untold(parts: Parts, event: int, now: Standing) -> Alert:
    report = await parts.store.look(clearest_report, event)
    if report is None:
        raise NotFound(f"event {event} has copies only: see `monitor events show {event}`")
    why = await explain_match(parts, report.judgement)
    return new_event_alert(
        topic=why.topic,
        event=event,
        match=report.judgement,
        article=report.article,
        score=report.score,
        terms=why.terms,
        nearest_seed=why.nearest_seed,
        nearest_event=report.nearest,
        review_url=match_page(parts.rules.review_url, report.judgement),
        outlets=now.outlets,
        originals=now.originals,
        novelty=report.novelty,
    )
