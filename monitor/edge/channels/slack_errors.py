"""What Slack's web API says no with, and what can be done.

Slack answers HTTP 200 with ``ok`` false and a word for the error; those of chat.postMessage and
chat.update are listed at https://docs.slack.dev/reference/methods.  Only those that pass by
themselves are tried again.  A word that is not known here counts as permanent: nearly all of them
say that a token, a channel or a message must be put right, and an alert that is kept as dead is
shown and can be sent again, while one that is tried for hours keeps those behind it waiting.
"""

from __future__ import annotations

TEMPORARY = frozenset(
    [
        *("fatal_error", "internal_error", "service_unavailable", "request_timeout"),
        *("ratelimited", "rate_limited", "message_limit_exceeded", "update_failed"),
        *("team_added_to_org", "org_login_required", "external_channel_migrating"),
    ]
)

NO_THREAD = frozenset(
    [
        *("thread_not_found", "message_not_found", "cannot_reply_to_message"),
        "restricted_action_non_threadable_channel",
        # The channel of the first message, which need no longer be the one of the settings.
        *("channel_not_found", "not_in_channel", "is_archived"),
    ]
)
"""Where a reply is refused, and a message of its own may yet be taken."""

_TOKEN = "the bot token is not valid (any more): copy it anew from the app's page at Slack"
_INVITE = "invite the bot to the channel: /invite @NAME"
_SETTINGS = "the workspace's settings do not let the bot post there: ask its administrators"
_OURS = "Slack finds fault with the message, which is an error of this program: please report it"
_REMEDIES = {
    "not_in_channel": _INVITE,
    "channel_not_found": f"check `channel` (its ID is surest); if it is private, {_INVITE}",
    "is_archived": "the channel is archived: choose another, or bring it back",
    "missing_scope": "give the app the scope chat:write and install it again",
    "no_permission": f"give the app the scope chat:write, and {_INVITE}",
    "not_allowed_token_type": "use the bot token of the app, which begins with xoxb-",
    "accesslimited": "the workspace does not allow its API from this network",
    "ekm_access_denied": _SETTINGS,
    **dict.fromkeys(
        ("invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"), _TOKEN
    ),
    **dict.fromkeys(
        (
            *("restricted_action", "restricted_action_read_only_channel"),
            "restricted_action_thread_only_channel",
        ),
        _SETTINGS,
    ),
    **dict.fromkeys(
        (
            *("invalid_blocks", "invalid_blocks_format", "invalid_arguments", "no_text"),
            *("msg_too_long", "invalid_metadata_format", "invalid_metadata_schema"),
            "metadata_too_large",
        ),
        _OURS,
    ),
}


def is_temporary(word: str) -> bool:
    return word in TEMPORARY


def remedy(word: str) -> str:
    """What can be done; empty if that is not known."""
    return _REMEDIES.get(word, "")
