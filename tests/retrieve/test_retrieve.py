"""Retrieval: which spans answer a query, and in which order."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.command_line import lines, vtk, vtk_process
from vtk.check import check
from vtk.errors import UsageError
from vtk.query import Query
from vtk.retrieve import retrieve
from vtk.schema import SCHEMA
from vtk.span import Span

CAPTIONS = [
    "A rocket stands on the launch pad.",
    "The rocket lifts off in a cloud of smoke.",
    "Two people talk in a kitchen.",
    "A dog runs along the beach.",
    "To be or not to be.",
]


def shots(captions: list[str] = CAPTIONS, video: str = "a.mp4") -> list[Span]:
    return [
        Span(video=video, start=i * 5, end=i * 5 + 5, kind="shot", caption=caption, mine=[i])
        for i, caption in enumerate(captions)
    ]


def captions(found: Iterator[Span]) -> list[str]:
    return [span["caption"] for span in found]


def test_the_best_span_comes_first_and_spans_without_a_word_not_at_all() -> None:
    found = list(retrieve(shots(), "rockets lifting off"))
    assert [span["caption"] for span in found] == [CAPTIONS[1], CAPTIONS[0]]
    assert [span["rank"] for span in found] == [1, 2]
    assert found[0]["score"] > found[1]["score"] > 0
    assert found[0]["query"] == "rockets lifting off"


def test_results_are_untouched_otherwise() -> None:
    (found,) = retrieve(shots(), "dog")
    check(found, SCHEMA)
    new = {"score", "rank", "query", "made"}
    assert {k: v for k, v in found.items() if k not in new} == shots()[3]
    assert found["made"][-1]["method"] == "words"


def test_all_text_of_a_span_counts() -> None:
    spans = shots()
    spans[2]["speech"] = [{"start": 10, "end": 12, "text": "Pass me the saffron."}]
    spans[3]["screen_text"] = [{"t": 16, "text": "No saffron allowed"}]
    spans[4]["title"] = "Saffron"
    assert len(list(retrieve(spans, "saffron"))) == 3


def test_equal_scores_stay_in_order_of_input() -> None:
    found = list(retrieve(shots(["A cat sits."] * 20), "cat", n=0))
    assert [span["mine"] for span in found] == [[i] for i in range(20)]


def test_n_and_threshold_bound_the_results() -> None:
    spans = shots(["A cat sits.", "A cat sees a cat.", "A dog."])
    assert len(list(retrieve(spans, "cat", n=1))) == 1
    best, second = retrieve(spans, "cat", n=0)
    assert list(retrieve(spans, "cat", threshold=best["score"])) == [best]
    assert list(retrieve(spans, "cat", threshold=second["score"])) == [best, second]


def test_a_query_of_stop_words_finds_them() -> None:
    assert captions(retrieve(shots(), "to be or not to be"))[0] == CAPTIONS[4]


def test_edges_of_the_stream() -> None:
    assert list(retrieve([], "cat")) == []
    assert captions(retrieve(shots(["A cat."]), "cat")) == ["A cat."]
    assert list(retrieve(shots(["A cat."]), "dog")) == []
    assert captions(retrieve(shots(["…", "A cat.", "?"]), "cat")) == ["A cat."]


def test_scripts_without_spaces_are_found() -> None:
    spans = shots(["宇宙望遠鏡の鏡", "台所の猫"])
    assert captions(retrieve(spans, "望遠鏡", language="ja")) == ["宇宙望遠鏡の鏡"]
    assert captions(retrieve(spans, "猫", language="ja")) == ["台所の猫"]


def test_spans_without_text_are_captioned_and_errors_pass(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def caption(spans: Iterator[Span], **options: Any) -> Iterator[Span]:
        for span in spans:
            yield Span({**span, "caption": "A bear fishes."})

    monkeypatch.setattr("vtk.caption.caption", caption)
    broken = Span(video="b.mp4").with_error("split", "broken")
    bare = Span(video="c.mp4", start=0, end=5, kind="shot")
    found = list(retrieve([*shots(), broken, bare], "bear"))
    assert found[0] == broken
    assert (found[1].video, found[1]["rank"]) == ("c.mp4", 1)


def test_a_query_has_words_where_a_method_goes_by_them() -> None:
    assert Query("…").text == "…"
    with pytest.raises(UsageError, match="has no words"):
        _ = Query("…").terms
    assert Query("The rockets of the rocket").terms == ["rocket"]
    assert Query("to be").terms_of("To be, or not.") == ["to", "be", "or", "not"]
    german = Query("Raketen", language="de")
    assert german.terms_of("Die Rakete") == german.terms


@pytest.mark.parametrize("wrong", [{"n": -1}, {"query": "…"}, {"by": ["magic"]}])
def test_options_without_sense_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        retrieve(shots(), **{"query": "cat", **wrong})


WORDS = st.lists(st.sampled_from(["cat", "dog", "the", "runs", "Boat", "猫", "3.5"]), max_size=6)


@settings(max_examples=60, deadline=None)
@given(st.lists(WORDS.map(" ".join), max_size=15), WORDS.filter(bool).map(" ".join))
def test_ranks_count_up_and_scores_go_down(texts: list[str], query: str) -> None:
    spans = shots([f"Shot {text}." for text in texts])
    found = list(retrieve(spans, query, n=0))
    assert [span["rank"] for span in found] == list(range(1, len(found) + 1))
    scores = [span["score"] for span in found]
    assert scores == sorted(scores, reverse=True)
    assert all(score > 0 for score in scores)
    assert found == list(retrieve(spans, query, n=0))


def test_the_command_takes_the_query_first() -> None:
    result = vtk("retrieve", "-n", "1", "rocket lifts", stdin=shots())
    assert result.returncode == 0, result.stderr
    assert [span["caption"] for span in lines(result)] == [CAPTIONS[1]]


def test_the_command_explains_wrong_usage() -> None:
    assert vtk_process("retrieve", "-j", "2", "rocket", stdin=shots()).returncode == 0
    result = vtk("retrieve", "...", stdin=shots())
    assert result.returncode == 2
    assert b"has no words" in result.stderr
