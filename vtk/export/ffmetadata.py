"""Spans as chapters in FFmpeg's own text format (https://ffmpeg.org/ffmpeg-formats.html#Metadata).

`ffmpeg -i talk.mp4 -i chapters.txt -map_metadata 0 -map_chapters 1 -c copy out.mp4` puts them in.
"""

import re
from collections.abc import Callable, Iterator
from functools import partial

from vtk.export.clock import timings
from vtk.export.files import TextFormat, label
from vtk.media.container.timing import Timing
from vtk.span import Span


def ffmetadata() -> TextFormat:
    """A chapter for each span.

    Times count from the first picture of the video, as FFmpeg has them where it copies a file.
    """
    known = timings(needed=False)
    text = partial(_text, known)
    return TextFormat("ffmetadata", "ffmetadata", text, lambda span: known(span.video))


def _text(known: Callable[[str], Timing], spans: Iterator[Span]) -> Iterator[str]:
    yield ";FFMETADATA1\n"
    for span in spans:
        zero = known(span.video).start
        start, end = (max(0, round((time - zero) * 10**6)) for time in (span.start, span.end))
        title = re.sub(r"([=;#\\])", r"\\\1", label(span))
        title += " " * title.endswith("\\")  # or FFmpeg takes the line end for escaped
        yield f"\n[CHAPTER]\nTIMEBASE=1/1000000\nSTART={start}\nEND={end}\ntitle={title}\n"
