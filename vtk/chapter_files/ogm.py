"""Chapters as pairs of tags: of OGM, which mkvmerge calls simple, and of Vorbis comments.

`CHAPTER01=00:00:00.000`, `CHAPTER01NAME=Intro`; Vorbis comments have three digits, and
`CHAPTER001URL` (https://wiki.xiph.org/Chapter_Extension).
"""

import re
from collections.abc import Iterator, Sequence

from vtk.chapter_files.context import Context, seconds
from vtk.chapter_files.format import Format
from vtk.errors import MediaError
from vtk.media.chapters import Chapter
from vtk.times import stamp

_TAG = re.compile(r"CHAPTER(\d+)(NAME|URL)?=(.*)", re.IGNORECASE)


def is_ogm(text: str) -> bool:
    """Whether a line of a text states the time of a chapter as a tag."""
    return any((tag := _TAG.fullmatch(line.strip())) and not tag[2] for line in text.splitlines())


def parse(text: str, context: Context) -> list[Chapter]:
    """Return the chapters by their numbers. Raises MediaError for a time that cannot be read."""
    tags = [tag for line in text.splitlines() if (tag := _TAG.fullmatch(line.strip()))]
    told = {(int(tag[1]), (tag[2] or "").upper()): tag[3].strip() for tag in tags}
    try:
        return [
            Chapter(
                seconds(time), told.get((number, "NAME"), ""), url=told.get((number, "URL")) or None
            )
            for (number, kind), time in told.items()
            if not kind
        ]
    except ValueError as error:
        raise MediaError(f"chapter tags: {error}") from None


def write_ogm(chapters: Sequence[Chapter], name: str) -> Iterator[str]:
    """Yield the chapters as mkvmerge's simple format; it has no ends and links."""
    for number, chapter in enumerate(chapters, 1):
        yield f"CHAPTER{number:02d}={stamp(chapter.start)}\n"
        yield f"CHAPTER{number:02d}NAME={chapter.title}\n"


def write_vorbis(chapters: Sequence[Chapter], name: str) -> Iterator[str]:
    """Yield the chapters as Vorbis comments, a line each; they have no ends."""
    for number, chapter in enumerate(chapters, 1):
        yield f"CHAPTER{number:03d}={stamp(chapter.start)}\n"
        yield f"CHAPTER{number:03d}NAME={chapter.title}\n"
        if chapter.url:
            yield f"CHAPTER{number:03d}URL={chapter.url}\n"


OGM = Format("ogm.txt", write_ogm)
VORBIS = Format("vorbis.txt", write_vorbis)
