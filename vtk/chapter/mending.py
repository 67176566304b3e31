"""Chapters as a model or a person proposes them, mended by rule to what is asked for.

Whatever is proposed, chapters begin where the video begins, follow each other in order, begin at
one of the places where a chapter may, and have the lengths and the number that a `Task` wants.
"""

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from vtk.chapter.task import LONGEST, SHORTEST, Mark, Task

Limits = tuple[float, float]
SECTION = 1 / 15  # of the video: the shortest section, from SHORTEST to LONGEST seconds


def mended(
    proposed: Sequence[Mark], places: Sequence[float], limits: Limits, task: Task
) -> tuple[list[Mark], Counter[str]]:
    """Return the marks of chapters, and of sections where `task` wants them, in order.

    `places` are the times in seconds, in order, at which a chapter may begin; `limits` those of the
    video. What no proposal has a title for has None. The counts tell what was mended: `unordered`,
    `outside` of the video, `repeated` (the title of the chapter before), `short`, `surplus` (more
    than `task.count`), `added` (where they were too few, or longer than `task.max_length`).
    """
    start, end = limits
    inside = [mark for mark in proposed if start <= mark.start < end]
    done = Counter(outside=len(proposed) - len(inside))
    done["unordered"] = sum(later.start < mark.start for mark, later in pairwise(inside))
    placed = [replace(m, start=nearest(places, m.start)) for m in inside]
    placed.sort(key=lambda mark: (mark.start, mark.level))
    shortest = task.shortest(end - start)
    chapters = _spaced([m for m in placed if m.level == 1], limits, shortest, done)
    if task.count is not None:
        chapters = _fewer(chapters, end, task.count, done)
    chapters = _more(chapters, places, end, shortest, task, done)
    if task.levels > 1:
        least = section_length(end - start, task)
        chapters = _with_sections(chapters, [m for m in placed if m.level > 1], end, least)
    return chapters, +done


def section_length(seconds: float, task: Task) -> float:
    """Return the least length of a section in a video of a duration, both in seconds.

    It is no longer than the chapters may be by `task.min_length`, where that is given.
    """
    least = min(max(SHORTEST, SECTION * seconds), LONGEST)
    return least if task.min_length is None else min(least, max(SHORTEST, task.min_length))


def nearest(places: Sequence[float], time: float) -> float:
    """Return the place nearest to a time; the time itself where there are no places."""
    at = bisect_left(places, time)
    return min(places[max(at - 1, 0) : at + 1], key=lambda place: abs(place - time), default=time)


def _spaced(
    marks: Sequence[Mark], limits: Limits, shortest: float, done: Counter[str]
) -> list[Mark]:
    """The marks from the start of the video on, none too near to the one before or to the end."""
    start, end = limits
    first = marks[0] if marks else Mark(start)
    if first.start - start < shortest:
        found = [replace(first, start=start)]
        marks = marks[1:]
    else:
        found = [Mark(start)]
    for mark in marks:
        before = found[-1]
        if mark.title and before.title and mark.title.casefold() == before.title.casefold():
            done["repeated"] += 1
        elif mark.start - before.start < shortest or mark.start <= before.start:
            done["short"] += 1
        else:
            found.append(mark)
    while len(found) > 1 and end - found[-1].start < shortest:
        found.pop()
        done["short"] += 1
    return found


def _fewer(marks: list[Mark], end: float, count: int, done: Counter[str]) -> list[Mark]:
    """At most so many chapters: the shortest ones are joined to the chapter before."""
    marks = list(marks)
    while len(marks) > count:
        ends = [*(mark.start for mark in marks[1:]), end]
        number = min(range(1, len(marks)), key=lambda n: (ends[n] - marks[n].start, n))
        del marks[number]
        done["surplus"] += 1
    return marks


def _more(
    marks: list[Mark],
    places: Sequence[float],
    end: float,
    shortest: float,
    task: Task,
    done: Counter[str],
) -> list[Mark]:
    """More chapters, without titles, in the longest ones: as many as are wanted and find room."""
    whole = set[float]()  # starts of chapters that cannot be divided
    while True:
        ends = [*(mark.start for mark in marks[1:]), end]
        lengths = {m.start: b - m.start for m, b in zip(marks, ends, strict=True)}
        open_ = {start: length for start, length in lengths.items() if start not in whole}
        if not open_:
            return marks
        longest = max(open_, key=lambda start: (open_[start], -start))
        length = open_[longest]
        few = task.count is not None and len(marks) < task.count
        if not few and length <= (task.max_length or math.inf):
            return marks
        pieces = 2 if few or not task.max_length else math.ceil(length / task.max_length)
        place = nearest(places, longest + length / pieces)
        if min(place - longest, longest + length - place) < max(shortest, 1e-6):
            whole.add(longest)
            continue
        marks = sorted([*marks, Mark(place)], key=lambda mark: mark.start)
        done["added"] += 1


def _with_sections(
    chapters: Sequence[Mark], sections: Sequence[Mark], end: float, least: float
) -> list[Mark]:
    """The marks of chapters, each before those of its sections if it has two or more."""
    found: list[Mark] = []
    ends = [*(mark.start for mark in chapters[1:]), end]
    for chapter, stop in zip(chapters, ends, strict=True):
        own = [m for m in sections if chapter.start <= m.start < stop]
        inside = _spaced(own, (chapter.start, stop), least, Counter())
        found += [chapter, *(replace(m, level=2) for m in inside if len(inside) > 1)]
    return found
