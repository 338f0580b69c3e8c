"""Alerts as lines of JSON in a file, for other programs to read."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
from pathlib import Path

from monitor.domain.messages import as_json
from monitor.errors import DeliveryError
from monitor.types import Delivery, Preview


class FileChannel:
    """Appends one line a message; the file and its folder are made when first needed.

    A message repeated after a crash carries the same ``id``; readers that count drop doubles by it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    async def send(self, delivery: Delivery) -> str:
        """Append the line and wait until it is on disk.  The receipt is empty.

        Raises DeliveryError (temporary) if the file cannot be written.
        """
        line = self.preview(delivery).body.encode()
        try:
            await asyncio.to_thread(_append, self._path, line)
        except OSError as error:
            reason = error.strerror or str(error)
            raise DeliveryError(f"cannot append to {self._path}: {reason}") from error
        return ""

    def preview(self, delivery: Delivery) -> Preview:
        """The line, with its end."""
        return Preview(json.dumps(as_json(delivery), ensure_ascii=False) + "\n", ".json")


def _append(path: Path, line: bytes) -> None:
    """Append in one write, so that a reader sees the line whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab+", buffering=0) as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # another writer's half-written line is not a torn one
        if _is_torn(file.fileno()):
            line = b"\n" + line
        if file.write(line) != len(line):
            raise OSError("the disk took only part of the line")
        os.fsync(file.fileno())


def _is_torn(descriptor: int) -> bool:
    """Whether the last line was cut short, by a crash or a full disk, and lacks its newline."""
    size = os.fstat(descriptor).st_size
    return size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
