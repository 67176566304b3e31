"""Where exports to text go: standard output, a file, a folder with a file for each video."""

import subprocess
from pathlib import Path

import pytest

from tests.command_line import VTK, vtk, vtk_process
from tests.export.tape import ERROR, shots
from tests.world import World

FORMATS = {"edl": "edl", "otio": "otio", "chapters": "txt", "webvtt": "vtt"}
TWO = [*shots(0, 1, 2, video="none/a b.mp4"), *shots(0, 1, video="none/c.mp4")]


def options(name: str) -> list[str]:
    return ["--rate", "25"] if name in ("edl", "otio") else []


def test_a_whole_video_is_split_first(world: World, tmp_path: Path) -> None:
    clip = world("cuts")
    assert vtk("export", "aegisub", "-o", tmp_path, clip.path).returncode == 0
    (path,) = tmp_path.iterdir()
    assert path.name.startswith("cuts-")
    assert path.name.endswith(".keyframes.txt")
    starts = [round(shot.start * 24) for shot in clip.truth.shots]
    assert [int(line) for line in path.read_text().split("\n")[2:-1]] == starts


@pytest.mark.parametrize("name", ["edl", "chapters", "csv", "srt"])
def test_several_processes_write_what_one_writes(world: World, tmp_path: Path, name: str) -> None:
    """Whole videos are split, divided or transcribed in each of them; files are written in one."""
    given = [world(clip).path for clip in ("subtitled", "cuts", "ntsc")]
    for jobs in ("1", "3"):
        run = vtk if jobs == "1" else vtk_process
        result = run("export", name, "-q", "--jobs", jobs, "-o", f"{tmp_path}/{jobs}/", *given)
        assert (result.returncode, result.stderr) == (0, b"")
    names = [path.name for path in sorted((tmp_path / "1").iterdir())]
    assert names
    for each in names:
        assert (tmp_path / "3" / each).read_bytes() == (tmp_path / "1" / each).read_bytes()
    assert len(list((tmp_path / "3").iterdir())) == len(names)


@pytest.mark.parametrize("name", FORMATS)
def test_a_folder_gets_a_file_for_each_video(tmp_path: Path, name: str) -> None:
    pytest.importorskip("opentimelineio")
    out = tmp_path / "new" / "folder"
    command = ["export", name, *options(name), "-q"]
    result = vtk(*command, "-o", f"{out}/", stdin=TWO)
    assert (result.returncode, result.stdout, result.stderr) == (0, b"", b"")
    one, two = sorted(out.iterdir())
    assert one.name.startswith("a_b-")
    assert one.suffix == two.suffix == f".{FORMATS[name]}"
    assert one.read_bytes() == vtk(*command, stdin=TWO[:2]).stdout
    assert two.read_bytes() == vtk(*command, stdin=TWO[2:]).stdout


@pytest.mark.parametrize("name", ["chapters", "webvtt"])
def test_several_videos_in_one_file_are_refused(tmp_path: Path, name: str) -> None:
    pytest.importorskip("opentimelineio")
    target = tmp_path / "x"
    target.write_text("yesterday's")
    result = vtk("export", name, *options(name), "-q", "-o", target, stdin=TWO)
    assert result.returncode == 2
    assert result.stderr.decode() == (
        f"vtk export {name}: a file of {name} holds one video, and none/c.mp4 follows "
        "none/a b.mp4: write one file per video with -o FOLDER/\n"
    )
    assert target.read_text() == "yesterday's"


def test_a_video_that_comes_again_is_refused(tmp_path: Path) -> None:
    result = vtk("export", "csv", "-o", tmp_path, stdin=[*TWO, TWO[0]])
    assert result.returncode == 2
    assert (
        b"none/a b.mp4 appears again after other videos: sort the spans by video" in result.stderr
    )
    assert len([*tmp_path.iterdir()]) == 2


def test_error_records_are_left_out_and_leave_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "x.csv"
    mixed = vtk("export", "csv", "-o", target, stdin=[ERROR, TWO[0], ERROR])
    assert (mixed.returncode, mixed.stdout) == (1, b"")
    assert mixed.stderr == b"vtk export csv: warning: left out 2 error records\n"
    before = target.read_bytes()
    assert before.count(b"\n") == 2
    assert vtk("export", "csv", "-o", target, stdin=[ERROR]).returncode == 66
    assert target.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["x.csv"]
    assert vtk("export", "csv", "-o", tmp_path / "out/", stdin=[ERROR]).returncode == 66


def test_what_cannot_be_written_is_one_sentence_and_a_status(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for target, words in (("no/x.csv", "No such file"), ("file/", "cannot make the folder")):
        result = vtk("export", "csv", "-o", target, stdin=TWO, cwd=tmp_path)
        assert (result.returncode, result.stderr.count(b"\n")) == (74, 1)
        assert words in result.stderr.decode()


def test_a_reader_that_leaves_early_ends_the_run_quietly() -> None:
    stdin = b"".join(span.dump() for span in TWO) * 20_000
    run = subprocess.run(
        ["bash", "-c", f"'{VTK}' export csv | head -1; exit ${{PIPESTATUS[0]}}"],
        input=stdin, capture_output=True, timeout=60,
    )  # fmt: skip
    assert (run.returncode, run.stderr, run.stdout.count(b"\n")) == (0, b"", 1)
