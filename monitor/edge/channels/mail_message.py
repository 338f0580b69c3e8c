"""An alert as the bytes of a mail: headers, text and HTML (RFC 5322, RFC 2046)."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from urllib.parse import quote

from monitor.domain.messages import html, plain_text, subject
from monitor.types import Alert, Delivery, Digest, Thread

_REFERENCES = 10
"""So many of the latest, beside the first.  RFC 5322, 3.6.4 would have all of them, without end;
readers join a thread by any that they know."""
_LABEL_LENGTH = 60
_TOPIC_LENGTH = 60

_VERBATIM = {"message-id", "in-reply-to", "references", "list-id", "list-unsubscribe"}


class _Policy(EmailPolicy):
    """As the library writes mail, but for headers made of tokens longer than a line: it would turn
    those into encoded words (RFC 2047), and no reader would find the thread again."""

    def fold(self, name: str, value: str) -> str:
        if name.lower() not in _VERBATIM:
            folded: str = super().fold(name, value)
            return folded
        tokens = f"{self.linesep} ".join(value.split())
        return f"{name}: {tokens}{self.linesep}"

    def fold_binary(self, name: str, value: str) -> bytes:
        if name.lower() not in _VERBATIM:
            return super().fold_binary(name, value)
        return self.fold(name, value).encode("ascii")


# Of 7 bit, so that no relay has a reason to encode it anew.
_POLICY = _Policy(linesep="\r\n", cte_type="7bit")


def mail(delivery: Delivery, sender: Address, recipients: Sequence[Address]) -> bytes:
    """The whole mail, all of it ASCII, and the same at each attempt."""
    message = EmailMessage(_POLICY)
    message["From"] = sender
    message["To"] = tuple(recipients)
    message["Subject"] = subject(delivery.alert, delivery.thread)
    message["Date"] = format_datetime(delivery.created_at)
    # By these a mail system can drop a repetition, and a reader knows it.
    message["Message-ID"] = _message_id(delivery.uid, sender)
    message["X-Monitor-Delivery"] = delivery.uid
    if delivery.thread is not None:
        message["In-Reply-To"] = _message_id(delivery.thread.uids[-1], sender)
        message["References"] = _references(delivery.thread, sender)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office replies
    if isinstance(delivery.alert, Alert | Digest) and (topic := delivery.alert.topic):
        message["List-Id"] = _list_id(topic, sender)
        message["List-Unsubscribe"] = _unsubscribe(topic, sender)
    message.set_content(plain_text(delivery.alert))
    message.add_alternative(html(delivery.alert), subtype="html")
    message.set_boundary(_boundary(delivery.uid))
    return message.as_bytes()


def _message_id(uid: str, sender: Address) -> str:
    return f"<{quote(uid, safe='')}.monitor@{sender.domain}>"


def _references(thread: Thread, sender: Address) -> str:
    first, *others = thread.uids
    return " ".join(_message_id(uid, sender) for uid in (first, *others[-_REFERENCES:]))


def _list_id(topic: str, sender: Address) -> str:
    """A name that mail can be sorted by (RFC 2919): the topic in plain letters, or a digest of it
    where it has none."""
    plain = unicodedata.normalize("NFKD", topic).encode("ascii", "ignore").decode("ascii")
    label = "-".join(re.findall(r"[a-z0-9]+", plain.lower()))[:_LABEL_LENGTH].strip("-")
    return f"<{label or _digest(topic)}.monitor.{sender.domain}>"


def _unsubscribe(topic: str, sender: Address) -> str:
    """RFC 2369: a mail to whoever runs the monitor, for there is no list that would do it."""
    address = quote(sender.addr_spec, safe="@")
    return f"<mailto:{address}?subject=unsubscribe%20{quote(topic[:_TOPIC_LENGTH], safe='')}>"


def _boundary(uid: str) -> str:
    """Not random, so that two attempts are equal; not to be guessed by who writes the articles."""
    return f"=_{_digest(uid)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:32]
