"""``monitor export``: rows for other programs."""

from __future__ import annotations

import csv
import importlib.util
import io
import json
import sqlite3
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from monitor.cli import export
from tests.integration.cli.conftest import Monitor


def test_csv_and_jsonl_hold_the_same_rows(filled: Monitor) -> None:
    listed = filled.rows("matches", "list")
    lines = list(csv.DictReader(io.StringIO(filled("export").stdout)))
    rows = [json.loads(line) for line in filled("export", "--format", "jsonl").stdout.splitlines()]
    assert [row["id"] for row in rows] == [row["id"] for row in listed]
    for row, line, match in zip(rows, lines, listed, strict=True):
        assert list(row) == list(line) == list(export.COLUMNS)
        assert {key: row[key] for key in match} == match
        assert line == {key: "" if value is None else str(value) for key, value in row.items()}
        assert row["threshold"] == 0.15
        assert row["event_title"] and row["judged_at"] and row["probability"]


def test_texts_filters_and_what_was_rejected(filled: Monitor) -> None:
    options = ("export", "--format", "jsonl", "--rejected", "--text", "--topic", "cables")
    rows = [json.loads(line) for line in filled(*options).stdout.splitlines()]
    assert len(rows) == len(filled.rows("matches", "list", "--rejected"))
    assert all(row["text"] and row["event"] is row["event_title"] is None for row in rows)
    assert filled("export", "--search", "xylophone").stdout.splitlines() == [
        ",".join(export.COLUMNS)
    ]


def test_a_spreadsheet_runs_no_formula(monitor: Monitor) -> None:
    monitor.sql("UPDATE article SET title = ?, author = ?, source = 'a=b'", "=1+1", '-x, "y"\n')
    [first, *_] = csv.DictReader(io.StringIO(monitor("export").stdout))
    assert (first["title"], first["author"], first["source"]) == ("'=1+1", '\'-x, "y"\n', "a=b")
    raw = json.loads(monitor("export", "--format", "jsonl").stdout.splitlines()[0])
    assert raw["title"] == "=1+1"


def test_parquet_has_types_and_groups(
    filled: Monitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "PAGE", 2)
    file = tmp_path / "rows.parquet"
    filled("export", "--format", "parquet", "--output", file)
    table = parquet.read_table(file)
    assert table.schema.field("published").type == pa.timestamp("us", tz="UTC")
    assert table.schema.field("score").type == pa.float64()
    assert table.schema.field("event").type == pa.int64()
    listed = filled.rows("matches", "list")
    assert table.column("id").to_pylist() == [row["id"] for row in listed]
    assert parquet.ParquetFile(file).num_row_groups == (len(listed) + 1) // 2
    assert [one.name for one in tmp_path.iterdir()] == ["rows.parquet"]


def test_a_file_is_whole_or_not_there(
    filled: Monitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("before")
    pages = export._pages

    def torn(*args: Any) -> Any:
        yield next(pages(*args))
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(export, "_pages", torn)
    with pytest.raises(AssertionError):
        filled("export", "--output", file)
    assert [one.name for one in tmp_path.iterdir()] == ["rows.csv"]
    assert file.read_text() == "before"
    monkeypatch.undo()
    filled("export", "--output", file)
    assert file.read_text() == filled("export").stdout
    nowhere = tmp_path / "none" / "rows.csv"
    assert "No such file" in filled.error("export", "--output", nowhere)


def test_a_report_of_a_topic(filled: Monitor, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    report = ("export", "--format", "html", "--output", file, "--since", "2025-06-01")
    filled(*report, "--until", "2025-07-01", "--topic", "cables")
    page = file.read_text()
    assert page.startswith("<!doctype html>") and "cables" in page
    assert "--topic" in filled.error(*report, code=2)


def test_what_an_export_needs(filled: Monitor, monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in ("parquet", "html"):
        assert "needs --output" in filled.error("export", "--format", kind, code=2)
    find = importlib.util.find_spec
    monkeypatch.setattr(export, "find_spec", lambda name: None if name == "pyarrow" else find(name))
    said = filled.error("export", "--format", "parquet", "--output", "x", code=2)
    assert said.endswith("pip install 'news-monitor[parquet]'")
