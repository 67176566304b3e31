"""Read chapters from a media file or from a text in any of the known formats."""

import math
import os
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

from vtk.chapter_files import cue, edl, json_lists, notes, ogm, scene_changes, table, webvtt, xml
from vtk.chapter_files.context import Context
from vtk.errors import MediaError
from vtk.media.chapters import Chapter, one_line, parse_ffmetadata, stored_chapters
from vtk.media.container import open_container
from vtk.media.subtitles.files import read_text
from vtk.span import local_path
from vtk.times import rounded

# Name of a format, what tells whether a text is in it, and what reads it; free text is the last.
READERS: tuple[tuple[str, Callable[[str], bool], Callable[[str, Context], list[Chapter]]], ...] = (
    ("ffmetadata", lambda text: text.startswith(";FFMETADATA"), lambda t, _: parse_ffmetadata(t)),
    ("webvtt", webvtt.is_webvtt, webvtt.parse),
    ("matroska", xml.is_matroska, xml.parse_matroska),
    ("podlove", xml.is_podlove, xml.parse_podlove),
    ("apple", xml.is_text_stream, xml.parse_text_stream),
    ("json", json_lists.is_json, json_lists.parse),
    ("ogm", ogm.is_ogm, ogm.parse),
    ("cue", cue.is_cue_sheet, cue.parse),
    ("edl", edl.is_edl, edl.parse),
    ("scene changes", scene_changes.is_scene_changes, scene_changes.parse),
    ("table", table.is_table, table.parse),
    ("description", lambda text: True, notes.parse),
)


class ChapterList(NamedTuple):
    """Chapters in the order of their starts, and what is to be known of how they were read."""

    form: str  # the format: a name in READERS, or that of a container (matroska,webm)
    chapters: list[Chapter]
    remarks: list[str]  # what was left out, guessed or mended, each in a clause


def read(
    path: str,
    *,
    language: str | None = None,
    duration: float | None = None,
    rate: Fraction | None = None,
) -> ChapterList:
    """Read the chapters of a media file, or of a text file; its content tells the format.

    Chapters of a media file are on the clock of its presentation timestamps; those of a text count
    from the first picture, as players show it. `language` chooses among titles in several
    languages, as a code of ISO 639. `duration`, the seconds of the video, tells minutes from hours
    where a text leaves that open; `rate`, in frames per second, is for times counted in frames.

    A media file without chapters gives an empty list. Raises MediaError for a text without
    chapters, and OpenError for what is neither text nor a media file.
    """
    local = local_path(path)
    if local is not None and os.path.isfile(local) and _is_text(local):
        return parse(read_text(local), language=language, duration=duration, rate=rate)
    with open_container(path, quick=True) as container:
        return ChapterList(container.format.name, *_ordered(stored_chapters(container), []))


def parse(
    text: str,
    *,
    language: str | None = None,
    duration: float | None = None,
    rate: Fraction | None = None,
) -> ChapterList:
    """Read the chapters of a text, as `read`. Raises MediaError if there are none."""
    remarks: list[str] = []
    context = Context(language, duration, rate, remarks.append)
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    form, reader = next((form, reader) for form, fits, reader in READERS if fits(plain.lstrip()))
    chapters, remarks = _ordered(reader(plain.lstrip(), context), remarks)
    if not chapters:
        raise MediaError(f"no chapters are in it ({form})")
    return ChapterList(form, chapters, remarks)


def _is_text(path: str) -> bool:
    """Whether a file starts as text does: no media file does without a zero byte."""
    with open(path, "rb") as file:
        head = file.read(4096)
    return head.startswith((b"\xff\xfe", b"\xfe\xff")) or (bool(head) and b"\0" not in head)


def _ordered(chapters: list[Chapter], remarks: list[str]) -> tuple[list[Chapter], list[str]]:
    """The chapters in order, each once, with titles on one line and no end before its start."""
    tidy = []
    for chapter in chapters:
        start = rounded(chapter.start)
        end = rounded(chapter.end) if chapter.end is not None else None
        tidy.append(
            replace(
                chapter,
                start=start,
                end=end if end is not None and start < end < math.inf else None,
                title=one_line(chapter.title),
                url=one_line(chapter.url or "") or None,
                image=one_line(chapter.image or "") or None,
            )
        )
    kept = [chapter for chapter in dict.fromkeys(tidy) if 0 <= chapter.start < math.inf]
    if len(kept) < len(tidy):
        remarks.append(f"left out {_count(len(tidy) - len(kept))} that came twice or at no time")
    ordered = sorted(kept, key=lambda chapter: (chapter.start, chapter.level))
    if [chapter.start for chapter in ordered] != [chapter.start for chapter in kept]:
        remarks.append("the chapters were not in order of time")
    return ordered, remarks


def _count(number: int) -> str:
    return "1 chapter" if number == 1 else f"{number} chapters"
