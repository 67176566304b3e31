"""Chapters: where they begin, how long they are, what they are called."""

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.command_line import lines, vtk, vtk_process
from vtk.chapter import Task, chapter
from vtk.check import check
from vtk.entries import Facts
from vtk.errors import UsageError
from vtk.facts import picture_sentence
from vtk.schema import SCHEMA
from vtk.span import Span

# A lecture on three topics, one sentence in each cue of five seconds.
LECTURE = """
Honey bees live together in a hive.
The queen bee lays all the eggs of the hive.
Worker bees collect nectar from flowers.
In the hive, the bees turn nectar into honey.
A bee dances to show the others where nectar is.
In winter the bees keep the queen bee warm.
Now let us look at suspension bridges.
A suspension bridge hangs from two steel cables.
The cables run over two tall towers.
Each tower of the bridge carries half the weight.
Anchors hold the cables at both ends of the bridge.
Wind can make a suspension bridge swing.
Finally, we come to the tides.
The moon pulls the water of the ocean.
High tide follows the moon around the earth.
When moon and sun pull together, we have a spring tide.
The ocean falls back, and low tide comes.
A harbour can be dry at low tide.
""".strip().splitlines()
SECONDS = 5.0


def lecture(seconds: float = SECONDS) -> list[Span]:
    """The lecture with a shot for each sentence."""
    return [
        Span(
            video="lecture.mp4",
            start=i * seconds,
            end=(i + 1) * seconds,
            kind="shot",
            index=i,
            caption="A person speaks.",
            keyframes=[{"t": (i + 0.5) * seconds}],
            speech=[{"start": i * seconds, "end": (i + 1) * seconds, "text": text}],
            camera="left",
        )
        for i, text in enumerate(LECTURE)
    ]


def one_shot() -> Span:
    """The lecture as a single shot."""
    speech = [entry for span in lecture() for entry in span["speech"]]
    return Span(video="lecture.mp4", start=0, end=90, kind="shot", speech=speech, camera="left")


def starts(chapters: list[Span]) -> list[float]:
    return [span.start for span in chapters]


def test_chapters_begin_where_the_topic_changes() -> None:
    found = list(chapter(lecture()))
    assert starts(found) == [0, 30, 60]
    titles = [span["title"].casefold() for span in found]
    words = ("bee|hive|nectar", "bridge|cable", "tide")
    assert all(re.search(word, title) for word, title in zip(words, titles, strict=True))


def test_a_single_long_shot_is_cut_between_sentences() -> None:
    found = list(chapter([one_shot()]))
    assert starts(found) == [0, 30, 60]
    assert [len(span["speech"]) for span in found] == [6, 6, 6]
    assert [span["parts"] for span in found][1] == [{"start": 30.0, "end": 60.0, "kind": "shot"}]


def test_chapters_keep_what_they_were_joined_from() -> None:
    for found in chapter(lecture()):
        check(found, SCHEMA)
        assert found["kind"] == "chapter"
        assert found["camera"] == "left"
        assert found["parts"][0]["caption"] == "A person speaks."
        assert [part["start"] for part in found["parts"]] == [e["start"] for e in found["speech"]]
        assert found["made"][-1]["by"] == "vtk chapter"
        assert 0 <= found["score"] <= 1


def test_count_asks_for_a_number_of_chapters() -> None:
    for count in (1, 2, 4, 6):
        assert len(list(chapter(lecture(), Task(count=count)))) == count
    assert len(list(chapter(lecture(), Task(count=100)))) == 9  # of 90 seconds, none under 10


def test_a_short_video_is_one_chapter() -> None:
    found = list(chapter(lecture(1.0)[:13]))
    assert [(span.start, span.end) for span in found] == [(0, 13)]


def test_half_a_minute_in_three_spans_is_three_chapters_for_who_wants_three() -> None:
    spans = [
        Span(video="a", start=i * 10, end=i * 10 + 10, kind="shot", caption=f"A {colour} wall.")
        for i, colour in enumerate(["red", "blue", "green"])
    ]
    found = list(chapter(spans, Task(count=3)))
    assert starts(found) == [0, 10, 20]
    assert len({span["title"] for span in found}) == 3


def test_no_chapter_begins_in_the_middle_of_a_sentence() -> None:
    spans = lecture()
    cut = [29.0, 31.0, 58.0, 62.0]  # shots that begin while someone speaks
    edges = sorted({0.0, 90.0, 25.0, 30.0, 60.0, *cut})
    speech = [entry for span in spans for entry in span["speech"]]
    shots = [Span(video="lecture.mp4", start=a, end=b, kind="shot") for a, b in pairwise(edges)]
    shots[0]["speech"] = speech
    assert not set(starts(list(chapter(shots, Task(count=3))))) & set(cut)


def test_pictures_alone_make_numbered_chapters(caplog: pytest.LogCaptureFixture) -> None:
    looks = [[400] + [0] * 5 + [1024, 0, 0] * 2, [1600] + [0] * 5 + [1200, 0, 0] * 2]
    spans = []
    for i in range(18):
        bright = i // 6 % 2
        facts: Facts = {"seconds": 5.0, "light": (0.05, 0.7)[bright], "colours": {"grey": 1.0}}
        picture = picture_sentence(facts)
        frame = {"t": i * 5 + 2, "look": looks[bright]}
        span = Span(video="a", start=i * 5, end=i * 5 + 5, kind="shot", keyframes=[frame])
        spans.append(Span(span, facts={**facts, "picture": picture}, caption=picture))
    found = list(chapter(spans))
    assert starts(found) == [0, 30, 60]
    assert [span["title"] for span in found] == ["Part 1", "Part 2", "Part 3"]
    (told,) = [message for message in caplog.messages if "no words" in message]
    assert told.startswith("a: ")


def test_titles_work_in_scripts_without_spaces() -> None:
    texts = ["望遠鏡は星を見る。", "望遠鏡の鏡は大きい。", "望遠鏡を作る。"] * 3
    texts += ["潮汐は月の力だ。", "潮汐の高い日。", "潮汐と海。"] * 3
    spans = [
        Span(video="a", start=i * 5, end=i * 5 + 5, kind="shot",
             speech=[{"start": i * 5, "end": i * 5 + 5, "text": text}])
        for i, text in enumerate(texts)
    ]  # fmt: skip
    first, second = chapter(spans, Task(count=2, language="ja"))
    assert "望遠鏡" in first["title"]
    assert "潮汐" in second["title"]
    assert second.start == 45


def test_error_records_keep_their_side_and_other_videos_go_on() -> None:
    before = Span(video="lecture.mp4").with_error("split", "broken")
    after = Span(video="lecture.mp4", start=90, end=99).with_error("caption", "broken")
    other = [Span({**span, "video": "b.mp4"}) for span in lecture()]
    found = list(chapter([before, *lecture(), after, *other]))
    assert found[0] == before
    assert found[4] == after
    assert [span.video for span in found[5:]] == ["b.mp4"] * 3


def test_a_video_without_words_is_captioned_first(monkeypatch: pytest.MonkeyPatch) -> None:
    def caption(spans: Iterator[Span], **options: Any) -> Iterator[Span]:
        for span in spans:
            assert span.is_whole_video
            yield from lecture()

    monkeypatch.setattr("vtk.caption.caption", caption)
    assert starts(list(chapter([Span(video="lecture.mp4")]))) == [0, 30, 60]


def test_chapters_of_chapters_keep_their_titles() -> None:
    once = list(chapter(lecture()))
    again = list(chapter(once))
    assert [span["title"] for span in again] == [span["title"] for span in once]


@pytest.mark.parametrize("wrong", [{"count": 0}, {"min_length": -1}, {"levels": 3}])
def test_options_without_sense_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        chapter(lecture(), Task(**wrong))


WORDS = st.lists(st.sampled_from(" ".join(LECTURE).split()), max_size=8).map(" ".join)


@st.composite
def films(draw: st.DrawFn) -> list[Span]:
    """Shots one after the other, with words or without."""
    start = draw(st.sampled_from([0.0, 1.5]))
    spans: list[Span] = []
    for length in draw(st.lists(st.floats(0.5, 60), min_size=1, max_size=20)):
        end = round(start + length, 6)
        span = Span(video="a", start=start, end=end, kind="shot", caption="A room.", mine=1)
        if text := draw(WORDS):
            span["speech"] = [{"start": start, "end": end, "text": text}]
        spans.append(span)
        start = end
    return spans


@settings(max_examples=60, deadline=None)
@given(films(), st.none() | st.integers(1, 8), st.sampled_from([0.0, 5.0, 10.0]))
def test_chapters_cover_the_video_without_gaps(
    spans: list[Span], count: int | None, min_length: float
) -> None:
    found = list(chapter(spans, Task(count=count, min_length=min_length)))
    assert found[0].start == spans[0].start
    assert found[-1].end == pytest.approx(spans[-1].end)
    assert all(a.end == b.start for a, b in pairwise(found))
    if len(found) > 1:
        assert all(span.end - span.start >= min_length - 1e-5 for span in found)
    assert len(found) <= (count or 100)
    assert all(span["mine"] == 1 and span["title"] for span in found)
    assert len({span["title"] for span in found}) == len(found)
    assert found == list(chapter(spans, Task(count=count, min_length=min_length)))


def test_the_command_reads_and_writes_json_lines() -> None:
    result = vtk("chapter", "--count", "2", "--min-length", "20s", stdin=lecture())
    assert result.returncode == 0, result.stderr
    found = lines(result)
    assert len(found) == 2
    assert found == json.loads(json.dumps(list(chapter(lecture(), Task(count=2, min_length=20)))))
    jobs = vtk_process("chapter", "-j", "2", "--count", "2", "--min-length", "20s", stdin=lecture())
    assert jobs.stdout == result.stdout


def test_the_command_names_a_wrong_option() -> None:
    result = vtk("chapter", "--min-length", "long", stdin=lecture())
    assert result.returncode == 2
    assert b"not a duration" in result.stderr


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(5, 40), st.floats(0, 60)), min_size=2, max_size=8))
def test_spans_with_gaps_between_them_have_chapters(pieces: list[tuple[float, float]]) -> None:
    """Speech goes on over the gaps, and no chapter begins where no span is."""
    spans, start = [], 0.0
    for length, gap in pieces:
        spans.append(Span(video="a.mp4", start=start, end=start + length))
        start += length + gap
    for number, span in enumerate(spans):
        cues = [(span.start + 3 * i, LECTURE[(number + i) % len(LECTURE)]) for i in range(14)]
        span["speech"] = [{"start": t, "end": t + 3, "text": text} for t, text in cues]
    found = list(chapter(spans))
    assert not [span for span in found if span.failed]
    assert found[0].start == 0
    assert found[-1].end == pytest.approx(spans[-1].end)
