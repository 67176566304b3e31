"""vtk keyframes: how many, which ones, and their pictures."""

import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.command_line import VTK, lines, vtk
from tests.world import Clip, World
from vtk.errors import UsageError
from vtk.keyframes import keyframes
from vtk.keyframes.methods import METHODS
from vtk.span import Span, parse


def of(clip: Clip, start: float, end: float, **options: Any) -> list[dict[str, Any]]:
    (span,) = keyframes([Span(video=str(clip.path), start=start, end=end)], **options)
    found = span["keyframes"]
    assert isinstance(found, list)
    return found


EXACT = [method for method in METHODS if method != "maxinfo"]  # which takes as few as it needs


@pytest.mark.parametrize("method", EXACT)
@pytest.mark.parametrize("k", [1, 2, 5, 12])
def test_exactly_k_frames_in_time_order_inside_the_span(world: World, k: int, method: str) -> None:
    found = of(world("cuts"), 2.0, 3.5, k=k, method=method)
    times = [entry["t"] for entry in found]
    assert len(set(times)) == k
    assert times == sorted(times)
    assert all(2.0 <= time < 3.5 for time in times)
    assert {entry["pts"] for entry in found} <= set(world("cuts").truth.frame_pts)


@pytest.mark.parametrize("method", EXACT)
def test_a_span_with_fewer_frames_gives_all_of_them(world: World, method: str) -> None:
    found = of(world("cuts"), 1.0, 1.25, k=50, method=method)
    assert [entry["t"] for entry in found] == [
        pytest.approx(1 + i / 24, abs=1e-5) for i in range(6)
    ]


def test_frames_keep_away_from_the_ends_of_the_span(world: World) -> None:
    for entry in of(world("cuts"), 0.0, 2.0, k=3):
        assert 0.25 < entry["t"] < 1.75


def test_frames_are_not_taken_from_the_transitions_at_the_ends_of_a_shot(world: World) -> None:
    clip = world("gradual")
    for span in keyframes([parse(str(clip.path))], k=3):
        begun = span.get("transition", {}).get("end", 0)
        over = span.get("transition_out", {}).get("start", float("inf"))
        assert all(begun <= entry["t"] < over for entry in span["keyframes"])


def test_frames_differ_from_one_another(world: World) -> None:
    """Of a span over two shots, one long and one short, two frames show both."""
    cut = float(world("cuts").truth.cuts[0].seconds)
    one, two = of(world("cuts"), 0.0, cut + 0.7, k=2)
    assert one["t"] < cut <= two["t"]


def test_an_empty_frame_is_taken_only_where_there_is_no_other(world: World) -> None:
    blank = of(world("blank"), 0.0, 1.0)
    assert len(blank) == 1
    assert blank[0]["score"] <= 0.05


def test_the_look_tells_like_from_unlike(world: World) -> None:
    spans = list(keyframes([parse(str(world("colours").path))], k=2))
    looks = [[np.array(entry["look"]) for entry in span["keyframes"]] for span in spans]
    within = max(np.linalg.norm(one - two) for one, two in looks)
    across = min(np.linalg.norm(a[0] - b[0]) for a, b in pairwise(looks))
    assert across > 3 * within


def test_names_of_pictures_are_harmless_and_never_mixed_up(world: World, tmp_path: Path) -> None:
    data = world("cuts").path.read_bytes()
    names = ["a/talk.mp4", "b/talk.mp4", "b/talk.mov", "b/../-rf ; $(x) \n.mp4"]
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    stdin = "\0".join(f"{name}" for name in names)
    found = vtk("split", "-0", "--every", "20s", stdin=stdin, cwd=tmp_path)
    found = vtk("keyframes", "--images", "out", stdin=found.stdout, cwd=tmp_path)
    written = [entry["image"] for record in lines(found) for entry in record["keyframes"]]
    assert len(set(written)) == len(names)
    for name in written:
        folder, _, file = name.partition("/")
        assert folder == "out"
        assert (tmp_path / name).is_file()
        assert all(c.isalnum() or c in "-_." for c in file)


def test_nonsense_is_refused(world: World, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        list(keyframes([], k=0))
    with pytest.raises(UsageError):
        list(keyframes([], method="magic"))
    for options in ({"k": 2, "rate": 1.0}, {"k": 2, "budget": 3}, {"rate": 0.0}, {"min_gap": -1.0}):
        with pytest.raises(UsageError):
            list(keyframes([], **options))
    for words in (["-k", "2", "--budget", "9"], ["--features", "clip"]):
        result = vtk("keyframes", *words, "x.mp4")
        assert (result.returncode, result.stderr.count(b"\n")) == (2, 1), words
    assert vtk("keyframes", "--sheet", "x.jpg", "--jobs", "2", "x.mp4").returncode == 2
    (tmp_path / "file").touch()
    result = vtk("keyframes", "--images", tmp_path / "file", world("cuts").path)
    assert result.returncode == 74
    assert result.stderr.count(b"\n") == 1


def test_a_disk_that_is_full_ends_the_run(world: World, tmp_path: Path) -> None:
    script = f"ulimit -f 1; '{VTK}' keyframes --images '{tmp_path}' '{world('cuts').path}'"
    result = subprocess.run(["bash", "-c", script], capture_output=True, timeout=60)
    assert result.returncode == 74
    assert b"File too large" in result.stderr
    assert result.stderr.count(b"\n") == 1
    assert not list(tmp_path.iterdir())


def test_spans_out_of_order_and_over_the_end_are_served(world: World) -> None:
    path = str(world("cuts").path)
    spans = [Span(video=path, start=s, end=s + 1.0) for s in (9.0, 1.0, 5.0)]
    for span in keyframes(spans):
        (entry,) = span["keyframes"]
        assert span.start <= entry["t"] < span.end
    (late,) = keyframes([Span(video=path, start=11.9, end=99.0)], k=2)
    assert len(late["keyframes"]) == 2
