"""What is said about a channel, on another one."""

from __future__ import annotations

from datetime import datetime

from monitor.domain.clean import clean_line
from monitor.domain.messages.content import plural, shorten
from monitor.types import ChannelAlert

_ERROR_LENGTH = 400


def channel_dead(channel: str, error: str, dead: int, since: datetime) -> ChannelAlert:
    """``dead``: how many messages it has refused for good, since ``since``; at least one."""
    told = f"{plural(dead, 'message')} to it {'has' if dead == 1 else 'have'} reached nobody"
    reason = shorten(clean_line(error).rstrip("."), _ERROR_LENGTH)
    return ChannelAlert(
        kind="channel_dead",
        channel=channel,
        title=f"{channel} refuses messages",
        detail=f"{reason}. {told}: `monitor alerts list --state dead` shows what. Once the channel "
        "is mended, `monitor alerts resend --dead` sends again.",
        since=since,
    )
