"""What an edit changed."""

from __future__ import annotations

import pytest

from monitor.domain.revisions import Change, compare

TEXT = "The council voted on Monday to repair the northern pier before the winter storms return."


@pytest.mark.parametrize(
    ("title", "text", "change"),
    [
        ("Pier to be repaired", TEXT, None),
        ("PIER to be  repaired!", TEXT.upper(), None),
        ("Pier to be repaired", " ".join(reversed(TEXT.split())), None),
        ("Pier collapses", TEXT, Change(material=True, words="headline changed")),
        (
            "Pier to be repaired",
            TEXT.replace("Monday", "Tuesday"),
            Change(material=False, words="1 words added, 1 removed"),
        ),
        (
            "Pier to be repaired",
            f"{TEXT} It will cost 12 million.",
            Change(material=True, words="5 words added, 0 removed"),
        ),
        (
            "Pier to be repaired",
            f"{TEXT} The mayor said so.",
            Change(material=True, words="4 words added, 0 removed"),
        ),
        ("", "", Change(material=True, words="headline changed; 0 words added, 15 removed")),
    ],
)
def test_what_counts_as_a_change(title: str, text: str, change: Change | None) -> None:
    assert compare("Pier to be repaired", TEXT, title, text) == change
