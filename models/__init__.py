"""The database tables of the monitor."""

from models.base import Base, UTCDateTime
from models.desk import Action, Login, SavedSearch
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
    Outage,
    Push,
    Revision,
    Subscription,
    Topic,
)

__all__ = [
    "Action",
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
    "Login",
    "Model",
    "Outage",
    "Push",
    "Revision",
    "SavedSearch",
    "Subscription",
    "Topic",
    "UTCDateTime",
]
