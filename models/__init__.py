"""The database tables of the monitor."""

from models.base import Base, UTCDateTime
from models.desk import Action, Login, SavedSearch
from models.feeds import Feed, Host, Outage, Push, Subscription
from models.ledger import Alert, Delivery, Digest
from models.tables import (
    Article,
    Entry,
    Event,
    Judgement,
    Kinship,
    Model,
    Revision,
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
