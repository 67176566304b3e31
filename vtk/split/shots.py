"""Find the shots of a span: decode every frame once, detect boundaries, yield what lies between."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from vtk.entries import TransitionOutEntry
from vtk.media.image.planes import Thumbnail, thumbnail, thumbnails
from vtk.media.video import Video
from vtk.pipeline import OnProgress
from vtk.span import Span
from vtk.split.boundary import Boundary
from vtk.split.methods import THRESHOLD
from vtk.split.regroup.frame_stats import FrameStats
from vtk.split.span_reader import Reader

Boundaries = Callable[[Iterable[tuple[int, float, Thumbnail]], float], Iterator[Boundary]]


def shots(
    span: Span,
    on_progress: OnProgress | None = None,
    threshold: float = THRESHOLD,
    seen: FrameStats | None = None,
    *,
    method: str,
    boundaries: Boundaries,
    side_by_side: bool = True,
) -> Iterator[Span]:
    """Yield the shots of a span, then error records for parts that did not decode.

    `method` is the name recorded with the shots; `threshold` is the minimum probability of a
    boundary. Every frame is pushed to `seen`. `side_by_side` measures frames in several threads.
    """
    with Video(span.video, loop_filter=False) as video:
        reader = Reader(video, span, "shot", on_progress)
        frames = _thumbnails(reader, seen, side_by_side)
        found = boundaries(frames, threshold)
        yield from between(reader, found, method)
        yield from reader.lost_records()


def between(reader: Reader, boundaries: Iterable[Boundary], method: str) -> Iterator[Span]:
    """Yield the shots between the boundaries, from the first to the last frame of the span."""
    begun = None
    index = 0
    for index, boundary in enumerate(boundaries, 1):
        yield _shot(reader, index - 1, begun, boundary).with_provenance("split", method)
        begun = boundary
    yield _shot(reader, index, begun, None).with_provenance("split", method)


def _thumbnails(
    reader: Reader, seen: FrameStats | None, side_by_side: bool
) -> Iterator[tuple[int, float, Thumbnail]]:
    """Yield (pts, seconds, thumbnail) for every frame."""
    if side_by_side:
        frames = ((pts, time, small) for pts, time, _, small in reader.map_frames(thumbnails))
    else:
        frames = ((pts, time, thumbnail(image)) for pts, time, _, image in reader.frames())
    for pts, time, small in frames:
        if seen is not None:
            seen.push(pts, time, small)
        yield pts, time, small


def _shot(reader: Reader, index: int, begun: "Boundary | None", over: "Boundary | None") -> Span:
    start = begun.pts if begun else reader.first
    end = over.pts if over else reader.end()
    assert start is not None
    video = reader.video
    return reader.span.sub_span(
        video.seconds(start),
        video.seconds(end),
        "shot",
        index=index,
        time_base=str(video.time_base),
        pts=[start, end],
        **(_transition(begun) if begun else {}),
        **(_transition_out(over) if over else {}),
    )


def _transition(boundary: "Boundary") -> dict[str, Any]:
    """Return the fields for a shot's first boundary: score, interval if gradual, measurements."""
    about: dict[str, Any] = {"type": boundary.type, "score": round(boundary.score, 4)}
    if boundary.start and boundary.end:
        about |= {
            "start": round(boundary.start[1], 6),
            "end": round(boundary.end[1], 6),
            "pts": [boundary.start[0], boundary.end[0]],
        }
    if boundary.why:
        about["why"] = {name: round(value, 4) for name, value in boundary.why.items()}
    return {"score": about["score"], "transition": about}


def _transition_out(boundary: "Boundary") -> dict[str, Any]:
    """Return the field for the start of a gradual transition out of a shot, if it is gradual."""
    if not boundary.start:
        return {}
    pts, time = boundary.start
    about: TransitionOutEntry = {"type": boundary.type, "start": round(time, 6), "pts": pts}
    return {"transition_out": about}
