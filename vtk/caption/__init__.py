"""caption: what a span shows and says, in words."""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from vtk.caption.methods import METHODS
from vtk.errors import UsageError
from vtk.passages import was_examined
from vtk.pipeline import fill_missing, group_by_video, map_spans
from vtk.span import Span

if TYPE_CHECKING:
    from vtk.caption.options import CaptionOptions
    from vtk.models.llm.prompt import LanguageModel
    from vtk.store.journal import ResumeJournal


def caption(
    spans: Iterable[Span],
    *,
    method: str | None = None,
    language: str | None = None,
    model: "LanguageModel | None" = None,
    options: "CaptionOptions | None" = None,
    journal: "ResumeJournal | None" = None,
) -> Iterator[Span]:
    """Each span with `caption`, and with what the caption was made of.

    A whole video is split into shots first, and keyframes are picked where a span has none.
    Without a model, `facts` tells what is measured; `language` (ISO 639) chooses among subtitles.
    With `options.tags`, and neither method nor model, captions that are there stay as they are.
    With `options.names` things keep one name throughout a video, and with `options.long` one text
    tells all of it; both hold the spans of one video at a time.
    Every other method, by default `plain`, asks the model, by `options`; spans that `journal` has
    are taken from there. Raises UsageError for an unknown method and for one without its model.
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
    found = caption_with_model(with_shots(spans), model, method, chosen, options, journal)
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
    from vtk.caption.tags import tags_by_clip
    from vtk.prompting.loader import FrameLoader

    if options.clip is None:
        raise UsageError("--tags needs a model: --model NAME or --clip NAME")
    for loaded in FrameLoader("caption", options.frames, options.context.subtitles)(spans):
        span = loaded.span
        if loaded.frames:
            pictures = [picture for _, picture in loaded.frames]
            span |= tags_by_clip(options.clip, pictures, options.tags)
            span.with_provenance(
                "caption", "tags", model=options.clip.name, sha256=options.clip.sha256
            )
        yield span


def with_captions(
    spans: Iterable[Span], *, timed: bool = False, language: str | None = None
) -> Iterator[Span]:
    """The spans in order, captioned with the defaults where nobody looked for words so far.

    A span whose words are there and none is left alone: it was looked at, and its video may be
    elsewhere. With `timed`, spans without an end are captioned as well, which gives them times.
    """

    def lacks(span: Span) -> bool:
        return not was_examined(span) or (timed and "end" not in span)

    return fill_missing(spans, lacks, partial(caption, language=language))


def videos_with_captions(
    spans: Iterable[Span], *, language: str | None = None
) -> Iterator[list[Span]]:
    """The spans of each video, captioned where nobody looked for words in any of them.

    Spans that were not looked at in a video with others stay as they are: not to reopen a film
    for each of them.
    """
    for group in group_by_video(spans):
        if any("end" not in span for span in group) or not any(map(was_examined, group)):
            group = list(with_captions(group, timed=True, language=language))
        yield group
