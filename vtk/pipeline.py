"""Map, group and complete streams of spans, and make error records."""

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

# The work of a command: a function from a stream of spans to a stream of spans.
Ability = Callable[[Iterator[Span]], Iterator[Span]]
OnProgress = Callable[[str, float, float], None]  # video, seconds done, seconds in all

log = logging.getLogger("vtk")


def map_spans(
    command: str,
    spans: Iterable[Span],
    work: Callable[[Span], Iterable[Span]],
) -> Iterator[Span]:
    """Yield the results of `work` on every span, in order; error records pass through unchanged.

    An error in `work` affects only its span: results yielded before it stay, and an error record
    replaces the rest. Errors that affect all spans are raised: MissingError, UsageError,
    OutputError.
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
    """Return the error record of a span on which a command failed, and log the error.

    Of what concerns a whole file, the message names no stretch, and is shown once for all of its
    spans (`vtk.stream.logs`).
    An exception that vtk does not raise deliberately is a bug, but still affects only this span.
    One that affects all spans (MissingError, as of a server that is gone) is raised again.
    """
    if isinstance(error, MissingError):
        raise error
    bug = None if isinstance(error, (VtkError, OSError)) else error
    if bug is not None:
        error = InternalError(f"internal error: {type(bug).__name__}: {bug}")
    whole = isinstance(error, MediaError) and error.whole
    where = span.video if whole else span.fragment
    log.error("%s: %s", where, error, exc_info=bug, extra=about(span, error) | {"once": whole})
    return span.with_error(command, error)


def about(span: Span, error: Exception | None = None) -> dict[str, Any]:
    """Return what a log message is about, as its `extra`: --log-json tells these as fields."""
    place = {key: span[key] for key in ("video", "start", "end") if key in span}
    return {"about": {**place, **({"type": type(error).__name__} if error else {})}}


def fill_missing(
    spans: Iterable[Span],
    lacks: Callable[[Span], bool],
    ability: Ability,
) -> Iterator[Span]:
    """Yield the spans in order, with `ability` applied to those for which `lacks` is true."""
    for lacking, run in groupby(spans, lambda span: not span.failed and lacks(span)):
        if lacking:
            yield from ability(run)
        else:
            yield from run


def group_by_video(spans: Iterable[Span]) -> Iterator[list[Span]]:
    """Yield consecutive spans of the same video as one list; holds one video in memory."""
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
    """Yield the results of `work` on the spans of each video, between its error records.

    Error records before the first good span come before the results, others after them. An error in
    `work` affects only its video and gives one error record for it.
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
    """Return the error record of a truncated file for the part from `reached` to `stated` seconds.

    `what` begins the message, as in "the sound ends".
    """
    reason = MediaError(
        f"{what} at {reached:.2f} s but the file states {stated:.2f} s: it is truncated or damaged"
    )
    return partial_failure(span, command, kind, max(reached, span.start), stated, reason)


def damaged_record(
    span: Span, command: str, kind: str, damage: list[float], what: str = ""
) -> Span:
    """Return the error record of packets `what` (" of sound") that failed to decode.

    `damage` holds the times of the packets in seconds.
    """
    low, high = min(damage), max(damage)
    several = "s" if len(damage) > 1 else ""
    packets = f"{len(damage)} damaged packet{several}{what}"
    reason = f"{packets} could not be decoded, the first at {low:.2f} s"
    return partial_failure(
        span, command, kind, low, high if isfinite(high) else low, MediaError(reason)
    )


def partial_failure(
    span: Span, command: str, kind: str, start: float, end: float, reason: MediaError
) -> Span:
    """Return the error record of a part of the span, and log the error."""
    part = span.sub_span(start, end, kind)
    log.error("%s: %s", span.video, reason, extra=about(part, reason))
    return part.with_error(command, reason)
