"""Pairs of neighbouring frames, to measure motion on a few of them."""

from collections.abc import Iterator

from vtk.media.video import Video
from vtk.media.video.decoder import Frame

PAIRS = 4  # pairs spread over a stretch
GAP = 0.2  # seconds between the two frames, where the stretch is long enough


def frame_pairs(video: Video, start: float, end: float) -> Iterator[tuple[Frame, Frame]]:
    """PAIRS pairs of frames spread evenly over [start, end] seconds, each GAP seconds apart."""
    frames = video.frames_at(_times(start, end))
    return zip(frames, frames, strict=False)


def _times(low: float, high: float) -> Iterator[float]:
    """The first and second time of each pair, ascending."""
    gap = min(GAP, (high - low) / PAIRS / 2)
    step = (high - low - gap) / max(PAIRS - 1, 1)
    for number in range(PAIRS):
        yield low + number * step
        yield low + number * step + gap
