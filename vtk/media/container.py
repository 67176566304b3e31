"""Opening media files: local paths never taken for protocols, errors in one sentence."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager

import av
from av.container import InputContainer

from vtk.errors import OpenError
from vtk.span import local_path

NETWORK_TIMEOUT = 30.0  # seconds


@contextmanager
def open_container(video: str) -> Iterator[InputContainer]:
    """The container behind the ``video`` of a span. Raises OpenError in one clear sentence."""
    path = local_path(video)
    if path is not None:
        _check_file(path)
    # A local path gets the protocol `file:`, or FFmpeg would read "talk: part 1.mp4" as one.
    name = video if path is None else f"file:{path}"
    try:
        # metadata_errors: tags in old encodings are shown with replacement characters.
        container = av.open(
            name, metadata_errors="replace", timeout=NETWORK_TIMEOUT if path is None else None
        )
    except (av.FFmpegError, OSError, ValueError, UnicodeError) as error:
        raise OpenError(f"cannot open: {_reason(error)}") from None
    with container:
        yield container


def seekable(video: str) -> bool:
    """Whether it can be opened again: false of a pipe, which gives its bytes once."""
    path = local_path(video)
    try:
        return path is None or stat.S_ISREG(os.stat(path).st_mode)
    except (OSError, ValueError):
        return False


def _check_file(path: str) -> None:
    try:
        status = os.stat(path)
    except ValueError:
        raise OpenError("cannot open: not the name of a file") from None
    except OSError as error:
        raise OpenError(f"cannot open: {error.strerror}") from None
    if stat.S_ISDIR(status.st_mode):
        raise OpenError(
            f"cannot open: it is a folder; list its files, as in "
            f"find {path} -name '*.mp4' | vtk split"
        )
    if stat.S_ISREG(status.st_mode) and status.st_size == 0:
        raise OpenError("cannot open: the file is empty")
    if not os.access(path, os.R_OK):
        raise OpenError("cannot open: Permission denied")


def _reason(error: Exception) -> str:
    if isinstance(error, av.InvalidDataError):
        return "not a media file that FFmpeg can read, or damaged at its start"
    return getattr(error, "strerror", None) or str(error)
