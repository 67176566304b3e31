"""Boundaries and titles of chapters that a user gives in a file."""

import logging
import re
from contextlib import suppress
from pathlib import Path

from vtk.chapter.task import Mark
from vtk.chapter_files import parse
from vtk.errors import MediaError, UsageError
from vtk.media.subtitles.files import read_text
from vtk.times import parse_clock

log = logging.getLogger("vtk")

_TIME = re.compile(r"[\d:.]+")


def read_boundaries(path: Path) -> tuple[Mark, ...]:
    """Read where chapters begin: a time in each line, or a list of chapters in any known format.

    Times count as players show them. Titles in the file are kept. Raises UsageError.
    """
    text = _text(path)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if all(_TIME.fullmatch(line) for line in lines):
        try:
            return tuple(Mark(parse_clock(line)) for line in lines)
        except ValueError as error:
            raise UsageError(f"{path}: {error}") from None
    try:
        found = parse(text)
    except MediaError as error:
        raise UsageError(f"{path}: {error}") from None
    for remark in found.remarks:
        log.warning("%s: %s", path, remark)
    marks = tuple(Mark(c.start, c.title or None) for c in found.chapters if c.level == 1)
    if sections := len(found.chapters) - len(marks):
        log.warning("%s: sections are left out: %d", path, sections)
    return marks


def read_titles(path: Path) -> tuple[str, ...]:
    """Read titles of chapters in order: one in a line, or those of a list of chapters.

    Raises UsageError.
    """
    text = _text(path)
    titles = tuple(" ".join(line.split()) for line in text.splitlines() if line.strip())
    with suppress(MediaError):  # it is no list of chapters
        listed = [c.title for c in parse(text).chapters if c.level == 1 and c.title]
        if len(listed) > 1:
            titles = tuple(listed)
            log.warning("%s: taken as a list of chapters, of which the titles are read", path)
    if twice := {title for title in titles if titles.count(title) > 1}:
        raise UsageError(f"{path} has a title twice: {sorted(twice)[0]!r}")
    return titles


def _text(path: Path) -> str:
    """The text of a file that is not empty."""
    if str(path) == "-":
        raise UsageError("standard input holds videos and spans: name a file, not -")
    try:
        text = read_text(str(path))
    except MediaError as error:
        raise UsageError(str(error)) from None
    if not text.strip():
        raise UsageError(f"{path} is empty")
    return text
