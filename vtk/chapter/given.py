"""Chapters of which half is given: titles for boundaries, or boundaries for titles.

These are the second and the third task of VidChapters-7M (Yang et al. 2023). Titles are placed all
together and in their order: where a language model sees them begin, else so that the words of each
are told in its own chapter.
"""

import logging
import time
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from functools import partial
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from vtk.chapter.joined import joined, ordered
from vtk.chapter.lines import lines_of
from vtk.chapter.model_titles import Usage, provenance
from vtk.chapter.naming import titled
from vtk.chapter.placing import placed
from vtk.chapter.starts import places_of
from vtk.chapter.task import Mark, Task
from vtk.chapter.title_starts import starts_by_model
from vtk.chapter.videos import by_video, heard, marks_given
from vtk.errors import MediaError
from vtk.models.embed.text_model import TextModel
from vtk.models.llm.prompt import LanguageModel
from vtk.passages import Passage
from vtk.span import Span
from vtk.text import Analyzer

log = logging.getLogger("vtk")

Gains = NDArray[np.float64]  # (titles, stretches between places)


def chapters(source: Iterable[Span], task: Task, *, asks: bool) -> Iterator[Span]:
    """Yield the chapters of each video that begin at `task.at`, or are called as `task.titles` say.

    Boundaries stay where they are, and titles as they are written. With `asks`, a language model
    gives what is not given, else phrases and words do, or what texts mean to the embedder if there
    is one. What was left out or guessed is in `made` under `mended`, and in warnings. A video with
    fewer places for a chapter than titles becomes an error record. Raises MissingError if no model
    is named.
    """
    tally: Counter[str] = Counter()
    with ExitStack() as stack:
        opened = task.models.embedder if task.titles and not asks else None
        embedder = stack.enter_context(opened()) if opened else None
        model = stack.enter_context(closing(task.models.need_language()())) if asks else None
        work = partial(_of_video, task=task, model=model, embedder=embedder, tally=tally)
        yield from by_video(source, task, work)
    for name, count in tally.items():
        log.warning("chapters that were given, %s: %d", name, count)


def _of_video(
    spans: list[Span],
    *,
    task: Task,
    model: LanguageModel | None,
    embedder: TextModel | None,
    tally: Counter[str],
) -> list[Span]:
    spans = ordered(spans)
    task = heard(task, spans)
    limits = spans[0].start, max(span.end for span in spans)
    begun, usage = time.monotonic(), Usage()
    if task.titles:
        marks, done = _for_titles(spans, limits, task, model, embedder, usage)
    else:
        marks, done = in_video(marks_given(spans, task), limits)
    marks = titled(spans, marks, task, model, usage)
    tally.update(done)
    asked = provenance(model, usage) if model else {}
    if embedder:
        asked = {"model": embedder.name, "sha256": embedder.sha256}
    timed = model is not None and task.timed
    seconds = round(time.monotonic() - begun, 3) if timed else None
    return joined(
        spans,
        marks,
        "given",
        language=task.guessed,
        **asked,
        mended=dict(done) or None,
        seconds=seconds,
    )


def in_video(marks: Sequence[Mark], limits: tuple[float, float]) -> tuple[list[Mark], Counter[str]]:
    """Return marks in order, each time once, from the start of the video on; and what was mended.

    The counts tell how many were `outside` of the video, `unordered`, or `repeated` a time.
    """
    start, end = limits
    inside = [mark for mark in marks if start <= mark.start < end]
    done = Counter(outside=len(marks) - len(inside))
    done["unordered"] = sum(later.start < mark.start for mark, later in pairwise(inside))
    distinct = {(mark.start, mark.level): mark for mark in reversed(inside)}
    done["repeated"] = len(inside) - len(distinct)
    found = [distinct[key] for key in sorted(distinct)]
    if not found or found[0].start > start:
        found.insert(0, Mark(start))
    return found, +done


def _for_titles(
    spans: Sequence[Span],
    limits: tuple[float, float],
    task: Task,
    model: LanguageModel | None,
    embedder: TextModel | None,
    usage: Usage,
) -> tuple[list[Mark], Counter[str]]:
    """Return where the titles begin.

    The counts tell how many starts of the model were `outside` of what it read or `unordered`, how
    many titles it did not place (`added`: words did), and how many nothing places (`guessed`).
    """
    lines = lines_of(spans)
    places = places_of(spans, lines, task.snap)
    if len(places) < len(task.titles):
        raise MediaError(
            f"{len(task.titles)} titles are given, and a chapter may begin at {len(places)} places"
        )
    known: dict[int, float] = {}
    done: Counter[str] = Counter()
    if model:
        known, done = starts_by_model(model, task.titles, lines, places, usage)
    gains, times = _gains(lines, places, task, embedder), [*places, limits[1]]
    least = task.shortest(limits[1] - limits[0])
    found = placed(gains, times, known, least)
    if found is None:  # starts between which the other titles have no room
        done["unordered"] += len(known)
        known = {}
        found = placed(gains, times, known, least)
    assert found
    starts, done["guessed"] = found
    if model:
        done["added"] = len(task.titles) - len(known)
    return [Mark(*each) for each in zip(starts, task.titles, strict=True)], +done


def _gains(
    lines: Sequence[Passage], places: Sequence[float], task: Task, embedder: TextModel | None
) -> Gains:
    """How much speaks for each title between each place and the next: the sum over the lines."""
    gains = np.zeros((len(task.titles), len(places)))
    if lines:
        similar = _meaning(lines, task, embedder) if embedder else _shared(lines, task)
        for line, column in zip(lines, similar.T, strict=True):
            gains[:, max(bisect_right(places, (line.start + line.end) / 2) - 1, 0)] += column
    return gains


def _shared(lines: Sequence[Passage], task: Task) -> Gains:
    """The share of the weight of each title's words that each line has (titles, lines)."""
    analyzer = Analyzer(task.spoken)
    told = [set(analyzer.terms(line.text, stop=False, characters=True)) for line in lines]
    there = Counter(term for terms in told for term in terms)
    found = np.zeros((len(task.titles), len(lines)))
    for row, title in zip(found, task.titles, strict=True):
        terms = analyzer.query(title)[0]
        weights = {t: np.log1p((len(told) - there[t] + 0.5) / (there[t] + 0.5)) for t in terms}
        whole = sum(weights.values()) or 1.0
        row[:] = [sum(weights[t] for t in terms if t in each) / whole for each in told]
    return found


def _meaning(lines: Sequence[Passage], task: Task, embedder: TextModel) -> Gains:
    """How much nearer than usual in meaning each line is to each title (titles, lines)."""
    documents = np.array(list(embedder.documents(line.text for line in lines)), np.float64)
    found: Gains = np.array(list(embedder.queries(list(task.titles))), np.float64) @ documents.T
    found -= found.mean(1, keepdims=True)
    return found
