"""What is said about a feed: that it has died, come back, fallen silent, moved or gone."""

from __future__ import annotations

from datetime import datetime

from monitor.types import FeedAlert


def feed_failing(name: str, url: str, error: str, since: datetime) -> FeedAlert:
    return FeedAlert(
        kind="feed_failing",
        feed=name or url,
        url=url,
        title=f"{name or url} cannot be read",
        detail=f"{error}. News that only this feed carries is not seen. It is still asked now and "
        "then; `monitor feeds test` tries it at once, `monitor feeds pause` ends the asking.",
        since=since,
    )


def feed_recovered(name: str, url: str, since: datetime, now: datetime) -> FeedAlert:
    return FeedAlert(
        kind="feed_recovered",
        feed=name or url,
        url=url,
        title=f"{name or url} can be read again",
        detail=f"It could not be read for {span(since, now)}. What it still shows has been taken "
        "in; what came and went meanwhile has not been seen.",
        since=since,
    )


def feed_silent(name: str, url: str, habit: str, since: datetime, now: datetime) -> FeedAlert:
    return FeedAlert(
        kind="feed_silent",
        feed=name or url,
        url=url,
        title=f"{name or url} has fallen silent",
        detail=f"It answers, but has had nothing new for {span(since, now)}; {habit}. Has the "
        "publisher moved the feed, or ended it?",
        since=since,
    )


def feed_moved(name: str, url: str, target: str, *, followed: bool, now: datetime) -> FeedAlert:
    done = (
        "That address is followed already, so this one is retired: remove it"
        if followed
        else "It is asked there from now on: put the new address into your configuration"
    )
    return FeedAlert(
        kind="feed_moved",
        feed=name or url,
        url=url,
        title=f"{name or url} has moved",
        detail=f"Its address redirects for good to {target}. {done}.",
        since=now,
    )


def feed_retired(name: str, url: str, error: str, now: datetime) -> FeedAlert:
    return FeedAlert(
        kind="feed_retired",
        feed=name or url,
        url=url,
        title=f"{name or url} has ended",
        detail=f"{error}. It is not asked any more; `monitor feeds resume` tries it again.",
        since=now,
    )


def span(since: datetime, until: datetime) -> str:
    """A length of time in its two largest units: ``3 days 4 hours``."""
    minutes = max(0, round((until - since).total_seconds() / 60))
    days, hours = minutes // 1440, minutes % 1440 // 60
    parts = ((days, "day"), (hours, "hour"), (minutes % 60, "minute"))
    told = [f"{n} {unit}{'' if n == 1 else 's'}" for n, unit in parts if n]
    return " ".join(told[:2]) or "a moment"
