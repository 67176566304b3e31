"""Chapters as media files store them, and FFmpeg's own text format of them."""

import io
import re
from dataclasses import dataclass
from typing import Any

import av
from av.container import InputContainer

from vtk.errors import MediaError
from vtk.times import rounded

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]+")


@dataclass(frozen=True)
class Chapter:
    """A chapter of a file or list; times in seconds, `end` None where it is not stated."""

    start: float
    title: str = ""  # on one line; empty if there is none
    end: float | None = None
    url: str | None = None  # a page about it
    image: str | None = None  # a picture of it, as a URL or file name
    level: int = 1  # 1 for a chapter, 2 for a section in the chapter before it, and so on


def stored_chapters(container: InputContainer) -> list[Chapter]:
    """Return the chapters of an open container, on the clock of its presentation timestamps."""
    return [_chapter(chapter) for chapter in container.chapters()]


def parse_ffmetadata(text: str) -> list[Chapter]:
    """Return the chapters of a text in FFmpeg's metadata format.

    See https://ffmpeg.org/ffmpeg-formats.html#Metadata. Raises MediaError.
    """
    try:
        with av.open(io.BytesIO(text.encode()), "r", format="ffmetadata") as container:
            return stored_chapters(container)
    except av.FFmpegError as error:
        raise MediaError(f"not FFmpeg's metadata format ({error.strerror})") from None


def one_line(text: str) -> str:
    """The text on one line, without control characters."""
    return " ".join(_CONTROLS.sub(" ", text).split())


def _chapter(chapter: Any) -> Chapter:
    base = chapter["time_base"]
    start, end = (rounded(float(chapter[name] * base)) for name in ("start", "end"))
    return Chapter(start, one_line(chapter.get("metadata", {}).get("title", "")), end)
