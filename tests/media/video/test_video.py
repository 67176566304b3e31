"""Frames at given times are those that decoding from the start would show."""

import random
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from tests.media.films import without_times
from tests.world import World
from vtk.errors import MediaError, OpenError
from vtk.keyframes import keyframes
from vtk.media.video import OUTSIDE, Video, VideoCache
from vtk.span import Span
from vtk.split import split

NAMES = ["cuts", "reordered", "variable_rate_mkv", "late_start", "late_start_mkv", "hevc", "vp9",
         "av1", "mpeg4", "fifty", "subtitled_webm", "one_frame"]  # fmt: skip


def at_random(path: Path, seed: int) -> None:
    with Video(str(path)) as video:
        shown = [(frame.pts, frame.time) for frame in video.frames()]
        rng = random.Random(seed)
        low, high = shown[0][1] - 0.5, shown[-1][1]
        times = sorted(rng.uniform(low, high) for _ in range(15))
        wanted = [max([p for p, t in shown if t <= time], default=shown[0][0]) for time in times]
        assert [frame.pts for frame in video.frames_at(times)] == wanted
        assert [frame.pts for frame in video.frames_at(times)] == wanted  # back to the start


@pytest.mark.parametrize("name", NAMES)
def test_the_frame_on_screen_at_a_time_is_found(world: World, name: str) -> None:
    at_random(world(name).path, seed=1)


@pytest.mark.parametrize(
    "name", ["nasa_13013.mp4", "sintel_trailer_30s.mp4", "tears_of_steel_battle.webm"]
)
def test_the_same_holds_on_real_films(real: Path, name: str) -> None:
    at_random(real / name, seed=2)


@pytest.mark.parametrize("name", ["cuts", "late_start", "variable_rate", "reordered"])
def test_frames_of_a_stretch_are_those_shown_in_it(world: World, name: str) -> None:
    clip = world(name)
    base = clip.truth.time_base
    assert base
    times = [float(pts * base) for pts in clip.truth.frame_pts]
    start, end = times[len(times) // 3], times[2 * len(times) // 3]
    with Video(str(clip.path)) as video:
        found = [frame.pts for frame in video.frames(start, end)]
    assert found == [
        p for p, t in zip(clip.truth.frame_pts, times, strict=True) if start <= t < end
    ]


@pytest.mark.parametrize("name", ["ntsc", "cuts", "late_start_mkv"])
def test_a_stretch_from_cut_to_cut_holds_the_frames_of_one_shot(world: World, name: str) -> None:
    """Times in records are rounded to microseconds, and still no frame strays over a cut."""
    truth = world(name).truth
    edges = [truth.frame_pts[0], *(cut.pts for cut in truth.cuts), truth.frame_pts[-1] + 1]
    with Video(str(world(name).path)) as video:
        for one, two in pairwise(edges):
            start, end = round(video.seconds(one), 6), round(video.seconds(two), 6)
            wanted = [pts for pts in truth.frame_pts if one <= pts < two]
            assert [frame.pts for frame in video.frames(start, end)][: len(wanted)] == wanted
            assert next(video.frames_at([start])).pts == one


def test_a_frame_that_stays_for_long_is_on_screen_all_the_while(tmp_path: Path) -> None:
    """A recording of a screen: one picture at 0 s, the next at 30 s."""
    path = tmp_path / "screen.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height = 64, 48
        for second, light in ((0, 40), (30, 200), (31, 200)):
            picture = np.full((48, 64, 3), light, np.uint8)
            picture[10:20, 10:30] = 255 - light
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = second * 10, Fraction(1, 10)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    (span,) = keyframes([Span(video=str(path), start=10.0, end=20.0)], k=2)
    assert [entry["t"] for entry in span["keyframes"]] == [0.0]
    assert len(list(split([Span(video=str(path))]))) == 2


def test_a_stream_without_seeking_or_times_is_read_anew(tmp_path: Path) -> None:
    path = without_times(tmp_path / "bare.h264", 50)
    with Video(str(path)) as video:
        times = [frame.time for frame in video.frames_at([1.0, 0.2, 1.9])]
    assert times == [pytest.approx(t, abs=0.05) for t in (1.0, 0.2, 1.9)]


def screen_recording(path: Path) -> str:
    """Pictures that change at 0, 10 and 20 s and say that they last a fraction of a second."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height = 64, 48
        for second, light in ((0, 40), (10, 120), (20, 200), (21, 200)):
            picture = np.full((48, 64, 3), light, np.uint8)
            picture[10:20, 10 + second : 30 + second] = 255 - light
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = second * 25, Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return str(path)


def test_a_span_inside_a_frame_that_stays_has_that_frame(tmp_path: Path) -> None:
    name = screen_recording(tmp_path / "screen.mkv")
    with Video(name) as video:
        assert [frame.time for frame in video.frames(5, 15)] == [0, 10]
        assert [frame.time for frame in video.frames(2, 8)] == [0]
        assert [frame.time for frame in video.frames(0, 8)] == [0]
    shots = list(split([Span(video=name, start=5.0, end=15.0)]))
    assert [(shot.start, shot.end) for shot in shots] in ([(5, 10), (10, 15)], [(5, 15)])
    (shot,) = split([Span(video=name, start=0.0, end=8.0)])
    assert (shot.start, shot.end) == (0, 8)


def test_the_same_span_can_be_asked_for_twice(world: World) -> None:
    spans = [Span(video=str(world("cuts").path), start=s, end=s + 0.25) for s in (4.0, 0.0, 0.0)]
    counts = [len(span["keyframes"]) for span in keyframes(spans, k=50)]
    assert counts == [6, 6, 6]


def test_frames_without_timestamps_follow_each_other_at_the_stated_rate(tmp_path: Path) -> None:
    path = tmp_path / "reordered.h264"
    with av.open(str(path), "w", format="h264") as container:
        stream = container.add_stream("libx264", rate=25, options={"bf": "2"})
        stream.width, stream.height = 64, 48
        for i in range(100):
            picture = np.full((48, 64, 3), 30 if i < 50 else 200, np.uint8)
            picture[i % 20 : i % 20 + 8, :20] = 120
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        container.mux(stream.encode(None))
    one, two = split([Span(video=str(path))])
    assert one.end == two.start == pytest.approx(2.0, abs=0.1)
    assert two.end == pytest.approx(4.0, abs=0.1)


def test_a_span_after_the_end_of_the_pictures_has_none(world: World) -> None:
    (span,) = keyframes([Span(video=str(world("cuts").path), start=60.0, end=70.0)])
    assert span["error"]["message"] == OUTSIDE


def test_damage_in_the_middle_does_not_end_the_pictures(world: World) -> None:
    clip = world("corrupt")
    with Video(str(clip.path)) as video:
        last = max(frame.pts for frame in video.frames())
        assert last == clip.truth.frame_pts[-1]


@pytest.mark.parametrize(
    ("name", "kind", "reason"),
    [
        ("empty", OpenError, "the file is empty"),
        ("not_media", OpenError, "not a media file"),
        ("no_moov", OpenError, "not a media file"),
        ("audio_only", MediaError, "only sound"),
    ],
)
def test_a_file_without_pictures_is_refused_in_one_sentence(
    world: World, name: str, kind: type[Exception], reason: str
) -> None:
    with pytest.raises(kind, match=reason):
        Video(str(world(name).path))


def test_a_folder_a_missing_file_and_a_strange_name_are_refused(tmp_path: Path) -> None:
    for name, reason in ((str(tmp_path), "folder"), ("no.mp4", "No such file"), ("a\0b", "name")):
        with pytest.raises(OpenError, match=reason):
            Video(name)


def test_neighbouring_spans_share_one_open_file(world: World) -> None:
    with VideoCache() as latest:
        one = latest(str(world("cuts").path))
        assert latest(str(world("cuts").path)) is one
        assert latest(str(world("fifty").path)) is not one
