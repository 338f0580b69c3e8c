"""The database tables of the monitor."""

from models.base import Base, UTCDateTime
from models.tables import (
    Alert,
    Article,
    Delivery,
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
