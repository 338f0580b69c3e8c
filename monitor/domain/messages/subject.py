"""The one line that stands for a message: in a mail's header and in notifications."""

from __future__ import annotations

from monitor.domain.clean import clean_line
from monitor.domain.messages.content import short_name, shorten
from monitor.domain.messages.digest import digest_title
from monitor.types import Alert, ChannelAlert, Digest, FeedAlert, Said, Thread

_REPLY = "Re: "
_LENGTH = 150


def subject(said: Said, thread: Thread | None = None) -> str:
    """One line of at most 150 characters, fit for a mail header (RFC 5322).

    In a thread it is the reply to that of the thread's first message, whatever is said: mail
    readers keep together what has one subject.
    """
    if thread is not None:
        return _REPLY + _line(thread.alert)
    return _line(said)


def _line(said: Said) -> str:
    title = digest_title(said) if isinstance(said, Digest) else clean_line(said.title)
    # `=?` would open an encoded word (RFC 2047), and what it hides could be a line break.
    line = (_label(said) + (title or "(untitled)")).replace("=?", "= ?")
    return shorten(line, _LENGTH - len(_REPLY))


def _label(said: Said) -> str:
    match said:
        case FeedAlert():
            return "[feeds] "
        case ChannelAlert():
            return "[channels] "
    topic = short_name(said.topic)
    label = f"[{topic}] " if topic else ""
    match said:
        case Alert(kind="test"):
            return f"Test message: {label}"
        case Alert(kind="update"):
            return f"{label}Update: "
    return label
