"""caption: describe in words what a span shows and what is said in it."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Any

from vtk.caption.methods import METHODS
from vtk.errors import MediaError, ModelError, UsageError
from vtk.passages import was_examined
from vtk.pipeline import failure, fill_missing, group_by_video, map_spans
from vtk.span import Span
from vtk.videos import Errors, takes_videos

if TYPE_CHECKING:
    from vtk.caption.options import CaptionOptions
    from vtk.models.llm.prompt import LanguageModel
    from vtk.store.journal import ResumeJournal


@takes_videos
def caption(
    spans: Iterable[Span],
    *,
    method: str | None = None,
    language: str | None = None,
    model: "LanguageModel | None" = None,
    options: "CaptionOptions | None" = None,
    journal: "ResumeJournal | None" = None,
    errors: Errors = "record",
) -> Iterator[Span]:
    """Yield each span with `caption`, and with the fields that the caption was made from.

    A whole video is split into shots first, and keyframes are picked where a span has none; with
    the layout `none`, it is split between sentences, and nothing is decoded.
    Without a model, `facts` reports measurements; `language` (ISO 639) selects the subtitles.
    With `options.tags`, and neither method nor model, existing captions are kept.
    With `options.names`, things keep one name throughout a video; with `options.long`, one text
    describes the whole video. Both hold the spans of one video in memory at a time.
    Every method but `facts` asks the model, as `options` say (default: `plain`). Spans found in
    `journal` are taken from it. Raises UsageError for an unknown method or a missing model.
    """
    only_tags = options is not None and bool(options.tags) and method is None and model is None
    method = method or ("plain" if model else "facts")
    chosen = METHODS.load(method)
    if chosen.ask is None:
        measure = partial(_measured, language=language)
        if only_tags:
            measured = fill_missing(
                spans, lambda span: span.is_whole_video or "caption" not in span, measure
            )
        else:
            measured = measure(spans)
        yield from _tagged(measured, options) if options and options.tags else measured
        return
    if model is None:
        raise UsageError(f"the method {method} needs a model: --model NAME or --endpoint URL")
    from vtk.caption.long import long_captions
    from vtk.caption.names import unify_names
    from vtk.caption.options import CaptionOptions
    from vtk.caption.written import caption_with_model
    from vtk.split import with_shots

    options = options or CaptionOptions()
    if not chosen.prompts:
        options = replace(options, frames=replace(options.frames, layout="none"))
    shown = options.frames.layout
    if not chosen.templates(shown):
        raise UsageError(f"the method {method} is about pictures, and the layout none shows none")
    options_of_split: dict[str, Any] = {"by": "speech"} if shown == "none" else {}
    if chosen.block:
        options_of_split["every"] = chosen.block
    parts = with_shots(spans, **options_of_split)
    found = caption_with_model(parts, model, method, chosen, options, journal)
    own = options.context.prompts
    if options.names:
        found = unify_names(found, model, own)
    if options.long:
        language = options.context.language
        found = long_captions(found, model, own, options.long, options.sampling, language)
    yield from found


def _measured(spans: Iterable[Span], language: str | None) -> Iterator[Span]:
    from vtk.caption.facts import Captioner
    from vtk.keyframes import with_keyframes
    from vtk.media.video import VideoCache

    with VideoCache() as latest:
        captioner = Captioner(latest, language)

        def work(span: Span) -> Iterator[Span]:
            yield captioner(span).with_provenance("caption", "facts")

        yield from map_spans("caption", with_keyframes(spans), work)


def _tagged(spans: Iterable[Span], options: "CaptionOptions") -> Iterator[Span]:
    from vtk.caption.tags import ClipTagger
    from vtk.prompting.loader import FrameLoader

    if options.clip is None:
        raise UsageError("--tags needs a model: --model NAME or --clip NAME")
    tags_of = ClipTagger(options.clip, options.tags)
    for loaded in FrameLoader("caption", options.frames, options.context.subtitles)(spans):
        span = loaded.span
        if not loaded.passed:
            pictures = [picture for _, picture in loaded.frames]
            try:
                found = tags_of(pictures)
            except ModelError as error:
                yield failure("caption", span, error)
                continue
            tagged = Span({**span, **found})
            span = tagged.with_provenance(
                "caption", "tags", model=options.clip.name, sha256=options.clip.sha256
            )
        yield span


def with_captions(
    spans: Iterable[Span], *, timed: bool = False, language: str | None = None
) -> Iterator[Span]:
    """Yield the spans in order, captioned with the defaults where they have no text fields yet.

    Files without pictures, of sound or of subtitles, are divided into windows of speech instead.
    A span whose text fields exist but are empty is left alone: it was examined before, and its
    video may not be available. With `timed`, spans without an end are captioned as well, which
    gives them times.
    """

    def lacks(span: Span) -> bool:
        return not was_examined(span) or (timed and "end" not in span)

    return fill_missing(spans, lacks, partial(_told, language=language))


def _told(spans: Iterable[Span], language: str | None) -> Iterator[Span]:
    """Caption spans; divide those of files without pictures by what is said."""
    from vtk.split import split

    for pictured, run in groupby(spans, _has_pictures):
        if pictured:
            yield from caption(run, language=language)
        else:
            yield from split(run, by="speech", language=language)


def _has_pictures(span: Span) -> bool:
    from vtk.media.container.timing import has_pictures

    with suppress(MediaError):  # a file that cannot be opened is told of where it is read
        return has_pictures(span.video)
    return True


def videos_with_captions(
    spans: Iterable[Span], *, language: str | None = None
) -> Iterator[list[Span]]:
    """Yield the spans of each video, captioned if none has text fields or if one has no end.

    Otherwise spans without text fields stay as they are, so that the video is not reopened for
    each of them.
    """
    for group in group_by_video(spans):
        if any("end" not in span for span in group) or not any(map(was_examined, group)):
            group = list(with_captions(group, timed=True, language=language))
        yield group
