"""What went wrong, in words: where, why, and whether to try again."""

from __future__ import annotations

import ssl

import h2.exceptions
import httpcore

from monitor.errors import FetchError

_PASSING = {407, 408, 425, 429}
"""The 4xx answers that may be another the next time."""
_REASONS = {
    401: "asks for a password",
    403: "refuses access",
    404: "has nothing at this address",
    407: "cannot be asked, as the proxy wants a password: check [fetch] proxy",
    410: "says that this address is gone for good",
    429: "asks for fewer requests",
    451: "is not allowed to show this",
}


def refusal(host: str, status: int, retry_after: float | None, said: str = "") -> FetchError:
    """The error of an answer that is not what was asked for; ``said``: what its body told."""
    if status in _REASONS:
        reason = _REASONS[status]
    elif status >= 500:
        reason = "has a fault of its own"
    else:
        reason = "answers with something that is no document"
    return FetchError(
        f"{host} {reason} (HTTP {status}){': ' if said else ''}{said}",
        permanent=400 <= status < 500 and status not in _PASSING,
        status=status,
        retry_after=retry_after,
    )


def breakdown(host: str, error: Exception) -> FetchError:
    """The error of a connection that could not be made, or broke."""
    return FetchError(_explain(host, error))


def _explain(host: str, error: Exception) -> str:
    causes: list[BaseException] = [error]
    while (cause := causes[-1].__cause__ or causes[-1].__context__) is not None:
        causes.append(cause)
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"the certificate of {host} is not valid: {cause.verify_message}"
        if isinstance(cause, ssl.SSLError):
            return f"no secure connection to {host} could be made: {cause.reason or cause}"
        if isinstance(cause, ConnectionRefusedError):
            return f"{host} refuses connections: is its server running, and the port right?"
    if isinstance(error, httpcore.ProxyError):
        return f"the proxy does not connect to {host}: {error}: check [fetch] proxy"
    if isinstance(causes[-1], TimeoutError):
        return f"{host} cannot be reached: the connection timed out"
    if isinstance(error, (httpcore.ProtocolError, h2.exceptions.H2Error)):
        return f"{host} broke off or does not speak HTTP: {error}"
    return f"the connection to {host} broke: {str(error) or type(causes[-1]).__name__}"
