"""Small films for tests that look at how files are stored."""

from pathlib import Path

import av
import numpy as np


def without_times(path: Path, frames: int) -> Path:
    """H.264 without a container: pictures that grow lighter, 25 a second, and no timestamps."""
    with av.open(path, "w", format="h264") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height = 64, 48
        for i in range(frames):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 4 * i, np.uint8), "rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def remuxed(source: Path, target: Path, **options: str) -> Path:
    """The pictures of a film as they are in another container, which takes options.

    That may be what lists its parts, HLS or DASH, by the ending.
    """
    with av.open(source) as read, av.open(target, "w", container_options=options) as out:
        copy = out.add_stream_from_template(read.streams.video[0], opaque=True)
        for packet in read.demux(video=0):
            if packet.size:
                packet.stream = copy
                out.mux(packet)
    return target
