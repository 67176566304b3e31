"""Retrieval: which spans answer a query, and in which order."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.command_line import lines, vtk
from tests.retrieve.shots import shots
from vtk.check import check
from vtk.errors import UsageError
from vtk.query import Query
from vtk.retrieve import Search, retrieve
from vtk.schema import SCHEMA
from vtk.span import Span

CAPTIONS = [
    "A rocket stands on the launch pad.",
    "The rocket lifts off in a cloud of smoke.",
    "Two people talk in a kitchen.",
    "A dog runs along the beach.",
    "To be or not to be.",
]


def captions(found: Iterator[Span]) -> list[str]:
    return [span["caption"] for span in found]


def test_the_best_span_comes_first_and_spans_without_a_word_not_at_all() -> None:
    found = list(retrieve(shots(CAPTIONS), "rockets lifting off"))
    assert [span["caption"] for span in found] == [CAPTIONS[1], CAPTIONS[0]]
    assert [span["rank"] for span in found] == [1, 2]
    assert found[0]["score"] > found[1]["score"] > 0
    assert found[0]["query"] == "rockets lifting off"


def test_results_are_untouched_otherwise() -> None:
    (found,) = retrieve(shots(CAPTIONS), "dog")
    check(found, SCHEMA)
    new = {"score", "rank", "query", "made"}
    assert {k: v for k, v in found.items() if k not in new} == shots(CAPTIONS)[3]
    assert found["made"][-1]["method"] == "words"


def test_all_text_of_a_span_counts() -> None:
    spans = shots(CAPTIONS)
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
    assert captions(retrieve(shots(CAPTIONS), "to be or not to be"))[0] == CAPTIONS[4]


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
    found = list(retrieve([*shots(CAPTIONS), broken, bare], "bear"))
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
        retrieve(shots(CAPTIONS), **{"query": "cat", **wrong})


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
    result = vtk("retrieve", "-n", "1", "rocket lifts", stdin=shots(CAPTIONS))
    assert result.returncode == 0, result.stderr
    assert [span["caption"] for span in lines(result)] == [CAPTIONS[1]]


def test_the_command_explains_wrong_usage(tmp_path: Path) -> None:
    refused = vtk("retrieve", "-j", "2", "rocket", stdin=shots(CAPTIONS))
    assert (refused.returncode, b"No such option: -j" in refused.stderr) == (2, True)
    result = vtk("retrieve", "...", stdin=shots(CAPTIONS))
    assert result.returncode == 2
    assert b"has no words" in result.stderr
    by_words = vtk("retrieve", "--rewrite", "--pool", "mean", "rocket", stdin=[])
    assert b"not used by a search by words alone: --pool, --rewrite" in by_words.stderr
    assert by_words.returncode == 0  # no model is asked for
    unused = vtk("retrieve", "--threads", "1", "rocket", stdin=[])
    assert b"a search that no model judges: --threads" in unused.stderr
    (tmp_path / "latin").write_bytes(b"caf\xe9")
    for options, told in (
        (("--queries", str(tmp_path / "latin")), "iconv"),
        (("--queries", "-"), "from a file"),
        (("--like", "ten.mp4#t=5,2", "x"), "ends before it starts"),
    ):
        result = vtk("retrieve", *options, stdin=[])
        assert (result.returncode, told.encode() in result.stderr) == (2, True), result.stderr


def test_nothing_found_is_told_and_fails_where_that_is_wanted() -> None:
    found = vtk("retrieve", "--fail-empty", "rocket", stdin=shots(CAPTIONS))
    assert (found.returncode, found.stderr) == (0, b"")
    found = vtk("retrieve", "rocket kind:shot kind:scene", stdin=shots(CAPTIONS))
    assert found.stdout
    assert found.stderr.endswith(b"warning: no span is of the kind scene; there are: shot\n")
    for query, told in (
        ("whale", "5\n"),
        ("rocket video:b.mp4", "0 of 5, by the conditions\n"),
        (
            "rocket kind:Shot",
            "0 of 5, by the conditions\n"
            "vtk retrieve: warning: no span is of the kind Shot; there are: shot\n",
        ),
    ):
        nothing = vtk("retrieve", query, stdin=shots(CAPTIONS))
        assert (nothing.returncode, nothing.stdout) == (0, b"")
        told = f"nothing found for '{query}' by words; spans searched: {told}"
        assert nothing.stderr.decode().endswith(told)
        assert vtk("retrieve", "--fail-empty", query, stdin=shots(CAPTIONS)).returncode == 1
    assert vtk("retrieve", "-q", "whale", stdin=shots(CAPTIONS)).stderr == b""


def test_a_file_in_the_place_of_the_query_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "shots.jsonl"
    file.write_bytes(b"".join(span.dump() for span in shots(CAPTIONS[:4])))
    result = vtk("retrieve", file)
    assert result.returncode == 2
    assert b"stands where the query does: vtk retrieve 'a query'" in result.stderr
    assert vtk("retrieve").returncode == 2
    video = tmp_path / "talk.mp4"
    video.write_bytes(b"")
    assert vtk("retrieve", video).returncode == 2
    assert len(lines(vtk("retrieve", "rocket", file))) == 2


def test_spans_that_were_looked_at_and_are_empty_never_open_their_videos() -> None:
    empty = [{**span, "caption": "", "video": "gone.mp4"} for span in shots(CAPTIONS)[:2]]
    empty.append({"video": "gone.mp4", "start": 0, "end": 5, "speech": []})
    result = vtk("retrieve", "rocket", stdin=[*empty, *shots(CAPTIONS)])
    assert result.returncode == 0
    assert [span.get("error") for span in lines(result)] == [None, None]
    assert b"gone.mp4" not in result.stderr


def test_a_file_of_queries_is_answered_in_one_pass(tmp_path: Path) -> None:
    queries = tmp_path / "queries.jsonl"
    queries.write_text('dog beach\n\n{"query": "rocket lifts", "id": 7}\n{"query": "whale"}\n')
    result = vtk("retrieve", "--queries", queries, "-n", "1", stdin=shots(CAPTIONS))
    assert result.returncode == 0
    found = [(r["query"], r.get("query_id"), r["rank"], r["caption"]) for r in lines(result)]
    assert found == [
        ("dog beach", None, 1, CAPTIONS[3]),
        ("rocket lifts", "7", 1, CAPTIONS[1]),
    ]
    assert b"nothing found for 'whale'" in result.stderr
    for line, words in [("{", "line 1"), ('{"id": 1}', "there is no query"), ("", "no queries")]:
        queries.write_text(line)
        refused = vtk("retrieve", "--queries", queries, stdin=shots(CAPTIONS))
        assert refused.returncode == 2
        assert words in refused.stderr.decode()


@settings(max_examples=30, deadline=None)
@given(st.lists(WORDS.filter(bool).map(" ".join), min_size=1, max_size=4), st.lists(WORDS))
def test_queries_together_find_what_each_finds_alone(
    queries: list[str], texts: list[list[str]]
) -> None:
    spans = shots([" ".join(text) + "." for text in texts])
    together = list(retrieve(spans, [Query(query) for query in queries]))
    assert together == [span for query in queries for span in retrieve(spans, query)]


def test_few_of_a_video_and_whole_videos() -> None:
    spans = [*shots(["A cat.", "A cat, a cat."], "a.mp4"), *shots(["A cat sees a dog."], "b.mp4")]
    few = list(retrieve(spans, "cat", search=Search(per_video=1)))
    assert [(span.video, span["rank"]) for span in few] == [("a.mp4", 1), ("b.mp4", 2)]
    whole = list(retrieve(spans, "cat", search=Search(by_video=True)))
    assert [(span.video, span["kind"], span.end) for span in whole] == [
        ("a.mp4", "video", 10),
        ("b.mp4", "video", 5),
    ]
    assert [part["caption"] for part in whole[0]["parts"]] == ["A cat.", "A cat, a cat."]
    for span in whole:
        check(span, SCHEMA)
    open_end = [Span(video="c.mp4", start=1.0, caption="A cat.")]
    (found,) = retrieve(open_end, "cat", search=Search(by_video=True))
    assert "end" not in found


@pytest.mark.parametrize("indexed", [False, True])
def test_a_whole_video_has_the_same_limits_whatever_answers(indexed: bool, tmp_path: Path) -> None:
    from vtk.store.index import open_writer

    spans, index = shots(["A cat.", "A dog.", "A bird."]), str(tmp_path / "a.index")
    assert list(open_writer(index).add(spans))
    for query in ("cat", "dog", "bird"):
        how = Search(by_video=True)
        (whole,) = retrieve(spans, query, search=how, index=index if indexed else None)
        assert (whole.start, whole.end, len(whole["parts"])) == (0, 15, 1)


@pytest.mark.parametrize("indexed", [False, True])
def test_conditions_alone_list_what_fulfils_them_by_video_and_start(
    indexed: bool, tmp_path: Path
) -> None:
    from vtk.store.index import open_writer

    index = str(tmp_path / "a.index") if indexed else None
    spans = [*reversed(shots(CAPTIONS, "a.mp4")), *shots(["…"], "b.mp4")]
    if index:
        assert list(open_writer(index).add(spans))

    def listed(query: str, **options: Any) -> list[tuple[str, float, float]]:
        found = retrieve(spans, query, index=index, **options)
        return [(each.video, each.start, each["score"]) for each in found]

    some = listed("kind:shot after:5s", n=3)
    assert some == [("a.mp4", 5, 1), ("a.mp4", 10, 1), ("a.mp4", 15, 1)]
    every = listed("longer:1s", n=0)
    assert [(video, start) for video, start, _ in every[4:]] == [("a.mp4", 20), ("b.mp4", 0)]
    assert listed("video:b*") == [("b.mp4", 0, 1)]
    (whole,) = retrieve(spans, "after:15s", index=index, search=Search(by_video=True))
    assert [part["start"] for part in whole["parts"]] == [15, 20]
    with pytest.raises(UsageError, match="none: leave --rerank out"):
        list(retrieve(spans, "kind:shot", index=index, search=Search(rerank=2)))


def test_an_index_finds_stop_words_in_its_spans(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    from vtk.store.index import open_writer

    index = str(tmp_path / "a.index")
    assert list(open_writer(index).add(shots(CAPTIONS)))
    queries = [Query("to be or not to be"), Query("dog")]
    assert captions(retrieve([], queries, index=index)) == [CAPTIONS[4], CAPTIONS[3]]
    assert f"leaves out: all its {len(CAPTIONS)} spans are read" in caplog.text


def test_an_index_away_from_its_videos_is_searched_like_its_stream(tmp_path: Path) -> None:
    pytest.importorskip("lance")
    from vtk.store.index import open_writer

    place = str(tmp_path / "index")
    list(open_writer(place).add(shots(CAPTIONS[:4])))
    for query in (
        "rocket lifts",
        '"lifts off"',
        "rocket -stands",
        "stands then lifts within 5s",
        "roket",
    ):
        found = list(retrieve([], query, index=place))
        expected = list(retrieve(shots(CAPTIONS[:4]), query))
        assert [(s.start, s.end, s["rank"]) for s in found] == [
            (s.start, s.end, s["rank"]) for s in expected
        ]
        assert found
        assert [span["made"][-1] for span in found] == [span["made"][-1] for span in expected]
        for span, same in zip(found, expected, strict=True):
            assert span["score"] == pytest.approx(same["score"], rel=0.02)
    result = vtk("retrieve", "--index", place, "rocket lifts")
    assert result.returncode == 0, result.stderr
    (moment, *_) = lines(vtk("ground", "rocket lifts", stdin=result.stdout))
    assert moment["start"] == 5
    assert vtk("retrieve", "--index", place, "rocket", "a.jsonl").returncode == 2
    assert vtk("retrieve", "--index", str(tmp_path / "none"), "rocket").returncode == 66


def test_a_mistyped_field_and_a_query_that_looks_like_an_option_are_told_of() -> None:
    spans = b"".join(Span(video="a.mp4", start=0, end=1, caption=c).dump() for c in CAPTIONS)
    ran = vtk("retrieve", "captoin:rocket", stdin=spans)
    assert len(lines(ran)) == 2
    assert b"unknown field captoin:; did you mean caption:?" in ran.stderr
    ran = vtk("retrieve", "-bitcoin", stdin=spans)
    assert ran.returncode == 2
    assert b"comes after --" in ran.stderr


def test_evidence_of_an_unknown_kind_is_not_searched() -> None:
    spans = shots(CAPTIONS)
    spans[0]["evidence"] = [{"start": 0, "end": 1, "text": "A dog.", "source": "chat"}]
    assert captions(retrieve(spans, "dog")) == [CAPTIONS[3]]
