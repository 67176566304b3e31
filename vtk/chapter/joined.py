"""Join the spans of a video into chapters that begin at given times."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from vtk.chapter.task import Mark
from vtk.passages import measured_caption
from vtk.span import TIMED_FIELDS, Span, join
from vtk.times import rounded

# Fields that a part keeps; timed fields are joined over the whole chapter.
PART = ("kind", "index", "score", "caption", "facts", "title", "summary", "parts")


def ordered(spans: Sequence[Span]) -> list[Span]:
    """Return the spans of a video by time, which is rounded as all times of chapters are.

    A span of no length, as of subtitles without their video, lasts as long as what is said in it.
    """
    timed = (Span(s, start=rounded(s.start), end=rounded(_end(s))) for s in spans)
    return sorted(timed, key=lambda span: (span.start, span.end))


def _end(span: Span) -> float:
    if span.end > span.start:
        return span.end
    return max((cue["end"] for cue in span.get("speech", [])), default=span.end)


def grouped(spans: Sequence[Span], starts: Sequence[float]) -> list[list[Span]]:
    """Return the spans in each of the chapters that begin at `starts`, in order.

    A span in which a chapter begins is cut there. The first chapter takes what lies before it.
    """
    begins = {span.start for span in spans}
    inner = [start for start in starts[1:] if start not in begins]
    groups: list[list[Span]] = [[] for _ in starts]
    for span in spans:
        cuts = [edge for edge in inner if span.start < edge < span.end]
        for piece in _cut(span, cuts) if cuts else [span]:
            groups[max(bisect_right(starts, piece.start) - 1, 0)].append(piece)
    return groups


def _cut(span: Span, cuts: Sequence[float]) -> list[Span]:
    """Cut a span at times inside it; descriptions of the whole are the best known of each piece."""
    told = {key: span[key] for key in ("kind", "facts", "title", "summary") if key in span}
    if caption := measured_caption(span) or span.get("caption"):
        told["caption"] = caption
    pieces = []
    for start, end in pairwise([span.start, *cuts, span.end]):
        piece = span.sub_span(start, end, "shot")
        piece.pop("kind")
        piece.update(told)
        pieces.append(piece)
    return pieces


def joined(spans: Sequence[Span], marks: Sequence[Mark], method: str, **made: Any) -> list[Span]:
    """Return the chapters that begin at marks, in order, each with a title, without gaps.

    Some span lies in each chapter. What was joined is in `parts`. A chapter with marks of level 2
    has its sections there; the first of them begins with it. `made` are details of provenance.
    """
    groups = grouped(spans, [mark.start for mark in marks])
    ends = [*(mark.start for mark in marks[1:]), max(span.end for span in spans)]
    begins = [n for n, mark in enumerate(marks) if mark.level == 1]
    found = []
    for index, (first, last) in enumerate(pairwise([*begins, len(marks)])):
        whole = [piece for group in groups[first:last] for piece in group]
        parts = [_part(piece) for piece in whole]
        if last > first + 1:
            inside = range(first + 1, last)
            parts = [_section(marks[n], n - first - 1, ends[n], groups[n]) for n in inside]
        fields = {**_named(marks[first], index), "parts": parts}
        new = _chapter(whole, marks[first].start, ends[last - 1], fields)
        found.append(new.with_provenance("chapter", method, **made))
    return found


def _section(mark: Mark, index: int, end: float, group: list[Span]) -> dict[str, Any]:
    extent = {"start": rounded(mark.start), "end": rounded(end), "kind": "section"}
    return {**extent, **_named(mark, index), "parts": [_part(piece) for piece in group]}


def _named(mark: Mark, index: int) -> dict[str, Any]:
    score = {} if mark.score is None else {"score": round(mark.score, 4)}
    return {"index": index, "title": mark.title, **score}


def _part(piece: Span) -> dict[str, Any]:
    known = {key: piece[key] for key in PART if key in piece}
    return {"start": piece.start, "end": piece.end, **known}


def _chapter(whole: list[Span], start: float, end: float, fields: dict[str, Any]) -> Span:
    new = join(whole, "chapter", **fields)
    new["start"], new["end"] = rounded(start), rounded(end)
    order = ["video", "start", "end", "kind", *fields, *TIMED_FIELDS]
    return Span({key: new[key] for key in [*order, *new] if key in new})
