"""hierarchical: scenes are summed up, then chapters from their scenes, then the whole.

The levels of LongCaption-Agent (LongCaptioning), all of them kept: `parts` has the chapters, they
have the scenes, and those the shots with their captions.
"""

import math
from bisect import bisect_right
from collections.abc import Sequence
from functools import partial
from itertools import groupby

from vtk.entries import PartEntry
from vtk.span import Span
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
    if given:
        blocks = _blocks(lines, given)
        chapters = [_scenes(block, spans) for block in blocks]
    else:
        chapters = _evenly(_scenes(lines, spans))
    told = iter(writer.sum_up([s for each in chapters for s in each], most=MOST["scene"]))
    of_scenes = [[next(told) for _ in scenes] for scenes in chapters]
    merged = [[line for scene in scenes for line in scene] for scenes in of_scenes]
    below = [line for each in merged for line in each]
    entries = [
        [_scene(scene, own, spans) for scene, own in zip(*each, strict=True)]
        for each in zip(chapters, of_scenes, strict=True)
    ]
    if len(chapters) == 1 and not given:
        return Written(writer.written(writer.condensed(below), spare=below), entries[0])
    known = [n for n, each in enumerate(merged) if each]
    about = writer.sum_up([merged[n] for n in known], most=MOST["chapter"])
    of_chapters = dict(zip(known, about, strict=True))
    parts = [
        _chapter(scenes, of_chapters.get(n, []), entries[n], given)
        for n, scenes in enumerate(chapters)
    ]
    above = [line for each in of_chapters.values() for line in each]
    return Written(writer.written(writer.condensed(above), spare=below), parts)


def _blocks(lines: Sequence[Line], spans: Sequence[Span]) -> list[Scene]:
    """The lines that begin in each span, without spans that have none."""
    starts = [span.start for span in spans]
    groups = groupby(lines, key=lambda line: max(bisect_right(starts, line.start), 1))
    return [list(group) for _, group in groups]


def _scenes(lines: Sequence[Line], spans: Sequence[Span]) -> list[Scene]:
    """The lines in scenes of about SCENE letters, which begin with a span if spans are shorter."""
    pieces = [piece for block in _blocks(lines, spans) for piece in windows(block, SCENE)]
    sizes = [size(piece) for piece in pieces]
    scenes = divided(pieces, sizes, max(1, round(sum(sizes) / SCENE)))
    return [[line for piece in scene for line in piece] for scene in scenes]


def _evenly(scenes: Sequence[Scene]) -> list[list[Scene]]:
    """The scenes in chapters of about FAN."""
    return divided(scenes, [1] * len(scenes), math.ceil(len(scenes) / FAN))


def _scene(scene: Scene, told: Sequence[Line], spans: Sequence[Span]) -> PartEntry:
    entry = part_entry(scene, told, "scene")
    shots: list[PartEntry] = [
        {"start": span.start, "end": span.end, "kind": "shot", "caption": span["caption"]}
        for span in spans
        if span.get("kind") == "shot"
        and span.get("caption")
        and entry["start"] <= span.start < entry["end"]
    ]
    if shots:
        entry["parts"] = shots
    return entry


def _chapter(
    scenes: Sequence[Scene], told: Sequence[Line], inside: list[PartEntry], given: Sequence[Span]
) -> PartEntry:
    lines = [line for scene in scenes for line in scene]
    entry = part_entry(lines, told, "chapter")
    entry["parts"] = inside
    for span in given:
        if span.start <= lines[0].start < span.end:
            entry["start"], entry["end"] = span.start, span.end
            if span.get("title"):
                entry["title"] = span["title"]
    return entry


summaries = partial(summarized, "hierarchical", write)
