"""Several channels as one list: what each says counts as much as it says it for sure."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from vtk.errors import UsageError
from vtk.query import Query
from vtk.retrieve.fusion import HOW, Fusion, read_weights
from vtk.retrieve.in_memory import InMemory
from vtk.span import Span
from vtk.store.collection import Collection, Hits

NOTHING = Hits(np.zeros(0, np.int64), np.zeros(0, np.float32))
EMPTY = InMemory()
ASKED = Query("anything")


class Told:
    """A channel with given evidence, for each of four rows."""

    def __init__(self, name: str, *evidence: float) -> None:
        self.name, self.all = name, np.array(evidence, np.float32)
        self.needs = None if name == "words" else (name, "model")

    def __call__(self, collection: Collection, query: Query, n: int) -> Hits:
        rows = np.argsort(-self.all, kind="stable")
        rows = rows[self.all[rows] > 0]
        return Hits(rows.astype(np.int64), self.all[rows])

    def evidence(
        self, collection: Collection, query: Query, hits: Hits, rows: Sequence[int]
    ) -> Any:
        return self.all[list(rows)]

    def why(self, collection: Collection, query: Query, row: int, span: Span) -> dict[str, Any]:
        return {}


def fused(how: Fusion, *channels: Told) -> list[int]:
    hits = how(EMPTY, ASKED, [(each, each(EMPTY, ASKED, 0)) for each in channels])
    return [int(row) for row in hits.rows]


@pytest.mark.parametrize("how", sorted(HOW))
def test_words_that_were_found_by_chance_do_not_undo_what_is_meant(how: str) -> None:
    meaning = Told("meaning", 0.2, 0.4, 1.8, 0.1)
    chance = Told("words", 0.0, 0.1, 0.0, 0.05)
    assert fused(Fusion(how), meaning, chance)[:2] == [2, 1]


@pytest.mark.parametrize("how", sorted(HOW))
def test_a_channel_without_hits_is_ignored(how: str) -> None:
    meaning = Told("meaning", 0.2, 0.4, 1.8, 0.1)
    empty = Told("words", 0.0, 0.0, 0.0, 0.0)
    assert fused(Fusion(how), meaning, empty) == [2, 1, 0, 3]
    assert fused(Fusion(how), empty) == []


@pytest.mark.parametrize("how", sorted(HOW))
def test_a_span_that_both_find_comes_before_one_that_either_finds(how: str) -> None:
    meaning = Told("meaning", 1.5, 1.6, 0.3, 0.0)
    words = Told("words", 2.0, 0.0, 1.9, 0.0)
    assert fused(Fusion(how), meaning, words)[0] == 0


def test_equal_ones_stay_in_their_order() -> None:
    assert fused(Fusion("max"), Told("meaning", 1.0, 2.0, 2.0, 1.0), Told("looks", 0, 0, 0, 2)) == [
        *(1, 2, 3, 0),
    ]


def test_weights_say_how_much_a_channel_counts() -> None:
    meaning, looks = Told("meaning", 2.0, 1.0, 0.1, 0.1), Told("looks", 1.0, 2.1, 0.1, 0.1)
    assert fused(Fusion("sum"), meaning, looks)[0] == 1
    assert fused(Fusion("sum", {"meaning": 2}), meaning, looks)[0] == 0
    assert fused(Fusion("rrf", {"meaning": 2}), meaning, looks)[0] == 0
    assert fused(Fusion("max", {"looks": 0}), meaning, looks)[0] == 0


def test_words_alone_keep_their_scores() -> None:
    words = Told("words", 7.5, 3.0, 0.0, 0.0)
    assert Fusion()(EMPTY, ASKED, [(words, words(EMPTY, ASKED, 0))]).scores.tolist() == [7.5, 3.0]


def test_what_was_not_found_counts_as_the_least_that_was_if_scores_depend_on_the_set() -> None:
    meaning = Told("meaning", 0.9, 0.5, 3.0, 0.4)
    words = Told("words", 0.0, 0.0, 1.0, 0.0)
    found = [
        (meaning, Hits(np.array([0, 1]), np.array([0.9, 0.5]))),
        (words, words(EMPTY, ASKED, 0)),
    ]
    assert Fusion()(EMPTY, ASKED, found).rows[0] == 2
    scores = Fusion(normalised=True)(EMPTY, ASKED, found)
    assert dict(zip(scores.rows.tolist(), scores.scores.tolist(), strict=True))[2] == pytest.approx(
        1.5
    )


def test_weights_are_read_and_what_is_wrong_is_told() -> None:
    names = ("words", "meaning", "looks")
    assert read_weights("words=1, meaning=2.5", names) == {"words": 1, "meaning": 2.5}
    assert read_weights(None, names) == {}
    with pytest.raises(UsageError, match="no way to search 'sound'"):
        read_weights("sound=1", names)
    with pytest.raises(UsageError, match="NAME=NUMBER"):
        read_weights("words", names)
    with pytest.raises(UsageError, match="0 or more"):
        Fusion("sum", {"words": -1})
    with pytest.raises(UsageError, match="no fusion"):
        Fusion("vote")


def test_nothing_counts_if_all_weights_are_zero() -> None:
    assert fused(Fusion("sum", {"meaning": 0}), Told("meaning", 1, 2, 3, 4)) == []
    assert NOTHING.rows.size == 0
