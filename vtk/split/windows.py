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
    start, end = span.start, span.end
    if span.whole or not math.isfinite(end):
        with open_container(span.video) as container:
            first, last = extent(container, leading_stream(container))
        start, end = (first if span.whole else start), last
    if end <= start:
        raise MediaError("the file does not state its length; give the span an end")
    for index in range(max(math.ceil((end - start - SHORTEST) / every), 1)):
        low = start + index * every
        new = span.part(low, min(low + every, end), "window", index=index)
        yield new.made("split", "windows")
