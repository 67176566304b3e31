"""vtk examples: the scripts that come with vtk."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).parents[1] / "examples"


def examples(
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="DIR",
            help="Where to copy them; made if it is not there. If not given, they are listed.",
        ),
    ] = None,
) -> None:
    """List the example scripts that come with vtk, or copy them to a folder.

    They are a Makefile that gives a folder of videos chapters, a script for cron that does so
    every night and reports what failed, and a demonstration of the whole pipeline. Nothing is
    copied where a file of one of these names is there already and differs.

    \b
    Examples:
      vtk examples
      vtk examples scripts/
    """
    from vtk.stream import Stream

    run = _listed if folder is None else lambda: _copied(folder)
    raise SystemExit(Stream("examples").run(run))


def _sources() -> "list[Path]":
    return sorted(path for path in FOLDER.iterdir() if path.is_file())


def _listed() -> str:
    """The name of each script and the first line of what it says of itself."""
    return "".join(f"{path.name:12}{_purpose(path)}\n" for path in _sources())


def _purpose(path: Path) -> str:
    lines = (line.removeprefix("# ") for line in path.read_text("utf-8").splitlines())
    return next(line for line in lines if not line.startswith("#!"))


def _copied(folder: Path) -> str:
    """Copy the scripts, and return their new names, one a line. Raises OutputError."""
    from vtk.errors import OutputError

    try:
        folder.mkdir(parents=True, exist_ok=True)
        return "".join(f"{path}\n" for path in _copies(folder))
    except OSError as error:
        raise OutputError(f"cannot write {folder}: {error.strerror}") from None


def _copies(folder: Path) -> "Iterator[Path]":
    from vtk.errors import OutputError

    pairs = [(source, folder / source.name) for source in _sources()]
    for source, target in pairs:
        if target.exists() and target.read_bytes() != source.read_bytes():
            raise OutputError(
                f"{target} is there and differs: move it away, or name another folder"
            )
    for source, target in pairs:
        target.write_bytes(source.read_bytes())
        target.chmod(0o755 if source.read_bytes().startswith(b"#!") else 0o644)
        yield target
