"""What each method of vtk keyframes takes, on films whose truth is known."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from tests import world as worlds
from tests.command_line import lines, vtk
from tests.keyframes.films import spoiled
from tests.world import Clip, World
from vtk.keyframes import keyframes
from vtk.keyframes.maxinfo import maximal_volume
from vtk.keyframes.methods import METHODS
from vtk.keyframes.selection import clusters
from vtk.media.video import Video
from vtk.span import Span


def whole(clip: Clip, **options: Any) -> list[dict[str, Any]]:
    """The keyframes of a clip that is not split."""
    (span,) = keyframes([Span(video=str(clip.path), start=0.0, end=clip.truth.end)], **options)
    return list(span["keyframes"])


def shown(clip: Clip, entries: list[dict[str, Any]]) -> set[int]:
    """The shots of which a keyframe shows a clear frame."""
    return {s.index for s in clip.truth.shots if any(s.start <= e["t"] < s.end for e in entries)}


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory: pytest.TempPathFactory) -> tuple[Clip, list[Any]]:
    return spoiled(tmp_path_factory.mktemp("spoiled"), shots=6)


@pytest.mark.parametrize("method", ["sharp", "cluster"])
def test_black_white_and_blurred_frames_are_left_where_there_are_better(
    spoilt: tuple[Clip, list[Any]], method: str
) -> None:
    clip, good = spoilt
    spans = [Span(video=str(clip.path), start=s.start, end=s.end) for s in clip.truth.shots]
    for span, (start, end) in zip(keyframes(spans, method=method), good, strict=True):
        assert start <= span["keyframes"][0]["t"] < end


@pytest.mark.parametrize("name", ["cuts", "gradual", "colours", "camera"])
def test_cluster_shows_more_scenes_than_even_distances(world: World, name: str) -> None:
    clip = world(name)
    count = len(clip.truth.shots)
    by_looks = shown(clip, whole(clip, k=count, method="cluster"))
    assert len(by_looks) >= len(shown(clip, whole(clip, k=count, method="uniform")))
    assert len(by_looks) >= 0.8 * count


@pytest.mark.parametrize("method", ["sharp", "cluster", "maxinfo"])
def test_no_frame_of_a_transition_is_taken_of_a_film_that_is_not_split(
    world: World, method: str
) -> None:
    clip = world("gradual")
    for entry in whole(clip, k=len(clip.truth.shots), method=method):
        assert not any(t.start <= entry["t"] < t.end for t in clip.truth.transitions)


def test_maxinfo_takes_as_many_as_there_is_to_see(world: World) -> None:
    still = whole(world("blank"), method="maxinfo", k=8)
    colours = whole(world("colours"), method="maxinfo", k=8)
    assert len(still) == 1
    assert len(still) < len(colours) <= 8
    assert len(whole(world("colours"), method="maxinfo", k=2)) <= 2
    assert len(shown(world("colours"), colours)) >= 4


def test_maximal_volume_is_reached_by_rows_in_all_directions() -> None:
    rows = np.array([[3.0, 0.0], [2.9, 0.1], [0.0, 1.0], [0.1, 0.9], [1.0, 0.0]])
    anything = ~np.eye(5, dtype=bool)
    order = maximal_volume(rows, 5, anything, np.ones(5, bool))
    assert [place for place, _ in order] == [0, 2]
    assert all(0.99 < leverage <= 1 for _, leverage in order)


def test_clusters_are_the_groups_that_lie_together() -> None:
    rng = np.random.default_rng(5)
    groups = np.repeat([0, 1, 2], [3, 20, 8])
    points = (np.eye(3)[groups] + rng.normal(0, 0.05, (31, 3))).astype(np.float32)
    cluster, centres = clusters(points, 3)
    assert len(set(zip(groups, cluster, strict=True))) == 3
    assert np.allclose(centres[cluster], np.eye(3)[groups], atol=0.1)
    assert len(set(clusters(points, 31)[0])) == 31


@pytest.fixture(scope="module")
def burst(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    """A still scene through which the camera rushes from 2 s to 2.5 s."""
    scene = worlds.Scene("green", movers=0, landmarks=30)
    takes = [
        worlds.Take(2.0, scene),
        worlds.Take(0.5, scene, worlds.Camera("right", 480.0)),
        worlds.Take(2.0, scene),
    ]
    encoding = worlds.Encoding()
    timeline = worlds.Timeline(takes, (320, 180), 1 / encoding.rate, 0)
    path = tmp_path_factory.mktemp("burst") / "burst.mp4"
    return worlds.write_clip(path, timeline, encoding)


def test_motion_finds_where_most_moves(burst: Clip) -> None:
    (entry,) = whole(burst, method="motion", why=True)
    assert 1.7 <= entry["t"] < 2.6
    assert entry["score"] == 1
    several = whole(burst, method="motion", k=8, why=True)
    assert 1.7 <= max(several, key=lambda e: e["why"]["energy"])["t"] < 2.6


def test_middle_is_that_of_what_is_clear(world: World) -> None:
    path = str(world("gradual").path)
    span = Span(video=path, start=2.0, end=6.0, transition={"type": "dissolve", "end": 3.0})
    (found,) = keyframes([span], method="middle")
    # Its ends are seen to within a tenth of a second: it is kept away from further than a cut.
    assert found["keyframes"][0]["t"] == pytest.approx((3.6 + 5.7) / 2, abs=1 / 24)
    span["transition_out"] = {"type": "dissolve", "start": 5.0}
    (found,) = keyframes([span], method="middle")
    assert found["keyframes"][0]["t"] == pytest.approx(4.0, abs=1 / 24)


@pytest.mark.parametrize("method", METHODS)
def test_why_tells_what_was_measured(world: World, method: str) -> None:
    for entry in whole(world("cuts"), method=method, k=3, why=True):
        assert entry["why"]["sharpness"] > 0
        assert 0 <= entry["why"]["exposure"] <= 1
        assert 0 <= entry["score"] <= 1
    assert "why" not in whole(world("cuts"), method=method)[0]


@pytest.mark.parametrize("method", METHODS)
def test_a_run_again_gives_the_same_bytes(world: World, method: str) -> None:
    words = ["keyframes", "--method", method, "-k", "3", "--why", f"{world('cuts').path}#t=0,9"]
    first, again = vtk(*words), vtk(*words)
    assert first.stdout == again.stdout
    assert len(lines(first)) == 1


def test_few_frames_of_a_long_span_are_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a span with a keyframe of the encoding every second some seconds are left out."""
    encoding = worlds.Encoding(gop=24, options={"x264-params": "threads=1:scenecut=0"})
    takes = [worlds.Take(30.0, worlds.Scene("teal"))]
    timeline = worlds.Timeline(takes, (320, 180), 1 / encoding.rate, 0)
    clip = worlds.write_clip(tmp_path / "long.mp4", timeline, encoding)
    looked: set[float] = set()
    plain = Video.frames_at

    def noted(video: Video, times: Any) -> Iterator[Any]:
        for frame in plain(video, times):
            looked.add(frame.time)
            yield frame

    def nothing(video: Video, *stretch: float) -> Iterator[Any]:
        raise AssertionError("the whole span is decoded")

    monkeypatch.setattr(Video, "frames_at", noted)
    monkeypatch.setattr(Video, "frames", nothing)
    for method in METHODS:
        looked.clear()
        assert len(whole(clip, method=method, k=2)) == 2 or method == "maxinfo"
        assert 0 < len(looked) <= 60


class Eye:
    """Stands for an image-text model: sees nothing but whether a picture is red or not."""

    name, sha256 = "eye", "0" * 64

    def images(self, pictures: list[Any]) -> Iterator[Any]:
        for picture in pictures:
            red = picture[..., 0].mean() > picture[..., 1:].mean(axis=(0, 1)).max() + 40
            yield np.array([red, not red], np.float32)


def test_a_model_compares_frames_where_one_is_given(world: World) -> None:
    clip = world("colours")
    (span,) = keyframes(
        [Span(video=str(clip.path), start=0.0, end=clip.truth.end)],
        k=2,
        method="cluster",
        clip=cast(Any, Eye()),
    )
    colours = [
        shot.colour
        for entry in span["keyframes"]
        for shot in clip.truth.shots
        if shot.start <= entry["t"] < shot.end
    ]
    assert colours.count("red") == 1
    assert span["made"][-1]["model"] == "eye"
