"""vtk split --by speech: windows that end between sentences."""

import itertools
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.command_line import lines, vtk
from tests.world import World
from vtk.span import Span, parse
from vtk.split import split

# Sentences in a row: how long each is and how long the pause before it, in seconds.
TALK = st.lists(st.tuples(st.floats(0.2, 3), st.floats(0, 1)), max_size=20)


def spoken(talk: list[tuple[float, float]]) -> list[dict[str, Any]]:
    clock, said = 0.0, []
    for number, (length, pause) in enumerate(talk):
        start = round(clock + pause, 3)
        clock = round(start + length, 3)
        said.append({"start": start, "end": clock, "text": f"Sentence number {number} is here."})
    return said


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(talk=TALK, every=st.floats(0.5, 8))
def test_windows_follow_each_other_and_cut_no_sentence_that_has_an_end_in_reach(
    world: World, talk: list[tuple[float, float]], every: float
) -> None:
    clip = world("cuts")
    speech = spoken(talk)
    span = Span(video=str(clip.path), start=0.5, end=11.5, speech=speech)
    found = list(split([span], by="speech", every=every))
    assert (found[0].start, found[-1].end) == (0.5, 11.5)
    assert all(one.end == two.start for one, two in itertools.pairwise(found))
    for one in found[:-1]:
        assert every / 2 - 1e-5 <= one.end - one.start <= 1.5 * every + 1e-5
        if any(said["start"] + 1e-5 < one.end < said["end"] - 1e-5 for said in speech):
            low, high = one.start + every / 2, min(one.start + 1.5 * every, 11.5 - every / 2)
            silent = [said["end"] for said in speech] + [said["start"] for said in speech]
            assert not [time for time in silent if low + 1e-3 < time < high - 1e-3]


def test_the_windows_of_a_lecture_end_with_its_sentences(world: World) -> None:
    clip = world("lecture")  # a sentence every 3.75 s, in the subtitles
    found = list(split([parse(str(clip.path))], by="speech", every=20))
    assert len(found) == 8
    for index, span in enumerate(found):
        assert (span["kind"], span["index"]) == ("window", index)
        assert span["speech"][-1]["text"].endswith(".")
        assert 10 <= span.end - span.start <= 30
    texts = [entry["text"] for span in found for entry in span["speech"]]
    assert len(texts) == len(set(texts)) == 40


def test_a_long_silence_is_cut_at_the_length_asked_for(world: World) -> None:
    speech = [{"start": 0.0, "end": 1.0, "text": "Hello."}]
    span = Span(video=str(world("cuts").path), start=0.0, end=12.0, speech=speech)
    assert [window.end for window in split([span], by="speech", every=4)] == [4.0, 8.0, 12.0]


def test_a_sentence_without_end_is_cut_between_its_cues(world: World) -> None:
    speech: list[dict[str, Any]] = [
        {"start": 1.3 * n, "end": 1.3 * n + 1.2, "text": f"and then there is number {n} which goes"}
        for n in range(9)
    ]
    span = Span(video=str(world("cuts").path), start=0.0, end=12.0, speech=speech)
    for window in list(split([span], by="speech", every=3))[:-1]:
        assert not [s for s in speech if s["start"] + 1e-6 < window.end < s["end"] - 1e-6]


def test_a_span_of_a_talk_is_split_within_its_bounds(world: World) -> None:
    found = list(split([parse(f"{world('lecture').path}#t=10,60")], by="speech", every=15))
    assert (found[0].start, found[-1].end) == (10.0, 60.0)
    assert len(found) == 3


def test_without_words_the_error_says_what_to_do(world: World) -> None:
    result = vtk("split", "--by", "speech", world("cuts").path)
    assert result.returncode == 1
    (error,) = lines(result)
    assert error["error"]["type"] == "MediaError"
    message = error["error"]["message"]
    assert "put subtitles beside it as cuts.srt, or begin the pipeline with vtk trans" in message


def test_the_command_line_takes_a_length(world: World) -> None:
    windows = lines(vtk("split", "--by", "speech", "--every", "1m", world("lecture").path))
    assert [round(span["end"] - span["start"], -1) for span in windows] == [60, 60, 30]


def test_the_narration_of_a_real_film(real: Path) -> None:
    found = list(split([parse(str(real / "nasa_13013.mp4"))], by="speech", every=5))
    assert found[0].start == pytest.approx(0, abs=0.1)
    assert [len(span["speech"]) for span in found] == [1, 1, 1]
