"""Streams of spans: mapping, grouping and filling them, and the error records among them."""

import logging
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import groupby
from math import isfinite
from typing import Any

from vtk.errors import (
    InternalError,
    MediaError,
    MissingError,
    OutputError,
    UsageError,
    VtkError,
)
from vtk.span import Span

# What a command does: a function of a stream of spans.
Ability = Callable[[Iterator[Span]], Iterator[Span]]
OnProgress = Callable[[str, float, float], None]  # video, seconds done, seconds in all

log = logging.getLogger("vtk")


def map_spans(
    command: str,
    spans: Iterable[Span],
    work: Callable[[Span], Iterable[Span]],
) -> Iterator[Span]:
    """What `work` makes of every span, in order; error records pass through untouched.

    An error in `work` ends that span only: what it had yielded stays, and an error record takes
    the place of the rest. What concerns all spans is raised: MissingError, UsageError, OutputError.
    """
    for span in spans:
        if span.failed:
            yield span
            continue
        try:
            yield from work(span)
        except (MissingError, UsageError, OutputError):
            raise
        except Exception as error:
            yield failure(command, span, error)


def failure(command: str, span: Span, error: Exception) -> Span:
    """The error record of a span on which a command failed; says so on standard error.

    What vtk does not raise on purpose is a bug, and ends this span only all the same.
    """
    bug = None if isinstance(error, (VtkError, OSError)) else error
    if bug is not None:
        error = InternalError(f"internal error: {type(bug).__name__}: {bug}")
    log.error("%s: %s", span.fragment, error, exc_info=bug)
    return Span(span).error(command, error)


def fill_missing(
    spans: Iterable[Span],
    lacks: Callable[[Span], bool],
    ability: Ability,
) -> Iterator[Span]:
    """The spans, in order, with `ability` applied to those that lack what a stage needs."""
    for lacking, run in groupby(spans, lambda span: not span.failed and lacks(span)):
        if lacking:
            yield from ability(run)
        else:
            yield from run


def group_by_video(spans: Iterable[Span]) -> Iterator[list[Span]]:
    """Runs of neighbouring spans of the same video, one list each; holds one video at a time."""
    group: list[Span] = []
    for span in spans:
        if group and span.video != group[0].video:
            yield group
            group = []
        group.append(span)
    if group:
        yield group


def map_videos(
    command: str,
    groups: Iterable[list[Span]],
    work: Callable[[list[Span]], Iterable[Span]],
) -> Iterator[Span]:
    """What `work` makes of the spans of every video; error records keep their side of it.

    An error in `work` ends that video only, with one error record over it.
    """
    for group in groups:
        first = next((i for i, span in enumerate(group) if not span.failed), len(group))
        good = [span for span in group if not span.failed]
        yield from group[:first]
        if good:
            yield from map_spans(command, [Span(video=good[0].video)], partial(_of_all, work, good))
        yield from (span for span in group[first:] if span.failed)


def _of_all(work: Callable[[list[Span]], Iterable[Span]], spans: list[Span], _: Span) -> Any:
    return work(spans)


def truncated_record(
    span: Span, command: str, kind: str, reached: float, stated: float, what: str
) -> Span:
    """The error record of the end that is not there, from `reached` to `stated` seconds.

    `what` does end there ("the sound ends").
    """
    reason = MediaError(
        f"{what} at {reached:.2f} s but the file states {stated:.2f} s: it is truncated or damaged"
    )
    return partial_failure(span, command, kind, max(reached, span.start), stated, reason)


def damaged_record(
    span: Span, command: str, kind: str, damage: list[float], what: str = ""
) -> Span:
    """The error record of packets `what` (" of sound") that did not decode at these seconds."""
    low, high = min(damage), max(damage)
    reason = f"{len(damage)} damaged packets{what} could not be decoded, the first at {low:.2f} s"
    return partial_failure(
        span, command, kind, low, high if isfinite(high) else low, MediaError(reason)
    )


def partial_failure(
    span: Span, command: str, kind: str, start: float, end: float, reason: MediaError
) -> Span:
    """The error record of a part of the span, told on standard error as well."""
    log.error("%s: %s", span.video, reason)
    return span.sub_span(start, end, kind).error(command, reason)
