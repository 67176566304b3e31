"""Write chapters as XML: Matroska's, Podlove Simple Chapters, and Apple's text streams."""

import re
from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

from vtk.chapter_files.format import Format
from vtk.media.chapters import Chapter
from vtk.times import stamp

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, Char


def write_matroska(chapters: Sequence[Chapter], name: str) -> Iterator[str]:
    """Yield the chapters as mkvmerge reads them, sections within their chapters."""
    yield f'{HEAD}<!DOCTYPE Chapters SYSTEM "matroskachapters.dtd">\n<Chapters>\n  <EditionEntry>\n'
    open_levels = 0
    for number, chapter in enumerate(chapters, 1):
        level = min(max(chapter.level, 1), open_levels + 1)
        while open_levels >= level:
            yield _indent(open_levels) + "</ChapterAtom>\n"
            open_levels -= 1
        open_levels = level
        pad = _indent(level)
        yield f"{pad}<ChapterAtom>\n{pad}  <ChapterUID>{number}</ChapterUID>\n"
        yield f"{pad}  <ChapterTimeStart>{_time(chapter.start)}</ChapterTimeStart>\n"
        if chapter.end is not None:
            yield f"{pad}  <ChapterTimeEnd>{_time(chapter.end)}</ChapterTimeEnd>\n"
        yield f"{pad}  <ChapterDisplay>\n{pad}    <ChapterString>{_text(chapter.title)}"
        yield f"</ChapterString>\n{pad}    <ChapterLanguage>und</ChapterLanguage>\n"
        yield f"{pad}  </ChapterDisplay>\n"
    for level in range(open_levels, 0, -1):
        yield _indent(level) + "</ChapterAtom>\n"
    yield "  </EditionEntry>\n</Chapters>\n"


def write_podlove(chapters: Sequence[Chapter], name: str) -> Iterator[str]:
    """Yield the chapters as Podlove Simple Chapters 1.2; they have no ends."""
    space = "http://podlove.org/simple-chapters"
    yield f'{HEAD}<psc:chapters version="1.2" xmlns:psc="{space}">\n'
    for chapter in chapters:
        told = {"start": stamp(chapter.start), "title": chapter.title}
        told |= {"href": chapter.url or "", "image": chapter.image or ""}
        attributes = (
            f" {key}={quoteattr(_allowed(value))}" for key, value in told.items() if value
        )
        yield f"  <psc:chapter{''.join(attributes)}/>\n"
    yield "</psc:chapters>\n"


def write_apple(chapters: Sequence[Chapter], name: str) -> Iterator[str]:
    """Yield the chapters as a text stream of Apple's tools; it has no ends."""
    yield f'{HEAD}<TextStream version="1.1">\n  <TextStreamHeader>\n    <TextSampleDescription/>\n'
    yield "  </TextStreamHeader>\n"
    for chapter in chapters:
        link = f" href={quoteattr(_allowed(chapter.url))}" if chapter.url else ""
        start = stamp(chapter.start)
        yield f'  <TextSample sampleTime="{start}"{link}>{_text(chapter.title)}</TextSample>\n'
    yield "</TextStream>\n"


def _time(seconds: float) -> str:
    """Format seconds as `00:01:02.123456000`, to microseconds."""
    minutes, rest = divmod(round(seconds * 10**6), 60 * 10**6)
    second, fraction = divmod(rest, 10**6)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{second:02d}.{fraction:06d}000"


def _indent(level: int) -> str:
    return "  " * (level + 1)


def _text(text: str) -> str:
    return escape(_allowed(text))


def _allowed(text: str) -> str:
    return _FORBIDDEN.sub("�", text)


MATROSKA = Format("xml", write_matroska, ends=True, levels=True)
PODLOVE = Format("psc.xml", write_podlove)
APPLE = Format("xml", write_apple)
