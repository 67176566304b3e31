"""embed: say what spans mean and look like as vectors, to search by."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from vtk.errors import UsageError
from vtk.span import Span
from vtk.videos import Errors, takes_videos

if TYPE_CHECKING:
    from vtk.models.embed.image_text import ImageTextModel
    from vtk.models.embed.text_model import TextModel
    from vtk.store.journal import ResumeJournal

log = logging.getLogger("vtk")


@takes_videos
def embed(
    spans: Iterable[Span],
    *,
    embedder: "TextModel | None" = None,
    clip: "ImageTextModel | None" = None,
    signature: bool = False,
    pooled: bool = False,
    language: str | None = None,
    journal: "ResumeJournal | None" = None,
    errors: Errors = "record",
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
    order results come. What an earlier run finished is taken from `journal`, which is given each
    record as it comes. Raises UsageError if there is no model, MissingError for a server that is
    gone.
    """
    if embedder is None and clip is None and not signature:
        raise UsageError(
            "what is to embed? --embedder NAME embeds words, --clip NAME pictures (vtk models list)"
        )
    from vtk.embed.looks import embed_looks
    from vtk.embed.texts import embed_words

    found = iter(spans)
    if journal is not None:
        models = {"looks": clip, "words": embedder}
        found = _resumed(found, journal, models, signature, pooled)
    if clip is not None:
        found = embed_looks(found, clip, pooled)
    if embedder is not None:
        found = embed_words(found, embedder, pooled, language)
    if signature:
        found = with_signatures(found)
    for span in found:
        if journal is not None:
            journal.append(span)
        yield span


def _resumed(
    spans: Iterable[Span],
    journal: "ResumeJournal",
    models: "Mapping[str, ImageTextModel | TextModel | None]",
    signature: bool,
    pooled: bool,
) -> Iterator[Span]:
    """Yield the spans that are to be embedded, those that are finished as they were written."""
    from vtk.embed.resume import resumed
    from vtk.embedding import SIGNATURE
    from vtk.media.image.signature import MODEL
    from vtk.passages import was_examined
    from vtk.pipeline import fill_missing
    from vtk.split import split

    sources = {(of, m.name, m.sha256, pooled) for of, m in models.items() if m is not None}
    if signature:
        sources.add((SIGNATURE, MODEL, None, False))

    def becomes_shots(span: Span) -> bool:
        unread = models["words"] is not None and not was_examined(span)
        return span.is_whole_video and (models["looks"] is not None or unread)

    return resumed(fill_missing(spans, becomes_shots, split), journal, sources)


def with_signatures(spans: Iterable[Span]) -> Iterator[Span]:
    """Yield the spans in order, each with signatures of its frames, as `embed` gives them."""
    from vtk.embed.signatures import with_signatures as sign

    return sign(spans)


def source_of(span: Span, of: str, model: str, number: int) -> dict[str, Any]:
    """Return `t` in seconds or `text`, of which a vector of a span is, by its number."""
    from vtk.embed.source import source

    return source(span, of, model, number)


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
