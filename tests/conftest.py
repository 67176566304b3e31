"""What all tests share: the command line as a user runs it, and rendered clips."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.world import Clip, render

VTK = str(Path(sys.executable).parent / "vtk")
REAL = Path(__file__).parents[2] / "shared" / "videos"

# No test pays for a network that it is not about, or writes to the user's own folders.
OURS = {
    "VTK_SPLIT": "content",
    "VTK_CACHE": f"{tempfile.gettempdir()}/vtk-tests-{os.getuid()}",
    "ORT_DISABLE_TELEMETRY": "1",  # of tests that load onnxruntime themselves
}
os.environ |= OURS

Run = Callable[..., subprocess.CompletedProcess[bytes]]


def vtk(
    *arguments: str | Path, stdin: bytes | str | Sequence[Any] = b"", **options: Any
) -> subprocess.CompletedProcess[bytes]:
    """Run ``vtk`` in a process of its own. `stdin` may be a list of records."""
    if isinstance(stdin, str):
        stdin = stdin.encode()
    if not isinstance(stdin, bytes):
        stdin = b"".join(json.dumps(record).encode() + b"\n" for record in stdin)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("VTK_")}
    environment |= OURS | options.pop("env", {})
    return subprocess.run(
        [VTK, *arguments], input=stdin, capture_output=True, timeout=120, env=environment, **options
    )


def lines(result: subprocess.CompletedProcess[bytes]) -> list[dict[str, Any]]:
    """The records that a run wrote."""
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Clip]:
    """Rendered clips by name, each made once for all test processes."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    return lambda name: render(name, shared / "world")


@pytest.fixture
def real() -> Path:
    """The folder of real clips; the test is skipped where it is absent."""
    if not REAL.is_dir():
        pytest.skip("the folder of real clips is not here")
    return REAL
