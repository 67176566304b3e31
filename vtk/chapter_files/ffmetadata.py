"""Chapters in FFmpeg's own text format (https://ffmpeg.org/ffmpeg-formats.html#Metadata).

To add them to a file: `ffmpeg -i talk.mp4 -i chapters.txt -map_metadata 0 -map_chapters 1 -c copy
out.mp4`. FFmpeg reads them as it reads media files, in `vtk.media.chapters`.
"""

import re
from collections.abc import Iterator, Sequence

from vtk.chapter_files.format import Format
from vtk.media.chapters import Chapter


def write(chapters: Sequence[Chapter], name: str) -> Iterator[str]:
    """Yield the chapters, with times in microseconds."""
    yield ";FFMETADATA1\n"
    for chapter in chapters:
        start = round(chapter.start * 10**6)
        end = start if chapter.end is None else max(start, round(chapter.end * 10**6))
        title = re.sub(r"([=;#\\])", r"\\\1", chapter.title)
        title += " " * title.endswith("\\")  # else FFmpeg takes the line end as escaped
        yield f"\n[CHAPTER]\nTIMEBASE=1/1000000\nSTART={start}\nEND={end}\ntitle={title}\n"


FORMAT = Format("ffmetadata", write, ends=True)
