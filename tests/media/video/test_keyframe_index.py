"""Where decoding can begin is known from the container, or from its packets, read once."""

import shutil
from pathlib import Path

import av
import numpy as np
import pytest

from tests.media.films import without_times
from tests.media.video.test_frames_at import make
from tests.world import World
from vtk.errors import OpenError
from vtk.media.container import open_container
from vtk.media.container.streams import main_stream, stated_range
from vtk.media.video import Video, keyframe_index
from vtk.media.video.change_bytes import change_bytes
from vtk.media.video.frame_index import frame_index


def listed(path: Path) -> keyframe_index.KeyframeIndex | None:
    with open_container(str(path)) as container:
        stream = main_stream(container)
        return keyframe_index.index_from_container(
            container, stream, stated_range(container, stream)[1]
        )


def keyframes(path: Path) -> list[int]:
    """When the keyframes are shown, from all packets."""
    with av.open(path) as container:
        found = [packet.pts for packet in container.demux(video=0) if packet.is_keyframe]
    return [pts for pts in found if pts is not None]


@pytest.mark.parametrize("name", ["many_cuts", "reordered", "mpeg4", "lecture", "late_start"])
def test_the_list_of_a_container_is_used_and_right(world: World, name: str) -> None:
    found = listed(world(name).path)
    assert found is not None
    assert found.pts.tolist() == keyframes(world(name).path)


@pytest.mark.parametrize("name", ["open.ts", "listless.mkv"])
def test_without_a_list_the_packets_are_read(tmp_path: Path, name: str) -> None:
    path = make(tmp_path / name)
    assert listed(path) is None
    found = keyframe_index.index_from_packets(str(path))
    assert found is not None
    assert found.exact
    assert found.pts.tolist() == keyframes(path)


def test_a_list_without_its_end_is_not_trusted(world: World) -> None:
    assert listed(world("truncated_mkv").path) is None
    found = keyframe_index.index_from_packets(str(world("truncated_mkv").path))
    assert found is not None
    assert len(found.pts) == 4


def test_packets_without_times_make_no_plan(tmp_path: Path) -> None:
    path = without_times(tmp_path / "bare.h264", 30)
    assert keyframe_index.index_from_packets(str(path)) is None
    with Video(str(path)) as video:
        assert len(list(video.frames_at([0.1, 0.4, 0.8]))) == 3


def test_the_group_of_a_picture_begins_with_the_keyframe_before_it() -> None:
    stamps = np.array([10, 20, 40])
    found = keyframe_index.KeyframeIndex(stamps, True, seek=stamps)
    assert [found.gop_at(pts) for pts in (9, 10, 19, 20, 39, 1000)] == [-1, 0, 0, 1, 1, 2]


def test_packets_of_large_files_are_kept(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VTK_CACHE", str(tmp_path / "cache"))
    path = tmp_path / "film.mp4"
    shutil.copy(world("reordered").path, path)
    fresh = frame_index(str(path))
    assert not (tmp_path / "cache").exists()  # small: as quick to read again
    monkeypatch.setattr(keyframe_index, "LARGE", 0)
    assert frame_index(str(path)).pts.tolist() == fresh.pts.tolist()
    (kept,) = (tmp_path / "cache").iterdir()
    monkeypatch.setattr(
        keyframe_index, "_read", lambda _: pytest.fail("the packets were read again")
    )
    assert change_bytes(str(path)).bytes[-1] > 0
    again = frame_index(str(path))
    assert again.pts.tolist() == fresh.pts.tolist()
    assert again.time_base == fresh.time_base
    monkeypatch.undo()
    monkeypatch.setenv("VTK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(keyframe_index, "LARGE", 0)
    kept.write_bytes(b"damaged")
    assert frame_index(str(path)).pts.tolist() == fresh.pts.tolist()
    path.unlink()
    with pytest.raises(OpenError, match="No such file"):
        frame_index(str(path))


@pytest.mark.parametrize("name", ["reordered", "late_start_mkv", "variable_rate", "truncated_mkv"])
def test_what_was_spent_on_changes_is_the_bytes_of_the_packets(world: World, name: str) -> None:
    with av.open(world(name).path) as container:
        found = sorted(
            (packet.pts * packet.time_base, 0 if packet.is_keyframe else packet.size)
            for packet in container.demux(video=0)
            if packet.pts is not None
        )
    about = change_bytes(str(world(name).path))
    assert about.times == pytest.approx([float(time) for time, _ in found])
    assert about.bytes.tolist() == [0, *np.cumsum([size for _, size in found]).tolist()]
    frames, changes = about.within(float(found[3][0]), float(found[10][0]))
    assert (frames, changes) == (7, sum(size for _, size in found[3:10]))


def test_packets_without_times_follow_one_another(tmp_path: Path) -> None:
    path = without_times(tmp_path / "bare.h264", 30)
    about = change_bytes(str(path))
    assert np.diff(about.times) == pytest.approx(np.full(29, 1 / 25))
    assert about.bytes[-1] > 0
