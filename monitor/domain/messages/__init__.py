"""What a message says: as an e-mail, as a Slack message, as JSON.

Every rendering starts from the same ``Content``, so all channels tell the same facts, and no field
of an article reaches a channel with control, bidirectional or zero-width characters in it.
"""

from monitor.domain.messages.channel import channel_dead
from monitor.domain.messages.event import new_event_alert, update_alert
from monitor.domain.messages.feed import (
    feed_failing,
    feed_moved,
    feed_recovered,
    feed_retired,
    feed_silent,
)
from monitor.domain.messages.mail import html, plain_text
from monitor.domain.messages.payload import as_json
from monitor.domain.messages.record import alert_from_dict, alert_to_dict
from monitor.domain.messages.slack import slack_blocks, slack_text
from monitor.domain.messages.subject import subject

__all__ = [
    "alert_from_dict",
    "alert_to_dict",
    "as_json",
    "channel_dead",
    "feed_failing",
    "feed_moved",
    "feed_recovered",
    "feed_retired",
    "feed_silent",
    "html",
    "new_event_alert",
    "plain_text",
    "slack_blocks",
    "slack_text",
    "subject",
    "update_alert",
]
