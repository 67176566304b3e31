"""Give the chapters and sections that have no title one, no two of a level alike."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial

from vtk.chapter.joined import grouped
from vtk.chapter.lines import words_of
from vtk.chapter.model_titles import Usage, provenance, titles_by_model
from vtk.chapter.task import Mark, Task
from vtk.chapter.titles import titles
from vtk.chapter.videos import is_given
from vtk.models.llm.prompt import LanguageModel
from vtk.pipeline import about, group_by_video, map_videos
from vtk.span import Span

log = logging.getLogger("vtk")


def with_model_titles(chapters: Iterable[Span], task: Task) -> Iterator[Span]:
    """Yield chapters as they come, those of a video together, with titles by a model.

    So do their sections. One that the model gives none, or one that another has, keeps its own; and
    so do chapters of another origin. A video without any answer becomes an error record. Raises
    MissingError if no model is named.
    """
    with closing(task.models.need_language()()) as model:
        named = partial(titles_by_model, model, language=task.language, steps=task.steps)

        def work(spans: list[Span]) -> Iterator[Span]:
            usage = Usage()
            made = [span for span in spans if not is_given(span)]
            names = named([[span] for span in made], usage)
            new = [_renamed(span, name) for span, name in zip(made, names, strict=True)]
            for span in new:
                parts = span.get("parts", [])
                sections = [part for part in parts if part.get("kind") == "section"]
                groups = [[span.sub_span(p["start"], p["end"], "section", **p)] for p in sections]
                found = named(groups, usage) if groups else []
                for part, name in zip(sections, found, strict=True):
                    part["title"] = name or part["title"]
            done = iter(new)
            for span in spans:
                if is_given(span):
                    yield span
                else:
                    yield next(done).with_provenance(
                        "chapter", "titles", **provenance(model, usage)
                    )

        yield from map_videos("chapter", group_by_video(chapters), work)


def _renamed(span: Span, name: str | None) -> Span:
    parts = [dict(part) for part in span.get("parts", [])]
    return Span({**span, "title": name or span["title"], "parts": parts})


def titled(
    spans: Sequence[Span],
    marks: Sequence[Mark],
    task: Task,
    model: LanguageModel | None,
    usage: Usage,
) -> list[Mark]:
    """Return the marks with a title each: its own, or one by the model if there is one.

    `usage` counts what it is asked. Where it gives none, or one that another chapter has, the title
    comes from phrases. One that is there twice all the same is numbered. The errors are those
    of `titles_by_model`.
    """
    if not all(mark.title for mark in marks) and not words_of(spans):
        log.warning(
            "%s: no words, so chapters have numbers: add subtitles, or use vtk transcribe -m, vtk "
            "ocr (of slides: --method slides) or vtk caption -m first",
            spans[0].video,
            extra=about(Span(video=spans[0].video)),
        )
    starts = sorted({mark.start for mark in marks})
    pieces = dict(zip(starts, grouped(spans, starts), strict=True))
    found = list(marks)
    for level in {mark.level for mark in marks}:
        numbers = [n for n, mark in enumerate(marks) if mark.level == level]
        groups = []
        for n in numbers:
            later = (m.start for m in marks[n + 1 :] if m.level <= level)
            end = next(later, float("inf"))
            inside = (start for start in starts if marks[n].start <= start < end)
            groups.append([piece for start in inside for piece in pieces[start]])
        names = _names([marks[n].title for n in numbers], groups, task, model, usage)
        for n, name in zip(numbers, names, strict=True):
            found[n] = replace(found[n], title=name)
    return found


def _names(
    own: Sequence[str | None],
    groups: Sequence[Sequence[Span]],
    task: Task,
    model: LanguageModel | None,
    usage: Usage,
) -> list[str]:
    """Return a name for each group of spans, in place of those that are None."""
    names = list(own)
    lacking = [n for n, name in enumerate(names) if not name]
    if lacking and model:
        asked = titles_by_model(
            model,
            [groups[n] for n in lacking],
            usage,
            taken=[name for name in names if name],
            language=task.language,
            steps=task.steps,
        )
        for n, name in zip(lacking, asked, strict=True):
            names[n] = name
    if not all(names):
        phrases = titles(groups, task.spoken, task.title_by)
        names = [name or phrase for name, phrase in zip(names, phrases, strict=True)]
    return _distinct([name or "" for name in names])


def _distinct(names: Sequence[str]) -> list[str]:
    """The names, those that come again with a number."""
    taken: set[str] = set()
    found = []
    for name in names:
        new, number = name, 2
        while new.casefold() in taken:
            new, number = f"{name} ({number})", number + 1
        taken.add(new.casefold())
        found.append(new)
    return found
