"""Windows of fixed length. Nothing is decoded: the container states where the pictures end."""

import math
from collections.abc import Iterator

from vtk.errors import MediaError
from vtk.media.container import open_container
from vtk.media.streams import extent, leading_stream
from vtk.span import Span

SHORTEST = 0.001  # seconds; a rest shorter than that is no window of its own


def windows(span: Span, every: float) -> Iterator[Span]:
    """The span in windows of `every` seconds; the last one may be shorter."""
    with open_container(span.video) as container:
        first, last = extent(container, leading_stream(container))
    start, end = max(span.start, first), min(span.end, last) if last > first else span.end
    if end <= start or not math.isfinite(end):
        raise MediaError(
            f"nothing to divide: the span is from {span.start:g} s on, the file states that it "
            f"is from {first:g} to {last:g} s"
        )
    for index in range(max(math.ceil((end - start - SHORTEST) / every), 1)):
        low = start + index * every
        new = span.part(low, min(low + every, end), "window", index=index)
        yield new.made("split", "windows")
