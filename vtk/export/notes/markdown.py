"""Notes as Markdown (CommonMark, with the `details` of HTML that folds)."""

import re
from collections.abc import Callable, Iterator, Sequence

from vtk.export.files import one_line
from vtk.export.notes.links import Links
from vtk.export.notes.page import Page, Paragraph, Told
from vtk.times import clock

Timed = Callable[[float], str]  # a time as a link

_MARKS = re.compile(r"([\\`*_\[\]<>&~|$])")
_FIRST = re.compile(r"^([#+\-=:]|\d+(?=[.)]))")


def escaped(text: str) -> str:
    """Return a text on one line that Markdown shows as it is."""
    safe = _MARKS.sub(r"\\\1", one_line(text))
    # A mark at the beginning would make a heading, a list or a line of it.
    return _FIRST.sub(lambda m: m[0] + "\\" if m[0].isdigit() else f"\\{m[0]}", safe)


def markdown(page: Page, links: Links) -> Iterator[str]:
    """Yield the notes of a video, piece by piece."""

    def timed(seconds: float) -> str:
        address = links(page.video, seconds)
        return f"[{clock(seconds)}]({_target(address)})" if address else clock(seconds)

    yield f"# {escaped(page.title)}\n\n"
    yield from _told(page.told, timed)
    for section in page.sections:
        yield f"## {timed(section.start)} {escaped(section.title)}\n\n"
        yield from _told(section.told, timed)
        for picture in section.pictures:
            words = escaped(picture.words) or f"Picture at {clock(picture.time)}"
            yield f"![{words}]({_target(picture.address)})\n\n"
        if section.transcript:
            yield "<details><summary>Transcript</summary>\n\n"
            yield from (_said(paragraph, timed) for paragraph in section.transcript)
            yield "</details>\n\n"


def _told(told: Sequence[Told], timed: Timed) -> Iterator[str]:
    for part in told:
        each = [f"{escaped(s['text'])} ({timed(s['start'])})" for s in part.sentences]
        heading = f"**{escaped(part.heading)}**\n\n" if part.heading else ""
        lines = "\n".join(f"- {line}" for line in each) if part.listed else " ".join(each)
        yield f"{heading}{lines}\n\n"


def _said(paragraph: Paragraph, timed: Timed) -> str:
    speaker = f"**{escaped(paragraph.speaker)}:** " if paragraph.speaker else ""
    return f"{speaker}{escaped(paragraph.text)} ({timed(paragraph.time)})\n\n"


def _target(address: str) -> str:
    """Return an address as the target of a link: without what would end it."""
    return re.sub(r"[\s<>()\\]", lambda found: f"%{ord(found[0]):02X}", address)
