"""Turn word frequencies into background tables, for languages of which no news has been counted.

    python tools/word_shares.py LANGUAGE... OUTPUT_DIR
    python tools/word_shares.py --compare TABLE

Needs the package ``wordfreq`` (Robyn Speer 2022), which the monitor itself does not: run this in an
environment of its own.  A table holds the ``MOST_TERMS`` most common terms.  A term with a share f
of all words is taken to occur in 1 − (1 − f)^L of the articles, as if words fell independently.
``--compare`` says how near that comes to TABLE, the English one that was counted, for several L.
It is nearest for L = 100, not for the 300 words that are read of an article: words repeat within
an article, and word frequencies come from more than news.

In scripts written without spaces a term is a pair of neighbouring characters.  Pairs inside words
are counted; pairs across words are estimated from how often words begin and end with a character.
"""

from __future__ import annotations

import argparse
import math
import statistics
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from monitor.domain.background import Background
from monitor.domain.stopwords import STOP_WORDS
from monitor.domain.text import LEAD_PAIRS, LEAD_WORDS, terms
from monitor.types import Article

MOST_TERMS = 12_000
DOCUMENTS = 20_000
"""Articles that a table pretends to: the least share it can tell is one in so many."""
EFFECTIVE_WORDS = 100
"""L, by comparison with the English table."""
RARE_PAIR = 1e-7
"""Pairs across words that are less common among all words are left out."""
UNSPACED = {"ja", "zh"}
WORD_LISTS = {"no": "nb"}
"""Where wordfreq has another code."""
COMPARED = (50, 75, 100, 150, 200, 300, 400)


def frequencies(language: str) -> dict[str, float]:
    """Share of each word, without those with digits, in all text."""
    import wordfreq  # type: ignore[import-not-found]

    found = wordfreq.get_frequency_dict(WORD_LISTS.get(language, language), "best")
    return {word: f for word, f in found.items() if not any(c.isdigit() for c in word)}


def term_shares(language: str, words: Mapping[str, float]) -> list[tuple[str, float]]:
    """The most common terms, with their occurrences for one of any word."""
    shares: defaultdict[str, float] = defaultdict(float)
    for word, f in words.items():
        if language not in UNSPACED or len(word) > 1:
            for term, n in terms(Article("", word, "", None, "page", language=language)).items():
                shares[term] += n * f
    if language in UNSPACED:
        grammar = STOP_WORDS[language]
        for pair, f in pairs_across(words):
            # Function words do not follow one another independently.
            if pair not in grammar and not grammar.issuperset(pair):
                shares[pair] += f
    return most_common(shares)[:MOST_TERMS]


def pairs_across(words: Mapping[str, float]) -> Iterator[tuple[str, float]]:
    """Each word's last character with the next word's first, as if words followed one another
    independently; punctuation between them is not accounted for."""
    firsts: defaultdict[str, float] = defaultdict(float)
    lasts: defaultdict[str, float] = defaultdict(float)
    for word, f in words.items():
        if not word.isascii():
            firsts[word[0]] += f
            lasts[word[-1]] += f
    following = most_common(firsts)
    for last, share in lasts.items():
        for first, f in following:
            if share * f < RARE_PAIR:
                break
            yield last + first, share * f


def most_common(shares: Mapping[str, float]) -> list[tuple[str, float]]:
    """In falling order; equal ones in alphabetical order."""
    return sorted(shares.items(), key=lambda one: (-one[1], one[0]))


def effective_words(language: str, words: Mapping[str, float]) -> float:
    """L: in unspaced scripts as many words as the pairs that are read amount to, cut alike."""
    if language not in UNSPACED:
        return EFFECTIVE_WORDS
    total = sum(words.values())
    characters = sum(len(word) * f for word, f in words.items()) / total
    return LEAD_PAIRS / characters * EFFECTIVE_WORDS / LEAD_WORDS


def share_of_articles(f: float, length: float) -> float:
    """Share of texts of ``length`` words that hold a term with a share f of all words."""
    return float(-math.expm1(length * math.log1p(-min(f, 0.99))))


def table(language: str) -> Background:
    words = frequencies(language)
    length = effective_words(language, words)
    common = term_shares(language, words)
    counts = {term: round(DOCUMENTS * share_of_articles(f, length)) for term, f in common}
    return Background(DOCUMENTS, {term: max(1, n) for term, n in counts.items()})


def compare(counted: Background) -> None:
    """Print, for each L, how far ln share is from the counted one over the most common terms."""
    common = term_shares("en", frequencies("en"))
    known = [(f, counted.counts[term] / counted.documents) for term, f in common
             if term in counted.counts]  # fmt: skip
    print(f"{len(known)} of {len(common)} terms in both tables")
    for length in COMPARED:
        pairs = [(math.log(share_of_articles(f, length)), math.log(real)) for f, real in known]
        errors = [mine - real for mine, real in pairs]
        deviation = math.sqrt(statistics.fmean(e * e for e in errors))
        print(
            f"L = {length}: correlation {statistics.correlation(*zip(*pairs, strict=True)):.3f}, "
            f"error in nats {statistics.fmean(errors):+.2f} on average, {deviation:.2f} as root "
            "mean square"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description="Make background tables from word frequencies.")
    parser.add_argument("arguments", nargs="*", metavar="LANGUAGE... OUTPUT_DIR")
    parser.add_argument("--compare", type=Path, metavar="TABLE")
    options = parser.parse_args()
    if options.compare:
        compare(Background.from_bytes(options.compare.read_bytes()))
    *languages, output = options.arguments or [""]
    for language in languages:
        made = table(language)
        data = made.to_bytes()
        Path(output, f"background.{language}.json.gz").write_bytes(data)
        print(f"{language}: {len(made.counts)} terms, {len(data)} bytes")


if __name__ == "__main__":
    main()
