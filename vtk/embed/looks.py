"""The looks of spans: a vector of each keyframe by an image-text model, or their mean."""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from vtk.embed.batches import COMMAND, embed_batches
from vtk.embed.entries import added, changed_since, is_embedded, mean
from vtk.embedding import LOOKS
from vtk.entries import KeyframeEntry
from vtk.errors import MediaError
from vtk.keyframes import with_keyframes
from vtk.media.image.files import fitted
from vtk.media.video import Video, VideoCache
from vtk.models.embed.image_text import ImageTextModel
from vtk.models.llm.prompt import Picture
from vtk.span import Span

BOX = (448, 448)  # most width and height in pixels of a picture that a model scales down itself


def embed_looks(spans: Iterable[Span], model: ImageTextModel, pooled: bool) -> Iterator[Span]:
    """Yield the spans in order, with a vector of each keyframe, or with one of all of them."""

    def pictures(span: Span) -> Iterator[Picture]:
        if not _is_embedded(span, model):
            yield from _pictures(latest(span.video), span["keyframes"])

    def result(span: Span, vectors: list[NDArray[np.float32]]) -> Span:
        new = Span(span)
        if pooled:
            new["embedding"] = added(span, LOOKS, model, mean(vectors))
        else:
            keyframes: list[KeyframeEntry] = list(span["keyframes"])
            for number, vector in zip(_by_time(keyframes), vectors, strict=True):
                found = added(keyframes[number], LOOKS, model, vector)
                keyframes[number] = {**keyframes[number], "embedding": found}
            new["keyframes"] = keyframes
        made = {"of": LOOKS, "model": model.name, "sha256": model.sha256}
        return new.with_provenance(COMMAND, **made, pooled=pooled or None)

    with VideoCache() as latest:
        yield from embed_batches(with_keyframes(spans), pictures, model.images, result)


def _is_embedded(span: Span, model: ImageTextModel) -> bool:
    """Whether the span or each of its keyframes has a vector by the model."""
    if is_embedded(span, LOOKS, model):
        return not changed_since(span, model, ("vtk keyframes",))
    return all(is_embedded(keyframe, LOOKS, model) for keyframe in span["keyframes"])


def _by_time(keyframes: list[KeyframeEntry]) -> list[int]:
    return sorted(range(len(keyframes)), key=lambda number: keyframes[number]["t"])


def _pictures(video: Video, keyframes: list[KeyframeEntry]) -> Iterator[Picture]:
    """Yield the picture of each keyframe, in order of time. Raises MediaError if one is missing."""
    times = [keyframes[number]["t"] for number in _by_time(keyframes)]
    frames, aspect = video.frames_at(times), video.stream.sample_aspect_ratio
    for time in times:
        if (frame := next(frames, None)) is None:
            raise MediaError(f"no picture is shown at {time} s, where a keyframe is")
        yield fitted(frame.image, aspect, BOX)
