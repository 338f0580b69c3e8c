"""``monitor topics quality|rescore|set|reset``."""

from __future__ import annotations

from tests.integration.cli.conftest import TOLD, Monitor


def test_quality(monitor: Monitor) -> None:
    shown = monitor("topics", "quality", "cables")
    sentence, basis, *rest = shown.stdout.splitlines()
    assert sentence.startswith("at threshold 0.150 expect ")
    assert "matches a day, precision " in sentence and ", recall " in sentence
    assert basis.startswith(f"by {len(TOLD)} articles judged since ")
    assert "0 labels, 0 of them of rejected articles" in basis
    [here] = [line for line in rest if "in force" in line]
    assert here.split()[0] == "0.150"
    assert "too few weeks" in shown.stdout
    assert "30 labels more" in shown.stderr and "monitor review --topic cables" in shown.stderr
    assert "no topic x" in monitor.error("topics", "quality", "x")


def test_quality_asks_for_labels_of_the_rejected(monitor: Monitor) -> None:
    monitor.sql("UPDATE judgement SET label = 'relevant'")
    assert "9 labels" not in monitor("topics", "quality", "cables").stdout
    monitor.sql("UPDATE judgement SET drawn = 1, label = 'irrelevant' WHERE event_id IS NULL")
    assert "of rejected articles that chance drew" in monitor("topics", "quality", "cables").stdout


def test_quality_as_json(monitor: Monitor) -> None:
    monitor.sql("UPDATE judgement SET label = 'relevant' WHERE event_id IS NOT NULL")
    [row] = monitor.rows("topics", "quality", "cables")
    assert (row["topic"], row["articles"], row["trend"]) == ("cables", len(TOLD), "too few")
    assert row["labels"] > 0
    assert row["now"] == row["curve"][20]
    assert row["now"]["precision"]["low"] <= row["now"]["precision"]["high"] <= 1
    assert len(row["drift"]) == 13
    assert set(row["drift"][0]) == {"begins", "matches", "similarity"}


def test_settings_are_changed_and_given_back(monitor: Monitor) -> None:
    changed = monitor("topics", "set", "cables", "threshold=0.3", "must=heron, sea cable ,")
    assert changed.stdout == "cables: must, threshold set; the next fit, due now, uses it\n"
    [row] = monitor.rows("topics", "show", "cables")
    assert row["overrides"] == {"threshold": 0.3, "must": ["heron", "sea cable"]}
    assert "set here" in monitor("topics", "show", "cables").stdout
    monitor("topics", "reset", "cables", "must")
    assert monitor.rows("topics", "show", "cables")[0]["overrides"] == {"threshold": 0.3}
    assert "must was not changed here" in monitor.error("topics", "reset", "cables", "must", code=2)
    monitor("topics", "reset", "cables", "threshold")
    assert "set here" not in monitor("topics", "show", "cables").stdout


def test_settings_are_checked_as_the_configuration_is(monitor: Monitor) -> None:
    for given, said in (
        ("threshold=2", "error: threshold=2: Input should be less than or equal to 1"),
        ("threshold=nan", "error: threshold=nan: "),
        ("threshold=", "error: threshold=: "),
        ("budget=2", "error: budget=2: is not KEY=VALUE with a KEY of must, exclude, "),
        ("threshold", "error: threshold: is not KEY=VALUE"),
        ("alert_since=soon", "error: alert_since=soon: "),
    ):
        assert monitor.error("topics", "set", "cables", given, code=2).startswith(said)
    assert monitor.rows("topics", "show", "cables")[0]["overrides"] == {}
    assert "no topic x" in monitor.error("topics", "set", "x", "threshold=0.3")


def test_a_rescoring_is_shown_before_it_is_applied(monitor: Monitor) -> None:
    nothing = monitor("topics", "rescore", "cables")
    assert nothing.stdout == ""
    assert f"{len(TOLD)} articles judged again by model 1: nothing would change" in nothing.stderr
    matches = monitor.rows("matches", "list")
    monitor.sql("UPDATE judgement SET label = 'irrelevant' WHERE id = ?", matches[0]["id"])
    shown = monitor("topics", "rescore", "cables")
    assert "1 change; nothing is done without --apply" in shown.stderr
    line = shown.stdout.splitlines()[1].split()
    assert line[:2] == [str(matches[0]["id"]), "rejected"]
    [row] = monitor.rows("topics", "rescore", "cables")
    assert (row["match"], row["becomes"], row["label"]) == (
        matches[0]["id"],
        "rejected",
        "irrelevant",
    )
    assert len(monitor.rows("matches", "list")) == len(matches)
    done = monitor("topics", "rescore", "cables", "--apply")
    assert "1 of 1 change done; `monitor run` places new matches" in done.stderr
    left = {one["id"] for one in monitor.rows("matches", "list")}
    assert left == {one["id"] for one in matches[1:]}
    assert "nothing would change" in monitor("topics", "rescore", "cables").stderr
    assert "no topic x" in monitor.error("topics", "rescore", "x")
