"""What is summed up, and the record of a summary."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from vtk.caption import videos_with_captions
from vtk.chapter import Task as ChapterTask
from vtk.chapter import chapter
from vtk.entries import PartEntry, SentenceEntry
from vtk.languages import guessed_language
from vtk.span import Span, join
from vtk.summarize.task import Style, Task
from vtk.text import join_texts

ENDED = re.compile(r"[.!?…。！？][\"'”’)」』]*$")  # a sentence with an end mark
LISTED = {"bullets", "minutes", "recipe-steps", "study-notes"}  # styles of a line for a sentence


def groups(source: Iterable[Span], task: Task) -> Iterator[list[Span]]:
    """Yield the spans of each video that is summed up, or of each chapter, for `map_videos`.

    A video is captioned if none of its spans has text fields; by chapter, it is divided into
    chapters unless all its spans are some. Error records stay in their places.
    """
    for spans in videos_with_captions(source, language=task.language):
        if task.by == "video":
            yield spans
            continue
        if not all(span.failed or span.get("kind") == "chapter" for span in spans):
            wanted = ChapterTask(language=task.language, models=task.models)
            spans = list(chapter(spans, wanted))
        yield from ([span] for span in spans)


def heard(task: Task, spans: Sequence[Span]) -> Task:
    """The task with the language that the spans of a video are in, unless it names one."""
    if task.language is not None:
        return task
    return replace(task, guessed=guessed_language(spans, tell=task.by == "video"))


def name_of(spans: Sequence[Span], task: Task) -> str:
    """What is summed up, for messages: a video by its name, a chapter by its fragment."""
    return spans[0].fragment if task.by == "chapter" else spans[0].video


def summed(
    spans: Sequence[Span],
    task: Task,
    sentences: Sequence[SentenceEntry],
    method: str,
    *,
    fields: dict[str, Any] | None = None,
    **made: Any,
) -> Span:
    """Return the record of a summary of a group of spans: of a video, or of a chapter.

    `fields` are further ones; without `parts`, those of a video name its chapters. `made` is what
    else its provenance says.
    """
    told = {"summary": text_of(sentences, task.style), "sentences": [*sentences], **(fields or {})}
    if task.by == "chapter":
        (span,) = spans
        return Span({**span, **told}).with_provenance("summarize", method, **made)
    parts: list[PartEntry] = [
        {"start": span.start, "end": span.end, "title": span["title"]}
        for span in sorted(spans, key=lambda span: (span.start, span.end))
        if span.get("title")
    ]
    if parts:
        told.setdefault("parts", parts)
    return join(list(spans), "summary", **told).with_provenance("summarize", method, **made)


def text_of(sentences: Sequence[SentenceEntry], style: Style = "brief") -> str:
    """Return sentences as one text: prose, or a list under their headings, as the style wants it.

    In prose, an ellipsis follows a sentence without an end mark before another one.
    """
    if style not in LISTED:
        texts = [entry["text"] for entry in sentences]
        marked = [text if ENDED.search(text) else f"{text} …" for text in texts[:-1]]
        return join_texts([*marked, *texts[-1:]])
    lines: list[str] = []
    for heading in dict.fromkeys(entry.get("section", "") for entry in sentences):
        if heading:
            lines += ["", heading] if lines else [heading]
        own = (entry["text"] for entry in sentences if entry.get("section", "") == heading)
        lines += (f"- {text}" for text in own)
    return "\n".join(lines)
