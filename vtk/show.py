"""Format a stream of spans as text for people: chapters, summaries, moments, shots."""

import textwrap
from collections.abc import Callable

from vtk.span import Span
from vtk.stream.terminal import printable
from vtk.times import clock

WIDTH = 88  # columns


def printer(width: int = WIDTH) -> Callable[[Span], bytes]:
    """Return a function that formats one span after another, with a heading per video.

    Chapters become lines in YouTube's format (``1:02 Title``), a summary becomes a paragraph,
    anything else a line of its times and the best text of the span.
    """
    video = ""

    def text(span: Span) -> bytes:
        nonlocal video
        heading = ""
        if span.video != video and "rank" not in span:
            heading = ("\n" if video else "") + f"{printable(span.video)}\n\n"
            video = span.video
        return (heading + _text(span, width)).encode("utf-8", "replace")

    return text


def _text(span: Span, width: int) -> str:
    if span.failed:
        return _line("!", f"{span.fragment}: {span['error']['message']}", width)
    if "summary" in span:
        return textwrap.fill(_plain(span["summary"]), width) + "\n"
    if span.get("kind") == "chapter":
        return f"{clock(span.start)} {_plain(span.get('title', ''))}\n"
    if "rank" in span:
        place = f"{span['rank']:3}. {span.get('score', 0):.2f}  {span.fragment}"
        return _line("     ", _words(span), width, printable(place) + "\n")
    return _line(f"{_extent(span):>19}  ", _words(span), width)


def _words(span: Span) -> str:
    """Return the best text of a span: evidence of a moment, title, caption or speech."""
    for key in ("evidence", "title", "caption", "speech"):
        if known := span.get(key):
            return known if isinstance(known, str) else " … ".join(e["text"] for e in known)
    return str(span.get("kind", ""))


def _extent(span: Span) -> str:
    end = clock(span.end, decimals=1) if "end" in span else "end"
    return f"{clock(span.start, decimals=1)}–{end}"


def _line(mark: str, words: str, width: int, before: str = "") -> str:
    indent = " " * len(mark)
    filled = textwrap.fill(
        _plain(words), width, initial_indent=mark + " " * (mark == "!"), subsequent_indent=indent
    )
    return f"{before}{filled}\n"


def _plain(words: str) -> str:
    """Return the text on one line, escaped for a terminal."""
    return printable(" ".join(words.split()))
