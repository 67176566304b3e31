"""What the tests of exports share: spans, a reader of what was written, a file with a timecode."""

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
from hypothesis import strategies as st

from vtk.export.files import TextFormat
from vtk.span import Span
from vtk.stream.writer import Output

ERROR = {
    **{"video": "gone.mp4", "start": 0, "end": 1},
    "error": {"command": "vtk split", "type": "OpenError", "message": "gone"},
}
# Text as it comes from videos and models, with what files of text are broken by.
TEXT = st.text() | st.lists(
    st.sampled_from(
        ["a", " ", "\n", "\r\n", "\n\n", "\0", "\t", ",", ";", '"', "'", "=", "＝", "+", "-", "@",
         "#", "\\", "\\n", "-->", "<b>", "&amp;", "{\\i1}", "[CHAPTER]", "START=1", "\u2028",
         "\x1b[2J", "* LOC: 00:00:00:00 RED x", "001  AX V C 0 1 0 1", "FROM CLIP NAME: x", "日本",
         "\ufeff"]
    )
).map("".join)  # fmt: skip


def shots(*edges: float, video: str = "none/film.mp4", **fields: Any) -> list[Span]:
    """Shots from edge to edge, in seconds."""
    return [
        Span(video=video, start=float(a), end=float(b), kind="shot", index=n, **fields)
        for n, (a, b) in enumerate(pairwise(edges))
    ]


def written(export: Callable[..., TextFormat], spans: list[Span], **settings: Any) -> str:
    """What an export writes, read from its file."""
    path = Path(settings.pop("folder")) / "written"
    done: list[Span] = []
    text = export(**settings)
    text.write(text.prepare(iter(spans)), Output(str(path), done=done.append))
    assert done == spans
    return path.read_bytes().decode()


def tape(path: Path, rate: Fraction | int, **tags: str) -> Path:
    """A file of 50 frames with tags on its video stream: timecode, reel_name."""
    path.parent.mkdir(exist_ok=True)
    with av.open(path, "w") as container:
        stream = container.add_stream("mpeg4", rate=rate)
        stream.width = stream.height = 64
        stream.pix_fmt = "yuv420p"
        stream.metadata.update(tags)
        for number in range(50):
            frame = av.VideoFrame(64, 64, "yuv420p")
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path
