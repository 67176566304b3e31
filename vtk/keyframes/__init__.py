"""keyframes: select the few frames that represent a span."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from vtk.errors import MediaError, UsageError
from vtk.keyframes.methods import METHODS
from vtk.keyframes.query import DEFAULT as BY_QUERY
from vtk.keyframes.query import Query
from vtk.keyframes.query.methods import QUERY_METHODS
from vtk.pipeline import fill_missing, group_by_video, map_spans
from vtk.span import Span
from vtk.videos import Errors, takes_videos

if TYPE_CHECKING:
    from vtk.keyframes.choosers import Chooser
    from vtk.media.image.contact_sheet import Sheet, Sheets
    from vtk.media.image.files import Box, Format
    from vtk.models.embed.image_text import ImageTextModel


@dataclass(frozen=True)
class Images:
    """Where and how images of the keyframes are written."""

    folder: Path
    format: "Format" = "jpg"
    size: "Box | None" = None  # most width and height in pixels; None keeps the video's
    quality: int = 85  # 1 to 100


@takes_videos
def keyframes(
    spans: Iterable[Span],
    *,
    k: int | None = None,
    rate: float | None = None,
    budget: int | None = None,
    method: str | None = None,
    query: Query | None = None,
    at: Sequence[float] | None = None,
    min_gap: float = 0.0,
    distinct: bool = False,
    why: bool = False,
    clip: "ImageTextModel | None" = None,
    images: Images | None = None,
    sheet: "Sheet | Sheets | Path | None" = None,
    gif: Path | None = None,
    errors: Errors = "record",
) -> Iterator[Span]:
    """Yield each span with `keyframes` in time order; a whole video is split into shots first.

    The number is `k` per span (by default 1, but see `KeyframeMethod.default`), or `rate` per
    second, or `budget` for all spans of a video together; or all frames of a span that has fewer.
    `min_gap` is the least time in seconds between two keyframes of a span, which may leave fewer.
    With `distinct`, a near-duplicate of an earlier keyframe in the video is listed under that
    keyframe, in `same_as`. `why` adds measurements. `clip` compares frames by that model instead of
    colour and texture. With `budget` or `distinct`, the spans of a video are yielded together.

    With `query`, the frames are those that answer it, 8 if no number is given, by a `method` of
    `vtk.keyframes.query`. With `at`, they are those on screen at these times of the video, in
    seconds; see `vtk.keyframes.choosers.AtTimes`. A whole video is then not split.

    `images` writes an image of each keyframe, `gif` an animation of each span into that folder,
    `sheet` contact sheets of all keyframes, the last of them at the end, less those that are all
    but black.

    Raises UsageError for invalid options, MissingError for a missing encoder, OutputError for an
    image that cannot be written.
    """
    _check(k, rate, budget, min_gap)
    counted = (k or rate or budget) is not None
    chooser = _chooser(method, query, at, budget, min_gap, counted=counted)
    from vtk.keyframes.choosers import AtTimes
    from vtk.keyframes.distinct import Distinct
    from vtk.keyframes.features import Clip, Colour
    from vtk.keyframes.record import KeyframeWriter
    from vtk.keyframes.sampler import SpanSampler
    from vtk.media.image import files
    from vtk.media.image.contact_sheet import Sheet
    from vtk.media.video import VideoCache

    features = Clip(clip) if clip else Colour()
    origin = {"model": clip.name, "sha256": clip.sha256} if clip and query is None else {}
    if images is not None:
        files.check_format(images.format)
    for folder in (images.folder if images else None, gif):
        if folder is not None:
            files.make_folder(folder)
    sheet = Sheet(sheet) if isinstance(sheet, Path) else sheet
    recorder = KeyframeWriter(images, sheet, gif, why, blank_too=at is not None)
    with VideoCache() as latest:

        def work(share: int | None, kept: Distinct | None, span: Span) -> Iterator[Span]:
            view = SpanSampler.of(latest(span.video), span, features, min_gap)
            wanted = share if share is not None else k
            if rate:
                wanted = max(round(rate * (view.end - view.start)), 1)
            found, details = chooser.choose(view, span, wanted)
            new = recorder.record(span, view, found, kept)
            yield new.with_provenance("keyframes", chooser.method, **origin, **details)

        together = budget is not None or distinct
        ready = chooser.prepared(spans)
        for group in group_by_video(ready) if together else ([span] for span in ready):
            shares = _shares(group, budget, min_gap) if budget else [None] * len(group)
            kept = Distinct(features) if distinct else None
            done = chain.from_iterable(
                map_spans("keyframes", [span], partial(work, share, kept))
                for span, share in zip(group, shares, strict=True)
            )
            yield from list(done) if distinct else done
    if isinstance(chooser, AtTimes):
        chooser.warn()
    recorder.close()


def with_keyframes(spans: Iterable[Span]) -> Iterator[Span]:
    """Yield the spans in order, with default keyframes for spans that have none."""
    return fill_missing(
        spans, lambda span: span.is_whole_video or not span.get("keyframes"), keyframes
    )


def _chooser(
    method: str | None,
    query: Query | None,
    at: Sequence[float] | None,
    budget: int | None,
    min_gap: float,
    *,
    counted: bool,
) -> "Chooser":
    """What chooses the keyframes; `counted` says that their number is given."""
    from vtk.keyframes.choosers import AtTimes, ByMethod
    from vtk.keyframes.query.chooser import QueryChooser

    if at is not None:
        if counted or method is not None or query is not None:
            raise UsageError("the times of --at say which frames: no number, method or query")
        if min_gap:
            raise UsageError("the times of --at say which frames: leave out --min-gap")
        return AtTimes(sorted(set(at)))
    if query is None:
        if method in QUERY_METHODS:
            raise UsageError(f"--method {method} looks for something: say what with --query")
        return ByMethod(METHODS.check(method or "sharp"))
    if method in METHODS:
        raise UsageError(
            f"--method {method} takes no query; for --query there are {', '.join(QUERY_METHODS)}"
        )
    if budget is not None:
        raise UsageError(
            "--budget divides a number among spans by what changes in them; with --query say how "
            "many of each span, -k or --rate, and give the whole video as one span"
        )
    return QueryChooser(query, method or BY_QUERY)


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
