"""Order in time: what follows what, and how soon."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.retrieve.shots import shots
from vtk.check import check
from vtk.retrieve import retrieve
from vtk.schema import SCHEMA
from vtk.span import Span


def moments(spans: list[Span], query: str) -> list[tuple[float, float]]:
    return [(span.start, span.end) for span in retrieve(spans, query, n=0)]


def test_a_moment_reaches_from_the_first_span_to_the_one_that_follows() -> None:
    spans = shots(["A countdown.", "People wait.", "The rocket lifts off.", "A countdown."])
    (found,) = retrieve(spans, 'countdown then "lifts off" within 10s')
    check(found, SCHEMA)
    assert (found.start, found.end, found["kind"]) == (0, 15, "moment")
    assert [part["caption"] for part in found["parts"]] == ["A countdown.", "The rocket lifts off."]
    assert moments(spans, 'countdown then "lifts off" within 4s') == []
    assert moments(spans, '"lifts off" then countdown within 1s') == [(10, 20)]


def test_spans_of_other_videos_do_not_follow() -> None:
    spans = [*shots(["A dog.", "Rain."], "a.mp4"), *shots(["Rain.", "A cat."], "b.mp4")]
    assert moments(spans, "dog then cat within 1h") == []
    assert moments(spans, "rain then cat within 1s") == [(0, 10)]


def test_spans_may_overlap_but_one_span_does_not_follow_itself() -> None:
    whole = Span(video="a.mp4", start=0, end=100, caption="A dog and a cat.")
    later = Span(video="a.mp4", start=40, end=50, caption="A cat.")
    assert moments([whole], "dog then cat within 1m") == []
    assert moments([whole, later], "dog then cat within 1s") == [(0, 100)]


def test_of_three_steps_each_follows_the_one_before() -> None:
    spans = shots(["A dog.", "A cat.", "A bird.", "A dog.", "A bird.", "A cat."])
    assert moments(spans, "dog then cat then bird within 1s") == [(0, 15)]


def test_the_best_of_those_that_follow_counts_and_of_equal_ones_the_first() -> None:
    spans = shots(["A dog.", "A cat and much else that one may see.", "Cat, cat.", "Cat, cat."])
    assert moments(spans, "dog then cat within 30s") == [(0, 15)]


TEXTS = st.lists(st.sampled_from(["a dog", "a cat", "rain", "a dog, a cat"]), max_size=12)


@settings(max_examples=50, deadline=None)
@given(TEXTS, st.integers(0, 30))
def test_moments_share_no_span_and_keep_the_limit(texts: list[str], within: int) -> None:
    found = list(retrieve(shots(texts), f"dog then cat within {within + 1}s", n=0))
    used = [(part["start"], part["end"]) for span in found for part in span["parts"]]
    assert len(used) == len(set(used))
    for span in found:
        first, second = span["parts"]
        assert "dog" in first["caption"]
        assert "cat" in second["caption"]
        assert first["start"] < second["start"] <= first["end"] + within + 1
    possible = any(
        "dog" in a and "cat" in b and (j - i - 1) * 5 <= within + 1
        for i, a in enumerate(texts)
        for j, b in enumerate(texts)
        if i < j
    )
    assert bool(found) == possible
