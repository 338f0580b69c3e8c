"""Pages in one file: with their style in them, without scripts, and nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from monitor.domain import timeline
from monitor.domain.messages.content import web_link
from monitor.domain.timeline_svg import Link, draw
from monitor.types import Coverage

_TEMPLATES = Path(__file__).parent / "templates"


def render(template: str, **context: Any) -> str:
    """A page of this package's templates; every value is escaped.

    ``base.html`` is the frame of them all: it wants ``now``, an aware time.
    """
    return _environment().get_template(template).render(**context)


@cache
def _environment() -> Environment:
    env = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    style = "".join((_TEMPLATES / name).read_text("utf-8") for name in ("page.css", "timeline.css"))
    env.globals |= {
        "style": Markup(style),  # ours alone
        "policy": _policy(style),
        "draw": _draw,
        "legend": timeline.legend,
        "rows": timeline.table,
    }
    env.filters |= {
        "when": when,
        "period": _period,
        "plural": plural,
        "web_link": web_link,
        "percent": "{:.0%}".format,
        "number": "{:,}".format,
    }
    return env


def _policy(style: str) -> str:
    """Content Security Policy (CSP 3): this style sheet, known by its digest, and nothing else."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _draw(coverage: Coverage, name: str, link: Link | None = None) -> Markup:
    return Markup(draw(coverage, link=link, name=name))  # it has escaped its texts


def when(moment: datetime | None) -> Markup:
    """``12 Mar 2026, 07:14``; UTC.  None: undated."""
    if moment is None:
        return Markup("undated")
    moment = moment.astimezone(UTC)
    day = timeline.period(moment.date(), moment.date())
    return Markup('<time datetime="{}">{}, {:%H:%M}</time>').format(
        f"{moment:%Y-%m-%dT%H:%M:%SZ}", day, moment
    )


def _period(days: tuple[date, date]) -> str:
    return timeline.period(*days)


def plural(count: int, one: str, many: str = "") -> str:
    """``1 match``, ``1,200 matches``; ``many`` where the plural is not ``one`` with an s."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
