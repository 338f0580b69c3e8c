"""Every error a user or a feed can cause.  Nothing else is caught by the pipeline.

MonitorError
 ├── ConfigError        usage or configuration          exit code 2
 ├── AlreadyRunning     another daemon has the database exit code 3
 ├── StoreError         the database cannot be used     exit code 1
 ├── NotFound           no such topic, match, event …   exit code 1
 ├── FetchError         an address gave no document
 ├── ParseError         bytes that are no feed or page
 ├── WorkerError        a worker process died or ran out of time or memory
 └── DeliveryError      a channel did not take a message
"""

from __future__ import annotations


class MonitorError(Exception):
    """Something went wrong; the text says what, where and what to do."""

    exit_code = 1


class ConfigError(MonitorError):
    """The configuration or the command line cannot be used as it is."""

    exit_code = 2


class AlreadyRunning(MonitorError):
    """Another daemon works on this database."""

    exit_code = 3


class StoreError(MonitorError):
    """The database cannot be opened, read or migrated."""


class NotFound(MonitorError):
    """Nothing is stored under that name or id."""


class FetchError(MonitorError):
    """An address gave no document.

    ``permanent``: trying the same request again cannot help.  ``status``: the HTTP status, if an
    answer came at all.  ``retry_after``: seconds the server asked to wait, if it did.
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool = False,
        status: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.status = status
        self.retry_after = retry_after


class ParseError(MonitorError):
    """The bytes are not what they should be: no feed, no readable page."""


class WorkerError(MonitorError):
    """A worker process died, or ran out of its time or memory, while doing this job.

    ``killed``: this job did that, so its input is likely to do it again; otherwise the machine or
    its user is to blame.
    """

    def __init__(self, message: str, *, killed: bool = False) -> None:
        super().__init__(message)
        self.killed = killed


class DeliveryError(MonitorError):
    """A channel did not take a message.

    ``permanent``: no further attempt can succeed.  ``retry_after``: seconds asked to wait.
    """

    def __init__(
        self, message: str, *, permanent: bool = False, retry_after: float | None = None
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.retry_after = retry_after
