"""Chapters as pairs of tags: of OGM, which mkvmerge calls simple, and of Vorbis comments.

`CHAPTER01=00:00:00.000`, `CHAPTER01NAME=Intro`; Vorbis comments have three digits, and
`CHAPTER001URL` (https://wiki.xiph.org/Chapter_Extension).
"""

import re

from vtk.chapter_files.context import Context, seconds
from vtk.errors import MediaError
from vtk.media.chapters import Chapter

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
