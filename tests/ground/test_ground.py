"""Grounding: the moments that answer a query, tight and apart."""

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.command_line import lines, vtk
from vtk.check import check
from vtk.errors import UsageError, VtkError
from vtk.ground import Wanted, ground, read_queries
from vtk.schema import SCHEMA
from vtk.span import Span


def shot(start: float, end: float, caption: str | None = None, **fields: Any) -> Span:
    told = {} if caption is None else {"caption": caption}
    return Span({"video": "a.mp4", "start": start, "end": end, "kind": "shot", **told, **fields})


def cue(start: float, end: float, text: str) -> dict[str, Any]:
    return {"start": start, "end": end, "text": text}


MINUTE = shot(
    0,
    60,
    "An engineer speaks.",
    speech=[
        cue(5, 9, "Welcome to the launch site."),
        cue(20, 24, "And the rocket lifts off!"),
        cue(40, 44, "The crew is safe."),
    ],
    camera="left",
)


def stretches(found: Iterator[Span]) -> list[tuple[float, float]]:
    return [(span.start, span.end) for span in found]


def test_one_cue_answers_with_its_own_time() -> None:
    (found,) = ground([MINUTE], "rocket lifting off", n=1)
    check(found, SCHEMA)
    assert (found.start, found.end, found["kind"]) == (20, 24, "moment")
    assert found["score"] == 1
    assert found["evidence"] == [
        {"start": 20, "end": 24, "text": "And the rocket lifts off!", "source": "speech"}
    ]
    assert found["camera"] == "left"
    assert found["speech"] == [MINUTE["speech"][1]]
    assert found["made"][-1]["by"] == "vtk ground"


def test_neighbours_with_half_of_the_query_make_one_moment() -> None:
    spans = [
        shot(0, 8, "A rocket on the pad."),
        shot(8, 16, "Flames lift it up."),
        shot(16, 90, "Sky."),
    ]
    assert stretches(ground(spans, "rocket flames")) == [(0, 16)]


def test_halves_far_apart_are_two_moments() -> None:
    spans = [shot(0, 8, "A rocket."), shot(8, 90, "A long wait."), shot(90, 98, "Flames.")]
    assert stretches(ground(spans, "rocket flames")) == [(0, 8), (90, 98)]


def test_a_caption_over_a_cue_does_not_widen_it() -> None:
    span = shot(0, 60, "A rocket on the pad.", speech=[cue(20, 24, "Ignition!")])
    (found,) = ground([span], "rocket ignition")
    assert (found.start, found.end) == (20, 24)
    assert {entry["source"] for entry in found["evidence"]} == {"caption", "speech"}


def test_terms_close_together_win() -> None:
    speech = [cue(0, 4, "The keepers vanished in"), cue(4, 8, "winter. A thing few women"),
              cue(8, 12, "keepers have seen.")]  # fmt: skip
    (found,) = ground([shot(0, 60, speech=speech)], "women keepers", n=1)
    assert (found.start, found.end) == (4, 12)


def test_moments_right_after_each_other_with_the_same_terms_are_one() -> None:
    speech = [cue(0, 3, "A comet!"), cue(3, 6, "The comet again."), cue(30, 33, "Comet.")]
    assert stretches(ground([shot(0, 60, speech=speech)], "comet")) == [(30, 33), (0, 6)]


def test_results_of_all_videos_are_sorted_whatever_their_order() -> None:
    full, half = MINUTE, Span({**shot(0, 5, "A rocket."), "video": "b.mp4"})
    other = Span({**MINUTE, "start": 60, "end": 70, "speech": [], "caption": "It lifts."})
    found = list(ground([other, half, full], "the rocket lifts", n=0))
    assert [span["rank"] for span in found] == [1, 2, 3]
    assert (found[0].video, found[0].start) == ("a.mp4", 20)
    assert found[0]["score"] == 1 > found[1]["score"]


def test_min_length_widens_inside_the_span() -> None:
    assert stretches(ground([MINUTE], "lifts", min_length=10)) == [(17, 27)]
    assert stretches(ground([MINUTE], "welcome", min_length=20)) == [(0, 20)]
    assert stretches(ground([shot(3, 6, "Fire.")], "fire", min_length=20)) == [(3, 6)]


def test_max_length_keeps_moments_short() -> None:
    spans = [shot(0, 8, "A rocket."), shot(8, 16, "Flames.")]
    assert stretches(ground(spans, "rocket flames", max_length=10)) == [(0, 8), (8, 16)]


def test_threshold_and_n_bound_the_results() -> None:
    assert len(list(ground([MINUTE], "rocket crew", n=0))) == 2
    assert len(list(ground([MINUTE], "rocket crew", n=1))) == 1
    assert list(ground([MINUTE], "rocket crew", threshold=0.9)) == []


def test_nothing_is_found_in_nothing() -> None:
    assert list(ground([], "rocket")) == []
    assert list(ground([MINUTE], "submarine")) == []


def test_videos_without_text_are_captioned_and_errors_pass(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def caption(spans: Iterator[Span], **options: Any) -> Iterator[Span]:
        for _ in spans:
            yield MINUTE

    monkeypatch.setattr("vtk.caption.caption", caption)
    broken = Span(video="b.mp4").with_error("split", "broken")
    found = list(ground([broken, Span(video="a.mp4")], "rocket"))
    assert found[0] == broken
    assert (found[1].start, found[1].end) == (20, 24)


@pytest.mark.parametrize(
    "wrong",
    [
        {"n": -1},
        {"threshold": 2},
        {"min_length": 9, "max_length": 3},
        {"query": "?"},
        {"method": ""},
    ],
)
def test_options_without_sense_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        ground([MINUTE], **{"query": "rocket", **wrong})


TEXT = st.lists(st.sampled_from(["rocket", "lifts", "off", "the", "crew", "blue"]), max_size=5)


@st.composite
def streams(draw: st.DrawFn) -> list[Span]:
    """Spans of two videos in any order, overlapping or not."""
    spans = []
    for _ in range(draw(st.integers(0, 12))):
        start = draw(st.integers(0, 100))
        end = start + draw(st.integers(1, 60))
        middle = (start + end) / 2
        span = shot(start, end, "Shot " + " ".join(draw(TEXT)), mine=1)
        span["video"] = draw(st.sampled_from(["a", "b"]))
        span["speech"] = [cue(start, middle, "So " + " ".join(draw(TEXT)))]
        spans.append(span)
    return spans


@settings(max_examples=100, deadline=None)
@given(streams(), st.sampled_from(["rocket lifts off", "crew", "blue rocket"]), st.integers(0, 9))
def test_moments_never_overlap_and_ranks_count_up(
    spans: list[Span], query: str, min_length: int
) -> None:
    found = list(ground(spans, query, n=0, min_length=min_length))
    assert [span["rank"] for span in found] == list(range(1, len(found) + 1))
    scores = [span["score"] for span in found]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 for score in scores)
    by_video = defaultdict(list)
    for span in found:
        by_video[span.video].append((span.start, span.end))
        assert span["mine"] == 1
        assert span["evidence"]
        assert all(e["start"] < span.end and e["end"] > span.start for e in span["evidence"])
    for moments in by_video.values():
        assert all(a[1] <= b[0] for a, b in pairwise(sorted(moments)))
    assert found == list(ground(spans, query, n=0, min_length=min_length))


def test_the_command_follows_retrieve() -> None:
    first = vtk("retrieve", "rocket", stdin=[MINUTE])
    result = vtk("ground", "--min-length", "10s", "rocket lifts off", stdin=first.stdout)
    assert result.returncode == 0, result.stderr
    (found,) = lines(result)
    assert (found["start"], found["end"], found["rank"]) == (17, 27, 1)


def test_one_odd_record_does_not_end_the_search() -> None:
    odd = {"video": "b.mp4", "start": 0, "end": 1, "parts": [{"start": 0, "end": 1, "title": 5}]}
    for command in ("ground", "retrieve"):
        result = vtk(command, "rocket", stdin=[odd, MINUTE])
        assert result.returncode == 65
        assert b"line 1: parts[0].title must be text" in result.stderr
        assert [r["video"] for r in lines(result) if "error" not in r] == ["a.mp4"]


def test_a_cue_without_length_can_be_found() -> None:
    found = list(
        ground([shot(0, 10, speech=[cue(3, 3, "The rocket."), cue(5, 4, "A bell.")])], "rocket")
    )
    assert [(span.start, span.end) for span in found] == [(3, 3)]
    assert list(ground([shot(0, 10, speech=[cue(5, 4, "A bell.")])], "bell"))


def test_several_queries_have_their_turns_and_their_names(tmp_path: Path) -> None:
    queries = tmp_path / "queries.jsonl"
    queries.write_text(
        'rocket lifts\n\n{"query": "crew", "id": "q2"}\n{"query": "crew", "video": "b.mp4"}\n'
    )
    found = lines(vtk("ground", "--queries", str(queries), stdin=[MINUTE]))
    assert [(r["query"], r.get("query_id"), r["start"], r["rank"]) for r in found] == [
        ("rocket lifts", None, 20, 1),
        ("crew", "q2", 40, 1),
    ]
    alone = [dict(s) for q in ("rocket lifts", "crew") for s in ground([MINUTE], q)]
    assert [{**r, "query_id": None} for r in found] == [{**r, "query_id": None} for r in alone]


def test_a_file_of_queries_takes_the_place_of_the_query(tmp_path: Path) -> None:
    queries, spans = tmp_path / "queries.txt", tmp_path / "spans.jsonl"
    queries.write_text("crew\n")
    spans.write_bytes(MINUTE.dump())
    (found,) = lines(vtk("ground", "--queries", str(queries), str(spans)))
    assert found["start"] == 40


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"query": 5}\n', "line 1: query cannot be 5"),
        ('{"query": "a", "video": 1}\n', "line 1: video cannot be 1"),
        ('a\n{"query": \n', "line 2: not JSON"),
        ("\n", "has no queries"),
        ('{"query": "a", "vid": "b.mp4"}\n', "line 1: a query has no 'vid'"),
    ],
)
def test_a_broken_file_of_queries_is_told_of(tmp_path: Path, text: str, message: str) -> None:
    queries = tmp_path / "queries"
    queries.write_text(text)
    with pytest.raises(VtkError, match=re.escape(message)):
        read_queries(queries)


def test_no_query_is_wrong_usage() -> None:
    result = vtk("ground", stdin=[MINUTE])
    assert result.returncode == 2
    assert b"--queries" in result.stderr


@pytest.mark.parametrize("method", ["density", "topic", "words", "in-order"])
def test_a_query_without_words_is_named_by_file_and_line(tmp_path: Path, method: str) -> None:
    queries = tmp_path / "queries"
    queries.write_text("crew\n?!\n")
    result = vtk("ground", "--method", method, "--queries", str(queries), stdin=[MINUTE])
    assert result.returncode == 2
    assert f"{queries}, line 2: the query '?!' has no words".encode() in result.stderr


def test_queries_about_other_videos_are_counted(caplog: pytest.LogCaptureFixture) -> None:
    assert list(ground([MINUTE], [Wanted("crew", video="z.mp4"), Wanted("crew", video="a.mp4")]))
    assert caplog.messages == ["queries about videos that are not in the input: 1"]


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("crew kind:scene", "conditions"),
        ("crew speech:rocket", "fields"),
        ("crew -rocket", "words that are not wanted"),
        ('"crew is safe"', "words or phrases that must be there"),
        ("rocket then crew within 1m", "an order"),
    ],
)
def test_what_only_retrieve_heeds_is_told(
    query: str, told: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert list(ground([MINUTE], query))
    heeds = f"{query!r}: ground does not heed {told}: put `vtk retrieve -n 0 QUERY` before it"
    assert caplog.messages == [heeds]
    caplog.clear()
    assert list(ground([MINUTE], "the crew: all of them"))
    assert not caplog.messages


def test_a_misspelled_word_is_the_one_spelled_nearly_so(caplog: pytest.LogCaptureFixture) -> None:
    (found,) = ground([MINUTE], "roket", n=1)
    assert (found.start, found.end, found["score"]) == (20, 24, 1)
    assert found["made"][-1]["respelled"] == {"roket": ["rocket"]}
    assert caplog.messages == ["no span has the word roket; searching for rocket"]
    caplog.clear()
    later = shot(60, 62, "A roket of another kind.")
    assert stretches(ground([MINUTE, later], "roket")) == [(60, 62)]
    assert not caplog.messages


def test_a_query_that_nothing_answers_is_told(caplog: pytest.LogCaptureFixture) -> None:
    assert not list(ground([MINUTE, MINUTE], "whalefish"))
    assert caplog.messages == [
        "no span has the word whalefish or one spelled nearly so",
        "nothing found for 'whalefish' by density; spans searched: 2",
    ]


def test_min_length_widens_over_spans_that_follow_each_other() -> None:
    said = ["Hello there.", "A rocket lifts off.", "Look at it.", "Good night."]
    spans = [
        shot(start, start + 4, speech=[cue(start, start + 4, text)])
        for start, text in zip((0, 4.5, 9, 30), said, strict=True)
    ]
    (moment,) = ground(spans, "rocket", min_length=12)
    assert (moment.start, moment.end) == (0.5, 12.5)
    assert [entry["text"] for entry in moment["speech"]] == said[:3]


def test_options_that_contradict_the_method_are_refused_and_unused_ones_told() -> None:
    result = vtk("ground", "--words", "--method", "topic", "crew", stdin=[MINUTE])
    assert result.returncode == 2
    options = ["--embedder", "nosuch", "--looks", "3", "--model", "x"]
    result = vtk("ground", "--method", "topic", *options, "crew", stdin=[MINUTE])
    assert result.returncode == 0
    assert b"not used by the method topic: --embedder, --looks" in result.stderr
    assert b"not used by the method topic: --model" in result.stderr
