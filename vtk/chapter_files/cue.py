"""Chapters as the tracks of a cue sheet (CDRWIN's format), whose times count 75 frames a second."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from vtk.chapter_files.context import Context
from vtk.chapter_files.format import Format
from vtk.media.chapters import Chapter

MOST = 99  # tracks of a CD
_KINDS = {"mp3": "MP3", "aif": "AIFF", "aiff": "AIFF"}  # other files are called WAVE
FRAMES = 75  # of a CD, a second
_TRACK = re.compile(r"TRACK\s+(\d+)\s+\w+", re.IGNORECASE)
_INDEX = re.compile(r"INDEX\s+(\d+)\s+(\d+):(\d\d):(\d\d)", re.IGNORECASE)
_TITLE = re.compile(r"TITLE\s+(.+)", re.IGNORECASE)
_FILE = re.compile(r"FILE\s+.+", re.IGNORECASE)


def is_cue_sheet(text: str) -> bool:
    """Whether a text has a track and where it begins."""
    lines = [line.strip() for line in text.splitlines()]
    return any(map(_TRACK.fullmatch, lines)) and any(map(_INDEX.fullmatch, lines))


def parse(text: str, context: Context) -> list[Chapter]:
    """Return a chapter for each track of the first file; one without an index 01 begins at 00."""
    found: list[Chapter | None] = []
    titles: list[str] = []
    files = 0
    for line in map(str.strip, text.splitlines()):
        files += _FILE.fullmatch(line) is not None
        if files > 1:
            context.tell("left out the tracks of other files than the first")
            break
        if _TRACK.fullmatch(line):
            found.append(None)
            titles.append("")
        elif found and (title := _TITLE.fullmatch(line)):
            titles[-1] = _unquoted(title[1])
        elif found and (index := _INDEX.fullmatch(line)) and int(index[1]) <= 1:
            minutes, second, frame = map(int, index.groups()[1:])
            found[-1] = Chapter(60 * minutes + second + frame / FRAMES)
    return [
        replace(chapter, title=title)
        for chapter, title in zip(found, titles, strict=True)
        if chapter is not None
    ]


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


def write(chapters: Sequence[Chapter], name: str) -> Iterator[str]:
    """Yield a cue sheet of the file `name`, with a track for each chapter.

    Quotes in titles become apostrophes, since the format cannot escape them.
    """
    yield f'FILE "{_quotable(name)}" {_KINDS.get(name.rpartition(".")[2].lower(), "WAVE")}\n'
    for number, chapter in enumerate(chapters, 1):
        seconds, frame = divmod(round(chapter.start * FRAMES), FRAMES)
        yield f"  TRACK {number:02d} AUDIO\n"
        yield f'    TITLE "{_quotable(chapter.title)}"\n'
        yield f"    INDEX 01 {seconds // 60:02d}:{seconds % 60:02d}:{frame:02d}\n"


def faults(chapters: Sequence[Chapter]) -> Iterator[str]:
    """Yield what other programs may not read."""
    if len(chapters) > MOST:
        yield f"there are {len(chapters)} chapters; a cue sheet of a CD has at most {MOST}"
    if chapters and chapters[-1].start >= 60 * 100:
        yield "minutes are beyond 99, the most that a CD counts"


def _quotable(text: str) -> str:
    return text.replace('"', "'")


FORMAT = Format("cue", write, faults)
