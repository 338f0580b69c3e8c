"""Whoever may only look is shown nothing that would change something."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from models import Kinship, SavedSearch
from monitor.edge.store import corrections
from tests.integration.web.conftest import NOW
from tests.integration.web.test_logins import EDITOR, VIEWER, Desk

if TYPE_CHECKING:
    from monitor.edge.store.store import Store
    from tests.integration.web.conftest import News

CHANGING = re.compile(r'<form[^>]*method="post"[^>]*(?:action="([^"]*)")?', re.IGNORECASE)


@pytest.mark.parametrize(("password", "changes"), [(EDITOR, True), (VIEWER, False)])
def test_forms_are_for_editors(store: Store, news: News, password: str, changes: bool) -> None:
    topic = news.topic()
    event, other = news.event(topic), news.event(topic)
    match = news.match(topic, event, text=None)
    news.match(topic, other)
    news.add(
        Kinship(event_id=event, other_id=other, log_odds=0.5, found_at=NOW),
        SavedSearch(name="gates", filter={"words": "gate"}, created_at=NOW),
    )
    done = store.write(corrections.label, match, "relevant", NOW)
    desk = Desk(store)
    desk.log_in(password)
    for path in (
        "/matches?words=gates", f"/matches/{match}", f"/events/{event}", "/review/dams",
        "/topics", "/settings/dams", "/actions", f"/?done={done}",
    ):  # fmt: skip
        answer = desk.get(path)
        html = answer.text
        assert answer.status_code == 200, path
        forms = [one for one in CHANGING.finditer(html) if "/logout" not in one.group()]
        assert bool(forms) == changes, path
        assert ("You may look, not change." in html) != changes, path
