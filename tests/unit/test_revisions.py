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


NOTES = [
    "Correction: The pier was built in 1911.",
    "CORRECTION: an earlier version of this article misspelt the name of the mayor.",
    "An earlier version of this story gave a wrong date.",
    "A previous version of this article named the wrong pier.",
    "This story has been corrected to show that the council voted on Monday.",
    "Berichtigung: Der Bürgermeister heißt Braun.",
    "Rectificatif : le maire s'appelle Brun.",
    "Corrección: el alcalde se llama Moreno.",
    "Correzione: il sindaco si chiama Bruni.",
]


@pytest.mark.parametrize("note", NOTES)
def test_a_publisher_who_says_so_has_corrected_it(note: str) -> None:
    """However little else has changed in a long article."""
    long = TEXT * 20
    for text in (f"{long}\n\n{note}", f"{note}\n{long}"):
        change = compare("Pier to be repaired", long, "Pier to be repaired", text)
        assert change is not None
        assert change.correction
        assert change.material


@pytest.mark.parametrize("note", NOTES)
def test_an_old_correction_is_none_of_a_later_edit(note: str) -> None:
    before = f"{TEXT * 20}\n\n{note}"
    for text in (before.replace("Monday", "Tuesday"), TEXT * 20):
        change = compare("Pier to be repaired", before, "Pier to be repaired", text)
        assert change is not None
        assert not change.correction


def test_a_second_correction_is_one() -> None:
    before = f"{TEXT}\n{NOTES[0]}"
    change = compare("Pier", before, "Pier", f"{before}\n{NOTES[1]}")
    assert change is not None
    assert change.correction


def test_an_edit_without_a_word_of_it_is_no_correction() -> None:
    for text in (TEXT.replace("Monday", "Tuesday"), f"{TEXT} It will cost 12 million.", ""):
        change = compare("Pier", TEXT, "Pier collapses", text)
        assert change is not None
        assert not change.correction


@pytest.mark.parametrize(
    "words",
    [
        "The Department of Corrections said so.",
        "Two corrections officers were hurt.",
        "Stocks fell into a correction.",
        "She asked for clarification.",
        "He corrected himself.",
        "He pulled an earlier version of the bill.",
        "The previous version of the phone sold well.",
    ],
)
def test_the_word_alone_is_no_correction(words: str) -> None:
    change = compare("Pier", TEXT * 20, "Pier", f"{TEXT * 20} {words}")
    assert change is not None
    assert not change.correction


def test_a_headline_can_be_one() -> None:
    change = compare("Pier falls", TEXT, "CORRECTION: Pier falls", TEXT)
    assert change is not None
    assert change.correction
