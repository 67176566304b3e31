"""Output to standard output, flushed line by line, or to a file that is replaced atomically."""

import fcntl
import os
import re
import stat
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import BinaryIO

from vtk.errors import OutputError, UsageError

Sink = Callable[[bytes], None]
DESCRIPTOR = re.compile(r"/(?:dev|proc/(\d+)(?:/task/\d+)?)/fd/(\d+)")
STALE = 60.0  # seconds after which a file without a lock is one that a killed run left
MOST_LINKS = 40  # as many as Linux follows

_unfinished: set[Path] = set()  # temporary files of this process


def is_pipe(output: str | None) -> bool:
    """Whether `output`, as for `open_sink`, is a pipe or socket to another program."""
    try:
        status = os.fstat(1) if output in (None, "-") else os.stat(output)
    except OSError:
        return False
    return stat.S_ISFIFO(status.st_mode) or stat.S_ISSOCK(status.st_mode)


def is_replaceable(output: str) -> bool:
    """Whether a name is that of a file, or of nothing yet: no device, pipe or descriptor."""
    return (not os.path.exists(output) or os.path.isfile(output)) and not _descriptor(output)


def _descriptor(path: str) -> re.Match[str] | None:
    """Return the name of the open descriptor that a path leads to, as /dev/stdout does.

    The real path of such a name is that of the file behind it, which other programs may be writing.
    """
    for _ in range(MOST_LINKS):
        folder, name = os.path.split(os.path.abspath(path))
        path = os.path.join(os.path.realpath(folder), name)
        if found := DESCRIPTOR.fullmatch(path):
            return found
        if not os.path.islink(path):
            return None
        path = os.path.join(os.path.dirname(path), os.readlink(path))
    return None


def _open_through(output: str) -> BinaryIO:
    """Open what cannot be replaced; a descriptor goes on where it stands, without truncation."""
    found = _descriptor(output)
    if found is None:
        return open(output, "wb")
    if found[1] in (None, str(os.getpid())):
        return os.fdopen(os.dup(int(found[2])), "wb")
    return open(output, "ab")  # of another process


@contextmanager
def open_sink(output: str | None, keep: Callable[[], bool] = lambda: True) -> Iterator[Sink]:
    """Open `output`, or standard output for None or ``-``, as a function that writes bytes.

    A regular file is written to a temporary file beside it, which is atomically renamed at the end.
    A device, a pipe, or an open descriptor (/dev/stdout) is written as it stands.
    If the block raises, or `keep` returns False at its end, an existing file is left unchanged.
    Raises OutputError; BrokenPipeError if the reader has closed the pipe.
    """
    if output in (None, "-"):
        if sys.stdout is None:
            raise OutputError("cannot write standard output: it is closed")
        yield _sink(sys.stdout.buffer, "standard output", flush=True)
        return
    if not output:
        raise UsageError("the name of the output file is empty")
    if output.endswith("/"):
        raise OutputError(f"cannot write {output}: it names a folder")
    target = Path(os.path.realpath(output))
    if not is_replaceable(output):
        if target.is_dir():
            raise OutputError(f"cannot write {output}: it is a folder")
        with os_errors(output), _open_through(output) as file:
            yield _sink(file, output, flush=True)
        return
    with atomic(target, keep) as file:
        yield _sink(file, output, flush=False)


@contextmanager
def atomic(target: Path, keep: Callable[[], bool] = lambda: True) -> Iterator[BinaryIO]:
    """Open a temporary file that is renamed to `target` if the block succeeds and `keep` agrees.

    Raises OutputError, also for a device, a pipe or a folder.
    """
    if not is_replaceable(str(target)):
        raise OutputError(f"cannot write {target}: it is no regular file")
    # The name is chosen before the file is created, so that an interrupt at any time removes it.
    stem = f".{target.stem[:50]}."  # the name is at most 255 bytes
    name = target.parent / f"{stem}{os.urandom(4).hex()}"
    file = None
    try:
        _remove_stale(target.parent, stem)
        _unfinished.add(name)
        with os_errors(target):
            file = open(name, "xb", opener=partial(os.open, mode=0o600))  # noqa: SIM115
        with suppress(OSError):  # a file system without locks
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield file
        with os_errors(target):
            file.flush()
            os.fsync(file.fileno())
            file.close()
            if keep():
                os.chmod(name, _mode(target))
                os.replace(name, target)
    finally:
        with suppress(OSError):
            if file:
                file.close()
        with suppress(OSError):
            name.unlink()
        _unfinished.discard(name)


def _remove_stale(folder: Path, stem: str) -> None:
    """Remove temporary files that a killed run left: nobody holds their lock any more."""
    found: list[str] = []
    with suppress(OSError), os.scandir(folder) as entries:
        named = re.compile(re.escape(stem) + r"[0-9a-f]{8}")
        found = [entry.path for entry in entries if named.fullmatch(entry.name)]
    for path in found:
        with suppress(OSError), open(path, "rb") as file:
            if time.time() - os.fstat(file.fileno()).st_mtime > STALE:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                os.unlink(path)


def discard_unfinished() -> None:
    """Remove the temporary files of this process, which is about to exit without any cleanup."""
    for name in list(_unfinished):
        with suppress(OSError):
            name.unlink()


def _mode(target: Path) -> int:
    """Return the permissions of the file to be replaced, or those of a new file."""
    if target.exists():
        return target.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _sink(file: BinaryIO, name: str, *, flush: bool) -> Sink:
    def write(line: bytes) -> None:
        with os_errors(name):
            file.write(line)
            if flush:
                file.flush()

    return write


@contextmanager
def os_errors(name: object) -> Iterator[None]:
    """Convert an OSError inside the block to an OutputError that names the file."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"cannot write {name}: {error.strerror}") from None
