"""A year of a busy monitor, invented: what ``tools/bench_page.py`` fills its databases with.

One topic has judged every article, two others some thousands.  A tenth of the articles match; how
many matches an event has falls by a power law.  Texts are drawn by Zipf's law, are kept of matches
and of the newest ``KEPT`` days, and hold some words whose frequency is known, to search for.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from monitor import types
from monitor.app import backgrounds
from monitor.domain.fitting import Fitted, fit_to_bytes
from monitor.domain.formats import MODEL_FORMAT
from monitor.domain.neighbours import pack
from monitor.domain.rhythm import observe
from monitor.domain.search import filter_to_dict
from monitor.domain.seeds import read_seed
from monitor.domain.settings import settings_to_dict
from monitor.domain.value import to_json

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAYS, KEPT = 365, 30
TOPICS = ("dams", "tunnels", "harbours")
LATER = 5000
"""Articles that each of the other topics has judged."""
WORDS, TITLE = 60, 9
LABELLED, DRAWN = 0.02, 300
SEEDS = Path(__file__).parent.parent / "tests" / "data" / "story_seeds"
COMMON, RARE, PHRASE = "gliding", "quixotic", "gliding weapons"
"""Words in 30 % of the matches, in one of 10,000, and in 1 % of them."""
OUTLETS, LANGUAGES = 400, ("en", "en", "en", "ja", "de", "fr")
_SYLLABLES = (
    *("ka", "ro", "mi", "ten", "lo", "sa", "vi", "dor", "ne"),
    *("pu", "gar", "shi", "bel", "tor", "an", "zu", "fe", "ik"),
)

Row = tuple[Any, ...]
Table = tuple[str, str, Iterator[Row]]
"""Name, names of columns, rows."""


@dataclass(frozen=True)
class Size:
    articles: int = 1_000_000
    matches: int = 100_000
    events: int = 20_000
    largest: int = 5_000
    feeds: int = 700
    alerts: int = 3_000


def at(moment: datetime) -> str:
    """As both databases read a time in UTC."""
    return moment.replace(tzinfo=None).isoformat(" ", "microseconds")


class World:
    """Everything follows from the size."""

    def __init__(self, size: Size) -> None:
        self.size = size
        self.random = random.Random(20251121)
        self.numbers = np.random.default_rng(20251121)
        self.step = timedelta(days=DAYS) / size.articles
        self.begin = NOW - timedelta(days=DAYS)

    def when(self, article: int) -> datetime:
        return self.begin + article * self.step

    @cached_property
    def events(self) -> np.ndarray:
        """Of each article, by number from 1, its event from 1 or 0; shape (articles + 1,)."""
        sizes = _sizes(self.size)
        starts = self.numbers.uniform(0, DAYS, len(sizes))
        spans = 0.5 + sizes / 40  # days
        members = np.repeat(np.arange(len(sizes)), sizes)
        times = (starts[members] + self.numbers.exponential(spans[members])) % DAYS
        chosen = np.sort(
            self.numbers.choice(np.arange(1, self.size.articles + 1), len(members), replace=False)
        )
        found = np.zeros(self.size.articles + 1, dtype=np.int64)
        found[chosen] = members[np.argsort(times, kind="stable")] + 1
        return found

    @cached_property
    def first(self) -> dict[int, int]:
        """By event its first article."""
        articles = np.flatnonzero(self.events)
        events, places = np.unique(self.events[articles], return_index=True)
        return dict(zip(events.tolist(), articles[places].tolist(), strict=True))

    @cached_property
    def last(self) -> dict[int, int]:
        """By event its last article."""
        articles = np.flatnonzero(self.events)[::-1]
        events, places = np.unique(self.events[articles], return_index=True)
        return dict(zip(events.tolist(), articles[places].tolist(), strict=True))

    @cached_property
    def largest(self) -> int:
        """The event with most matches."""
        return int(np.bincount(self.events)[1:].argmax()) + 1

    @cached_property
    def seeds(self) -> list[types.Article]:
        return [read_seed(one.name, one.read_bytes()) for one in sorted(SEEDS.iterdir())]

    @cached_property
    def model(self) -> Fitted:
        return fit_to_bytes(
            self.seeds, backgrounds(), settings=types.TopicSettings(), relevant=(), irrelevant=(),
            stream=(), stream_days=0.0,
        )  # fmt: skip

    def tables(self) -> Iterator[Table]:
        """In an order in which each row's references are there."""
        yield from self._topics()
        yield from self._feeds()
        yield from self._events()
        yield (
            "article",
            "id,key,url,host,state,attempts,not_before,first_seen_at,collected_at,title,text,"
            "text_from,published,source,author,language,canonical_url,kills,revisions",
            self._articles(),
        )
        yield (
            "judgement",
            "id,topic_id,article_id,state,attempts,not_before,judged_at,told_at,model_id,score,"
            "probability,neighbours,alarm,event_id,similarity,copy_of_id,label,labelled_at,drawn,"
            "last_error,novelty,weighed",
            self._judgements(),
        )
        entries = ((n, self._feed(n), n, at(self.when(n)), "", "") for n in self._all())
        yield "entry", "id,feed_id,article_id,seen_at,guid,digest", entries
        yield from self._ledger()

    def _all(self) -> range:
        return range(1, self.size.articles + 1)

    def _feed(self, article: int) -> int:
        return int(self.size.feeds * (article * 0.6180339887 % 1) ** 2) + 1

    def _topics(self) -> Iterator[Table]:
        settings = json.dumps(settings_to_dict(types.TopicSettings()))
        columns = (
            "id,name,origin,state,created_at,channels,settings,fit_asked,fit_answered,attempts"
        )
        then = at(self.begin)
        named = list(enumerate(TOPICS, 1))
        rows = ((n, name, "file", "active", then, "[]", settings, 1, 1, 0) for n, name in named)
        yield "topic", columns, rows
        columns = "id,topic_id,created_at,threshold,matches_a_day,format,body"
        body, threshold = self.model.body, self.model.threshold
        models = ((n, n, then, threshold, 274.0, MODEL_FORMAT, body) for n, _ in named)
        yield "model", columns, models

    def _feeds(self) -> Iterator[Table]:
        dates = [self.begin + timedelta(hours=5 * n) for n in range(1500)]
        rhythm = json.dumps(observe(None, None, NOW, dates).to_json())
        value = types.FeedValue(NOW - timedelta(days=30), 1200, 120, 80, 20, 10, 30, 1800.0)
        columns = (
            "id,url,name,host,origin,tags,state,created_at,next_poll_at,last_success_at,failures,"
            "failing_since,kills,moved_seen,rhythm,last_entry_at,value"
        )

        def rows() -> Iterator[Row]:
            for n in range(1, self.size.feeds + 1):
                failing = n % 30 == 0
                heard = NOW - timedelta(hours=n % 90 if n % 10 == 0 else n % 12)
                yield (
                    n, f"https://feed{n}.example.org/rss", f"Feed {n}", f"feed{n}.example.org",
                    "file", "[]", "active", at(self.begin), at(NOW + timedelta(minutes=n % 60)),
                    at(heard), 3 if failing else 0, at(heard) if failing else None, 0, 0, rhythm,
                    at(heard), json.dumps(to_json(replace(value, matches=n))),
                )  # fmt: skip

        yield "feed", columns, rows()
        outages = (
            (n, n % self.size.feeds + 1, at(begun), at(begun + timedelta(hours=2 + n % 40)))
            for n in range(1, 2001)
            for begun in [self.begin + n * timedelta(hours=4)]
        )
        yield "outage", "id,feed_id,began_at,ended_at", outages

    def _events(self) -> Iterator[Table]:
        columns = "id,topic_id,title,opened_at,last_seen,newest_at,alarmed_at"

        def rows() -> Iterator[Row]:
            for n, first in sorted(self.first.items()):
                opened, newest = at(self.when(first)), at(self.when(self.last[n]))
                title = " ".join(self._words(TITLE))
                yield n, 1, title, opened, newest, newest, opened if n % 3 else None
            for n in range(1, 201):
                then = at(NOW - timedelta(hours=n))
                number = self.size.events + n
                yield number, 2 + n % 2, " ".join(self._words(TITLE)), then, then, then, then

        yield "event", columns, rows()
        kin = ((n, n, n + 50, 1.5, at(NOW), False) for n in range(1, min(200, self.size.events)))
        yield "kinship", "id,event_id,other_id,log_odds,found_at,apart", kin

    @cached_property
    def _vocabulary(self) -> list[str]:
        draw = random.Random(7)
        words = {"".join(draw.choices(_SYLLABLES, k=draw.randint(2, 5))) for _ in range(40_000)}
        return sorted(words, key=lambda _: draw.random())[:30_000]

    @cached_property
    def _zipf(self) -> np.ndarray:
        """Of each word, by rank, how likely it or one before it is."""
        shares = 1 / np.arange(1, len(self._vocabulary) + 1) ** 1.05
        return np.cumsum(shares) / shares.sum()

    @cached_property
    def _of_topic(self) -> list[str]:
        return [word for seed in self.seeds for word in (seed.text or "").split()]

    def _words(self, count: int) -> list[str]:
        ranks = np.searchsorted(self._zipf[:-1], self.numbers.random(count))
        return [self._vocabulary[rank] for rank in ranks]

    def _text(self, *, match: bool) -> tuple[str, str]:
        words, chance = self._words(WORDS + TITLE), self.random.random
        if match:
            for place in range(0, len(words), 3):
                words[place] = self.random.choice(self._of_topic)
            if chance() < 0.3:
                words[20] = COMMON
            if chance() < 0.01:
                words[20:22] = PHRASE.split()
        if chance() < 0.0001:
            words[30] = RARE
        body = [" ".join(words[n : n + 20]).capitalize() for n in range(TITLE, len(words), 20)]
        return " ".join(words[:TITLE]).capitalize(), ".\n\n".join(body) + "."

    def _articles(self) -> Iterator[Row]:
        kept = self.when(self.size.articles) - timedelta(days=KEPT)
        for n in self._all():
            then, match = self.when(n), bool(self.events[n])
            title, text = self._text(match=match)
            url, outlet = f"https://news.example.org/{n}", self.random.random() ** 2 * OUTLETS
            yield (
                n, url, url, "news.example.org", "collected", 0, at(then), at(then), at(then),
                title, text if match or then > kept else None, "page", at(then),
                f"Outlet {int(outlet)}", "", self.random.choice(LANGUAGES), "", 0, 0,
            )  # fmt: skip

    def _judgements(self) -> Iterator[Row]:
        for n in self._all():
            yield self._judgement(n, 1, n, int(self.events[n]))
        number = self.size.articles
        for topic in range(2, len(TOPICS) + 1):
            for place in range(min(LATER, self.size.articles)):
                number += 1
                event = 0 if place % 10 else self.size.events + 1 + place % 200 // 2 * 2
                event = event + 3 - topic if event else 0
                yield self._judgement(number, topic, self.size.articles - place, event)

    def _judgement(self, n: int, topic: int, article: int, event: int) -> Row:
        chance, then = self.random.random, at(self.when(article))
        probability = 0.5 + 0.5 * chance() ** 0.5 if event else 0.5 * chance() ** 6
        first = self.first.get(event, n) if topic == 1 else n
        copied = first if n > first and chance() < 0.25 else None
        drawn = topic == 1 and not event and self.size.articles - n < DRAWN * 100 and n % 100 == 0
        label = None
        if drawn or (event and copied is None and chance() < LABELLED):
            label = "relevant" if event and chance() < 0.8 else "irrelevant"
        near = [types.Neighbour(max(1, n - back), 0.3, 0.2) for back in (3, 40, 500)]
        return (
            n, topic, article, "judged", 0, then, then, then, topic, self._score(probability),
            probability, pack(near if event else []), False, event or None, 0.4 if event else None,
            copied, label, then if label else None, drawn,
            None if event or chance() < 0.999 else "kept out by exclude",
            self._novelty(n) if event and copied is None else None,
            '{"words": 1.2, "names": 0.8, "time": -0.3}' if event else None,
        )  # fmt: skip

    def _score(self, probability: float) -> float:
        return self.model.threshold * (0.2 + 1.6 * probability)

    def _novelty(self, n: int) -> str:
        numbers, names = [f"{n % 97} people"], [f"Person {n % 1000}"]
        sentence = " ".join(self._words(12)).capitalize()
        return json.dumps(
            {"names": names, "places": [], "numbers": numbers, "sentences": [sentence]}
        )

    def _ledger(self) -> Iterator[Table]:
        count = range(1, min(self.size.alerts, self.size.events) + 1)
        message = json.dumps({"title": "A dam is filled for the first time"})
        alerts = ((n, f"new_event:{n}", "new_event", 1, n, at(NOW), message) for n in count)
        yield "alert", "id,key,kind,topic_id,event_id,created_at,message", alerts
        columns = "id,alert_id,channel,uid,state,attempts,not_before,sent_at"
        states = ("sent", "sent", "sent", "sent", "dead")
        yield "delivery", columns, (
            (n, n, "mail", f"u{n}", states[n % 5], 1, at(NOW), at(NOW)) for n in count
        )  # fmt: skip
        words = "called “A dam is filled” relevant"
        actions = ((n, 1, "label", words, '{"rows": []}', at(NOW)) for n in range(1, 301))
        yield "action", "id,topic_id,kind,words,before,done_at", actions
        searches = [types.Filter(words=COMMON), types.Filter(source="Outlet 3", label="relevant")]
        yield "saved_search", "id,name,filter,created_at", (
            (n, f"Search {n}", json.dumps(filter_to_dict(one)), at(NOW))
            for n, one in enumerate(searches, 1)
        )  # fmt: skip


def _sizes(size: Size) -> np.ndarray:
    """Matches of each event: by rank to the power at which they add up; shape (events,)."""
    ranks = np.arange(1, size.events + 1)
    low, high = 0.0, 5.0
    for _ in range(60):
        power = (low + high) / 2
        sizes = np.maximum(1, size.largest / ranks**power).astype(int)
        low, high = (power, high) if sizes.sum() > size.matches else (low, power)
    sizes[: size.matches - sizes.sum()] += 1
    return sizes


def batches(rows: Iterator[Row], size: int = 10_000) -> Iterator[Sequence[Row]]:
    some: list[Row] = []
    for row in rows:
        some.append(row)
        if len(some) == size:
            yield some
            some = []
    yield some
