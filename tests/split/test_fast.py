"""Method fast on rendered clips: the same shots as from every picture, from few of them."""

import logging
import os
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import pytest

from tests.world import (
    Camera,
    Clip,
    Encoding,
    Flash,
    Scene,
    Slide,
    Take,
    Timeline,
    Transition,
    World,
)
from tests.world.encode import write_clip
from vtk.errors import MediaError, OpenError
from vtk.media.image import planes
from vtk.media.image.planes import Thumbnail
from vtk.media.video import gops
from vtk.span import Span, parse
from vtk.split import split
from vtk.split.content import METHOD
from vtk.split.fast import shots
from vtk.split.methods import THRESHOLD

DEFAULTS = {"preset": "medium"}  # of x264: keyframes at cuts, at most 250 frames apart
FILES = {
    "mp4": Encoding(b_frames=3, options=DEFAULTS),
    "mkv": Encoding("mkv", b_frames=3, options=DEFAULTS),
    "late": Encoding(b_frames=3, options=DEFAULTS, start=5.0),
    "variable": Encoding(b_frames=3, options=DEFAULTS),
    "open": Encoding(
        b_frames=3, options=DEFAULTS | {"x264-params": "threads=1:open-gop=1:keyint=60"}
    ),
}
FILM = (
    Take(5.0, Scene("blue", movers=0, landmarks=24)),
    Take(6.5, Scene("orange", "bright", movers=0, landmarks=24)),
    Take(7.0, Scene("green", "dark", movers=0, landmarks=24)),
    Take(5.5, Scene("red", movers=0, landmarks=24)),
    Take(4.0, Scene("teal", "bright", movers=0, landmarks=24)),
)


def content(span: Span) -> Iterator[Span]:
    return METHOD.shots(span, None, THRESHOLD, None)


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Clip]:
    """The clip of some takes in an encoding of FILES, made once."""
    made: dict[object, Clip] = {}

    def get(name: str = "mp4", takes: tuple[Take, ...] = FILM) -> Clip:
        if (name, takes) not in made:
            encoding = FILES[name]
            timeline = Timeline(list(takes), (320, 180), 1 / encoding.rate, 3)
            folder = tmp_path_factory.mktemp("film")
            times = None
            if name == "variable":
                steady = list(timeline.frame_times())
                times = [t for i, t in enumerate(steady) if i % 29 not in (7, 8)]
            path = folder / f"film.{encoding.container}"
            made[name, takes] = write_clip(path, timeline, encoding, times=times)
        return made[name, takes]

    return get


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Fills with the times of the pictures that fast looks at."""
    times: list[float] = []
    make = planes.thumbnail

    def count(frame: av.VideoFrame) -> Thumbnail:
        times.append(frame.time or 0.0)
        return make(frame)

    monkeypatch.setattr(gops, "thumbnail", count)
    return times


def starts(spans: list[Span]) -> list[int]:
    return [span["pts"][0] for span in spans[1:]]


def methods(spans: list[Span]) -> set[str]:
    return {span["made"][-1]["method"] for span in spans}


@pytest.mark.parametrize("name", list(FILES))
def test_every_cut_is_exact_though_little_is_decoded(
    film: Callable[..., Clip], decoded: list[float], name: str
) -> None:
    clip = film(name)
    found = list(shots(parse(str(clip.path))))
    assert methods(found) == {"fast"}
    assert starts(found) == [cut.pts for cut in clip.truth.cuts]
    assert len(decoded) < 0.5 * len(clip.truth.frame_pts)
    every = list(content(parse(str(clip.path))))
    assert [span["pts"] for span in found] == [span["pts"] for span in every]
    assert [span["transition"]["type"] for span in found[1:]] == ["cut"] * 4
    assert {*found[1]["transition"]} == {*every[1]["transition"]}


def test_a_dissolve_between_two_keyframes_is_found(film: Callable[..., Clip]) -> None:
    takes = (
        Take(9.0, Scene("blue")),
        Take(8.0, Scene("orange", "bright"), then=Transition("dissolve", 1.0)),
        Take(8.0, Scene("green", "dark")),
        Take(8.0, Scene("red")),
    )
    clip = film("mp4", takes)
    found = list(shots(parse(str(clip.path))))
    assert methods(found) == {"fast"}
    assert [span["transition"]["type"] for span in found[1:]] == ["cut", "dissolve", "cut"]
    (truth,) = clip.truth.transitions
    assert found[2]["transition"]["start"] == pytest.approx(float(truth.start), abs=0.2)
    assert found[2]["transition"]["end"] == pytest.approx(float(truth.end), abs=0.2)


def test_slides_that_keyframes_do_not_mark_are_found(film: Callable[..., Clip]) -> None:
    slides = (
        Slide("Graphs", ("Nodes and edges", "Directed or not", "Weights")),
        Slide("Trees", ("No cycles", "One root")),
        Slide("Shortest paths", ("Dijkstra", "Bellman and Ford")),
        Slide("Summary", ("Graphs model relations", "Trees are graphs")),
    )
    takes = tuple(Take(9.0, slide) for slide in slides)
    clip = film("mp4", takes)
    found = list(shots(parse(str(clip.path))))
    assert starts(found) == [cut.pts for cut in clip.truth.cuts]


def test_flashes_are_no_cuts(film: Callable[..., Clip]) -> None:
    takes = (
        Take(8.0, Scene("blue", "dark"), flashes=(Flash(3.0, 1), Flash(5.5, 3))),
        Take(8.0, Scene("green"), flashes=(Flash(4.0, 2),)),
        Take(8.0, Scene("red")),
    )
    clip = film("mp4", takes)
    assert starts(list(shots(parse(str(clip.path))))) == [cut.pts for cut in clip.truth.cuts]


def test_a_long_pan_is_one_shot(film: Callable[..., Clip]) -> None:
    clip = film("mp4", (Take(14.0, Scene("green", movers=0), Camera("right", 90.0)),))
    assert len(list(shots(parse(str(clip.path))))) == 1


@pytest.mark.parametrize("name", ["mp4", "open", "late"])
def test_a_span_gives_the_shots_inside_it_and_its_own_ends(
    film: Callable[..., Clip], name: str
) -> None:
    clip = film(name)
    late = float(clip.truth.start)
    low, high = late + 2.3, late + 21.7
    (found, every) = (
        list(method(parse(f"{clip.path}#t={low:.3f},{high:.3f}"))) for method in (shots, content)
    )
    assert methods(found) == {"fast"}
    assert [span["pts"] for span in found] == [span["pts"] for span in every]
    assert (found[0].start, found[-1].end) == (round(low, 6), round(high, 6))


def test_a_span_with_pts_keeps_them(film: Callable[..., Clip]) -> None:
    clip = film()
    pts = [clip.truth.frame_pts[30], clip.truth.frame_pts[500]]
    base = clip.truth.time_base
    assert base
    given = Span(
        video=str(clip.path), start=float(pts[0] * base), end=float(pts[1] * base), pts=pts
    )
    given["time_base"] = str(base)
    found = list(shots(given))
    assert [found[0]["pts"][0], found[-1]["pts"][1]] == pts


@pytest.mark.parametrize(
    "name", ["one_frame", "many_cuts", "cuts", "truncated", "truncated_mkv", "corrupt"]
)
def test_where_packets_do_not_help_every_picture_is_decoded(
    world: World, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    span = parse(str(world(name).path))
    every = list(content(span))
    caplog.clear()
    with caplog.at_level(logging.INFO, "vtk"):
        found = list(shots(span))
    assert found == every
    told = [record for record in caplog.records if record.levelno == logging.INFO]
    assert len(told) == 1
    assert "decoding every frame" in told[0].getMessage()


def test_progress_is_told_within_the_video(film: Callable[..., Clip]) -> None:
    clip = film()
    told: list[tuple[str, float, float]] = []
    list(shots(parse(str(clip.path)), lambda *place: told.append(place)))
    assert told
    assert all(name == str(clip.path) and 0 <= at <= full for name, at, full in told)
    assert sorted(told, key=lambda place: place[1]) == told


@pytest.mark.parametrize(
    ("name", "part"), [("no_frames", ""), ("audio_only", ""), ("late_start", "#t=1,3")]
)
def test_what_has_no_pictures_is_the_same_error(world: World, name: str, part: str) -> None:
    span = parse(f"{world(name).path}{part}")
    with pytest.raises(MediaError) as expected:
        list(content(span))
    with pytest.raises(MediaError, match=re.escape(str(expected.value))):
        list(shots(span))


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OpenError):
        list(shots(Span(video=str(tmp_path / "none.mp4"))))


def test_a_pipe_whose_packets_come_once_is_decoded_whole(
    film: Callable[..., Clip], tmp_path: Path
) -> None:
    pipe = tmp_path / "film.mkv"
    os.mkfifo(pipe)
    feed = threading.Thread(target=pipe.write_bytes, args=[film("mkv").path.read_bytes()])
    feed.start()
    found = list(shots(Span(video=str(pipe))))
    feed.join()
    assert [span["pts"] for span in found] == [
        span["pts"] for span in content(Span(video=str(film("mkv").path)))
    ]
    assert {span["made"][-1]["method"] for span in found} == {"content"}


@pytest.mark.parametrize("part", ["t=99,100", "t=28,30"])
def test_a_span_outside_the_video_is_an_error(film: Callable[..., Clip], part: str) -> None:
    clip = film("mp4")
    (found,) = split([parse(f"{clip.path}#{part}")], method="fast")
    assert "outside the video" in found["error"]["message"]


def test_a_missing_file_is_said_to_be_missing_and_nothing_else(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO", logger="vtk"):
        (found,) = split([parse(str(tmp_path / "no.mp4"))], method="fast")
    assert found["error"]["type"] == "OpenError"
    assert not any("pipe" in message for message in caplog.messages)
