"""The file channel against a real file."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.edge.channels.file import FileChannel
from tests.integration.deliveries import ALERT, DELIVERY, NAUGHTY, failure, send


def test_the_preview_is_the_line(tmp_path: Path) -> None:
    path = tmp_path / "alerts.jsonl"
    for delivery in (DELIVERY, NAUGHTY):
        send(FileChannel(path), delivery)
    previews = [FileChannel(path).preview(each) for each in (DELIVERY, NAUGHTY)]
    assert path.read_text("utf-8") == "".join(preview.body for preview in previews)
    assert {preview.suffix for preview in previews} == {".json"}
    assert len(path.read_text("utf-8").splitlines()) == 2


def test_each_message_is_one_line_of_json(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "alerts.jsonl"
    send(FileChannel(path))
    send(FileChannel(path), replace(DELIVERY, uid="second"))
    first, second = (json.loads(line) for line in path.read_text("utf-8").splitlines())
    assert first["id"] == DELIVERY.uid
    assert first["title"] == "Ash & <b>dust</b> close airport Bcc: victim@example.org é"
    assert second["id"] == "second"
    assert path.read_bytes().endswith(b"\n")


def test_a_torn_line_is_closed_before_the_next(tmp_path: Path) -> None:
    path = tmp_path / "alerts.jsonl"
    path.write_text('{"id": "torn', "utf-8")
    send(FileChannel(path))
    torn, line = path.read_text("utf-8").splitlines()
    assert torn == '{"id": "torn'
    assert json.loads(line)["id"] == DELIVERY.uid


def test_writers_at_once_do_not_mix_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "alerts.jsonl"

    async def send_all() -> None:
        long = replace(ALERT, excerpt="x" * 50_000)
        deliveries = [replace(DELIVERY, uid=f"uid-{n}", alert=long) for n in range(100)]
        await asyncio.gather(*(FileChannel(path).send(each) for each in deliveries))

    asyncio.run(send_all())
    ids = {json.loads(line)["id"] for line in path.read_text("utf-8").splitlines()}
    assert len(ids) == 100


@pytest.mark.parametrize("name", ["folder", "file/alerts.jsonl", "/dev/full"])
def test_a_file_that_cannot_be_written_is_tried_again(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    path = tmp_path / name
    error = failure(FileChannel(path))
    assert not error.permanent
    assert str(path) in str(error)
    assert str(error).rpartition(": ")[2]
