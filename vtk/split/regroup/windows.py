"""Windows of fixed length. Nothing is decoded: the container states where the video ends."""

import math
from collections.abc import Iterator

from vtk.errors import MediaError
from vtk.media.container import open_container
from vtk.media.container.streams import leading_stream, stated_range
from vtk.span import Span

REST = 0.1  # seconds; a shorter remainder is added to the last window, as audio often ends late


def windows(span: Span, every: float, overlap: float = 0.0) -> Iterator[Span]:
    """Divide a span into windows of `every` seconds, each overlapping the previous by `overlap`.

    The last window ends with the span and may be shorter.
    """
    start, end = file_range(span)
    step = every - overlap
    count = max(math.ceil((end - start - min(REST, every / 2) - overlap) / step), 1)
    for index in range(count):
        low = start + index * step
        high = end if index == count - 1 else low + every
        yield span.sub_span(low, high, "window", index=index).with_provenance("split", "windows")


def file_range(span: Span) -> tuple[float, float]:
    """Return start and end of a span in seconds, clamped to its file's. Raises MediaError."""
    with open_container(span.video) as container:
        first, last = stated_range(container, leading_stream(container))
    start, end = max(span.start, first), min(span.end, last) if last > first else span.end
    if end <= start or not math.isfinite(end):
        raise MediaError(
            f"nothing to divide: the span begins at {span.start:g} s, but the file states that it "
            f"lasts from {first:g} to {last:g} s"
        )
    return start, end
