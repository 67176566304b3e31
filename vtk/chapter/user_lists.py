"""Boundaries and titles of chapters that a user gives in a file."""

import logging
from pathlib import Path

from vtk.chapter.task import Mark
from vtk.chapter_files import parse
from vtk.errors import MediaError, UsageError
from vtk.media.subtitles.files import read_text
from vtk.times import parse_clock

log = logging.getLogger("vtk")


def read_boundaries(path: Path) -> tuple[Mark, ...]:
    """Read where chapters begin: a time in each line, or a list of chapters in any known format.

    Times count as players show them. Titles in the file are kept. Raises UsageError.
    """
    text = _text(path)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    try:
        return tuple(Mark(parse_clock(line)) for line in lines)
    except ValueError:  # not only times
        pass
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
    """Read titles of chapters, one in a line, in order. Raises UsageError."""
    titles = tuple(" ".join(line.split()) for line in _text(path).splitlines() if line.strip())
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
