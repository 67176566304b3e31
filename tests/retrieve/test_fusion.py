"""Several channels as one list: what each says counts as much as it says it for sure."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from vtk.errors import UsageError
from vtk.query import Query
from vtk.retrieve.fusion import HOW, Fusion, read_weights
from vtk.retrieve.in_memory import InMemory
from vtk.retrieve.words import Words
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


def test_texts_of_others_do_not_undo_a_span_whose_picture_stands_out() -> None:
    meaning = Told("meaning", 3.1, 3.2, 3.0, 0.0)  # the last span has no text about it
    looks = Told("looks", 0.6, 0.4, 0.5, 2.0)
    found = Fusion("sum")(
        EMPTY, ASKED, [(each, each(EMPTY, ASKED, 0)) for each in (meaning, looks)]
    )
    assert found.rows[0] == 3
    assert 2.0 < found.scores[0] < 3.2
    words = Told("words", 0.0, 4.0, 0.0, 0.0)
    assert fused(Fusion("sum"), words, meaning, looks)[:2] == [1, 3]


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


@pytest.mark.parametrize("how", sorted(HOW))
def test_words_quoted_in_any_order_find_the_long_text_that_has_all_of_them(how: str) -> None:
    texts = [
        "ship lake",
        "The pilot waits " + "for a long time and talks of other things " * 20 + "ship lake fog",
        "A pilot in fog.",
        "Nothing of this kind.",
    ]
    meaning = Told("meaning", 1.2, 0.4, 1.3, 1.5)
    assert by_words(how, "fog lake pilot ship", texts, meaning)[0] == 1
    assert by_words(how, "fog lake pilto ship", texts, meaning)[0] == 1
    assert by_words(how, "fog lake unheard pilot ship", texts, meaning)[0] == 1


@pytest.mark.parametrize("how", sorted(HOW))
def test_a_text_with_some_words_of_many_does_not_undo_what_is_meant(how: str) -> None:
    texts = ["A cruise ship begins at noon.", "The rocket lifts off.", "A quiet street.", "A dog."]
    meaning = Told("meaning", 0.3, 1.6, 0.2, 0.1)
    assert by_words(how, "an enormous ship begins its journey", texts, meaning)[0] == 1
    assert by_words(how, "a ship begins its journey", texts, meaning)[0] == 1


def captioned(query: Query, captions: Sequence[str]) -> InMemory:
    collection = InMemory([query])
    for caption in captions:
        collection.add(Span(video="a", start=0.0, end=1.0, caption=caption))
    return collection


def by_words(how: str, text: str, captions: Sequence[str], meaning: Told) -> list[int]:
    query, words = Query(text), Words()
    collection = captioned(query, captions)
    found = [(each, each(collection, query, 0)) for each in (words, meaning)]
    return [int(row) for row in Fusion(how)(collection, query, found).rows]


def evidence_of_words(text: str, captions: Sequence[str]) -> list[float]:
    query, words = Query(text), Words()
    collection = captioned(query, captions)
    hits = words(collection, query, 0)
    found: list[float] = words.evidence(collection, query, hits, range(len(captions))).tolist()
    return found


def test_words_count_by_the_share_of_the_query_that_a_span_has() -> None:
    found = evidence_of_words("fog lake", ["fog lake", "fog bank", "sun"])
    rarity = np.log(1 + 1.5 / 2.5), np.log(1 + 2.5 / 1.5)  # of fog in two of three, lake in one
    share = rarity[0] / sum(rarity)
    assert found[0] == pytest.approx(4 / (1 + np.exp(-40 * 0.25)))
    expected = 4 / (1 + np.exp(-40 * (share - 0.75))) * (1 + share) / 2  # lengths are equal
    assert found[1] == pytest.approx(expected, rel=1e-3)
    assert found[2] == 0


def test_a_long_query_takes_about_all_of_its_words() -> None:
    words = ["fog", "lake", "dog", "moon", "red", "sea", "sun", "sky"]
    lacking = [" ".join(words[:at] + words[at + 2 :]) for at in range(0, 8, 2)]
    first, *others = evidence_of_words(" ".join(words), [" ".join(words), *lacking])
    assert first > 3.9
    assert max(others) < 0.1


def test_a_word_counts_only_in_the_texts_that_its_field_names() -> None:
    query, words = Query("fog speech:lake"), Words()
    collection = InMemory([query])
    said = [{"start": 0.0, "end": 1.0, "text": "lake"}]
    collection.add(Span(video="a", start=0.0, end=1.0, caption="fog lake"))
    collection.add(Span(video="a", start=0.0, end=1.0, caption="fog", speech=said))
    hits = words(collection, query, 0)
    first, second = words.evidence(collection, query, hits, [0, 1])
    assert first < 0.1 < 3.9 < second


def test_spans_whose_records_are_not_read_count_as_the_last_one_that_is() -> None:
    found = evidence_of_words("fog lake", ["fog lake"] * 70)
    assert found == pytest.approx([4 / (1 + np.exp(-10))] * 70)


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
