"""vtk export aegisub: the numbers of the frames that shots begin with."""

import pytest

from tests.command_line import vtk
from tests.export.tape import shots
from tests.world import World
from vtk.media.video import Video


@pytest.mark.parametrize("name", ["cuts", "late_start", "variable_rate", "ntsc", "reordered"])
def test_the_numbers_are_those_of_the_decoded_frames(world: World, name: str) -> None:
    clip = world(name)
    starts = [shot.start for shot in clip.truth.shots]
    spans = shots(*starts, clip.truth.shots[-1].end, video=str(clip.path))
    result = vtk("export", "aegisub", stdin=[*spans, *reversed(spans)])
    assert (result.returncode, result.stderr) == (0, b"")
    with Video(str(clip.path)) as video:
        times = [round(frame.time, 6) for frame in video.frames()]
    head, rate, *numbers = result.stdout.decode().splitlines()
    assert (head, rate) == ("# keyframe format v1", "fps 0")
    assert [times[int(number)] for number in numbers] == [round(start, 6) for start in starts]


def test_a_time_between_frames_is_the_next_frame_and_one_after_all_is_none(world: World) -> None:
    spans = shots(0, 1.01, 11.999, 12.5, video=str(world("cuts").path))
    result = vtk("export", "aegisub", stdin=spans)
    assert result.stdout == b"# keyframe format v1\nfps 0\n0\n25\n"


def test_a_video_that_does_not_open_is_told() -> None:
    result = vtk("export", "aegisub", stdin=shots(0, 1))
    assert result.returncode == 66
    assert b"cannot open: No such file or directory" in result.stderr
    assert result.stdout == b"# keyframe format v1\nfps 0\n"
