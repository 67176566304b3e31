"""The frames of span after span: what is loaded, and what passes through."""

from pathlib import Path

from tests.world import World
from vtk.prompting.frames import FrameOptions
from vtk.prompting.loader import FrameLoader
from vtk.span import Span


def test_a_span_comes_with_its_frames_and_says_which(world: World) -> None:
    video = str(world("cuts").path)
    spans = [Span(video=video, start=0.0, end=1.0), Span(video=video, start=1.0)]
    one, two = FrameLoader("ask", FrameOptions(count=3, pixels=40))(spans)
    assert [time for time, _ in one.frames] == [entry["t"] for entry in one.span["keyframes"]]
    assert len(one.frames) == len(two.frames) == 3
    assert 38 <= max(one.frames[0][1].shape) <= 40
    assert two.span.end > 1.0
    assert "keyframes" not in spans[0]


def test_what_is_finished_or_failed_passes_and_opens_nothing(tmp_path: Path) -> None:
    missing = str(tmp_path / "none.mp4")
    failed = Span(video=missing).with_error("split", "broken")
    (passed,) = FrameLoader("ask", FrameOptions())([failed])
    assert (passed.span, passed.frames) == (failed, [])


def test_a_finished_span_is_taken_instead(world: World) -> None:
    span = Span(video=str(world("cuts").path), start=0.0, end=1.0)
    load = FrameLoader("ask", FrameOptions(), finished=lambda span: Span(span, caption="Done."))
    (passed,) = load([span])
    assert passed.span["caption"] == "Done."
    assert not passed.frames


def test_a_failure_is_recorded_under_the_command_that_asked(tmp_path: Path) -> None:
    (passed,) = FrameLoader("ask", FrameOptions())([Span(video=str(tmp_path / "none.mp4"))])
    assert passed.span["error"]["command"] == "vtk ask"
    assert passed.span["error"]["type"] == "OpenError"
