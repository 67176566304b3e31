"""Chapters as rows: tables with a header, of editing programs and PySceneDetect; Audacity's labels.

A table has a column for the start, and perhaps for the end or length, the title and a link, under
one of the names that programs give them. Audacity's labels are start, end and text, with tabs.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from fractions import Fraction

from vtk.chapter_files.context import Context, seconds
from vtk.chapter_files.format import Format
from vtk.errors import MediaError
from vtk.media.chapters import Chapter
from vtk.timecode import TIMECODE, frame_number

STARTS = ("start timecode", "start", "start time", "start time (seconds)", "in", "time",
          "timestamp", "timecode", "begin")  # fmt: skip
ENDS = ("end timecode", "end", "end time", "end time (seconds)", "out")
LENGTHS = ("duration", "length")
TITLES = ("title", "name", "marker name", "chapter", "label", "text", "caption", "description")
LINKS = ("url", "href", "link")
USUAL = Fraction(25)  # frames per second, for timecodes without a stated rate
_LABEL = re.compile(r"\d+[.,]\d+\t\d+[.,]\d+(\t.*)?")


def is_table(text: str) -> bool:
    """Whether a text is a table with times, or Audacity's labels."""
    return _header(text) is not None or _is_labels(text)


def parse(text: str, context: Context) -> list[Chapter]:
    """Return a chapter for each row. Raises MediaError for a time that cannot be read."""
    try:
        return list(_labels(text) if _is_labels(text) else _rows(text, context))
    except (ValueError, csv.Error) as error:
        raise MediaError(f"table of chapters: {error}") from None


def _is_labels(text: str) -> bool:
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("\\")]
    return bool(lines) and all(_LABEL.fullmatch(line) for line in lines)


def _labels(text: str) -> Iterator[Chapter]:
    for line in text.splitlines():
        if _LABEL.fullmatch(line):
            start, end, *title = line.split("\t", 2)
            yield Chapter(seconds(start), "".join(title), seconds(end))


def _header(text: str) -> tuple[int, str] | None:
    """The place of the header among the lines, and the mark between its cells."""
    for place, line in enumerate(text.splitlines()[:3]):  # PySceneDetect's cuts may stand before
        for mark in ",;\t":
            names = [cell.strip(' "').lower() for cell in line.split(mark)]
            if len(names) > 1 and set(names) & set(STARTS) and set(names) & {*TITLES, *ENDS}:
                return place, mark
    return None


def _rows(text: str, context: Context) -> Iterator[Chapter]:
    header = _header(text)
    assert header is not None
    place, mark = header
    rows = csv.reader(text.splitlines(keepends=True)[place:], delimiter=mark)
    names = [name.strip().lower() for name in next(rows)]
    rate = context.rate or USUAL
    guessed = False
    for row in rows:
        cells = dict(zip(names, (cell.strip() for cell in row), strict=False))
        start, end, length = (_cell(cells, known) for known in (STARTS, ENDS, LENGTHS))
        if not start:
            continue
        guessed = guessed or TIMECODE.fullmatch(start) is not None
        begins = _time(start, rate)
        ends = _time(end, rate) if end else begins + _time(length, rate) if length else None
        yield Chapter(begins, _cell(cells, TITLES), ends, url=_cell(cells, LINKS) or None)
    if guessed and context.rate is None:
        context.tell(f"times counted in frames were read at {float(rate):g} frames per second")


def _cell(cells: dict[str, str], names: tuple[str, ...]) -> str:
    return next((cells[name] for name in names if cells.get(name)), "")


def _time(text: str, rate: Fraction) -> float:
    if (code := TIMECODE.fullmatch(text)) and code[4] != ".":
        return float(frame_number(text, rate) / rate)
    return seconds(text)


def write_labels(chapters: Sequence[Chapter], name: str) -> Iterator[str]:
    """Yield the chapters as labels of Audacity: start, end and title, with tabs."""
    for chapter in chapters:
        end = chapter.start if chapter.end is None else chapter.end
        yield f"{chapter.start:.6f}\t{end:.6f}\t{chapter.title}\n"


AUDACITY = Format("labels.txt", write_labels, ends=True)
