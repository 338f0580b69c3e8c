"""The database tables of the monitor."""

from models.base import Base, UTCDateTime
from models.ledger import Alert, Delivery, Digest
from models.tables import (
    Article,
    Entry,
    Event,
    Feed,
    Host,
    Judgement,
    Kinship,
    Model,
    Push,
    Revision,
    Subscription,
    Topic,
)

__all__ = [
    "Alert",
    "Article",
    "Base",
    "Delivery",
    "Digest",
    "Entry",
    "Event",
    "Feed",
    "Host",
    "Judgement",
    "Kinship",
    "Model",
    "Push",
    "Revision",
    "Subscription",
    "Topic",
    "UTCDateTime",
]
