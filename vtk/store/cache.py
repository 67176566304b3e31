"""What was found out about a file, kept between runs: arrays in the user's cache folder.

The folder is `$VTK_CACHE`, else `$XDG_CACHE_HOME/vtk`, else `~/.cache/vtk`. Deleting it, or any
file in it, costs only the time to find out again; so does a folder that cannot be written, or a
file in it that is damaged. What was used longest ago goes when the whole outgrows MOST bytes.
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from vtk.errors import OutputError
from vtk.output import atomic

MOST = 256 * 2**20  # bytes of all files together
SAMPLE = 2**18  # bytes at the head, in the middle and at the tail of a file that name its content


def folder() -> Path:
    """Where the files are kept."""
    if named := os.environ.get("VTK_CACHE"):
        return Path(named)
    return Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "vtk")


def fingerprint(path: str) -> str:
    """A name for what a file holds: of its size and of SAMPLE bytes at three places.

    A copy has the same. So has a file that was changed elsewhere without a change of its size:
    nothing may be kept by it that would do harm then. Raises OSError.
    """
    import hashlib  # loads OpenSSL, which few commands need

    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        digest = hashlib.sha256(str(size).encode())
        for place in (0, (size - SAMPLE) // 2, size - SAMPLE):
            file.seek(max(place, 0))
            digest.update(file.read(SAMPLE))
    return digest.hexdigest()[:32]


def load(kind: str, name: str) -> dict[str, NDArray[Any]] | None:
    """The arrays kept under a name, or None. `kind` says what they are, and in which version."""
    path = _path(kind, name)
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {key: file[key] for key in file.files}
        os.utime(path)  # used now
    except Exception:  # whatever a file that is missing, cut off or made by others leads to
        return None
    return arrays


def save(kind: str, name: str, **arrays: NDArray[Any]) -> None:
    """Keep arrays of numbers under a name, where that is possible."""
    path = _path(kind, name)
    with suppress(OSError, OutputError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with atomic(path) as file:
            np.savez_compressed(file, **cast(Any, arrays))
        _make_room(path.parent)


def _path(kind: str, name: str) -> Path:
    return folder() / f"{kind}-{name}.npz"


def _make_room(home: Path) -> None:
    """Remove the files used longest ago until the rest is within the bounds."""
    known = sorted(
        ((status := path.stat()).st_mtime, status.st_size, path) for path in home.glob("*.npz")
    )
    over = sum(size for _, size, _ in known) - MOST
    for _, size, path in known:
        if over <= 0:
            break
        path.unlink(missing_ok=True)
        over -= size
