"""What the tests rely on where they call commands in their own process."""

import logging
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import vtk, vtk_process

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def state() -> tuple[Any, ...]:
    log = logging.getLogger("vtk")
    return (
        dict(os.environ),
        Path.cwd(),
        [*log.handlers],
        (log.level, log.propagate),
        (sys.stdin, sys.stdout, sys.stderr),
        [os.fstat(number)[:3] for number in range(3)],
        [signal.getsignal(number) for number in ENDING],
    )


def test_a_run_leaves_the_process_as_it_was(tmp_path: Path) -> None:
    before = state()
    run = vtk("split", "-q", "gone.mp4", env={"VTK_TRACEBACK": "1"}, cwd=tmp_path)
    assert (run.returncode, run.stderr) == (
        66, b"vtk split: gone.mp4: cannot open: No such file or directory\n"
    )  # fmt: skip
    assert state() == before


@pytest.mark.parametrize(
    "arguments", [("--version",), ("split", "--help"), ("no-such",), ("show", "-x"), ("show",)]
)
def test_it_says_what_it_says_in_a_process_of_its_own(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    spans = [{"video": "a", "start": 0, "end": 1, "caption": "Käse"}]
    inside = vtk(*arguments, stdin=spans, cwd=tmp_path)
    alone = vtk_process(*arguments, stdin=spans, cwd=tmp_path)
    assert (inside.returncode, inside.stdout, inside.stderr) == (
        alone.returncode, alone.stdout, alone.stderr
    )  # fmt: skip
