"""show: spans as text for people: chapters, summaries, results of searches, shots, files."""

import textwrap
from collections.abc import Callable, Iterator
from typing import Any

from vtk.entries import SkimEntry
from vtk.span import Span
from vtk.stream.terminal import printable
from vtk.times import clock
from vtk.videos import Videos, spans_of

WIDTH = 88  # columns, where there is no terminal
LINES = 3  # of what is said in a shot, or around a hit
INDENT = " " * 5  # before what belongs to the line above


def show(videos: Videos, *, width: int = WIDTH, plain: bool = False) -> str:
    """Return spans as text for people, as `vtk show` prints them; `width` is in columns."""
    text = printer(width, plain=plain)
    return b"".join(map(text, spans_of(videos))).decode()


def printer(
    width: int = WIDTH, *, bold: bool = False, plain: bool = False
) -> Callable[[Span], bytes]:
    """Return a function that formats one span after another, with a heading for each video.

    `width` is in columns. Chapters become lines that video platforms read (``1:02 Title``), a
    summary becomes a paragraph or a list, a result of a search its place and the lines around the
    words that were found, which are `bold` if wanted; anything else is a line of its times and the
    best text of the span. A `plain` text has neither headings of videos nor indented sections.
    """
    video = ""

    def text(span: Span) -> bytes:
        nonlocal video
        heading = ""
        if span.video != video and "rank" not in span:
            heading = ("\n" if video else "") + ("" if plain else f"{printable(span.video)}\n\n")
            video = span.video
        page = _Page(width, bold=bold, plain=plain)
        return (heading + "\n".join(page.lines(span)) + "\n").encode("utf-8", "replace")

    return text


class _Page:
    """Formats single spans."""

    def __init__(self, width: int, *, bold: bool, plain: bool) -> None:
        self.width, self.bold, self.plain = width, bold, plain

    def lines(self, span: Span) -> Iterator[str]:
        """Yield the lines of a span."""
        kind = span.get("kind")
        if span.failed:
            yield from self._filled(f"{span.fragment}: {span['error']['message']}", "! ")
        elif "rank" in span:
            yield from self._hit(span)
        elif "media" in span:
            from vtk.show.files import about

            yield from map(printable, about(span))
        elif kind == "chapter":
            yield from self._chapter(span)
        elif "summary" in span:
            yield from self._paragraphs(span["summary"])
            if "skim" in span:
                yield from self._skim(span["skim"])
        elif kind == "video" and span.get("speech"):
            for entry in span["speech"]:
                yield from self._filled(entry["text"], f"{clock(entry['start']):>8}  ")
        else:
            yield from self._filled(_about(span), f"{_extent(span):>19}  ", LINES)

    def _skim(self, skim: SkimEntry) -> Iterator[str]:
        file = f" ({printable(skim['file'])})" if "file" in skim else ""
        yield f"In short, {clock(skim['seconds'], decimals=1)}{file}:"
        for each in skim["stretches"]:
            extent = _extent(Span(video="", start=each["start"], end=each["end"]))
            yield f"{extent:>19}  at {clock(each['at'], decimals=1)}"

    def _chapter(self, span: Span) -> Iterator[str]:
        yield f"{clock(span.start)} {printable(_one_line(span.get('title', '')))}"
        if not self.plain and span.get("summary"):
            yield from self._paragraphs(span["summary"], "  ")
        for part in span.get("parts", []):
            if "title" in part:
                indent = "" if self.plain else "  "
                yield f"{indent}{clock(part['start'])} {printable(_one_line(part['title']))}"

    def _hit(self, span: Span) -> Iterator[str]:
        from vtk.show.hits import around

        place = f"{clock(span.start)}–{clock(span.end) if 'end' in span else 'end'}"
        score = f"{span['score']:.2f}  " if "score" in span else ""
        yield printable(f"{span['rank']:3}. {score}{place}  {span.video}")
        words = around(span, LINES * (self.width - len(INDENT)))
        for line in self._filled(words.text, INDENT, LINES):
            yield words.marked(line) if self.bold else line

    def _paragraphs(self, text: str, indent: str = "") -> Iterator[str]:
        """Yield the lines of a text, each wrapped by itself; those of a list hang."""
        for line in text.splitlines():
            item = line.startswith("- ")
            yield from self._filled(line[2:] if item else line, indent + "- " * item)

    def _filled(self, text: str, mark: str = "", most: int | None = None) -> list[str]:
        """The lines of a text behind a mark, `most` at most; the next ones stand below its text."""
        return textwrap.wrap(
            printable(_one_line(text)),
            self.width,
            initial_indent=mark,
            subsequent_indent=" " * len(mark),
            max_lines=most,
            placeholder=" …",
        ) or [mark.rstrip()]


def _about(span: Span) -> str:
    """Return the best text of a span: its title, caption, speech or text on screen, or its kind."""
    if "cue" in span:
        from vtk.show.files import cue

        return cue(span["cue"])
    for key in ("evidence", "title", "caption", "speech", "screen_text"):
        if known := span.get(key):
            between = " … " if key in ("evidence", "screen_text") else " "
            return known if isinstance(known, str) else between.join(e["text"] for e in known)
    shown = ", ".join(clock(each["t"], decimals=1) for each in span.get("keyframes", []))
    return str(span.get("kind", "")) + (f"; frames at {shown}" if shown else "")


def _extent(span: Span) -> str:
    end = clock(span.end, decimals=1) if "end" in span else "end"
    return f"{clock(span.start, decimals=1)}–{end}"


def _one_line(words: Any) -> str:
    return " ".join(str(words).split())
