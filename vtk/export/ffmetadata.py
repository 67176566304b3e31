"""Spans as chapters in FFmpeg's own text format (https://ffmpeg.org/ffmpeg-formats.html#Metadata).

To add the chapters to a video:
`ffmpeg -i talk.mp4 -i chapters.txt -map_metadata 0 -map_chapters 1 -c copy out.mp4`.
"""

import re
from collections.abc import Callable, Iterator
from functools import partial

from vtk.export.clock import timings
from vtk.export.files import TextFormat, label
from vtk.media.container.timing import Timing
from vtk.span import Span


def ffmetadata() -> TextFormat:
    """The FFmetadata format: one chapter for each span.

    Times count from the first frame of the video, as FFmpeg counts them when it copies a file.
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
        title += " " * title.endswith("\\")  # else FFmpeg takes the line end as escaped
        yield f"\n[CHAPTER]\nTIMEBASE=1/1000000\nSTART={start}\nEND={end}\ntitle={title}\n"
