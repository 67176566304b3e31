"""Frames at given times are, to the bit, those that decoding from the start shows then."""

import gc
import hashlib
import threading
import weakref
from bisect import bisect_right
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cache, partial
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import av
import numpy as np
import pytest
from av.video.frame import VideoFrame
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers import settled
from tests.world import World
from vtk.errors import OpenError, UsageError
from vtk.media import video
from vtk.media.container.streams import main_stream
from vtk.media.video import Video, hwaccel, parallel_decode
from vtk.media.video.decoder import Decoder
from vtk.media.video.gops import GopReader
from vtk.prefetch import prefetch

ROUNDING = 1e-6
NAMES = ["reordered", "variable_rate_mkv", "late_start", "hevc", "vp9",
         "av1", "mpeg4", "odd_size", "truncated", "truncated_mkv", "corrupt"]  # fmt: skip
OPEN = {"x264-params": "open-gop=1:b-pyramid=normal:scenecut=0"}
# Files by the name of each: the encoder, its options, those of the container.
MADE: dict[str, tuple[str, dict[str, str], dict[str, str]]] = {
    "open.mp4": ("libx264", OPEN, {}),
    "open.mkv": ("libx264", OPEN, {}),
    "open.ts": ("libx264", OPEN, {}),
    "hidden.mp4": ("libx264", OPEN, {}),
    "parts.mp4": ("libx264", {}, {"movflags": "frag_keyframe+empty_moov"}),
    "listless.mkv": ("libx264", {}, {"live": "1"}),
    "open-hevc.mp4": (
        "libx265",
        {"x265-params": "open-gop=1:keyint=12:bframes=4:log-level=none"},
        {},
    ),
    "dvd.ts": ("mpeg2video", {"bf": "2"}, {}),
    "stills.mov": ("mjpeg", {}, {}),
}


class Shown(NamedTuple):
    """A frame as decoding from the start gives it."""

    pts: int
    time: float
    end: float
    digest: str


def make(path: Path) -> Path:
    """Four seconds of 96x64 at 25 frames a second, a keyframe every 12 frames or more often."""
    codec, options, container_options = MADE[path.name]
    rng = np.random.default_rng(1)
    scene = np.kron(rng.integers(0, 255, (30, 40, 3)), np.ones((4, 4, 1))).astype(np.uint8)
    with av.open(path, "w", container_options=container_options) as out:
        stream = out.add_stream(codec, rate=25, options=options)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.gop_size = 96, 64, 12
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        # Before 0 is what an edit list hides.
        begin = -17 if path.name.startswith("hidden") else 0
        for number in range(100):
            picture = scene[number // 4 :, number % 60 :][:64, :96]
            frame = VideoFrame.from_ndarray(np.ascontiguousarray(picture), "rgb24")
            frame.pts, frame.time_base = number + begin, Fraction(1, 25)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def digest(image: VideoFrame) -> str:
    """A name for the bytes of a picture, without what pads its lines."""
    found = hashlib.sha256()
    for plane in image.planes:
        lines = np.frombuffer(bytes(plane), np.uint8)[: plane.height * plane.line_size]
        wide = plane.width * (2 if "10" in image.format.name else 1)
        found.update(lines.reshape(plane.height, plane.line_size)[:, :wide].tobytes())
    return found.hexdigest()


@cache
def from_the_start(path: Path) -> list[Shown]:
    """All frames, by one decoder of one thread that never seeks."""
    shown = []
    with av.open(path) as container:
        stream = main_stream(container)
        stream.codec_context.thread_count = 1
        base = stream.time_base
        assert base
        step = round(1 / (25 * base))
        for packet in container.demux(stream):
            try:
                images = packet.decode()
            except av.FFmpegError:
                continue
            for image in images:
                assert image.pts is not None
                end = image.pts + (image.duration or step)
                shown.append(
                    Shown(image.pts, float(image.pts * base), float(end * base), digest(image))
                )
    return shown


def answer(shown: list[Shown], times: list[float]) -> list[tuple[int, str]]:
    """What is on screen at the times, up to the first after the end."""
    starts = [frame.time for frame in shown]
    found = []
    for moment in times:
        if moment >= shown[-1].end - ROUNDING:
            break
        frame = shown[max(bisect_right(starts, moment + ROUNDING) - 1, 0)]
        found.append((frame.pts, frame.digest))
    return found


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    folder = tmp_path_factory.mktemp("made")
    return cache(lambda name: make(folder / name))


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Readers side by side however few the times, three of them whatever the machine."""
    monkeypatch.setattr(video, "FEW", 1)
    monkeypatch.setattr(video, "DENSE", float("inf"))
    monkeypatch.setattr(
        video,
        "decoder_budget",
        lambda _: parallel_decode.DecoderBudget(readers=3, threads=1, room=2),
    )


def same(path: Path) -> None:
    """Compare the two on random times."""
    shown = from_the_start(path)
    edges = [frame.time for frame in shown]
    anywhere = st.floats(edges[0] - 1, shown[-1].end + 0.5)
    some = st.lists(anywhere | st.sampled_from(edges), min_size=1, max_size=40).map(sorted)

    @settings(max_examples=6, deadline=None, derandomize=True)
    @given(some, st.sampled_from([1, 3]))
    def check(times: list[float], step: int) -> None:
        with Video(str(path)) as opened:
            for wanted in (times, [round(edge, 6) for edge in edges[::step]]):
                found = [(frame.pts, digest(frame.image)) for frame in opened.frames_at(wanted)]
                assert found == answer(shown, wanted)

    check()
    assert not readers_left()


def readers_left() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "reader"]


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("name", NAMES)
def test_readers_side_by_side_give_the_frames_of_decoding_from_the_start(
    world: World, name: str
) -> None:
    same(world(name).path)


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("name", MADE)
def test_so_they_do_in_open_groups_hidden_beginnings_and_containers_without_a_list(
    made: Callable[[str], Path], name: str
) -> None:
    same(made(name))


def test_without_being_told_to_readers_open_where_they_help(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        video,
        "decoder_budget",
        lambda _: parallel_decode.DecoderBudget(readers=2, threads=1, room=4),
    )
    path = world("lecture").path
    times = [number * 2.3 for number in range(60)]
    with Video(str(path)) as opened:
        frames = opened.frames_at(times)
        found = [next(frames)]
        assert len(readers_left()) == 1  # whoever takes the frames is the other
        found += frames
        assert [(f.pts, digest(f.image)) for f in found] == answer(from_the_start(path), times)
        next(opened.frames_at([number / 24 for number in range(60)]))  # nearly every frame
        assert not readers_left()


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("name", ["nasa_13013.mp4", "tears_of_steel_battle.webm"])
def test_so_they_do_in_real_films(real: Path, name: str) -> None:
    shown = from_the_start(real / name)
    times = [shown[0].time + number * 0.37 for number in range(200)]
    with Video(str(real / name)) as opened:
        found = [(frame.pts, digest(frame.image)) for frame in opened.frames_at(times)]
    assert found == answer(shown, times)


@pytest.mark.parametrize("name", ["open.ts", "hidden.mp4", "dvd.ts"])
def test_one_decoder_gives_the_same(made: Callable[[str], Path], name: str) -> None:
    same(made(name))
    shown = from_the_start(made(name))
    start, end = shown[30].time, shown[60].time
    with Video(str(made(name))) as opened:
        found = [(frame.pts, digest(frame.image)) for frame in opened.frames(start, end)]
    assert found == [(frame.pts, frame.digest) for frame in shown[30:60]]


@pytest.mark.usefixtures("eager")
def test_damage_is_told_once(world: World) -> None:
    clip = world("corrupt")
    assert clip.truth.damage
    with Video(str(clip.path)) as opened:
        list(opened.frames_at([number / 24 for number in range(144)]))
        assert len(opened.damage) == len({*opened.damage}) == clip.truth.damage.hurt_frames


def test_a_few_times_start_no_threads(world: World) -> None:
    with Video(str(world("lecture").path)) as opened:
        for _ in opened.frames_at([1.0, 60.0]):
            assert not readers_left()


@pytest.mark.usefixtures("eager")
def test_whoever_stops_or_closes_leaves_no_thread(world: World) -> None:
    path = str(world("lecture").path)
    opened = Video(path)
    frames = opened.frames_at(range(100))
    next(frames)
    assert readers_left()
    frames.close()  # type: ignore[attr-defined]
    assert not readers_left()
    frames = opened.frames_at(range(100))
    next(frames)
    opened.close()
    assert not readers_left()
    assert len(list(frames)) < 99


@pytest.mark.usefixtures("eager")
def test_an_interrupt_leaves_no_thread(world: World) -> None:
    def times() -> Iterator[float]:
        yield from range(20)
        raise KeyboardInterrupt

    with Video(str(world("lecture").path)) as opened, pytest.raises(KeyboardInterrupt):
        list(opened.frames_at(times()))
    assert not readers_left()


@pytest.mark.usefixtures("eager")
def test_who_is_slow_is_not_overtaken_by_much(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Frames wait for who takes them, at most `room` in each run under way."""
    decoded = []
    in_turn = Decoder.frames_at_serial

    def counted(self: Decoder, times: list[float]) -> Iterator[video.Frame]:
        for frame in in_turn(self, times):
            decoded.append(frame.pts)
            yield frame

    monkeypatch.setattr(Decoder, "frames_at_serial", counted)
    with Video(str(world("lecture").path)) as opened:
        frames = opened.frames_at([number / 4 for number in range(500)])
        next(frames)
        assert settled(lambda: len(decoded)) <= 1 + 6 * (2 + 1)  # six runs are under way


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("way", ["readers", "a thread ahead"])
def test_decoding_goes_on_while_a_frame_is_used(
    world: World, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """Who uses a frame until a later one is decoded does not wait in vain."""
    total, decoded, more = 12, 0, threading.Condition()

    def noted(make: Callable[..., Iterator[video.Frame]]) -> Callable[..., Iterator[video.Frame]]:
        def counted(*about: Any) -> Iterator[video.Frame]:
            nonlocal decoded
            for frame in make(*about):
                with more:
                    decoded += 1
                    more.notify()
                yield frame

        return counted

    def later(used: int) -> bool:
        return decoded > used or used == total

    monkeypatch.setattr(Decoder, "frames_at_serial", noted(Decoder.frames_at_serial))
    monkeypatch.setattr(Video, "frames", noted(Video.frames))
    with Video(str(world("lecture").path)) as opened:
        frames = opened.frames_at([number * 2.0 for number in range(total)])
        if way == "a thread ahead":
            frames.close()  # type: ignore[attr-defined]
            frames = prefetch(islice(opened.frames(), total), 2)
        for used, _ in enumerate(frames, 1):
            with more:
                assert more.wait_for(partial(later, used), timeout=60)
    assert used == total


@pytest.mark.usefixtures("eager")
def test_what_goes_wrong_in_a_reader_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object, **__: object) -> None:
        raise OpenError("cannot open: gone")

    monkeypatch.setattr("vtk.media.video.Decoder", gone)
    with Video(str(world("lecture").path)) as opened, pytest.raises(OpenError, match="gone"):
        list(opened.frames_at(range(100)))
    assert not readers_left()


@pytest.mark.parametrize("kind", [Video, GopReader])
def test_a_closed_video_gives_its_memory_back_at_once(world: World, kind: type[Video]) -> None:
    gc.disable()
    try:
        with kind(str(world("lecture").path)) as opened:
            assert len(list(opened.frames_at(range(20)))) == 20
        gone = weakref.ref(opened)
        del opened
        assert gone() is None
    finally:
        gc.enable()


def test_without_a_gpu_the_processor_decodes_and_says_so_once(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    path = world("cuts").path
    monkeypatch.setenv("VTK_DECODE", "cuda")
    monkeypatch.setattr(hwaccel, "_works", lambda: False)
    hwaccel.tell.cache_clear()
    for _ in range(2):
        with Video(str(path)) as opened:
            found = [
                (frame.pts, digest(frame.image)) for frame in opened.frames_at([0.5, 7.0, 11.0])
            ]
        assert found == answer(from_the_start(path), [0.5, 7.0, 11.0])
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "no GPU" in caplog.text
    monkeypatch.setenv("VTK_DECODE", "auto")
    hwaccel.tell.cache_clear()
    with Video(str(path)):
        assert len(caplog.records) == 1


def test_an_unknown_way_to_decode_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VTK_DECODE", "gpu")
    with pytest.raises(UsageError, match="auto, cpu, cuda"):
        Video(str(world("cuts").path))
