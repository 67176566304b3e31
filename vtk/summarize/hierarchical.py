"""hierarchical: scenes are summed up, then chapters from their scenes, then the whole.

The levels of LongCaption-Agent (LongCaptioning), all of them kept: `parts` has the chapters, they
have the scenes, and those the shots with their captions.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import partial
from itertools import groupby

from vtk.entries import PartEntry
from vtk.passages import with_parts
from vtk.span import Span
from vtk.summarize.asking import SpentError
from vtk.summarize.by_model import Written, part_entry, summarized
from vtk.summarize.lines import Line, divided, size, windows
from vtk.summarize.writing import SummaryWriter

SCENE = 2000  # letters of a scene, some two or three minutes of speech
FAN = 6  # scenes of a chapter, where the video has no chapters
MOST = {"scene": 3, "chapter": 4}  # sentences about each

Scene = list[Line]


def write(writer: SummaryWriter, spans: list[Span], lines: list[Line]) -> Written:
    """Sum up level after level; spans of kind chapter are the chapters, if there are any."""
    given = [span for span in spans if span.get("kind") == "chapter"]
    if writer.task.by == "chapter":
        given = []
    blocks = _blocks(lines, given)
    chapters = [_scenes(each, spans) for each in blocks.values()] if given else []
    chapters = chapters or _evenly(_scenes(lines, spans))
    told = iter(writer.sum_up([s for each in chapters for s in each], most=MOST["scene"]))
    of_scenes = [[next(told) for _ in scenes] for scenes in chapters]
    merged = [[line for scene in scenes for line in scene] for scenes in of_scenes]
    below = [line for each in merged for line in each]
    entries = _entries(chapters, of_scenes, spans)
    if len(chapters) == 1 and not given:
        return Written(writer.written(writer.condensed(below), spare=below), entries[0])
    about = _about(writer, merged, [len(scenes) for scenes in chapters])
    parts = [
        part_entry([line for scene in scenes for line in scene], own, "chapter")
        for scenes, own in zip(chapters, about, strict=True)
    ]
    for part, scenes_of in zip(parts, entries, strict=True):
        part["parts"] = scenes_of
    if given:
        known = dict(zip(blocks, parts, strict=True))
        parts = [_titled(span, known.get(n)) for n, span in enumerate(given)]
    above = [line for each in about for line in each]
    return Written(writer.written(writer.condensed(above), spare=below), parts)


def _about(
    writer: SummaryWriter, merged: Sequence[list[Line]], scenes: Sequence[int]
) -> list[list[Line]]:
    """What is told of each chapter; of one scene, and where the budget is spent, that of scenes."""
    several = [n for n, each in enumerate(merged) if each and scenes[n] > 1]
    try:
        told = writer.sum_up([merged[n] for n in several], most=MOST["chapter"])
    except SpentError:
        return list(merged)
    known = dict(zip(several, told, strict=True))
    return [known.get(n) or each for n, each in enumerate(merged)]


def _blocks(lines: Sequence[Line], spans: Sequence[Span]) -> dict[int, Scene]:
    """The lines that begin in each span, by its number, or after it and before the next."""
    starts = [span.start for span in spans]
    groups = groupby(lines, key=lambda line: max(bisect_right(starts, line.start), 1))
    return {place - 1: list(group) for place, group in groups}


def _scenes(lines: Sequence[Line], spans: Sequence[Span]) -> list[Scene]:
    """The lines in scenes of about SCENE letters, which begin with a span if spans are shorter."""
    pieces = [piece for block in _blocks(lines, spans).values() for piece in windows(block, SCENE)]
    sizes = [size(piece) for piece in pieces]
    scenes = divided(pieces, sizes, max(1, round(sum(sizes) / SCENE)))
    return [[line for piece in scene for line in piece] for scene in scenes]


def _evenly(scenes: Sequence[Scene]) -> list[list[Scene]]:
    """The scenes in chapters of about FAN."""
    return divided(scenes, [1] * len(scenes), math.ceil(len(scenes) / FAN))


def _entries(
    chapters: Sequence[Sequence[Scene]], told: Sequence[Sequence[list[Line]]], spans: Sequence[Span]
) -> list[list[PartEntry]]:
    """The scenes of each chapter, each with its shots: those that it begins in or begin in it."""
    found = [
        [part_entry(scene, own, "scene") for scene, own in zip(*each, strict=True)]
        for each in zip(chapters, told, strict=True)
    ]
    scenes = [scene for each in found for scene in each]
    starts = [scene["start"] for scene in scenes]
    every = (part for span in spans for part in with_parts(span))
    for span in sorted((s for s in every if s.get("kind") == "shot"), key=lambda s: s.start):
        place = bisect_left(starts, span.start)
        if place == len(starts) or starts[place] >= span.end:
            place = max(place - 1, 0)
        shot: PartEntry = {"start": span.start, "end": span.end, "kind": "shot"}
        if "index" in span:
            shot["index"] = span["index"]
        if span.get("caption"):
            shot["caption"] = span["caption"]
        scenes[place].setdefault("parts", []).append(shot)
    return found


def _titled(span: Span, known: PartEntry | None) -> PartEntry:
    """A chapter of the video, with what was written of it, if anything is told there."""
    entry: PartEntry = {"start": span.start, "end": span.end, "kind": "chapter"}
    entry = {**known, **entry} if known else entry
    if span.get("title"):
        entry["title"] = span["title"]
    return entry


summaries = partial(summarized, "hierarchical", write)
