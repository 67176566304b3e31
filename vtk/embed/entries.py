"""Which embeddings a span has already, and those it gets."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vtk.embedding import pack
from vtk.entries import EmbeddingEntry, KeyframeEntry, MadeEntry
from vtk.span import Span


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


def changed_since(span: Span, model: Named, commands: Sequence[str]) -> bool:
    """Whether `made` says that one of the commands came after the span was embedded."""
    made: list[MadeEntry] = span.get("made", [])
    for entry in reversed(made):
        if entry["by"] == "vtk embed" and entry.get("model") == model.name:
            return False
        if entry["by"] in commands:
            return any(each.get("model") == model.name for each in made)
    return False


def added(
    holder: Span | KeyframeEntry, of: str, model: Named, vectors: NDArray[np.float32]
) -> list[EmbeddingEntry]:
    """The entries of a span or a keyframe, with these vectors in place of any by that name."""
    entries: list[EmbeddingEntry] = holder.get("embedding", [])
    kept = [entry for entry in entries if (entry["of"], entry["model"]) != (of, model.name)]
    return [*kept, pack(vectors, of, model.name, model.sha256)]


def mean(vectors: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """The unit vector (dim,) in the direction of the mean of unit vectors."""
    found: NDArray[np.float32] = np.mean(vectors, axis=0, dtype=np.float32)
    return found / np.float32(max(float(np.linalg.norm(found)), 1e-12))
