"""Chapters as cues of WebVTT (https://www.w3.org/TR/webvtt1/), the format of players on pages."""

import html
from collections.abc import Iterator, Sequence

from vtk.chapter_files.context import Context
from vtk.chapter_files.format import Format
from vtk.media.chapters import Chapter
from vtk.media.subtitles.cues import strip_tags
from vtk.media.subtitles.files import parse_cues
from vtk.times import stamp


def is_webvtt(text: str) -> bool:
    """Whether a text begins as WebVTT does."""
    return text.startswith("WEBVTT")


def parse(text: str, context: Context) -> list[Chapter]:
    """Return a chapter for each cue. Raises MediaError."""
    return [
        Chapter(cue.start, strip_tags(cue.payload, cue.form), cue.end)
        for cue in parse_cues(text, ".vtt")
    ]


def write(chapters: Sequence[Chapter], name: str) -> Iterator[str]:
    """Yield a cue for each chapter; one that ends where it starts gets a millisecond."""
    yield "WEBVTT\n"
    for chapter in chapters:
        start = round(chapter.start, 3)
        end = max(start if chapter.end is None else chapter.end, start + 0.001)
        # Without ">" there can be no "-->", which would begin another cue.
        yield f"\n{stamp(start)} --> {stamp(end)}\n{html.escape(chapter.title, quote=False)}\n"


FORMAT = Format("vtt", write, ends=True)
