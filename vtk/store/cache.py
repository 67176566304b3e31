"""A cache of arrays computed from files, in the user's cache folder.

The folder is `$VTK_CACHE`, else `$XDG_CACHE_HOME/vtk`, else `~/.cache/vtk`. Deleting it or any file
in it only costs the time to compute the data again; the same holds for a folder that is not
writable or a damaged file. When the cache outgrows MOST bytes, the least recently used files are
removed.
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from vtk.errors import OutputError
from vtk.output import atomic

MOST = 256 * 2**20  # bytes; most for all files together
SAMPLE = 2**18  # bytes hashed at the start, in the middle and at the end of a file


def folder() -> Path:
    """Return the cache folder."""
    if named := os.environ.get("VTK_CACHE"):
        return Path(named)
    return Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "vtk")


def fingerprint(path: str) -> str:
    """Return a hash of a file's size and of SAMPLE bytes at three places, as a cache key.

    A copy has the same fingerprint, but so has a file that was modified at other places without
    changing its size: cache only data for which that is harmless. Raises OSError.
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
    """Return the arrays cached under a name, or None. `kind` names their type and version."""
    path = _path(kind, name)
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            arrays = {key: file[key] for key in file.files}
        os.utime(path)  # mark as recently used
    except Exception:  # a missing, truncated or foreign file may raise anything
        return None
    return arrays


def save(kind: str, name: str, **arrays: NDArray[Any]) -> None:
    """Cache arrays of numbers under a name; does nothing if the cache cannot be written."""
    path = _path(kind, name)
    with suppress(OSError, OutputError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with atomic(path) as file:
            np.savez_compressed(file, **cast(Any, arrays))
        _make_room(path.parent)


def _path(kind: str, name: str) -> Path:
    return folder() / f"{kind}-{name}.npz"


def _make_room(home: Path) -> None:
    """Remove the least recently used files until at most MOST bytes are left."""
    known = sorted(
        ((status := path.stat()).st_mtime, status.st_size, path) for path in home.glob("*.npz")
    )
    over = sum(size for _, size, _ in known) - MOST
    for _, size, path in known:
        if over <= 0:
            break
        path.unlink(missing_ok=True)
        over -= size
