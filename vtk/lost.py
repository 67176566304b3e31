"""What of a span could not be read, as error records."""

from math import isfinite

from vtk.errors import MediaError
from vtk.span import Span, log

MISSING = 1.0  # seconds that may lack at the end before a file counts as truncated
MISSING_SHARE = 0.02  # of the length that the container states


def missing(reached: float, stated: float, start: float = 0.0) -> bool:
    """Whether a file that states to last from `start` to `stated` seconds ends too soon."""
    return stated - reached > max(MISSING, MISSING_SHARE * (stated - start))


def truncated(
    span: Span, command: str, kind: str, reached: float, stated: float, what: str
) -> Span:
    """The error record of the end that is not there, from `reached` to `stated` seconds.

    `what` does end there ("the sound ends").
    """
    reason = MediaError(
        f"{what} at {reached:.2f} s but the file states {stated:.2f} s: it is truncated or damaged"
    )
    return failed(span, command, kind, max(reached, span.start), stated, reason)


def damaged(span: Span, command: str, kind: str, damage: list[float], what: str = "") -> Span:
    """The error record of packets `what` (" of sound") that did not decode at these seconds."""
    low, high = min(damage), max(damage)
    reason = f"{len(damage)} damaged packets{what} could not be decoded, the first at {low:.2f} s"
    return failed(span, command, kind, low, high if isfinite(high) else low, MediaError(reason))


def failed(
    span: Span, command: str, kind: str, start: float, end: float, reason: MediaError
) -> Span:
    """The error record of a part of the span, told on standard error as well."""
    log.error("%s: %s", span.video, reason)
    return span.part(start, end, kind).error(command, reason)
