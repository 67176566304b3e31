"""What the methods share: frames of a span to choose from, and a chosen frame as an entry."""

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from vtk import look
from vtk.media import picture
from vtk.media import sheet as sheets
from vtk.media.planes import Thumbnail, luma, thumbnail
from vtk.media.shown import displayed
from vtk.media.video import ROUNDING, Frame, Video
from vtk.span import Span
from vtk.times import rounded

if TYPE_CHECKING:
    from vtk.keyframes import Images

MARGIN = 0.3  # seconds kept from both ends of a span, where compression and blends spoil frames
MARGIN_SHARE = 0.15  # of the span, where that is less
MOST = 8  # times as many frames as asked for are looked at where all have to be decoded
HELD = 96 * 2**20  # bytes of frames held while choosing; beyond that chosen ones are decoded again

Chosen = list[tuple[Frame, float]]  # frames in time order, each with its score 0..1


class Candidate(NamedTuple):
    """A frame that may be chosen, and what was measured of it."""

    pts: int
    time: float  # seconds
    thumbnail: Thumbnail
    sharpness: float
    frame: Frame | None  # None where too many would have to be held


def candidates(video: Video, span: Span, count: int, least: int) -> list[Candidate]:
    """About `count` frames spread over the span, away from its ends; `least` where it has them."""
    start, end = video.stretch(span.start, span.end)
    inner = inside(span, start, end)
    rate = float(video.stream.average_rate or 25)
    if (end - start) * rate > 1.5 * count:
        step = (inner[1] - inner[0]) / count
        times = [inner[0] + (i + 0.5) * step for i in range(count)]
        found = _measured(video, span, video.at(times), count)
        if len(found) >= least:
            return found
    # Few frames, or times of the container that are wrong: look at all, or at every so many.
    frames = round((end - start) * rate)
    every = islice(video.frames(start, end), 0, None, max(frames // (MOST * count), 1))
    found = _measured(video, span, every, min(frames, MOST * count))
    away = [c for c in found if inner[0] <= c.time < inner[1]]
    return away if len(away) >= least else found


def inside(span: Span, start: float, end: float) -> tuple[float, float]:
    """The span without its ends, and without the transition it begins with, in seconds."""
    margin = min(MARGIN, MARGIN_SHARE * (end - start))
    over = float(span.get("transition", {}).get("end", start))
    if start < over < end - margin:
        start = over
    return start + margin, end - margin


def _measured(video: Video, span: Span, frames: Iterator[Frame], expected: int) -> list[Candidate]:
    stream = video.stream
    held = expected * stream.width * stream.height * 3 // 2 <= HELD
    found: dict[int, Candidate] = {}
    for frame in frames:
        if frame.pts in found or frame.time >= span.end - ROUNDING:
            continue
        brightness = luma(frame.image)
        step = max(brightness.shape[0] // 270, 1)
        found[frame.pts] = Candidate(
            frame.pts,
            frame.time,
            thumbnail(frame.image),
            look.sharpness(brightness[::step, ::step]),
            frame if held else None,
        )
    return list(found.values())


def fetch(video: Video, chosen: list[tuple[Candidate, float]]) -> Chosen:
    """The frames of the chosen candidates, in time order."""
    chosen = sorted(chosen, key=lambda pair: pair[0].pts)
    if all(candidate.frame is not None for candidate, _ in chosen):
        return [(candidate.frame, score) for candidate, score in chosen if candidate.frame]
    frames = video.at([candidate.time for candidate, _ in chosen])
    return [(frame, score) for frame, (_, score) in zip(frames, chosen, strict=True)]


def entry(
    video: Video,
    frame: Frame,
    score: float,
    images: "Images | None",
    sheet: sheets.Sheet | None,
) -> dict[str, Any]:
    """The record of a keyframe; writes its picture and adds it to the sheet where wanted."""
    time = rounded(frame.time)
    found: dict[str, Any] = {
        "t": time,
        "pts": frame.pts,
        "score": round(score, 4),
        "look": look.colour_layout(thumbnail(frame.image)),
    }
    aspect = video.stream.sample_aspect_ratio
    if images is not None:
        path = images.folder / picture.image_name(video.name, time, images.format)
        shown = displayed(frame.image, aspect, images.height)
        picture.write(path, shown, images.format, images.quality)
        found["image"] = str(path)
    if sheet is not None:
        sheet.add(displayed(frame.image, aspect, sheets.HEIGHT))
    return found
