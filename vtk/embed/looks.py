"""The looks of spans: a vector of each keyframe by an image-text model, or their mean."""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from vtk.embed.batches import COMMAND, embed_batches
from vtk.embed.entries import added, checksum, is_embedded, mean, without_stale
from vtk.embedding import LOOKS, entries
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
        new = Span(without_stale(span, LOOKS, model.name))
        keyframes = [without_stale(each, LOOKS, model.name) for each in span["keyframes"]]
        if pooled:
            new["embedding"] = added(span, LOOKS, model, mean(vectors), _of(keyframes))
        else:
            for number, vector in zip(_by_time(keyframes), vectors, strict=True):
                each = keyframes[number]
                found = added(each, LOOKS, model, vector, _of([each]))
                keyframes[number] = {**each, "embedding": found}
        new["keyframes"] = keyframes
        made = {"of": LOOKS, "model": model.name, "sha256": model.sha256}
        return new.with_provenance(COMMAND, **made, pooled=pooled or None)

    with VideoCache() as latest:
        current = (_without_stale(span, model.name) for span in with_keyframes(spans))
        yield from embed_batches(current, pictures, model.images, result)


def _is_embedded(span: Span, model: ImageTextModel) -> bool:
    """Whether the span or each of its keyframes has a vector by the model."""
    return is_embedded(span, LOOKS, model) or all(
        is_embedded(keyframe, LOOKS, model) for keyframe in span["keyframes"]
    )


def _without_stale(span: Span, model: str) -> Span:
    """The span less the vectors of frames at other times than those of its keyframes."""
    if span.failed or not any(entry["model"] == model for entry in entries(span, LOOKS)):
        return span
    found: list[KeyframeEntry] = span["keyframes"]
    keyframes = [without_stale(each, LOOKS, model, _of([each])) for each in found]
    return Span({**without_stale(span, LOOKS, model, _of(found)), "keyframes": keyframes})


def _of(keyframes: list[KeyframeEntry]) -> str:
    """The checksum of an embedding of these frames: the times say which they are."""
    return checksum(sorted(keyframe["t"] for keyframe in keyframes))


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
