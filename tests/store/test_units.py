"""-o FILE --resume: what was finished is kept, until its video or an option changes."""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import pytest

from tests.command_line import VTK, lines, vtk, vtk_process
from tests.world import World

OUT = "out.jsonl"


@pytest.fixture
def here(world: World, tmp_path: Path) -> Path:
    """A folder with three films, of which the second has subtitles and the last is cut short."""
    for name, clip in (("a", "cuts"), ("b", "subtitled"), ("c", "truncated")):
        path = world(clip).path
        shutil.copy(path, tmp_path / f"{name}{path.suffix}")
    return tmp_path


def films(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.suffix in (".mp4", ".mkv"))


@contextmanager
def watched(place: str) -> Iterator[list[str]]:
    """Names of the videos on which a function works, in order."""
    from pkgutil import resolve_name

    right, seen = resolve_name(place), []

    def noted(span: dict[str, str], *more: object, **options: object) -> object:
        seen.append(span["video"])
        return right(span, *more, **options)

    with mock.patch(place, noted):
        yield seen


@contextmanager
def splitting() -> Iterator[list[str]]:
    """Names of the videos that are split."""
    with watched("vtk.split.assemble.assemble") as seen:
        yield seen


def run(folder: Path, *options: str, names: list[str] | None = None) -> tuple[int, bytes, str]:
    result = vtk("split", *options, "-o", OUT, "--resume", *(names or films(folder)), cwd=folder)
    return result.returncode, (folder / OUT).read_bytes(), result.stderr.decode()


def test_what_is_done_is_not_done_again(here: Path) -> None:
    plain = vtk("split", *films(here), cwd=here).stdout
    with splitting() as seen:
        status, first, _ = run(here)
        assert (status, first, seen) == (1, plain, films(here))
        seen.clear()
        status, again, told = run(here, "-v")
    assert (status, again, seen) == (1, plain, [])
    assert "3 inputs finished before" in told
    assert "1 error record of the input or of an earlier run passed on" in told


def test_a_video_or_an_option_that_changed_is_done_again(here: Path, world: World) -> None:
    run(here)
    os.utime(here / "b.mkv", (1, 1))
    with splitting() as seen:
        run(here)
        assert seen == ["b.mkv"]
        run(here, "--why")
        assert seen == ["b.mkv", *films(here)]
        seen.clear()
        shutil.copy(world("cuts").path, here / "d.mp4")
        _, found, _ = run(here, "--why")
    assert seen == ["d.mp4"]
    assert found == vtk("split", "--why", *films(here), cwd=here).stdout


def test_what_is_no_longer_asked_for_is_kept_beside_the_output(here: Path) -> None:
    run(here)
    _, found, told = run(here, names=["a.mp4"])
    assert {json.loads(line)["video"] for line in found.splitlines()} == {"a.mp4"}
    assert "that are not among these: 2, kept in" in told
    with splitting() as seen:
        _, found, _ = run(here)
    assert seen == []
    assert found == vtk("split", *films(here), cwd=here).stdout
    assert not (here / f"{OUT}.part").exists()


def test_an_output_of_another_origin_is_made_anew_and_told(here: Path) -> None:
    vtk("split", "a.mp4", "-o", OUT, cwd=here)
    _, _, told = run(here, names=["a.mp4"])
    assert "was not made with --resume, or changed since: it is made anew" in told
    (here / OUT).write_text("a shopping list\n")
    status, _, told = run(here)
    assert (status, "no line is a record" in told) == (2, True)


def test_a_video_that_could_not_be_opened_is_tried_again(here: Path, world: World) -> None:
    status, *_ = run(here, names=["a.mp4", "late.mp4"])
    assert status == 1
    shutil.copy(world("cuts").path, here / "late.mp4")
    with splitting() as seen:
        status, *_ = run(here, names=["a.mp4", "late.mp4"])
    assert (status, seen) == (0, ["late.mp4"])


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_killed_run_goes_on_where_it_was(here: Path, jobs: str) -> None:
    """A named pipe for the last film holds the run up until it is killed."""
    os.mkfifo(here / "z.mp4")
    names = [*films(here)[:2], "z.mp4"]
    command = [VTK, "split", "-j", jobs, "-o", OUT, "--resume", *names]
    with subprocess.Popen(command, cwd=here, stderr=subprocess.DEVNULL) as killed:
        part, end = here / f"{OUT}.part", time.monotonic() + 60
        while not part.exists() or part.read_bytes().count(b'{"unit":') < 2:
            assert time.monotonic() < end
            time.sleep(0.02)
        killed.send_signal(signal.SIGKILL)
    for left in here.glob(".*"):
        os.utime(left, (1, 1))
    assert not (here / OUT).exists()
    (here / "z.mp4").unlink()
    shutil.copy(here / "a.mp4", here / "z.mp4")
    ran = vtk_process("split", "-j", jobs, "-o", OUT, "--resume", "-v", *names, cwd=here)
    assert ran.returncode == 0
    assert b"2 inputs finished before" in ran.stderr
    assert (here / OUT).read_bytes() == vtk("split", *names, cwd=here).stdout
    assert {path.name for path in here.iterdir()} == {*films(here), OUT, f"{OUT}.done"}


def test_a_part_that_was_cut_off_loses_only_its_last_unit(here: Path) -> None:
    run(here)
    whole = (here / OUT).read_bytes()
    marks = (here / f"{OUT}.done").read_bytes().splitlines()[1:]
    told = iter(whole.splitlines())
    part = b""
    for mark in marks[:2]:
        part += b"".join(next(told) + b"\n" for _ in range(json.loads(mark)["records"]))
        part += mark + b"\n"
    for name in (OUT, f"{OUT}.done"):
        (here / name).unlink()
    (here / f"{OUT}.part").write_bytes(part[:-20])
    with splitting() as seen:
        _, found, _ = run(here)
    assert seen == ["b.mkv", "c.mp4"]
    assert found == whole


@pytest.mark.parametrize(
    "command",
    ["keyframes -k 2", "keyframes --distinct", "ocr --on keyframes", "caption", "chapter",
     "transcribe --method subtitles", "summarize", "split --cues"],
)  # fmt: skip
def test_every_long_command_goes_on(here: Path, command: str) -> None:
    given = ["a.mp4", "b.mkv"]
    plain = vtk(*command.split(), *given, "-o", "plain.jsonl", cwd=here)
    assert plain.returncode == 0, plain.stderr
    options = [*command.split(), "-o", OUT, "--resume", "-v"]
    vtk(*options, "a.mp4", cwd=here)
    both = vtk(*options, *given, cwd=here)
    assert b"1 input finished before" in both.stderr
    assert (here / OUT).read_bytes() == (here / "plain.jsonl").read_bytes()
    assert b"2 inputs finished before" in vtk(*options, *given, cwd=here).stderr


def test_words_that_come_to_lie_beside_a_video_are_read(here: Path) -> None:
    options = ["transcribe", "--method", "subtitles", "a.mp4", "-o", OUT, "--resume"]
    vtk(*options, cwd=here)
    (here / "a.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\nAt last.\n")
    vtk(*options, cwd=here)
    assert b"At last." in (here / OUT).read_bytes()


def test_the_spans_of_a_video_are_taken_from_before_one_by_one(here: Path) -> None:
    spans = lines(vtk("split", "a.mp4", cwd=here))
    options = ["keyframes", "-o", OUT, "--resume", "-v"]
    vtk(*options, stdin=spans[:2], cwd=here)
    again = vtk(*options, stdin=spans, cwd=here)
    assert b"2 inputs finished before" in again.stderr
    assert len((here / OUT).read_bytes().splitlines()) == len(spans)


def test_a_stream_on_standard_input_cannot_be_taken_up_again() -> None:
    ran = vtk("split", "--media", "-", "--resume", "-o", "x.jsonl")
    assert (ran.returncode, b"read once" in ran.stderr) == (2, True)
