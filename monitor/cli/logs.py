"""What the daemons say while they run: lines for a person, on stderr."""

from __future__ import annotations

import logging
import time

from monitor.domain.clean import clean_line


class Lines(logging.Formatter):
    """``HH:MM:SS message`` in UTC; a message stays one line, whatever a feed has put into it."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(message)s")

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802
        return time.strftime("%H:%M:%S", time.gmtime(record.created))

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        return clean_line(super().formatMessage(record))


def to_stderr() -> None:
    """Show what the monitor logs; of libraries, warnings only: some of them log addresses, which
    can hold secrets, with every request."""
    handler = logging.StreamHandler()
    handler.setFormatter(Lines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("monitor").setLevel(logging.INFO)
