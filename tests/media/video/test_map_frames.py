"""Frames measured by readers side by side are, to the bit, those of one decoder in turn."""

import threading
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest
from av.video.frame import VideoFrame
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.media.video.test_frames_at import MADE, NAMES, digest, from_the_start, make, readers_left
from tests.world import World
from vtk.errors import OpenError
from vtk.media import video
from vtk.media.video import Video, parallel_decode
from vtk.media.video.decoder import Decoder


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    folder = tmp_path_factory.mktemp("measured")
    return cache(lambda name: make(folder / name))


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Readers side by side however short the video, one group of pictures each."""
    monkeypatch.setenv("VTK_THREADS", "1")  # threads of one decoder tell of damage frames late
    monkeypatch.setattr(video, "FEW", 1)
    monkeypatch.setattr(video, "STRETCH", 0.01)
    monkeypatch.setattr(
        video,
        "decoder_budget",
        lambda _: parallel_decode.DecoderBudget(readers=3, threads=1, room=2),
    )


digests = partial(map, digest)
nothing = partial(map, lambda _: None)


def told(opened: Video, frames: list[tuple[int, float, int, str]]) -> tuple[Any, ...]:
    return frames, opened.cut_short, opened.damage


def measured(path: Path, *part: float) -> tuple[Any, ...]:
    with Video(str(path)) as opened:
        return told(opened, [(*shown,) for shown in opened.map_frames(digests, *part)])


def in_turn(path: Path, *part: float) -> tuple[Any, ...]:
    with Video(str(path)) as opened:
        found = [(pts, t, d, digest(image)) for pts, t, d, image in opened.frames(*part)]
        return told(opened, found)


def same(path: Path) -> None:
    """Compare the two on the whole video and on random stretches of it."""
    assert measured(path) == in_turn(path)
    edges = [frame.time for frame in from_the_start(path)]
    anywhere = st.floats(edges[0] - 1, edges[-1] + 1) | st.sampled_from(edges)

    @settings(max_examples=8, deadline=None, derandomize=True)
    @given(st.tuples(anywhere, anywhere).map(sorted))
    def check(part: list[float]) -> None:
        assert measured(path, *part) == in_turn(path, *part)

    check()
    assert not readers_left()


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("name", [*NAMES, "late_start_mkv", "fifty", "one_frame"])
def test_readers_side_by_side_measure_the_frames_of_one_in_turn(world: World, name: str) -> None:
    same(world(name).path)


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("name", MADE)
def test_so_they_do_in_open_groups_hidden_beginnings_and_containers_without_a_list(
    made: Callable[[str], Path], name: str
) -> None:
    same(made(name))


@pytest.mark.parametrize(
    "name", ["nasa_13013.mp4", "sintel_trailer_30s.mp4", "tears_of_steel_battle.webm"]
)
def test_so_they_do_in_real_films(real: Path, name: str) -> None:
    assert measured(real / name) == in_turn(real / name)


def test_every_frame_is_decoded_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """But for those of the next group that are shown before its keyframe; there are none here."""
    decoded: list[int] = []
    images = Decoder._images

    def counted(self: Decoder, packet: Any) -> list[VideoFrame]:
        found = images(self, packet)
        decoded.extend(image.pts or 0 for image in found)
        return found

    monkeypatch.setattr(Decoder, "_images", counted)
    monkeypatch.setattr(
        video,
        "decoder_budget",
        lambda _: parallel_decode.DecoderBudget(readers=2, threads=1, room=4),
    )
    with Video(str(world("lecture").path)) as opened:
        frames = opened.map_frames(nothing)
        shown = [next(frames).pts]
        assert len(readers_left()) == 1  # whoever takes the frames is the other
        shown += [frame.pts for frame in frames]
    assert sorted(decoded) == shown


def test_a_short_video_starts_no_threads(world: World) -> None:
    with Video(str(world("cuts").path)) as opened:
        for _ in opened.map_frames(nothing):
            assert not readers_left()


@pytest.mark.usefixtures("eager")
def test_what_goes_wrong_in_a_reader_or_in_measuring_is_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: VideoFrame) -> None:
        raise ZeroDivisionError

    with Video(str(world("lecture").path)) as opened, pytest.raises(ZeroDivisionError):
        list(opened.map_frames(partial(map, broken)))

    def gone(*_: object, **__: object) -> None:
        raise OpenError("cannot open: gone")

    monkeypatch.setattr("vtk.media.video.Decoder", gone)
    with Video(str(world("lecture").path)) as opened, pytest.raises(OpenError, match="gone"):
        list(opened.map_frames(digests))
    assert not readers_left()


@pytest.mark.usefixtures("eager")
def test_who_is_slow_is_not_overtaken_by_much(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = threading.Event()
    count = 0

    def measure(_: VideoFrame) -> None:
        nonlocal count
        count += 1

    monkeypatch.setattr(video, "TOGETHER", 2)
    monkeypatch.setattr(video, "ROOM", 1)
    with Video(str(world("lecture").path)) as opened:
        next(opened.map_frames(partial(map, measure)))
        done.wait(1)
        assert count <= 6 * 2 * 2  # six runs under way: a list that waits and one in the making
