"""What an alert says: as an e-mail, as a Slack message, as a line of JSON.

Every rendering starts from the same ``Content``, so all channels tell the same facts, and no field
of an article reaches a channel with control, bidirectional or zero-width characters in it.
"""

from monitor.domain.messages.feed import (
    feed_failing,
    feed_moved,
    feed_recovered,
    feed_retired,
    feed_silent,
)
from monitor.domain.messages.mail import html, plain_text, subject
from monitor.domain.messages.new_event import new_event_alert
from monitor.domain.messages.record import alert_from_dict, alert_to_dict, as_json
from monitor.domain.messages.slack import slack_blocks, slack_text

__all__ = [
    "alert_from_dict",
    "alert_to_dict",
    "as_json",
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
]
