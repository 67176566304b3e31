"""Download models from the hub into its cache, through huggingface_hub.

Data is written to ``blobs/<sha256>.incomplete``, from which the next download resumes after a kill;
the library (2.4) discards its own partial files. A file is moved into the cache only if its
SHA-256 is correct.
"""

import fcntl
import io
import logging
import os
import re
import shutil
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from vtk.errors import MissingError, OutputError
from vtk.models.hub.errors import hub_errors, is_unreachable, require_hub
from vtk.models.hub.files import Remote, blob_sha256, cached_path, remote_files, sha256
from vtk.output import os_errors

Progress = Callable[[str, int, int], None]
"""Told of a file or of what is done with it, of the bytes done and of all."""

PAUSES = (1.0, 5.0, 15.0)  # seconds before each retry in a row that made no progress
LARGEST = 50 * 10**9  # bytes; largest file that the hub serves over plain HTTP
PIECE = 2**20  # bytes per write
BUSY = (408, 429)  # HTTP statuses after which the library waits and retries

log = logging.getLogger("vtk")


@dataclass(frozen=True)
class Fetched:
    """A file that is now in the cache; `new` tells whether it has just been downloaded."""

    file: str
    path: Path
    sha256: str | None
    new: bool


def pull(name: str, progress: Progress = lambda *_: None) -> Iterator[Fetched]:
    """Download the files of a model that are missing or outdated, and yield all its files.

    Raises MissingError if the hub cannot be reached or does not have the file, or if the SHA-256
    is wrong; OutputError if the cache cannot be written; UsageError for a local file.
    """
    require_hub()
    for remote in remote_files(name):
        with _quiet(), hub_errors(remote):
            fetched = _fetched(remote, progress)
        yield fetched


def _fetched(remote: Remote, progress: Progress) -> Fetched:
    from huggingface_hub import get_hf_file_metadata, hf_hub_download, hf_hub_url

    url = hf_hub_url(remote.repo, remote.file, revision=remote.revision)
    try:
        found = get_hf_file_metadata(url)
    except Exception as error:
        path = cached_path(remote) if is_unreachable(error) else None
        if not path:
            raise
        return Fetched(remote.file, path, blob_sha256(path), new=False)
    digest = found.etag if re.fullmatch("[0-9a-f]{64}", found.etag or "") else None
    if remote.sha256 and digest and remote.sha256 != digest:
        raise MissingError(
            f"{remote.file} in {remote.repo} is not the file in the catalog: its SHA-256 "
            f"is {digest}, not {remote.sha256}"
        )
    new = False
    if digest:
        headers = _utils().build_hf_headers()
        if urlsplit(found.location).netloc != urlsplit(url).netloc:
            headers.pop("authorization", None)  # a signed URL on another host rejects our token
        new = _blob(remote, digest, found.size, found.location, headers, progress)
    # Links the blob to its file name; downloads small files, for which there is no SHA-256.
    path = Path(hf_hub_download(remote.repo, remote.file, revision=remote.revision))
    return Fetched(remote.file, path, digest, new)


def _blob(
    remote: Remote,
    digest: str,
    size: int | None,
    url: str,
    headers: dict[str, str],
    progress: Progress,
) -> bool:
    """Download the file into the cache under its SHA-256; return False if it was there."""
    from huggingface_hub.constants import HF_HUB_CACHE

    # The cache layout documented by huggingface_hub.
    folder = Path(HF_HUB_CACHE, "models--" + remote.repo.replace("/", "--"), "blobs")
    blob, part = folder / digest, folder / f"{digest}.incomplete"
    if blob.exists():
        return False
    with os_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        file = _Part(part, remote.file, size, progress)
    with file:
        _lock(file)
        if blob.exists():  # the process that held the lock has downloaded it
            return False
        _download(file, url, headers, size)
        file.flush()
        found = sha256(part, lambda done, total: progress(f"checking {remote.file}", done, total))
        if found != digest:
            part.unlink()
            raise MissingError(
                f"{remote.file} arrived with the SHA-256 {found} instead of {digest}; "
                "it was removed: fetch it again"
            )
        with os_errors(blob):
            os.replace(part, blob)
    return True


class _Part(io.FileIO):
    """A partial download, open for appending, that reports progress on each write."""

    def __init__(self, path: Path, name: str, size: int | None, progress: Progress) -> None:
        super().__init__(path, "ab")
        self.shown, self.size, self.progress = name, size or 0, progress

    def write(self, data: Any, /) -> int:
        with os_errors(self.name):
            count = super().write(data)
            if count < len(data):  # short write on a nearly full disk; the next one raises
                count += self.write(memoryview(data)[count:])
        self.progress(self.shown, self.tell(), self.size)
        return count


def _download(file: _Part, url: str, headers: dict[str, str], size: int | None) -> None:
    """Download the missing part of a file, resuming after connection failures."""
    done = file.seek(0, os.SEEK_END)
    if size is not None and done > size:
        done = file.truncate(0)
    _room(file, (size or 0) - done)
    if size is not None and size > LARGEST:
        raise MissingError(f"{file.shown} is too large for vtk: `hf download` fetches it")
    headers = headers | {"Accept-Encoding": "identity"}  # compression would change byte offsets
    pauses = iter(PAUSES)
    while size is None or done < size:
        try:
            _append(file, url, headers, done)
            if size not in (None, file.tell()):
                raise OSError("another size than was promised")
            return
        except Exception as error:
            before, done = done, file.tell()
            pauses = iter(PAUSES) if done > before else pauses
            pause = next(pauses, None) if is_unreachable(error) else None
            if pause is None:
                raise
            time.sleep(pause)


def _append(file: _Part, url: str, headers: dict[str, str], done: int) -> None:
    """Append the response body from byte `done` on."""
    from huggingface_hub.constants import HF_HUB_DOWNLOAD_TIMEOUT

    if done:
        headers = headers | {"Range": f"bytes={done}-"}
    with _utils().http_stream_backoff(
        "GET",
        url,
        headers=headers,
        timeout=HF_HUB_DOWNLOAD_TIMEOUT,
        retry_on_exceptions=(),
        retry_on_status_codes=BUSY,
    ) as response:
        _utils().hf_raise_for_status(response)
        if done and response.status_code == 200:  # the server ignored Range and sends it all
            file.truncate(0)
        for piece in response.iter_bytes(PIECE):
            file.write(piece)


def _lock(file: _Part) -> None:
    """Lock the file, waiting while another vtk process downloads it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        log.info("another vtk is fetching %s: waiting for it", file.shown)
        fcntl.flock(file, fcntl.LOCK_EX)
    except OSError:  # a file system without locks
        pass


def _room(file: _Part, needed: int) -> None:
    """Raise OutputError if the disk has less than `needed` bytes free."""
    folder = Path(str(file.name)).parent
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise OutputError(
            f"cannot write {folder}: {file.shown} needs {needed / 1e9:.1f} GB more, "
            f"{free / 1e9:.1f} GB are free"
        )


@contextmanager
def _quiet() -> Iterator[None]:
    """Suppress the progress bars, warnings and log of huggingface_hub: vtk has its own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _utils().disable_progress_bars()
        _utils().logging.set_verbosity_error()
        yield


def _utils() -> Any:
    return import_module("huggingface_hub.utils")
