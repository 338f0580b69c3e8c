"""From counts of terms to unit vectors."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.model import BUCKETS, Vocabulary

VOCABULARY = Vocabulary({"storm": 1.25, "dam": 4.5, "the": 0.0}, unseen=10.82)
COUNTS = st.dictionaries(
    st.sampled_from([*VOCABULARY.idf, "quintrix"]) | st.text(min_size=1), st.integers(1, 300)
)


def test_known_terms_have_columns_of_their_own_and_others_share_those_behind() -> None:
    columns = VOCABULARY.columns
    assert [columns[term] for term in ("dam", "storm", "the")] == [0, 1, 2]
    assert 3 <= columns["quintrix"] < VOCABULARY.width == 3 + BUCKETS
    assert "quintrix" not in columns


@given(st.lists(COUNTS, min_size=1, max_size=8))
def test_a_vector_does_not_depend_on_its_neighbours(rows: list[Mapping[str, int]]) -> None:
    together = VOCABULARY.vectors(rows)
    for row, counts in enumerate(rows):
        alone = VOCABULARY.vectors([counts])
        np.testing.assert_array_equal(together[[row]].data, alone.data)
        np.testing.assert_array_equal(together[[row]].indices, alone.indices)


def test_what_every_article_holds_says_nothing() -> None:
    assert VOCABULARY.vectors([{"the": 7}, {}, {"dam": 1}]).data.tolist() == [0.0, 1.0]
