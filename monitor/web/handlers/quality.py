"""How well a topic does, what another threshold would do, and what judging again would change."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.domain.drift import trend
from monitor.edge.store import quality as rows
from monitor.edge.store import views
from monitor.edge.store.statements import topic_named
from monitor.errors import NotFound
from monitor.pipeline.parts import Recent
from monitor.types import DriftWeek, Quality, Rescored
from monitor.web.handlers.page import Page, wants_fragment
from monitor.web.handlers.parameters import score_of, storable

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from monitor.types import Expectation, TopicView

DAYS = 90
"""So far back is looked."""
LISTED = 30
"""Articles that another threshold would add or drop."""
CHANGES = 200
"""Changes that are shown of a re-scoring."""
KEPT = 8
"""Topics whose drift and last re-scoring are remembered."""


class QualityHandlers:
    def __init__(self, page: Page) -> None:
        self.page = page
        self._drifts: Recent[tuple[str, int], list[DriftWeek]] = Recent(KEPT)
        """By topic and day: it takes a second to find out, and a day to change."""
        self._known: Recent[str, tuple[rows.Basis, Quality]] = Recent(KEPT)
        """By topic, and what it was found from."""
        self._rescored: Recent[str, Rescored] = Recent(KEPT)
        """By topic: what was shown is what is applied."""

    def routes(self) -> list[Route]:
        return [
            Route("/quality/{name:path}", self.show),
            Route("/drift/{name:path}", self.drift),
            Route("/rescore/{name:path}", self.rescore),
            Route("/rescore/{name:path}", self.apply, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """``threshold``: what would it do?  htmx gets the answer alone, others the whole page."""
        name = storable(request.path_params["name"])
        topic = await self.page.read(views.topic, name, self.page.judged)
        try:
            found = await self._quality(name)
        except NotFound:
            return await self.page.show(request, "quality.html", topic=topic, quality=None)
        asked = score_of(request.query_params, "threshold")
        at = _nearest(found, asked) if asked is not None else found.now
        template = "threshold.html" if wants_fragment(request) else "quality.html"
        return await self.page.show(
            request,
            template,
            topic=topic,
            quality=found,
            at=at,
            changed=await self._changed(topic, found, at),
            curve=_curve(found),
            days=DAYS,
        )

    async def _quality(self, name: str) -> Quality:
        """As long as nothing has been judged or labelled, what was found before: many thresholds
        are tried.  Raises NotFound."""
        from monitor.quality import topic_quality  # brings the numerical libraries

        basis = await self.page.read(rows.basis, name)
        known = self._known.get(name)
        if known is not None and known[0] == basis:
            return known[1]
        found = await topic_quality(self.page.parts, name, days=DAYS)
        self._known.put(name, (basis, found))
        return found

    async def _changed(self, topic: TopicView, found: Quality, at: Expectation) -> rows.Changed:
        """What would match at one of the two thresholds, and not at the other."""
        low, high = sorted((at.probability, found.now.probability))
        if low == high:
            return rows.Changed((), 0)
        since = self.page.clock() - timedelta(days=DAYS)

        def look(session: Session) -> rows.Changed:
            number = topic_named(session, topic.name).id
            return rows.would_change(session, number, low, high, since=since, limit=LISTED)

        return await self.page.read(look)

    async def drift(self, request: Request) -> Response:
        from monitor.quality import drift

        name = storable(request.path_params["name"])
        key = name, self.page.clock().toordinal()
        weeks = self._drifts.get(key)
        if weeks is None:
            weeks = await drift(self.page.parts, name)
            self._drifts.put(key, weeks)
        template = "drift.html" if wants_fragment(request) else "drift_page.html"
        return await self.page.show(request, template, topic=name, weeks=weeks, trend=trend(weeks))

    async def rescore(self, request: Request) -> Response:
        """What would change; nothing is changed yet."""
        from monitor.rescore import rescore

        name = storable(request.path_params["name"])
        found = await rescore(self.page.parts, name)
        self._rescored.put(name, found)
        return await self.page.show(
            request, "rescore.html", found=found, shown=found.changes[:CHANGES], applied=None
        )

    async def apply(self, request: Request) -> Response:
        """``model``: that of what was shown."""
        from monitor.rescore import apply

        name, form = storable(request.path_params["name"]), await self.page.form(request)
        found = self._rescored.take(name)
        if found is None or str(found.model) != form.get("model"):
            raise HTTPException(409, "What was shown is no longer so: look at it once more.")
        done = await apply(self.page.parts, found)
        return await self.page.show(request, "rescore.html", found=found, shown=(), applied=done)


def _nearest(found: Quality, threshold: float) -> Expectation:
    """The point of the curve next to a threshold."""
    return min([*found.curve, found.now], key=lambda one: abs(one.threshold - threshold))


def _curve(found: Quality) -> dict[str, list[float | None]]:
    """For drawing: thresholds, precision and recall (None where there is none), matches a day."""
    return {
        "thresholds": [one.threshold for one in found.curve],
        "precision": [one.precision.value if one.precision else None for one in found.curve],
        "recall": [one.recall.value if one.recall else None for one in found.curve],
        "matches": [one.matches_a_day for one in found.curve],
    }
