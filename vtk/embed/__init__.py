"""embed: say what spans mean and look like as vectors, to search by."""

import logging
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from vtk.errors import UsageError
from vtk.span import Span

if TYPE_CHECKING:
    from vtk.models.embed.image_text import ImageTextModel
    from vtk.models.embed.text_model import TextModel

log = logging.getLogger("vtk")


def embed(
    spans: Iterable[Span],
    *,
    embedder: "TextModel | None" = None,
    clip: "ImageTextModel | None" = None,
    signature: bool = False,
    pooled: bool = False,
    language: str | None = None,
) -> Iterator[Span]:
    """Yield each span with `embedding`: of its words by `embedder`, of its keyframes by `clip`.

    With `clip`, whole videos are split into shots, spans without keyframes get them, and each
    keyframe gets a vector; `pooled` gives the span one vector instead, their mean. With
    `embedder`, spans without text fields are captioned (`language`, ISO 639, selects subtitles),
    and the span gets a vector of each of its texts (`vtk.embed.texts.chunks`), or their mean. A
    span without words gets none; a warning counts them.

    With `signature`, the span gets two vectors a second of what its frames look like, by which
    copies are found; no model is needed, and a whole video stays one span.

    What the same model (name and weights) embedded already is kept, and no file is opened for it,
    unless its texts or its frames are others now, which the `checksum` of an entry tells. Entries
    without a checksum and those of other models stay. Batches are filled across spans, in whose
    order results come. Raises UsageError if there is no model, MissingError for a server that is
    gone.
    """
    if embedder is None and clip is None and not signature:
        raise UsageError(
            "what is to embed? --embedder NAME embeds words, --clip NAME pictures (vtk models list)"
        )
    from vtk.embed.looks import embed_looks
    from vtk.embed.texts import embed_words

    found = iter(spans)
    if clip is not None:
        found = embed_looks(found, clip, pooled)
    if embedder is not None:
        found = embed_words(found, embedder, pooled, language)
    if signature:
        found = with_signatures(found)
    yield from found


def with_signatures(spans: Iterable[Span]) -> Iterator[Span]:
    """Yield the spans in order, each with signatures of its frames, as `embed` gives them."""
    from vtk.embed.signatures import with_signatures as sign

    return sign(spans)


def with_embeddings(
    spans: Iterable[Span],
    *,
    embedder: "TextModel | None" = None,
    clip: "ImageTextModel | None" = None,
    language: str | None = None,
) -> Iterator[Span]:
    """Yield the spans in order, embedded by each given model that did not embed them yet."""
    if embedder is None and clip is None:
        return iter(spans)
    return embed(spans, embedder=embedder, clip=clip, language=language)
