"""vtk as a library: commands as functions, and the page about them."""

import inspect
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import vtk
from tests.command_line import VTK
from tests.world import World
from vtk import errors

HOME = Path(__file__).parents[1]
PAGE = (HOME / "docs" / "api.md").read_text("utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE + (HOME / "README.md").read_text("utf-8"), re.S)


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_runs_as_it_stands(world: World, tmp_path: Path, example: str) -> None:
    shutil.copy(world("talk").path, tmp_path / "talk.mp4")
    if "shots.jsonl" in example:
        shots = b"".join(span.dump() for span in vtk.caption(tmp_path / "talk.mp4"))
        (tmp_path / "shots.jsonl").write_bytes(shots)
    path = f"{Path(VTK).parent}:{os.environ['PATH']}"
    run = subprocess.run(
        [sys.executable, "-c", example], cwd=tmp_path, env=os.environ | {"PATH": path},
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert run.stdout or "print" not in example


def test_one_video_or_many_are_named_as_text_or_as_paths(world: World) -> None:
    path = world("cuts").path
    (span, *_) = shots = list(vtk.split(path))
    assert list(vtk.split(str(path))) == list(vtk.split([path])) == list(vtk.split(span.video))
    assert list(vtk.split([str(path), path])) == shots * 2
    assert [s.fragment for s in vtk.keyframes(f"{path}#t=0,1")] == [f"{path}#t=0,1"]
    assert list(vtk.keyframes(dict(span))) == list(vtk.keyframes(span))
    assert next(vtk.probe(path))["media"]


def test_what_fails_is_recorded_or_raised(world: World, tmp_path: Path) -> None:
    videos = [tmp_path / "gone.mp4", world("cuts").path]
    first, *others = vtk.split(videos)
    assert first["error"]["type"] == "OpenError"
    assert others
    with pytest.raises(errors.OpenError, match=r"gone\.mp4: cannot open"):
        list(vtk.split(videos, errors="raise"))
    with pytest.raises(errors.InputError):
        list(vtk.split("a.mp4#t=5,2"))


def test_a_function_shows_its_arguments() -> None:
    for name in ("split", "keyframes", "retrieve", "ground", "show"):
        shown = inspect.signature(getattr(vtk, name)).parameters
        assert len(shown) > 1
        assert "arguments" not in shown


def test_the_page_has_every_function() -> None:
    named = re.findall(r"^\| `vtk\.(\w+)` \|", PAGE, re.M)
    assert sorted(named) == sorted(name for name in vtk.OFFERED if name.islower())


def test_an_import_loads_nothing_else() -> None:
    heavy = "('vtk.', 'numpy', 'av', 'orjson')"
    code = f"import sys, vtk; print(*(name for name in sys.modules if name.startswith({heavy})))"
    run = subprocess.run([sys.executable, "-c", code], cwd=HOME, capture_output=True, text=True)
    assert (run.returncode, run.stdout.strip()) == (0, "")


def test_a_module_is_called_however_it_was_imported(world: World) -> None:
    code = (
        "import vtk.split.methods, vtk; from vtk.split import METHODS; print(callable(vtk.split))"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=HOME, capture_output=True, text=True)
    assert run.stdout == "True\n"
