"""What is installed from a wheel: all of it is there, and runs where the sources are not."""

import os
import shutil
import subprocess
import sys
import venv
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from packaging.version import Version

from tests.world import World

pytest.importorskip("pip")

HOME = Path(__file__).parents[1]
SOURCES = ("vtk", "commands", "man", "completions", "examples")
FILES = ("pyproject.toml", "setup.py", "README.md", "LICENSE")
BUILD = "import sys; from setuptools.build_meta import build_wheel; build_wheel(sys.argv[1])"


def _setuptools() -> Version:
    try:
        return Version(metadata.version("setuptools"))
    except metadata.PackageNotFoundError:
        return Version("0")


pytestmark = pytest.mark.skipif(
    _setuptools() < Version("77"), reason="setuptools 77 or newer, which builds wheels, is not here"
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel of the sources, built without network from a copy that the build may write to."""
    copy, target = tmp_path_factory.mktemp("sources"), tmp_path_factory.mktemp("wheel")
    for name in SOURCES:
        shutil.copytree(HOME / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        shutil.copy(HOME / name, copy / name)
    command = [sys.executable, "-c", BUILD, str(target)]
    subprocess.run(command, cwd=copy, check=True, capture_output=True)
    (found,) = target.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that holds the wheel; what it depends on is taken from here."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, symlinks=True)
    python = folder / "bin" / "python"
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"]
    subprocess.run([*command, "--no-deps", "--no-index", str(wheel)], check=True)
    (own,) = folder.glob("lib/python*/site-packages")
    # Folders named in such a file come last, and their own such files, by which the sources would
    # be found, are not read.
    outer = [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]
    (own / "outer.pth").write_text("\n".join(outer))
    return folder


def test_a_wheel_has_every_file(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    folders = {"vtk": "vtk", "commands": "vtk/commands", "examples": "vtk/examples"}
    for folder, inside in (folders | {"completions/shells": "vtk/completions"}).items():
        for path in (HOME / folder).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                assert f"{inside}/{path.relative_to(HOME / folder)}" in names
    data = {name.partition(".data/data/")[2] for name in names}
    for section in (1, 5):
        pages = {f"share/man/man{section}/{page.name}" for page in HOME.glob(f"man/*.{section}")}
        assert pages
        assert pages <= data
    for name in ("bash-completion/completions/vtk", "zsh/site-functions/_vtk"):
        assert f"share/{name}" in data
    assert "share/fish/vendor_completions.d/vtk.fish" in data


def test_what_is_installed_runs(environment: Path, world: World, tmp_path: Path) -> None:
    for words in (
        ["--help"],
        ["split", "--help"],
        ["models", "list"],
        ["caption", "--recipe", "vript", "--show-recipe"],
        ["split", "--method", "content", str(world("cuts").path)],
    ):
        command = [str(environment / "bin" / "vtk"), *words]
        run = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=120)
        assert run.returncode == 0, (words, run.stderr)
        assert run.stdout
    python = [str(environment / "bin" / "python"), "-c", "import vtk; print(vtk.__file__)"]
    found = subprocess.run(python, cwd=tmp_path, capture_output=True, check=True, text=True).stdout
    assert str(environment) in found


def test_the_examples_are_copied_out_and_run(
    environment: Path, world: World, tmp_path: Path
) -> None:
    vtk = str(environment / "bin" / "vtk")
    listed = subprocess.run([vtk, "examples"], capture_output=True, check=True, text=True).stdout
    names = sorted(path.name for path in (HOME / "examples").iterdir())
    assert [line.split()[0] for line in listed.splitlines()] == names
    copy = [vtk, "examples", "scripts"]
    copied = subprocess.run(copy, cwd=tmp_path, capture_output=True, check=True, text=True).stdout
    assert copied.splitlines() == [f"scripts/{name}" for name in names]
    assert subprocess.run(copy, cwd=tmp_path, capture_output=True).returncode == 0
    run = subprocess.run(
        ["scripts/demo.sh", world("cuts").path, "demo"],
        cwd=tmp_path, env=os.environ | {"VTK": vtk}, capture_output=True, timeout=120,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert (tmp_path / "demo" / "chapters.jsonl").exists()


def test_one_command_turns_completion_on(environment: Path, tmp_path: Path) -> None:
    line = 'eval "$(vtk completion bash)" && COMP_WORDS=(vtk sp) COMP_CWORD=1 && _vtk vtk sp'
    run = subprocess.run(
        ["bash", "--norc", "-c", f'{line} && echo "${{COMPREPLY[@]}}"'],
        cwd=tmp_path,
        env={"PATH": f"{environment / 'bin'}:{os.environ['PATH']}"},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert (run.stdout, run.stderr) == ("split\n", "")
    for shell, sign in (("zsh", "compdef _vtk vtk"), ("fish", "complete -c vtk")):
        command = [str(environment / "bin" / "vtk"), "completion", shell]
        printed = subprocess.run(command, capture_output=True, check=True, text=True).stdout
        assert sign in printed


def test_an_extra_is_added_by_the_name_in_the_hints(environment: Path) -> None:
    """Although no index has a package of that name."""
    python = str(environment / "bin" / "python")
    command = [sys.executable, "-m", "pip", "--python", python, "install", "--no-index"]
    run = subprocess.run([*command, "video-text-kit[fsspec]"], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr


def test_files_of_your_own_are_not_replaced_by_examples(environment: Path, tmp_path: Path) -> None:
    (tmp_path / "demo.sh").write_text("mine\n")
    command = [str(environment / "bin" / "vtk"), "examples", str(tmp_path)]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 74
    assert f"{tmp_path / 'demo.sh'} is there and differs" in run.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["demo.sh"]
