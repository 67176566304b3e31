"""What an ability fills in for those above it: only what lacks, in order, errors untouched."""

import pytest

from tests.world import World
from vtk.caption import with_captions
from vtk.keyframes import with_keyframes
from vtk.pipeline import Ability
from vtk.span import Span
from vtk.split import with_shots
from vtk.transcribe import with_speech

FILLERS = {
    "caption": (with_captions, "A thing."),
    "keyframes": (with_keyframes, [{"t": 0.5}]),
    "speech": (with_speech, []),
}


@pytest.mark.parametrize("field", FILLERS)
def test_what_is_there_stays_and_opens_no_file(field: str) -> None:
    filler, value = FILLERS[field]
    there = Span({"video": "missing.mp4", "start": 0.0, "end": 1.0, field: value})
    broken = Span(video="missing.mp4").with_error("split", "broken")
    assert list(filler([there, broken])) == [there, broken]


@pytest.mark.parametrize("field", FILLERS)
def test_what_lacks_is_filled(world: World, field: str) -> None:
    filler, _ = FILLERS[field]
    (span,) = filler([Span(video=str(world("cuts").path), start=0.0, end=1.0)])
    assert field in span or span.failed


def test_no_keyframes_are_as_good_as_none(world: World) -> None:
    span = Span(video=str(world("cuts").path), start=0.0, end=1.0, keyframes=[])
    assert [len(filled["keyframes"]) for filled in with_keyframes([span])] == [1]


def test_shots_are_found_of_whole_videos_and_of_ends_that_are_not_known(
    world: World,
) -> None:
    video = str(world("cuts").path)
    whole, begun = Span(video=video), Span(video=video, start=1.0)
    shots: Ability = with_shots
    assert len(list(shots(iter([whole])))) > 1
    assert list(shots(iter([begun]))) == [begun]
    assert all("end" in span for span in with_shots([begun], timed=True))
    assert len(list(with_shots([whole], every=1.0))) > 2
