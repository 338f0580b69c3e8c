"""The one or two sentences of an article that tell best what is new in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from monitor.domain.facts import Sentence

MOST = 2
LONG_SENTENCE = 40
"""Words; a sentence longer by a factor counts for less by its square."""
TOO_LONG, TOO_LONG_UNSPACED = 70, 300
"""Words, or characters of a script without spaces: nobody reads a longer one in an alert."""
SHORT_SENTENCE = 5
SECOND = 0.5
"""A second sentence is shown if it is worth so much of the first."""
_POSITION = 0.06
"""What each sentence further down counts for less: news says first what matters."""
_DANGLING = 0.6
_DANGLERS = frozenset({
    "he", "she", "they", "it", "this", "that", "these", "those", "his", "her", "their", "its",
    "there", "but", "and", "so", "then",
})  # fmt: skip
"""A sentence that begins so is hard to read alone."""


def telling(
    told: Sequence[Sentence], facts: Mapping[str, float], freshness: Callable[[Sentence], float]
) -> tuple[str, ...]:
    """At most two sentences, in the order of the article; none if no sentence holds a fact.

    ``facts``: as written -> weight.  ``freshness``: how little of a sentence was said before, in
    [0, 1].  A sentence is worth the weights of its facts, times freshness and ease of reading; the
    second is chosen by what the first leaves unsaid.
    """
    held = {i: here for i, s in enumerate(told) if (here := [f for f in facts if f in s.text])}
    ease = {i: _ease(told[i], i) * (0.2 + 0.8 * freshness(told[i])) for i in held}
    chosen: list[int] = []
    least = 0.0
    while held and len(chosen) < MOST:
        worth = {i: ease[i] * sum(facts[fact] for fact in here) for i, here in held.items()}
        best = max(held, key=lambda i: worth[i])
        if worth[best] <= least:
            break
        chosen.append(best)
        least = SECOND * worth[best]
        said = held.pop(best)
        held = {i: left for i, h in held.items() if (left := [f for f in h if f not in said])}
    return tuple(told[i].text for i in sorted(chosen))


def _ease(sentence: Sentence, position: int) -> float:
    words = sentence.text.split()
    if len(words) > TOO_LONG or len(sentence.text) > TOO_LONG_UNSPACED + 6 * len(words):
        return 0.0
    ease = min(1.0, LONG_SENTENCE / len(words)) ** 2 / (1 + _POSITION * position)
    if (len(words) < SHORT_SENTENCE and len(sentence.text) < 30) or sentence.text[-1] == ":":
        ease *= 0.3
    if words[0].lower() in _DANGLERS or sentence.text[0].islower():
        ease *= _DANGLING
    return ease
