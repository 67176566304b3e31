"""The spans of one video after the other, as the methods of chapters get them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

from vtk.caption import videos_with_captions
from vtk.chapter.task import Mark, Task
from vtk.errors import MediaError
from vtk.languages import guessed_language
from vtk.media.container.timing import has_pictures, timing
from vtk.media.subtitles import speech_entries
from vtk.passages import was_examined
from vtk.pipeline import map_videos
from vtk.span import Span
from vtk.times import rounded


def by_video(
    source: Iterable[Span],
    task: Task,
    work: Callable[[list[Span]], list[Span]],
    *,
    wordless: bool = False,
) -> Iterator[Span]:
    """Yield the chapters of each video, captioned if none of its spans has text fields.

    With `wordless`, a file of sound without words is one span instead of an error record.

    Chapters that vtk did not make stay as they are, unless `task.replace`; those that it made are
    taken apart again, and their titles do not count as words of the video.
    """

    def kept_or_made(spans: list[Span]) -> list[Span]:
        given = [] if task.replace else [span for span in spans if is_given(span)]
        return given or work([part for span in spans for part in _taken_apart(span)])

    spans = map(partial(_without_words, language=task.language), source) if wordless else source
    return map_videos("chapter", videos_with_captions(spans, language=task.language), kept_or_made)


def _without_words(span: Span, language: str | None) -> Span:
    """The span, with its times and empty `speech` if its file has neither pictures nor words."""
    if span.failed or was_examined(span):
        return span
    with suppress(MediaError):  # told of where the file is read
        about = timing(span.video)
        if about.end and not (has_pictures(span.video) or speech_entries(span.video, language)):
            return Span({**span.with_times(about.start, about.end), "speech": []})
    return span


def is_given(span: Span) -> bool:
    """Whether a span is a chapter with a title from elsewhere, as from the file or its description.

    One that `vtk chapter` took from there (method existing) is one still.
    """
    return span.get("kind") == "chapter" and bool(span.get("title")) and not _is_made(span)


def heard(task: Task, spans: Sequence[Span]) -> Task:
    """The task with the language that the spans of a video are in, unless it names one."""
    return task if task.language is not None else replace(task, guessed=guessed_language(spans))


def marks_given(spans: Iterable[Span], task: Task) -> list[Mark]:
    """Return where chapters are said to begin: by `task.at`, or by chapters without a title.

    A list counts as players do, from the start of the file.
    """
    spans = list(spans)
    if task.at:
        zero = start_of(spans[0].video)
        return [replace(mark, start=rounded(mark.start + zero)) for mark in task.at]
    bare = sorted(s.start for s in spans if s.get("kind") == "chapter" and not s.get("title"))
    return [Mark(start) for start in dict.fromkeys(bare)]


def start_of(video: str) -> float:
    """The moment, in seconds, that players call 0:00; 0 where the video is not at hand."""
    try:
        return timing(video).start
    except MediaError:
        return 0.0


def _is_made(span: Span) -> bool:
    made = [entry for entry in span.get("made", []) if entry.get("by") == "vtk chapter"]
    return bool(made) and made[-1].get("method") != "existing"


def _taken_apart(span: Span) -> Iterator[Span]:
    """A span, or the spans that vtk joined into a chapter, with what is known of them."""
    parts = span.get("parts", [])
    if not parts or not (span.get("kind") == "chapter" and _is_made(span)):
        yield span
        return
    for part in parts:
        within = part.get("parts", []) if part.get("kind") == "section" else [part]
        for each in within:
            piece = span.sub_span(each["start"], each["end"], each.get("kind", "shot"))
            yield Span({**piece, **each})
