"""The starts of spans as an Aegisub keyframe file, to which subtitles are snapped."""

from collections.abc import Iterator
from functools import lru_cache, partial
from typing import Protocol

from vtk.export.files import TextFormat
from vtk.media.video.frame_index import FrameIndex, frame_index
from vtk.span import Span


class Indexes(Protocol):
    """A function that returns the frame index of a video."""

    def __call__(self, video: str, /) -> FrameIndex: ...


def aegisub() -> TextFormat:
    """The numbers of the first frames of spans, ascending, without duplicates.

    Reads the whole file of each video to count its frames. Nothing is written before the last
    span has arrived.
    """
    index = lru_cache(maxsize=1)(frame_index)
    text = partial(_text, index)
    return TextFormat("aegisub", "keyframes.txt", text, lambda span: index(span.video))


def _text(index: Indexes, spans: Iterator[Span]) -> Iterator[str]:
    numbers = set()
    for span in spans:
        known = index(span.video)
        if (number := known.number(span.start)) < len(known.pts):
            numbers.add(number)
    yield "# keyframe format v1\nfps 0\n" + "".join(f"{number}\n" for number in sorted(numbers))
