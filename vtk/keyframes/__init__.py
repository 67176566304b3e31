"""keyframes: select the few frames that represent a span."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from vtk.errors import MediaError, UsageError
from vtk.keyframes.methods import METHODS
from vtk.pipeline import fill_missing, group_by_video, map_spans
from vtk.span import Span

if TYPE_CHECKING:
    from vtk.media.image.files import Box, Format
    from vtk.models.embed.image_text import ImageTextModel


@dataclass(frozen=True)
class Images:
    """Where and how images of the keyframes are written."""

    folder: Path
    format: "Format" = "jpg"
    size: "Box | None" = None  # most width and height in pixels; None keeps the video's
    quality: int = 85  # 1 to 100


def keyframes(
    spans: Iterable[Span],
    *,
    k: int | None = None,
    rate: float | None = None,
    budget: int | None = None,
    method: str = "sharp",
    min_gap: float = 0.0,
    distinct: bool = False,
    why: bool = False,
    clip: "ImageTextModel | None" = None,
    images: Images | None = None,
    sheet: Path | None = None,
    gif: Path | None = None,
) -> Iterator[Span]:
    """Yield each span with `keyframes` in time order; a whole video is split into shots first.

    The number is `k` per span (by default 1, but see `KeyframeMethod.default`), or `rate` per
    second, or `budget` for all spans of a video together; or all frames of a span that has fewer.
    `min_gap` is the least time in seconds between two keyframes of a span, which may leave fewer.
    With `distinct`, a near-duplicate of an earlier keyframe in the video is listed under that
    keyframe, in `same_as`. `why` adds measurements. `clip` compares frames by that model instead of
    colour and texture. With `budget` or `distinct`, the spans of a video are yielded together.

    `images` writes an image of each keyframe, `gif` an animation of each span into that folder,
    `sheet` contact sheets of all keyframes, the last of them at the end.

    Raises UsageError for invalid options, MissingError for a missing encoder, OutputError for an
    image that cannot be written.
    """
    METHODS.check(method)
    _check(k, rate, budget, min_gap)
    from vtk.keyframes.distinct import Distinct
    from vtk.keyframes.features import Clip, Colour
    from vtk.keyframes.pieces import choices
    from vtk.keyframes.record import KeyframeWriter
    from vtk.keyframes.sampler import SpanSampler
    from vtk.media.image import files
    from vtk.media.image.contact_sheet import Sheet
    from vtk.media.video import OUTSIDE, VideoCache
    from vtk.split import with_shots

    chosen = METHODS.load(method)
    features = Clip(clip) if clip else Colour()
    number = chosen.default if k is None else k
    origin = {"model": clip.name, "sha256": clip.sha256} if clip else {}
    if images is not None:
        files.check_format(images.format)
    for folder in (images.folder if images else None, gif):
        if folder is not None:
            files.make_folder(folder)
    recorder = KeyframeWriter(images, Sheet(sheet) if sheet else None, gif, why)
    with VideoCache() as latest:

        def work(share: int | None, kept: Distinct | None, span: Span) -> Iterator[Span]:
            view = SpanSampler.of(latest(span.video), span, features, min_gap)
            wanted = share if share is not None else number
            if rate:
                wanted = max(round(rate * (view.end - view.start)), 1)
            found = choices(view, chosen, wanted)
            if wanted and not found:
                raise MediaError(OUTSIDE)
            new = recorder.record(span, view, found, kept)
            yield new.with_provenance("keyframes", method, **origin)

        together = budget is not None or distinct
        shots = with_shots(spans)
        for group in group_by_video(shots) if together else ([span] for span in shots):
            shares = _shares(group, budget, min_gap) if budget else [None] * len(group)
            kept = Distinct(features) if distinct else None
            done = chain.from_iterable(
                map_spans("keyframes", [span], partial(work, share, kept))
                for span, share in zip(group, shares, strict=True)
            )
            yield from list(done) if distinct else done
    if recorder.sheet is not None:
        recorder.sheet.close()


def with_keyframes(spans: Iterable[Span]) -> Iterator[Span]:
    """Yield the spans in order, with default keyframes for spans that have none."""
    return fill_missing(
        spans, lambda span: span.is_whole_video or not span.get("keyframes"), keyframes
    )


def _check(k: int | None, rate: float | None, budget: int | None, min_gap: float) -> None:
    if sum(value is not None for value in (k, rate, budget)) > 1:
        raise UsageError("-k, --rate and --budget each say how many keyframes: give one of them")
    if k is not None and k < 1:
        raise UsageError("k must be at least 1")
    if budget is not None and budget < 1:
        raise UsageError("the budget must be at least 1 keyframe")
    if rate is not None and not 0 < rate <= 1000:
        raise UsageError("the rate must be above 0 and at most 1000 keyframes per second")
    if not 0 <= min_gap < float("inf"):
        raise UsageError("the gap between keyframes must be 0 seconds or more")


def _shares(group: list[Span], budget: int, gap: float) -> list[int | None]:
    """How many keyframes of the budget each span of a video gets; None for error records."""
    from vtk.keyframes.budget import divide

    good = [span for span in group if not span.failed]
    try:
        shares = iter(divide(good, budget, gap) if good else [])
    except (MediaError, OSError):
        return [1] * len(group)  # each span will fail with the same error in its own error record
    return [None if span.failed else next(shares) for span in group]
