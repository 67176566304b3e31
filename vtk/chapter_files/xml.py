"""Chapters in XML: Matroska's (mkvmerge), Podlove's Simple Chapters, Apple's text streams."""

import re
from collections.abc import Iterator
from xml.etree import ElementTree

from vtk.chapter_files.context import Context, seconds
from vtk.errors import MediaError
from vtk.media.chapters import Chapter

Element = ElementTree.Element

_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "": 1e-9}
_NUMBER = re.compile(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|)")
_PODLOVE = re.compile(r"<(\w+:)?chapters\b|podlove\.org/simple-chapters")
DEEPEST = 20  # levels of chapters in chapters


def is_matroska(text: str) -> bool:
    """Whether a text holds Matroska's chapters as XML."""
    return text.startswith("<") and "<EditionEntry" in text


def is_podlove(text: str) -> bool:
    """Whether a text holds Podlove Simple Chapters, alone or in a feed."""
    return text.startswith("<") and _PODLOVE.search(text) is not None


def is_text_stream(text: str) -> bool:
    """Whether a text holds chapters as Apple's tools take them: timed samples of text."""
    return text.startswith("<") and "<TextStream" in text


def parse_matroska(text: str, context: Context) -> list[Chapter]:
    """Return the chapters of the default edition, or else of the first that is not hidden.

    Hidden and disabled chapters, and editions for other orders of playing, are left out. See
    https://www.matroska.org/technical/chapters.html. Raises MediaError.
    """
    editions = [each for each in _root(text) if _name(each) == "EditionEntry"]
    shown = [each for each in editions if not _flag(each, "EditionFlagHidden")]
    shown.sort(key=lambda each: not _flag(each, "EditionFlagDefault"))
    if len(editions) > 1:
        context.tell(f"read one of {len(editions)} editions")
    if shown and _flag(shown[0], "EditionFlagOrdered"):
        context.tell("the edition plays its chapters in an order of its own")
    try:
        return list(_atoms(shown[0], context, 1)) if shown else []
    except ValueError as error:
        raise MediaError(f"Matroska chapters: {error}") from None


def _atoms(parent: Element, context: Context, level: int) -> Iterator[Chapter]:
    for atom in parent:
        if _name(atom) != "ChapterAtom":
            continue
        title = _display(atom, context.language)
        if _flag(atom, "ChapterFlagHidden") or not _flag(atom, "ChapterFlagEnabled", True):
            context.tell(
                f"left out a chapter that is hidden or disabled: {title[:60] or 'no title'}"
            )
            continue
        end = _text(atom, "ChapterTimeEnd")
        start = _time(_text(atom, "ChapterTimeStart"))
        yield Chapter(start, title, _time(end) if end else None, level=level)
        if level < DEEPEST:
            yield from _atoms(atom, context, level + 1)


def _display(atom: Element, language: str | None) -> str:
    """The title of a chapter in the language asked for, or else the first one."""
    titles: dict[str, str] = {}
    for display in atom:
        if _name(display) == "ChapterDisplay":
            title = _text(display, "ChapterString") or _text(display, "ChapString")
            for name in ("ChapLanguageIETF", "ChapterLanguage", "ChapLanguage"):
                if code := _text(display, name):
                    titles.setdefault(code, title)
            titles.setdefault("", title)
    wanted = (title for code, title in titles.items() if _same(code, language))
    return next(wanted, titles.get("", ""))


def _same(code: str, language: str | None) -> bool:
    """Whether a code of a file (eng, en-GB) names a language (en)."""
    from vtk.media.subtitles.languages import iso639_2

    own = code.lower().split("-")[0]
    return language is not None and own in (language.lower(), iso639_2(language))


def _time(text: str) -> float:
    """Parse `00:01:02.123456789`, nanoseconds, or a number with its unit."""
    if number := _NUMBER.fullmatch(text):
        return float(number[1]) * _UNITS[number[2]]
    return seconds(text)


def parse_podlove(text: str, context: Context) -> list[Chapter]:
    """Return the chapters of the first list in the text.

    See https://podlove.org/simple-chapters/. Raises MediaError.
    """
    lists = [each for each in _root(text).iter() if _name(each) == "chapters"]
    if len(lists) > 1:
        context.tell(f"read the first of {len(lists)} lists of chapters")
    try:
        return [
            Chapter(
                seconds(each.get("start", "")),
                each.get("title", ""),
                url=each.get("href"),
                image=each.get("image"),
            )
            for each in (lists[0] if lists else ())
            if _name(each) == "chapter"
        ]
    except ValueError as error:
        raise MediaError(f"Podlove chapters: {error}") from None


def parse_text_stream(text: str, context: Context) -> list[Chapter]:
    """Return a chapter for each sample of a text stream. Raises MediaError."""
    try:
        return [
            Chapter(
                seconds(each.get("sampleTime", "")),
                each.get("text") or "".join(each.itertext()),
                url=each.get("href"),
            )
            for each in _root(text).iter()
            if _name(each) == "TextSample"
        ]
    except ValueError as error:
        raise MediaError(f"text stream: {error}") from None


def _root(text: str) -> Element:
    try:
        # The text is decoded already, whatever its declaration says.
        return ElementTree.fromstring(re.sub(r"^<\?xml[^>]*\?>", "", text))
    except (ElementTree.ParseError, ValueError) as error:
        raise MediaError(f"not well-formed XML ({error})") from None


def _name(element: Element) -> str:
    """The name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def _text(element: Element, name: str) -> str:
    return next((each.text or "" for each in element if _name(each) == name), "").strip()


def _flag(element: Element, name: str, default: bool = False) -> bool:
    return (_text(element, name) or str(int(default))) != "0"
