"""Where output goes that is no file of its own: descriptors, devices and pipes."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.command_line import VTK
from tests.world import World
from vtk.errors import OutputError
from vtk.output import atomic
from vtk.span import load


@pytest.mark.skipif(not os.path.exists("/dev/stdout"), reason="no such name here")
@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "link"])
def test_a_log_that_standard_output_goes_to_is_continued(
    world: World, tmp_path: Path, name: str
) -> None:
    (tmp_path / "link").symlink_to("/dev/stdout")
    command = [VTK, "probe", "-o", name, str(world("cuts").path)]
    with open(tmp_path / "log", "wb") as log:
        os.write(log.fileno(), b"head\n")
        subprocess.run(command, cwd=tmp_path, stdout=log, check=True)
        os.write(log.fileno(), b"tail\n")
    head, span, tail = (tmp_path / "log").read_bytes().splitlines()
    assert (head, load(span).end > 0, tail) == (b"head", True, b"tail")


def test_what_is_no_file_is_not_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(OutputError, match="no regular file"), atomic(tmp_path / "fifo"):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["fifo"]


def test_what_a_killed_run_left_is_removed_by_the_next(tmp_path: Path) -> None:
    left, other = tmp_path / ".shots.01234567", tmp_path / ".shots.of-another"
    for path in (left, other):
        path.write_text("half a record")
        os.utime(path, (1, 1))
    target = tmp_path / "shots.jsonl"
    with atomic(target) as first:
        (own,) = set(tmp_path.glob(".shots.????????")) - {left}
        os.utime(own, (1, 1))
        with atomic(target) as second:  # of a run beside it, which is slow
            second.write(b"second")
        assert own.exists()
        first.write(b"first")
    assert target.read_text() == "first"
    assert {path.name for path in tmp_path.iterdir()} == {"shots.jsonl", other.name}
