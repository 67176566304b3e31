"""Which embeddings a span has already, and those it gets."""

from collections.abc import Iterable, Sequence
from copy import copy
from hashlib import sha256
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from vtk.embedding import pack
from vtk.entries import EmbeddingEntry, KeyframeEntry
from vtk.span import Span

Holder = TypeVar("Holder", Span, KeyframeEntry)


class Named(Protocol):
    """A model that vectors come from."""

    name: str

    @property
    def sha256(self) -> str | None:
        """The SHA-256 of the weights, if they are local."""


def is_embedded(holder: Span | KeyframeEntry, of: str, model: Named) -> bool:
    """Whether a span or a keyframe has an entry of these weights."""
    return any(_same(entry, of, model) for entry in holder.get("embedding", []))


def _same(entry: EmbeddingEntry, of: str, model: Named) -> bool:
    known = entry["of"] == of and entry["model"] == model.name
    return known and entry.get("sha256") == model.sha256


def checksum(of: Iterable[str | float]) -> str:
    """A short hash of what is embedded, texts or times in seconds, which tells when it changes."""
    told = [part if isinstance(part, str) else f"{part:.6f}" for part in of]
    return sha256("\0".join(told).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def without_stale(holder: Holder, of: str, model: str, now: str | None = None) -> Holder:
    """A span or a keyframe less the entries of a model that are not of the checksum `now`.

    Entries without a checksum are of other programs, which answer for them; without `now`, all go.
    """
    entries: list[EmbeddingEntry] = holder.get("embedding", [])
    kept = [
        entry
        for entry in entries
        if (entry["of"], entry["model"]) != (of, model)
        or (now is not None and entry.get("checksum", now) == now)
    ]
    if len(kept) == len(entries):
        return holder
    new = copy(holder)
    new["embedding"] = kept
    if not kept:
        del new["embedding"]
    return new


def added(
    holder: Holder, of: str, model: Named, vectors: NDArray[np.float32], now: str
) -> list[EmbeddingEntry]:
    """The entries of a span or a keyframe, with these vectors in place of any by that name.

    `now` is the checksum of what they were made of.
    """
    kept: list[EmbeddingEntry] = without_stale(holder, of, model.name).get("embedding", [])
    return [*kept, {**pack(vectors, of, model.name, model.sha256), "checksum": now}]


def mean(vectors: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """The unit vector (dim,) in the direction of the mean of unit vectors."""
    found: NDArray[np.float32] = np.mean(vectors, axis=0, dtype=np.float32)
    return found / np.float32(max(float(np.linalg.norm(found)), 1e-12))
