"""What a vector of a span was made of: a frame at a time, or a text."""

from typing import Any

from vtk.embed.entries import checksum
from vtk.embed.texts import chunks
from vtk.embedding import WORDS, unpack
from vtk.entries import EmbeddingEntry, KeyframeEntry
from vtk.span import Span


def source(span: Span, of: str, model: str, number: int) -> dict[str, Any]:
    """Return `t` in seconds or `text` of a vector, by its number in `vtk.embedding.vectors_of`.

    It is empty for a mean, and for texts that are no longer those of the span.
    """
    keyframes: list[KeyframeEntry] = span.get("keyframes", [])
    for holder in (span, *keyframes):
        found: list[EmbeddingEntry] = holder.get("embedding", [])
        for entry in found:
            if (entry["of"], entry["model"]) != (of, model):
                continue
            count = len(unpack(entry))
            if number >= count:
                number -= count
            elif holder is not span:
                return {"t": holder["t"]}
            elif of == WORDS and len(texts := chunks(span)) == count:
                current = entry.get("checksum") in (None, checksum(texts))
                return {"text": texts[number]} if current else {}
            else:
                return {}
    return {}
