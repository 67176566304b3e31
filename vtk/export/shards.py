"""Shards: numbered tar files of samples, each of which appears when it is complete."""

import io
import re
import tarfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from vtk.errors import OutputError
from vtk.media.image.files import make_folder
from vtk.output import atomic, os_errors

# The extension of a file in a tar file, and its content.
Part = tuple[str, bytes]

BLOCK = 512  # bytes; a tar member is one header block and whole blocks of content


class Shards:
    """Writes samples into 000000.tar, 000001.tar, … in a folder. A context manager.

    The same samples give the same bytes, as tar members have no times and no owners. If the
    ``with`` block raises, the shard that is not complete is dropped.
    """

    def __init__(self, folder: Path, samples: int, size: int, *, resume: bool = False) -> None:
        """A shard ends after `samples` samples, or before it would exceed `size` bytes.

        With `resume`, shards that are there stay, and others come after them. Raises OutputError if
        the folder cannot be made or, without `resume`, already holds shards.
        """
        make_folder(folder)
        self.folder, self.samples, self.size = folder, samples, size
        known = shards_in(folder)
        if known and not resume:
            raise OutputError(
                f"{folder} already holds shards: go on with --resume, or name another folder"
            )
        self._shards = max((int(path.stem) + 1 for path in known), default=0)
        self._held = self._bytes = 0
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with os_errors(self.folder):
            self._stack.__exit__(kind, error, trace)

    def add(self, key: str, parts: list[Part]) -> str:
        """Write the files KEY.EXTENSION of a sample; return the name of the shard they are in."""
        size = sum(BLOCK - (-len(content) // BLOCK) * BLOCK for _, content in parts)
        if self._held and (self._held >= self.samples or self._bytes + size > self.size):
            self._finish()
        with os_errors(self.folder):
            if not self._held:
                self._begin()
            for end, content in parts:
                self._tar.addfile(_member(f"{key}.{end}", len(content)), io.BytesIO(content))
        self._held += 1
        self._bytes += size
        return f"{self._shards:06d}.tar"

    def _begin(self) -> None:
        path = self.folder.resolve() / f"{self._shards:06d}.tar"
        file = self._stack.enter_context(atomic(path))
        self._tar = self._stack.enter_context(tarfile.TarFile(fileobj=file, mode="w"))

    def _finish(self) -> None:
        with os_errors(self.folder):
            self._stack.close()
        self._shards += 1
        self._held = self._bytes = 0


def shards_in(folder: Path) -> list[Path]:
    """Return the shards in a folder, in order. Raises OutputError if it cannot be read."""
    with os_errors(folder):
        names = [path for path in folder.iterdir() if re.fullmatch(r"\d{6,}\.tar", path.name)]
    return sorted(names, key=lambda path: int(path.stem))


class Place(NamedTuple):
    """Where the record of a sample is."""

    shard: Path
    offset: int  # bytes
    size: int

    def read(self) -> bytes:
        """The record. Raises OutputError."""
        with os_errors(self.shard), open(self.shard, "rb") as file:
            file.seek(self.offset)
            return file.read(self.size)


def samples_in(shard: Path) -> Iterator[tuple[str, Place]]:
    """Yield each key of a shard, and where its record is. Raises OutputError if it is damaged."""
    try:
        with os_errors(shard), tarfile.open(shard, "r:") as tar:
            for member in tar:
                key, _, end = member.name.partition(".")
                if end == "json":
                    yield key, Place(shard, member.offset_data, member.size)
    except tarfile.TarError as error:
        raise OutputError(f"{shard} is no whole shard ({error}): remove it") from None


def _member(name: str, size: int) -> tarfile.TarInfo:
    """The header of a tar member, with TarInfo's defaults: time 0, owner 0, mode 644."""
    info = tarfile.TarInfo(name)
    info.size = size
    return info
