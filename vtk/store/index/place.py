"""Where an index is, and how its table is opened, locked and made.

An index is a folder or the prefix of an object store that holds `spans.lance`, a table in the Lance
format (https://lance.org/format), whose every commit is a new version. Lance takes the settings of
an object store (AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL, GOOGLE_APPLICATION_CREDENTIALS, …) from the
environment.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from vtk.errors import DamagedError, MissingError, OpenError, OutputError, UsageError, VtkError

TABLE = "spans.lance"
INSTALL = "pip install 'video-text-kit[index]'"
FORMAT = 1  # of this vtk; see `vtk.store.index.columns`
RESTORE = "restore it from a copy, or remove it by vtk index drop --all and add its spans anew"
ASIDE = ".damaged"  # what the name of a damaged list of files then ends in
NEWEST = 2**64 - 1  # names of lists of files count down from here, so that the newest is the first
FULL = ("No space left", "File too large", "Disk quota exceeded", "StorageFull", "os error 28")


def engine(name: str = "lance") -> Any:
    """Return a package of the extra `index`. Raises MissingError, with the command to install it.

    Its own log goes to standard error: errors, or what LANCE_LOG or RUST_LOG say.
    """
    if "RUST_LOG" not in os.environ:
        os.environ.setdefault("LANCE_LOG", "error")
    try:
        return import_module(name)
    except ImportError as error:
        missing = isinstance(error, ModuleNotFoundError) and error.name == name.split(".")[0]
        why = "is not installed" if missing else f"does not load ({error})"
        told = f"an index needs {name.split('.')[0]}, which {why}: {INSTALL}"
        raise MissingError(told) from None


class Unreadable(NamedTuple):
    """A version of a table whose list of files, which Lance calls its manifest, is damaged."""

    version: int
    path: Path
    why: str


class Place:
    """A folder, or a URL of an object store, for one index."""

    def __init__(self, name: str) -> None:
        if not name.strip("/"):
            raise UsageError("the name of the index is empty: name a folder")
        self.name = name.removeprefix("file://").rstrip("/")
        self.is_local = "://" not in self.name
        self.table = f"{self.name}/{TABLE}"

    def open(self) -> Any:
        """Return the table at its latest version. Raises as `find`, and OpenError without any."""
        dataset = self.find()
        if dataset is None:
            raise OpenError(f"there is no index at {self.name}: vtk index add makes one")
        return dataset

    def find(self) -> Any | None:
        """Return the table at its latest version, or None if there is nothing yet.

        Raises UsageError for a folder of something else, and for a format that is newer;
        DamagedError if the list of its files is damaged or gone; OpenError if a store cannot be
        reached.
        """
        lance = engine()
        if self.is_local and not os.path.isdir(self.table):
            self._check_empty()
            return None
        try:
            dataset = lance.dataset(self.table)
        except (ValueError, FileNotFoundError) as error:
            if "not found" not in str(error).lower():
                raise self._unlisted(first_line(error)) from None
            if self.is_local and os.path.isdir(f"{self.table}/data"):
                raise self._unlisted("it is gone") from None
            return None
        except Exception as error:
            raise OpenError(f"cannot open the index {self.name}: {first_line(error)}") from None
        form = (dataset.schema.metadata or {}).get(b"vtk.index", b"")
        if not form.isdigit():
            raise UsageError(f"{self.name} holds a table of another program, not an index of vtk")
        if int(form) > FORMAT:
            raise UsageError(f"a newer vtk wrote the index {self.name}: upgrade this one")
        return dataset

    def _unlisted(self, why: str) -> DamagedError:
        """What to raise where the list of files of the latest version cannot be read."""
        told = f"the index {self.name} is damaged: the list of its files cannot be read ({why})"
        last = self._last_whole()
        if last is None:
            return DamagedError(f"{told}; {RESTORE}")
        when = datetime.fromtimestamp(last[1].stat().st_mtime)
        way = f"vtk index compact goes back to version {last[0]}, of {when:%Y-%m-%d %H:%M:%S}"
        return DamagedError(f"{told}; {way}, after which later spans are to be added anew")

    def _last_whole(self) -> tuple[int, Path] | None:
        """The latest version whose list of files can be read, and that list, if there is any."""
        broken = {each.version for each in self.unreadable()}
        return next((each for each in self._lists() if each[0] not in broken), None)

    def _lists(self) -> list[tuple[int, Path]]:
        """The versions of a local index, the newest first, each with its list of files."""
        found = sorted(Path(self.table, "_versions").glob("*.manifest")) if self.is_local else []
        return [(NEWEST - int(path.stem), path) for path in found]

    def unreadable(self) -> Iterator[Unreadable]:
        """Yield the versions of a local index that are damaged, the newest first."""
        for version, path in self._lists():
            try:
                engine().dataset(self.table, version=version)
            except (ValueError, OSError) as error:
                # It may be gone meanwhile, or not ours to read, which is no damage.
                if os.access(path, os.R_OK):
                    yield Unreadable(version, path, first_line(error))

    def set_aside(self, tell: Callable[[str], object]) -> None:
        """Rename damaged lists of files, so that the last whole version of the index counts.

        To be called while locked. Raises DamagedError, and leaves all as it is, if none is whole.
        """
        broken = list(self.unreadable())
        last = self._last_whole() if broken else None
        if broken and last is None:
            self.open()
        for version, path, _ in broken:
            path.rename(f"{path}{ASIDE}")
            tell(f"version {version} is damaged: {path} is set aside")
        if last is not None and last[0] < broken[0].version:
            tell(f"version {last[0]} is now the latest: what came later is to be added anew")

    def _check_empty(self) -> None:
        if os.path.exists(self.name) and not os.path.isdir(self.name):
            raise UsageError(f"{self.name} is a file, not an index: name a folder")
        if os.path.isdir(self.name) and set(os.listdir(self.name)) - {"lock"}:
            raise UsageError(f"{self.name} holds other files and is no index: name another folder")

    @contextmanager
    def locked(self, *, making: bool = False) -> Iterator[None]:
        """Keep other writers of a local index out; in an object store, commits settle who is first.

        Unless it is for `making` one, raises as `open` if there is none, be it damaged. Raises
        OutputError if the folder cannot be written.
        """
        if not making:
            with suppress(DamagedError):
                self.open()
        if not self.is_local:
            yield
            return
        import fcntl

        try:
            os.makedirs(self.name, exist_ok=True)
            descriptor = os.open(f"{self.name}/lock", os.O_CREAT | os.O_RDWR, 0o666)
        except OSError as error:
            raise OutputError(f"cannot write {self.name}: {error.strerror}") from None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def make(self, schema: Any) -> Any:
        """Make the table, without rows, and return it. To be called while locked."""
        lance = engine()
        with self.writing():
            return lance.write_dataset(schema.empty_table(), self.table, mode="create")

    def remove(self) -> None:
        """Remove the index, be it damaged; a folder that holds nothing else goes too.

        To be called while locked. Raises OutputError.
        """
        with self.writing():
            if not self.is_local:
                engine().LanceDataset.drop(self.table)
            else:
                shutil.rmtree(self.table)
                os.unlink(f"{self.name}/lock")
                if not os.listdir(self.name):
                    os.rmdir(self.name)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Turn what the engine raises over files that it cannot read into DamagedError."""
        try:
            yield
        except VtkError:
            raise
        except (OSError, RuntimeError, ValueError) as error:
            told = f"cannot read the index {self.name}: {first_line(error)}"
            raise DamagedError(f"{told}; vtk index verify tells what is damaged") from None

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Turn what the engine raises when it cannot write into OutputError."""
        try:
            yield
        except VtkError:
            raise
        except (OSError, RuntimeError, ValueError) as error:
            full = any(told in str(error) for told in FULL)
            damage = f"{first_line(error)}; vtk index verify tells whether it is damaged"
            why = "no room is left" if full else damage
            raise OutputError(f"cannot write the index {self.name}: {why}") from None


def first_line(error: BaseException) -> str:
    """The first line of an engine's message, without where in its source it was raised."""
    line = str(error).splitlines()[0].split(", /")[0] if str(error) else type(error).__name__
    return line.removeprefix("External error: ").removeprefix("LanceError(IO): ")
