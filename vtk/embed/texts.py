"""The words of spans: vectors of their texts by a text embedder, or their mean.

What is told (title, summary, caption), what is said and what is written on screen are embedded
apart, since the vector of a mixture is near to none of them. Long texts are divided between
passages and sentences.
"""

import logging
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from vtk.caption import with_captions
from vtk.embed.batches import COMMAND, embed_batches
from vtk.embed.entries import added, checksum, is_embedded, mean, without_stale
from vtk.embedding import WORDS, entries
from vtk.models.embed.text_model import TextModel
from vtk.passages import passages
from vtk.span import Span
from vtk.text import join_texts, sentences, word_count

log = logging.getLogger("vtk")

MOST = 120  # words of a chunk, some 160 tokens: few text embedders were trained on more than 256
LETTERS = 6  # characters that count as one word at least: addresses and numbers are many tokens


def embed_words(
    spans: Iterable[Span], model: TextModel, pooled: bool, language: str | None
) -> Iterator[Span]:
    """Yield the spans in order, with a vector of each of their texts, or with one of all."""
    wordless = 0

    def texts(span: Span) -> Iterator[str]:
        nonlocal wordless
        if is_embedded(span, WORDS, model):
            return
        found = chunks(span)
        wordless += not found
        yield from found

    def result(span: Span, vectors: list[NDArray[np.float32]]) -> Span:
        new = Span(span)
        kept = np.stack([mean(vectors)] if pooled else vectors)
        new["embedding"] = added(span, WORDS, model, kept, checksum(chunks(span)))
        made = {"of": WORDS, "model": model.name, "sha256": model.sha256}
        return new.with_provenance(COMMAND, **made, pooled=pooled or None)

    captioned = with_captions(spans, language=language)
    current = (_without_stale(span, model.name) for span in captioned)
    yield from embed_batches(current, texts, model.documents, result)
    if wordless:
        log.warning("spans without words, which have no embedding of words: %d", wordless)


def _without_stale(span: Span, model: str) -> Span:
    """The span less the vectors of words that it no longer has."""
    if span.failed or not any(entry["model"] == model for entry in entries(span, WORDS)):
        return span
    return without_stale(span, WORDS, model, checksum(chunks(span)))


def chunks(span: Span) -> list[str]:
    """The texts of a span as they are embedded, at most MOST words each.

    First what is told (titles, summaries, captions), then what is said, then what is written, each
    in order of time and as many passages together as fit. A text says nothing twice.
    """
    kinds: dict[str, dict[str, None]] = {"told": {}, "speech": {}, "screen_text": {}}
    for passage in passages(span):
        kinds.get(passage.source, kinds["told"])[passage.text] = None
    return [chunk for kind in kinds.values() for chunk in _joined(kind)]


def _joined(texts: Iterable[str]) -> Iterator[str]:
    """Join texts that follow each other, and divide those that are too long."""
    chunk: list[str] = []
    room = MOST
    for piece in (piece for text in texts for piece in _pieces(text)):
        room -= _size(piece)
        if chunk and room < 0:
            yield join_texts(chunk)
            chunk, room = [], MOST - _size(piece)
        chunk.append(piece)
    if chunk:
        yield join_texts(chunk)


def _pieces(text: str) -> Iterator[str]:
    """Divide a text that is too long into sentences, and these into equal parts."""
    if _size(text) <= MOST:
        yield text
        return
    for sentence in sentences(text):
        yield from _halved(sentence)


def _halved(text: str) -> Iterator[str]:
    """Divide a text in two, between words if there are any, until the parts fit."""
    if _size(text) <= MOST:
        yield text
        return
    space = text.rfind(" ", len(text) // 4, len(text) * 3 // 4)
    middle = space if space > 0 else len(text) // 2
    yield from _halved(text[:middle].strip())
    yield from _halved(text[middle:].strip())


def _size(text: str) -> int:
    return max(word_count(text), len(text) // LETTERS)
