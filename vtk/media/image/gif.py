"""Encode short animations as an animated GIF with an optimized palette."""

import io
from collections.abc import Sequence
from fractions import Fraction
from typing import cast

import av
from av.error import BlockingIOError, EOFError
from av.filter import Graph
from av.video.format import VideoFormat
from av.video.frame import VideoFrame

from vtk.media.image.to_rgb import RGB


def encode_gif(pictures: Sequence[RGB], rate: int) -> bytes:
    """Return the bytes of a looping GIF of images of one size, at `rate` images per second."""
    height, width = pictures[0].shape[:2]
    graph = _graph(width, height, rate)
    for number, picture in enumerate(pictures):
        frame = VideoFrame.from_ndarray(picture, format="rgb24")
        frame.pts, frame.time_base = number, Fraction(1, rate)
        graph.push(frame)
    graph.push(None)  # the palette is computed from all images
    file = io.BytesIO()
    with av.open(file, "w", format="gif") as container:
        stream = container.add_stream("gif", rate=rate)
        stream.width, stream.height, stream.pix_fmt = width, height, "pal8"
        for _ in pictures:
            try:
                container.mux(stream.encode(cast(VideoFrame, graph.pull())))
            except (BlockingIOError, EOFError):
                break
        container.mux(stream.encode(None))
    return file.getvalue()


def _graph(width: int, height: int, rate: int) -> Graph:
    graph = Graph()
    source = graph.add_buffer(
        width=width, height=height, format=VideoFormat("rgb24"), time_base=Fraction(1, rate)
    )
    both, palette = graph.add("split"), graph.add("palettegen")
    use, sink = graph.add("paletteuse", "dither=bayer"), graph.add("buffersink")
    source.link_to(both)
    both.link_to(palette, 0, 0)
    both.link_to(use, 1, 0)
    palette.link_to(use, 0, 1)
    use.link_to(sink)
    graph.configure()
    return graph
