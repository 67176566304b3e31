"""Boundaries and titles of chapters that a user gives in a file."""

import logging
import re
from contextlib import suppress
from pathlib import Path
from textwrap import shorten

from vtk.chapter.task import Mark
from vtk.chapter_files import parse
from vtk.errors import MediaError, UsageError
from vtk.media.subtitles.files import read_text
from vtk.times import parse_clock

log = logging.getLogger("vtk")

_TIME = re.compile(r"[\d:.]+")
_ENTRY = re.compile(r"\d+:[0-5]\d(?:[.,]\d+)?")
_LETTERS = re.compile(r"[^\W\d_]")
MOST = 1 / 3  # of the lines of a list of times that may be something else by mistake
QUOTED = 60  # most characters of a line that messages quote
TOLD = 3  # lines without a time that are told of one by one


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
    _refuse_odd(path, text)
    try:
        found = parse(text)
    except MediaError as error:
        raise UsageError(f"{path}: {error}") from None
    if found.form == "description":
        _tell_untimed(path, text)
    for remark in found.remarks:
        log.warning("%s: %s", path, remark)
    marks = tuple(Mark(c.start, c.title or None) for c in found.chapters if c.level == 1)
    if sections := len(found.chapters) - len(marks):
        log.warning("%s: sections are left out: %d", path, sections)
    return marks


def _refuse_odd(path: Path, text: str) -> None:
    """Raise UsageError for a line that is no time where most lines are a time alone."""
    lines = [(n, line.strip()) for n, line in enumerate(text.splitlines(), 1) if line.strip()]
    odd = [(n, line) for n, line in lines if not _TIME.fullmatch(line)]
    if len(odd) < MOST * len(lines):
        number, line = odd[0]
        raise UsageError(
            f"{path}, line {number}: a time such as 1:02:03 was expected, as in the other lines, "
            f"not {shorten(line, QUOTED)!r}"
        )


def _tell_untimed(path: Path, text: str) -> None:
    """Warn of lines without a time between others that have one and a title."""
    lines = text.splitlines()
    timed = [n for n, line in enumerate(lines) if _ENTRY.search(line)]
    if 2 * sum(bool(_LETTERS.search(_ENTRY.sub("", lines[n]))) for n in timed) <= len(timed):
        return  # titles stand in lines of their own
    odd = [n for n in range(timed[0], timed[-1]) if lines[n].strip() and n not in timed]
    for n in odd[:TOLD]:
        told = "%s, line %d: left out, as a time such as 1:02:03 and a title were expected: %r"
        log.warning(told, path, n + 1, shorten(lines[n], QUOTED))
    if len(odd) > TOLD:
        more = len(odd) - TOLD
        log.warning("%s: further lines left out that have no time: %d", path, more)


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
