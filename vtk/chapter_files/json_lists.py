"""Chapters in JSON: an array of objects with a time and a title, under names that vary.

Known are Podcasting 2.0's chapters
(https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/examples/chapters/jsonChapters.md),
Podlove's and Podigee's lists, Audible's, Apple's HTTP Live Streaming, what yt-dlp and ffprobe tell
of a video, and scenes of FFmpeg's filters.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from vtk.chapter_files.context import Context, seconds
from vtk.chapter_files.format import Format
from vtk.errors import MediaError
from vtk.media.chapters import Chapter
from vtk.times import stamp

# In order of preference: a time may be there twice, rounded or in a unit of its own.
STARTS = ("startTime", "start_offset_ms", "start_time", "start-time", "pts_time", "start")
ENDS = ("endTime", "end_time", "end-time", "end")
TITLES = ("title", "titles", "name")
LINKS = ("url", "href")
PICTURES = ("img", "image")
DEEPEST = 20  # levels that are searched for the array


def is_json(text: str) -> bool:
    """Whether a text is JSON, as free text that begins with a bracketed time is not."""
    if not text.startswith(("{", "[")):
        return False
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True


def parse(text: str, context: Context) -> list[Chapter]:
    """Return the chapters of the first array that has some. Raises MediaError."""
    try:
        return list(_chapters(_listed(orjson.loads(text), 0), context, 1))
    except ValueError as error:
        raise MediaError(f"chapters in JSON: {error}") from None


def _listed(value: Any, depth: int) -> list[dict[str, Any]]:
    """The first array of objects with a time, as deep as it lies."""
    if isinstance(value, list):
        found = [each for each in value if isinstance(each, dict)]
        if any(_first(each, STARTS) is not None for each in found):
            return found
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if depth < DEEPEST:
        for part in parts:
            if found := _listed(part, depth + 1):
                return found
    return []


def _chapters(listed: list[dict[str, Any]], context: Context, level: int) -> Iterator[Chapter]:
    for each in listed:
        title = _title(_first(each, TITLES), context.language) or _tag(each)
        name = f"the entry {title[:60]!r}" if title else "an entry without a title"
        if each.get("toc") is False:
            context.tell(f"left out {name}, which is not for tables of contents")
            continue
        known = next((name for name in STARTS if each.get(name) is not None), None)
        if known is None:
            context.tell(f"left out {name}, which has no time")
            continue
        start = _seconds(each[known]) / (1000 if known.endswith("_ms") else 1)
        end = _first(each, ENDS)
        length = each.get("length_ms")
        yield Chapter(
            start,
            title,
            start + length / 1000
            if isinstance(length, int | float)
            else _seconds(end)
            if end is not None
            else None,
            url=_string(_first(each, LINKS)),
            image=_string(_first(each, PICTURES)),
            level=level,
        )
        if level < DEEPEST and isinstance(each.get("chapters"), list):
            inner = [part for part in each["chapters"] if isinstance(part, dict)]
            yield from _chapters(inner, context, level + 1)


def _seconds(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(f"not a time: {str(value)[:40]}")
    return seconds(value) if isinstance(value, str) else float(value)


def _title(value: Any, language: str | None) -> str:
    """The title; of Apple's titles in several languages the one asked for, or else the first."""
    if isinstance(value, list):
        titles = [each for each in value if isinstance(each, dict)]
        titles.sort(key=lambda each: language is None or each.get("language") != language)
        value = titles[0].get("title") if titles else ""
    return _string(value) or ""


def _tag(entry: Mapping[str, Any]) -> str:
    """The title among the tags that ffprobe prints."""
    tags = entry.get("tags")
    return _string(tags.get("title")) or "" if isinstance(tags, dict) else ""


def _first(entry: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((entry[name] for name in names if entry.get(name) is not None), None)


def _string(value: Any) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


def write_podcast(chapters: Sequence[Chapter], name: str) -> Iterator[str]:
    """Yield the chapters as JSON of Podcasting 2.0, version 1.2."""
    listed: list[dict[str, Any]] = []
    for chapter in chapters:
        entry = {"startTime": chapter.start, "endTime": chapter.end, "title": chapter.title}
        entry |= {"img": chapter.image, "url": chapter.url}
        listed.append({key: value for key, value in entry.items() if value is not None})
    yield _dumped({"version": "1.2.0", "chapters": listed})


def write_podlove(chapters: Sequence[Chapter], name: str) -> Iterator[str]:
    """Yield the chapters as JSON of Podlove's player; it has no ends."""
    yield _dumped(
        [
            {"start": stamp(chapter.start), "title": chapter.title}
            | {"href": chapter.url or "", "image": chapter.image or ""}
            for chapter in chapters
        ]
    )


def _dumped(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode() + "\n"


PODCAST = Format("json", write_podcast, ends=True)
PODLOVE = Format("json", write_podlove)
