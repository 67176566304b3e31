"""Cutting spans out: what the file holds is what the record says."""

import resource
import shutil
from pathlib import Path

import av
import numpy as np
import pytest

from tests.world import World
from vtk.clips import write_clips
from vtk.errors import OutputError
from vtk.media.image.to_rgb import to_rgb
from vtk.media.video import VideoCache
from vtk.span import Span


def pictures(path: str, start: float, end: float) -> list[np.ndarray]:
    with VideoCache() as cache:
        return [to_rgb(frame.image).astype(float) for frame in cache(path).frames(start, end)]


def tracks(path: str) -> list[str]:
    with av.open(path) as file:
        return [stream.type for stream in file.streams]


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("name", ["cuts", "talk"])
def test_a_clip_holds_the_span(world: World, tmp_path: Path, name: str, exact: bool) -> None:
    clip = world(name)
    span = Span(video=str(clip.path), start=clip.truth.start + 1.5, end=clip.truth.start + 2.5)
    (found,) = write_clips("ground", [span], tmp_path, exact=exact)
    held = found["clip"]
    assert held["start"] <= span.start + 1e-6
    assert held["end"] == span.end
    if exact:
        assert held["start"] == span.start
    else:
        assert tracks(held["file"]) == [t for t in tracks(span.video) if t != "data"]
    was = pictures(span.video, held["start"], held["end"])
    now = pictures(held["file"], 0, held["end"] - held["start"])
    assert abs(len(now) - len(was)) <= 1
    assert np.mean([np.abs(a - b).mean() for a, b in zip(was, now, strict=False)]) < 6


def test_a_span_outside_its_video_costs_only_itself(world: World, tmp_path: Path) -> None:
    path = str(world("cuts").path)
    spans = [Span(video=path, start=1e5, end=2e5), Span(video=path, start=0.0, end=1.0)]
    bad, good = write_clips("ground", spans, tmp_path)
    assert bad.failed
    assert Path(good["clip"]["file"]).is_file()
    assert len(list(tmp_path.iterdir())) == 1


def test_a_full_disk_ends_the_cutting_and_names_keep_their_letters(
    world: World, tmp_path: Path
) -> None:
    source = tmp_path / "Übung „हिन्दी“.mkv"
    shutil.copy(world("cuts").path, source)
    before, least = resource.getrlimit(resource.RLIMIT_FSIZE), 2_000
    resource.setrlimit(resource.RLIMIT_FSIZE, (least, before[1]))  # Python ignores its signal
    try:
        with pytest.raises(OutputError, match="File too large"):
            list(write_clips("retrieve", [Span(video=str(source))], tmp_path / "out"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    (cut,) = write_clips("retrieve", [Span(video=str(source))], tmp_path / "out")
    assert Path(cut["clip"]["file"]).name.startswith("Übung_हिन्दी-")
