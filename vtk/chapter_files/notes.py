"""Chapters in free text: descriptions of video platforms, show notes, Markdown, mp4chaps' lists.

A chapter is a line with a time at its start or its end and a title beside it, or a line with a
time alone and a title in the next line that has one, or in the one before. Brackets, list marks,
emphasis, headings and links around them are no part of a title; neither are front matter and code.
"""

import html
import re
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from vtk.chapter_files.context import Context
from vtk.errors import MediaError
from vtk.media.chapters import Chapter, one_line

_TIME = (
    r"(?:(?P<hours>\d{1,3}):)?(?P<minutes>\d{1,3}):(?P<seconds>[0-5]\d)(?P<rest>[.,]\d{1,9})?"
    r"(?!:?\d)"
)
_BARE = re.sub(r"\?P<\w+>", "?:", _TIME)
_OPEN, _SHUT = r"(?:[\[(（【〔]\s*)?", r"(?:\s*[\])）】〕])?"
_RANGE = rf"(?:\s*(?:-|–|—|→|to)\s*(?P<end>{_BARE}){_SHUT})?"
# What stands between a time and a title.
_APART = r"(?:\s*[-–—:：|•·~>=]+\s+|\s+|[-–—:：|•·~]\s*(?=\w)|$|(?<=[\])）】〕]))"
_FIRST = re.compile(rf"[^\w\[(（【〔]*{_OPEN}{_TIME}{_RANGE}{_SHUT}{_APART}(?P<title>.*)")
_LAST = re.compile(
    rf"(?P<title>.*?\S)(?:[\s\-–—:：|•·~.…]+|(?=[\[(（【〔])){_OPEN}{_TIME}{_SHUT}[.\s]*"
)
_FRONT = re.compile(r"\A---\n.*?\n---[ \t]*\n", re.DOTALL)
_CODE = re.compile(r"^[ \t]*(`{3,}|~{3,}).*?^[ \t]*\1[`~]*[ \t]*$", re.DOTALL | re.MULTILINE)
_MARK = re.compile(r"\s*(?:>\s*)*(?:#{1,6}\s+|[*+•‣▪●-]\s+|\d{1,3}[.)]\s+)*")
_LINK = re.compile(r"!?\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\(([^()\s]*(?:\([^()]*\))?[^()]*)\)")
_TAG = re.compile(r"<(/?)(\w+)\b[^>]*>")
_HREF = re.compile(r"<a\s[^>]*href=[\"']([^\"']*)[\"'][^>]*>(.*?)</a>", re.IGNORECASE | re.DOTALL)
_BLOCKS = ("br", "p", "li", "div", "ul", "ol", "tr", "h1", "h2", "h3", "h4", "h5", "h6")
_ADDRESS = re.compile(r"\s*<(https?://[^<>\s]+)>$")
_CUE = re.compile(rf"^\s*{_BARE}\s+-->\s+{_BARE}", re.MULTILINE)
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")  # by a backslash, as in Markdown
_SHIELD = 0x10FF00  # of Unicode's private use: where escaped marks wait until titles are found
_SHIELDED = re.compile("[\U0010ff21-\U0010ff7e]")
LONGEST = 2000  # most characters of a line that may tell a chapter
HOUR = 3600.0
WRAPPED = 20 * 60.0  # most seconds to a chapter whose time lacks the hours that came before it
DAY = 24 * HOUR
ALIKE = 8  # least chapters by which times in minutes, seconds and frames are told from hours


class _Line(NamedTuple):
    """A line of the text: its words without marks, and the time in it."""

    words: str
    heading: bool
    found: re.Match[str] | None = None
    first: bool = False  # whether the time comes before the title

    @property
    def title(self) -> str:
        return self.found["title"].strip() if self.found else ""


def parse(text: str, context: Context) -> list[Chapter]:
    """Return the chapters that are told in a text, with times told wrong mended and said so.

    Raises MediaError for subtitles, whose times stand alone too.
    """
    if _CUE.search(text):
        raise MediaError("it holds subtitles, not chapters")
    links: dict[str, str] = {}
    text = _ESCAPED.sub(lambda mark: chr(_SHIELD + ord(mark[1])), _plain(text))
    lines = _with_one_style([_line(line, links) for line in text.splitlines()])
    chapters, parts = [], []
    for place, line in enumerate(lines):
        if line.found:
            title, url = map(_unshielded, _titled(line.title or _beside(lines, place), links))
            end = line.found["end"] if line.first else None
            stop = _seconds(re.fullmatch(_TIME, end)) if end else None
            chapters.append(Chapter(_seconds(line.found), title, stop, url or None))
            parts.append(line.found)
    return _mended(_without_frames(chapters, parts, context), parts, context)


def _unshielded(text: str) -> str:
    return _SHIELDED.sub(lambda mark: chr(ord(mark[0]) - _SHIELD), text)


def _plain(text: str) -> str:
    """The text without front matter and blocks of code; that of HTML in lines."""
    text = _CODE.sub("", _FRONT.sub("", text))
    names = {tag[2].lower() for tag in _TAG.finditer(re.sub("`[^`]*`", "", text))}
    if not names & {"br", "p", "li", "div"}:
        return text
    text = re.sub(r"\s*\n\s*", " ", text)
    text = _HREF.sub(lambda link: f"[{link[2]}]({link[1]})", text)
    text = _TAG.sub(lambda tag: "\n" if tag[2].lower() in _BLOCKS else "", text)
    return html.unescape(text)


def _line(line: str, links: dict[str, str]) -> _Line:
    """Take a line apart; remembers the addresses of links by their texts."""
    if len(line) > LONGEST:
        return _Line(one_line(line), False)
    mark = _MARK.match(line)
    assert mark is not None

    def text(link: re.Match[str]) -> str:
        if link[0].startswith("!"):
            return ""
        links[_emphasis(link[1]).strip()] = link[2]
        return link[1]

    heading = "#" in mark[0]
    words = _emphasis(_LINK.sub(text, line[mark.end() :])).strip()
    if found := _FIRST.fullmatch(words):
        return _Line(words, heading, found, True)
    return _Line(words, heading, _LAST.fullmatch(words))


def _emphasis(text: str) -> str:
    """The text without Markdown's marks of emphasis and code."""
    text = re.sub(r"(\*\*\*|\*\*|__|~~|`)(?=\S)(.+?)(?<=\S)\1", r"\2", text)
    return re.sub(r"(?<![\w*])([*_])(?=\S)([^*_]+?)(?<=\S)\1(?![\w*])", r"\2", text)


def _with_one_style(lines: list[_Line]) -> list[_Line]:
    """The lines, of which those in the style of most have a time.

    A text is written in one style: headings among lines that quote what is said, or times before
    titles. Times elsewhere are part of what is told.
    """
    timed = [line for line in lines if line.found]
    headings = [line for line in timed if line.heading]
    if len(headings) > 1 or (headings and headings[0] is timed[0] and headings[0].first):
        return [line if line.heading else line._replace(found=None) for line in lines]
    first = 2 * sum(line.first for line in timed) >= len(timed)
    return [line if line.first == first else line._replace(found=None) for line in lines]


def _beside(lines: list[_Line], place: int) -> str:
    """The title of a time that stands alone: in the next line with words, or in the one before.

    Titles come before their times if nothing follows the last time.
    """
    alone = [n for n, line in enumerate(lines) if line.found and not line.title]
    before = not any(line.words for line in lines[alone[-1] + 1 :])
    around = reversed(lines[:place]) if before else lines[place + 1 :]
    near = next((line for line in around if line.words), None)
    return near.words if near and not near.found and not near.heading else ""


def _titled(title: str, links: dict[str, str]) -> tuple[str, str]:
    """The title, and the link that it is or that ends it; without one, an empty text."""
    if address := _ADDRESS.search(title):
        return title[: address.start()], address[1]
    url = links.get(title, "")
    return title, "" if url.startswith("#") else url


def _seconds(match: re.Match[str] | None) -> float:
    assert match is not None
    whole = int(match["minutes"]) * 60 + int(match["seconds"]) + 3600 * int(match["hours"] or 0)
    return whole + float((match["rest"] or "0").replace(",", "."))


def _without_frames(
    chapters: list[Chapter], parts: list[re.Match[str]], context: Context
) -> list[Chapter]:
    """Chapters whose times are minutes, seconds and frames, told from hours by their size."""
    if not chapters or any(part["hours"] is None for part in parts):
        return chapters
    known = context.duration is not None
    longest = max(chapter.start for chapter in chapters)
    frames = all(int(part["seconds"]) < 30 for part in parts)
    if not frames or longest <= (context.duration if context.duration is not None else DAY):
        return chapters
    shorter = [60 * int(part["hours"]) + int(part["minutes"]) for part in parts]
    fits = max(shorter) <= context.duration if context.duration is not None else True
    if not fits or (not known and len(chapters) < ALIKE):
        return chapters
    context.tell("times were read as minutes, seconds and frames, whose rate is not told")
    return [
        replace(chapter, start=float(start), end=None)
        for chapter, start in zip(chapters, shorter, strict=True)
    ]


def _mended(chapters: list[Chapter], parts: list[re.Match[str]], context: Context) -> list[Chapter]:
    """Chapters of which those after the first hour may lack their hours: 59:39, then 03:49."""
    hours = 0.0
    mended = list(chapters[:1])
    for (before, chapter), part in zip(pairwise(chapters), parts[1:], strict=True):
        gap = chapter.start + HOUR - before.start
        if part["hours"] is None and chapter.start < before.start and 0 < gap <= WRAPPED:
            hours += HOUR
        mended.append(replace(chapter, start=chapter.start + hours))
    if hours:
        context.tell("times after the first hour lacked their hours, which were added")
    return mended
