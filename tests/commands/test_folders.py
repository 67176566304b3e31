"""Folders as inputs: the videos in them."""

import shutil
from pathlib import Path

from tests.command_line import lines, vtk
from tests.world import World


def test_a_folder_stands_for_its_videos_in_natural_order(world: World, tmp_path: Path) -> None:
    folder = tmp_path / "tapes"
    names = ("take 10.mp4", "take 2.MP4", "day 1/b.mov", "day 1/.c.mp4", ".trash/a.mp4")
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(world("cuts").path, folder / name)
    (folder / "notes.txt").write_text("not a video\n")
    (folder / "take 2.srt").write_text("")
    wanted = [f"{folder}/{name}" for name in ("day 1/b.mov", "take 2.MP4", "take 10.mp4")]
    result = vtk("probe", folder)
    assert (result.returncode, [record["video"] for record in lines(result)]) == (0, wanted)
    told = f"vtk probe: info: {folder}: 3 videos, 2 other files left out\n"
    assert result.stderr.decode() == told
    piped = vtk("probe", "-q", stdin=f"{folder}\n")
    assert (piped.stdout, piped.stderr) == (result.stdout, b"")


def test_a_folder_without_videos_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "00001.png").write_bytes(b"")
    result = vtk("split", tmp_path)
    assert result.returncode == 66
    assert b"a folder without videos" in result.stderr
    assert f"{tmp_path}/#rate=25" in result.stderr.decode()
    assert lines(result)[0]["error"]["type"] == "OpenError"
