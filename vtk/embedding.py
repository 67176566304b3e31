"""The field `embedding`: unit vectors of a span or of a keyframe, as text.

An entry holds one vector or several of one model: base64 of little-endian float16, which keeps
cosines to about 0.001 in a quarter of the bytes of decimal numbers.
"""

import binascii
from base64 import b64decode, b64encode
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vtk.entries import EmbeddingEntry, KeyframeEntry
from vtk.errors import InputError
from vtk.span import Span

Vectors = NDArray[np.float32]  # (vectors, dim)

# What is embedded: texts by a text model, pictures by an image model, frames to find copies by.
WORDS, LOOKS, SIGNATURE = "words", "looks", "signature"


def unit(vectors: NDArray[Any]) -> NDArray[Any]:
    """Return vectors (…, dim) at length 1; zeros stay zeros."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.where(length == 0, 1, length))


def pack(vectors: NDArray[Any], of: str, model: str, sha256: str | None = None) -> EmbeddingEntry:
    """Return the entry of one vector (dim,), or of several (vectors, dim)."""
    values = np.ascontiguousarray(vectors, "<f2")
    text = b64encode(values.tobytes()).decode()
    entry: EmbeddingEntry = {"of": of, "model": model, "dim": values.shape[-1], "vectors": text}
    if sha256:
        entry["sha256"] = sha256
    return entry


def unpack(entry: EmbeddingEntry) -> Vectors:
    """Return the vectors of an entry: shape (vectors, dim). Raises InputError if it is broken."""
    dim = entry["dim"]
    try:
        raw = b64decode(entry["vectors"], validate=True)
        values = np.frombuffer(raw, "<f2").astype(np.float32).reshape(-1, dim)
    except (binascii.Error, ValueError):
        told = f"an embedding by {entry['model']} does not hold vectors of {dim} numbers"
        raise InputError(told) from None
    if not np.isfinite(values).all():
        raise InputError(f"an embedding by {entry['model']} has numbers that are not finite")
    return values


def entries(span: Span, of: str) -> Iterator[EmbeddingEntry]:
    """Yield the entries of a span and of its keyframes."""
    keyframes: list[KeyframeEntry] = span.get("keyframes", [])
    for holder in (span, *keyframes):
        found: list[EmbeddingEntry] = holder.get("embedding", [])
        yield from (entry for entry in found if entry["of"] == of)


def vectors_of(span: Span, of: str, model: str) -> Vectors:
    """All vectors of a span and of its keyframes by a model: shape (vectors, dim).

    Without any, the shape is (0, 0). Raises InputError if an entry is broken.
    """
    found = [unpack(entry) for entry in entries(span, of) if entry["model"] == model]
    if len({each.shape[1] for each in found}) > 1:
        raise InputError(f"embeddings by {model} differ in their number of dimensions")
    return np.concatenate(found) if found else np.zeros((0, 0), np.float32)
