"""The nouns: immutable, in the order in which they flow.  All times are aware and in UTC."""

from monitor.types.judged import (
    Neighbour,
    Novelty,
    Placement,
    Score,
    Term,
    TopicSettings,
    Verdict,
)
from monitor.types.messages import (
    Alert,
    Delivery,
    FeedAlert,
    NearestEvent,
)
from monitor.types.news import (
    Article,
    Document,
    Entry,
    ParsedFeed,
    TextFrom,
)
from monitor.types.shown import (
    AlertView,
    EventView,
    Explanation,
    FeedView,
    Health,
    KinView,
    LikeArticle,
    MatchDetail,
    MatchView,
    RevisionView,
    SeedView,
    TopicView,
)

__all__ = [
    "Alert",
    "AlertView",
    "Article",
    "Delivery",
    "Document",
    "Entry",
    "EventView",
    "Explanation",
    "FeedAlert",
    "FeedView",
    "Health",
    "KinView",
    "LikeArticle",
    "MatchDetail",
    "MatchView",
    "NearestEvent",
    "Neighbour",
    "Novelty",
    "ParsedFeed",
    "Placement",
    "RevisionView",
    "Score",
    "SeedView",
    "Term",
    "TextFrom",
    "TopicSettings",
    "TopicView",
    "Verdict",
]
