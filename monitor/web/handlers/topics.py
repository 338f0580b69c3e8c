"""Topics: what they have seen over time, how they are set, what they start from."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from monitor.domain import timeline, timeline_svg
from monitor.domain.clean import clean_line
from monitor.domain.seeds import read_seed
from monitor.edge.store import cards, overrides, seeds, threads, views
from monitor.edge.store.coverage import coverage, span
from monitor.errors import ConfigError, ParseError
from monitor.pipeline.parts import Recent
from monitor.types import TopicSettings
from monitor.web.handlers.page import COUNTED, MANY, Page
from monitor.web.handlers.parameters import after, day_of, midnight, number_of, storable, window_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session
    from starlette.datastructures import FormData

    from monitor.types import Coverage, EventCard, TopicView

EVENTS = 30
"""Events on a page."""
RANGES = {"30": "30 days", "90": "90 days", "365": "a year", "all": "all"}
SHOWN = 90
"""Days of the timeline, unless others are asked for."""
LONGEST = 20 * 366
"""Days of the longest timeline."""
FILES = 20
"""Seeds that are uploaded at once."""
NAME = 60
"""Characters of a topic's name."""
DAY = timedelta(days=1)


class TopicHandlers:
    def __init__(self, page: Page) -> None:
        self.page = page
        self._told: Recent[tuple[str, tuple[date, date]], tuple[Coverage, datetime]] = Recent(8)

    def routes(self) -> list[Route]:
        return [
            Route("/topics", self.list),
            Route("/topics", self.add, methods=["POST"]),
            Route("/topics/{name:path}", self.show),
            Route("/settings/{name:path}/seeds", self.upload, methods=["POST"]),
            Route("/settings/{name:path}/seeds/delete", self.take_back, methods=["POST"]),
            Route("/settings/{name:path}/mute", self.mute, methods=["POST"]),
            Route("/settings/{name:path}", self.settings),
            Route("/settings/{name:path}", self.change, methods=["POST"]),
        ]

    async def list(self, request: Request) -> Response:
        topics = await self.page.read(views.topics, self.page.judged)
        return await self.page.show(request, "topics.html", topics=topics)

    async def show(self, request: Request) -> Response:
        """A timeline to look at, and the events of the same days."""
        name, query = storable(request.path_params["name"]), request.query_params
        window = window_of(query, EVENTS)
        wanted = day_of(query, "since"), day_of(query, "until")
        if wanted[0] and wanted[1] and wanted[1] < wanted[0]:
            raise HTTPException(400, "until lies before since.")
        now = self.page.clock()

        def look(session: Session) -> tuple[TopicView, Coverage | None, list[EventCard]]:
            topic = views.topic(session, name, self.page.judged)
            days = _days(span(session, name), wanted, query.get("range"), now.date())
            if days is None:
                return topic, None, []
            since, until = days
            return (
                topic,
                self._coverage(session, name, (since, until)),
                cards.event_cards(
                    session,
                    name,
                    since=midnight(since),
                    until=after(until),
                    limit=window.limit,
                    offset=window.offset,
                ),
            )

        topic, told, events = await self.page.read(look)
        return await self.page.show(
            request,
            "topic.html",
            topic=topic,
            told=told,
            drawing=timeline_svg.draw(told, link=_to(name)) if told else "",
            legend=timeline.legend(told) if told else (),
            rows=timeline.table(told) if told else (),
            ranges=RANGES,
            range=query.get("range") or ("" if any(wanted) else str(SHOWN)),
            page=window.cut(events, query),
        )

    def _coverage(self, session: Session, name: str, days: tuple[date, date]) -> Coverage:
        """Of many matches, as counted a minute ago at most."""
        now, known = self.page.clock(), self._told.get((name, days))
        if known is not None and timedelta(0) <= now - known[1] < COUNTED:
            return known[0]
        told = coverage(session, name, *days, now=now)
        if sum(told.others) + sum(sum(one.matches) for one in told.events) >= MANY:
            self._told.put((name, days), (told, now))
        return told

    async def add(self, request: Request) -> Response:
        """``name``, and seeds: files and addresses."""
        form = await self.page.form(request, files=FILES)
        name = clean_line(storable(str(form.get("name") or ""))).strip()
        if not 0 < len(name) <= NAME:
            raise HTTPException(400, f"Give the topic a name of at most {NAME} characters.")
        given = await _seeds(form)
        if not given:
            raise HTTPException(400, "Give at least one example article: a file or an address.")
        now = self.page.clock()

        def make(session: Session) -> None:
            seeds.add_topic(session, name, TopicSettings(), (), now)
            for seed in given:
                _add(session, name, seed, now)

        await self._seeded(make)
        return RedirectResponse(f"/settings/{quote(name)}", 303)

    async def settings(self, request: Request) -> Response:
        name = storable(request.path_params["name"])
        topic, changed = await self.page.read(
            lambda session: (
                views.topic(session, name, self.page.judged),
                overrides.overrides_of(session, name),
            )
        )
        return await self.page.show(request, "settings.html", topic=topic, changed=changed)

    async def change(self, request: Request) -> Response:
        """``key`` and ``value``; ``reset``: as the configuration has it."""
        name, form = storable(request.path_params["name"]), await self.page.form(request)
        key, now = str(form.get("key") or ""), self.page.clock()
        if "reset" in form:
            await self.page.change(overrides.reset_overrides, name, [key], now)
        else:
            value = storable(str(form.get("value") or ""))
            await self.page.change(overrides.set_overrides, name, _setting(key, value), now)
        return self.page.back(form, f"/settings/{quote(name)}")

    async def upload(self, request: Request) -> Response:
        name = storable(request.path_params["name"])
        form = await self.page.form(request, files=FILES)
        given, now = await _seeds(form), self.page.clock()
        if not given:
            raise HTTPException(400, "Choose a file, or give the address of an article.")

        def add(session: Session) -> None:
            for seed in given:
                _add(session, name, seed, now)

        await self._seeded(add)
        return self.page.back(form, f"/settings/{quote(name)}")

    async def _seeded(self, change: Any) -> None:
        try:
            await self.page.change(change)
        except ParseError as error:
            raise HTTPException(400, str(error)) from None

    async def take_back(self, request: Request) -> Response:
        """``seed``: the judgement of one that was added here."""
        name, form = storable(request.path_params["name"]), await self.page.form(request)
        seed, now = number_of(form, "seed"), self.page.clock()
        await self.page.change(seeds.remove_seed, name, seed, now)
        return self.page.back(form, f"/settings/{quote(name)}")

    async def mute(self, request: Request) -> Response:
        """``days``: what the topic has to say is held so long; 0: no longer."""
        name, form = storable(request.path_params["name"]), await self.page.form(request)
        now, days = self.page.clock(), min(number_of(form, "days"), 3650)
        await self.page.change(threads.mute_topic, name, now + days * DAY if days else None, now)
        return self.page.back(form, f"/settings/{quote(name)}")


def _days(
    known: tuple[date, date] | None,
    wanted: tuple[date | None, date | None],
    range: str | None,
    today: date,
) -> tuple[date, date] | None:
    """First and last day to show; None: there is nothing to show."""
    if known is None:
        return None
    since, until = wanted
    latest = max(today, known[1])
    until = min(max(until or latest, known[0]), latest)
    if since is None and range == "all":
        since = known[0]
    elif since is None:
        days = int(range) if range in RANGES and range != "all" else SHOWN
        since = until - (days - 1) * DAY
    since = max(since, known[0] - 7 * DAY, until - LONGEST * DAY)
    return min(since, until), until


def _to(topic: str) -> timeline_svg.Link:
    """Where a bar of the timeline leads: days to the same page, a day to its matches, an event to
    its own page."""

    def link(first: date, last: date, event: int | None) -> str:
        if event is not None:
            return f"/events/{event}"
        days = {"since": first.isoformat(), "until": last.isoformat()}
        if first == last:
            return "/matches?" + urlencode({"topic": topic, **days})
        return f"/topics/{quote(topic)}?" + urlencode(days)

    return link


async def _seeds(form: FormData) -> list[tuple[str, bytes] | str]:
    """Files with their names, and addresses."""
    given: list[tuple[str, bytes] | str] = []
    for value in form.getlist("files"):
        if isinstance(value, UploadFile) and value.filename:
            given.append((value.filename, await value.read()))
    given += str(form.get("url") or "").split()
    return given


def _add(session: Session, topic: str, seed: tuple[str, bytes] | str, now: datetime) -> None:
    if isinstance(seed, str):
        seeds.add_seed_url(session, topic, storable(seed), now)
        return
    name, body = clean_line(storable(seed[0])), seed[1]
    try:
        article = read_seed(name, body)
    except ConfigError as error:
        raise ConfigError(f"{name}: {error}") from None
    seeds.add_seed(session, topic, article, name, now)


def _setting(key: str, value: str) -> dict[str, Any]:
    """Raises HTTPException for what the configuration would not take either."""
    from monitor.config.given import change_settings  # brings pydantic

    try:
        return change_settings([f"{key}={value}"])
    except ConfigError as error:
        raise HTTPException(400, str(error)) from None
