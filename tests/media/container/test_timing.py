"""How files count their frames: rates, start timecodes, the numbers of frames."""

from fractions import Fraction
from pathlib import Path

import pytest

from tests.export.tape import tape
from tests.world import World
from vtk.errors import MediaError
from vtk.media.container.timing import standard_rate, timing
from vtk.media.video import Video
from vtk.media.video.frame_index import frame_index


@pytest.mark.parametrize("ending", ["mov", "mp4", "mkv"])
def test_the_start_timecode_is_found_in_every_container(tmp_path: Path, ending: str) -> None:
    rate = Fraction(30000, 1001)
    path = tape(tmp_path / f"x.{ending}", rate, timecode="01:02:03;04")
    found = timing(str(path))
    assert (found.rate, found.timecode, found.start) == (rate, "01:02:03;04", 0)


def test_a_rate_is_exact_and_none_where_it_varies(world: World) -> None:
    rates = {"cuts": 24, "ntsc": Fraction(24000, 1001), "fifty": 50, "variable_rate": None}
    assert {name: timing(str(world(name).path)).rate for name in rates} == rates
    assert timing(str(world("late_start").path)).start == 5
    assert timing(str(world("audio_only").path)).rate is None
    assert standard_rate(Fraction(2997, 100)) == Fraction(30000, 1001)
    assert standard_rate(Fraction(23970, 1000)) == Fraction(24000, 1001)
    assert standard_rate(Fraction(1702, 100)) == Fraction(1702, 100)


@pytest.mark.parametrize(
    "name",
    ["cuts", "late_start_mkv", "variable_rate", "variable_rate_mkv", "reordered", "hevc", "vp9",
     "av1", "mpeg4", "truncated"],
)  # fmt: skip
def test_the_index_has_the_frames_that_are_shown(world: World, name: str) -> None:
    path = str(world(name).path)
    with Video(path) as video:
        shown = [frame.pts for frame in video.frames()]
    index = frame_index(path)
    assert index.pts.tolist() == shown
    assert index.start == float(shown[0] * index.time_base)
    times = [round(float(pts * index.time_base), 6) for pts in shown]
    assert [index.number(time) for time in times] == [*range(len(times))]
    assert index.number(times[-1] + 0.002) == len(times)


def test_what_holds_no_frames_is_told(world: World) -> None:
    for name in ("no_frames", "audio_only"):
        with pytest.raises(MediaError):
            frame_index(str(world(name).path))
