"""The record: a span of a video and what is known about it.

A span is a dictionary. ``video``, ``start`` and ``end`` say which part of which video it is; every
other field is something known about that part. Fields unknown to vtk are passed on untouched. A
span without ``start`` and ``end`` stands for a whole video, as a bare path does.
"""

import math
import os
import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote, unquote_to_bytes, urlsplit

import orjson

from vtk import __version__, times
from vtk.check import checker
from vtk.errors import InputError, NotJsonError
from vtk.schema import PROPERTIES, READ
from vtk.schema_parts import MAX_SECONDS

if TYPE_CHECKING:
    from vtk.entries import ErrorEntry, MadeEntry, TimedEntry

# Fields that describe one interval only, and so are not passed on to a span of another interval.
SPAN_ONLY_FIELDS = frozenset(PROPERTIES) - {"video", "time_base", "made"}
TIMED_FIELDS = ("keyframes", "speech", "screen_text")
# Margins at the ends of a span: (seconds, share of the span), whichever is shorter. At a cut, as
# compression spoils the frames beside it; at a transition, which may be longer than was detected.
CUT_MARGIN = (0.3, 0.15)
BLEND_MARGIN = (0.6, 0.25)

DEEP = 500  # bytes; a shorter line cannot be nested too deeply
_FRAGMENT = re.compile(r"(?s)(.+)#t=(?:npt:)?(-?[\d:.]*)(?:,(-?[\d:.]+))?")


class Span(dict[str, Any]):
    """An interval of a video, half open. Times are presentation timestamps in seconds."""

    @property
    def video(self) -> str:
        """Path or URL of the video."""
        return str(self["video"])

    @property
    def start(self) -> float:
        """Start in seconds; 0 if none is stated."""
        return float(self.get("start", 0.0))

    @property
    def end(self) -> float:
        """End in seconds; infinity if the span reaches to the end of its video."""
        return float(self.get("end", math.inf))

    @property
    def is_whole_video(self) -> bool:
        """Whether the span stands for a whole video whose limits are not known yet."""
        return "start" not in self and "end" not in self

    @property
    def failed(self) -> bool:
        """Whether this is an error record."""
        return "error" in self

    @property
    def fragment(self) -> str:
        """The span's name as a W3C media fragment: ``talk.mp4#t=12.012,19.478``."""
        if self.is_whole_video:
            return self.video
        end = f",{_seconds(self.end)}" if "end" in self else ""
        return f"{self.video}#t={_seconds(self.start)}{end}"

    def with_times(self, start: float, end: float) -> Self:
        """A copy with start and end in seconds, unless the span states its own."""
        extent = {"start": times.rounded(start), "end": times.rounded(max(start, end))}
        return type(self)({"video": self.video, **extent, **self})

    def with_provenance(self, by: str, method: str | None = None, **details: Any) -> Self:
        """A copy with one more entry of provenance: command, method, details, version."""
        entry = {"by": f"vtk {by}", "method": method, **details, "version": __version__}
        made: list[MadeEntry] = self.get("made", [])
        new = {k: v for k, v in entry.items() if v is not None}
        return type(self)({**self, "made": [*made, new]})

    def sub_span(self, start: float, end: float, kind: str, **fields: Any) -> Self:
        """A span inside this one, in seconds, with unknown fields and the timed entries in it."""
        extent = {"start": times.rounded(start), "end": times.rounded(end)}
        new = type(self)({"video": self.video, **extent, "kind": kind, **fields})
        for key in TIMED_FIELDS:
            if inside := [entry for entry in self.get(key, []) if within(entry, start, end)]:
                new.setdefault(key, inside)
        for key, value in self.items():
            if key not in SPAN_ONLY_FIELDS:
                new.setdefault(key, value)
        return new

    def without_transitions(self, start: float, end: float) -> tuple[float, float]:
        """[start, end) seconds less the transitions at its ends; all if nothing is left."""
        low = max(start, float(self.get("transition", {}).get("end", start)))
        high = min(end, float(self.get("transition_out", {}).get("start", end)))
        return (low, high) if low < high else (start, end)

    def clear_part(self, start: float, end: float) -> tuple[float, float]:
        """[start, end) seconds less the transitions at its ends and a margin beside each."""
        low, high = self.without_transitions(start, end)
        begun, over = self.get("transition", {}), self.get("transition_out", {})
        cut, blend = (min(most, share * (high - low)) for most, share in (CUT_MARGIN, BLEND_MARGIN))
        return low + (blend if "end" in begun else cut), high - (blend if "start" in over else cut)

    def with_error(self, command: str, error: Exception | str, kind: str | None = None) -> Self:
        """A copy as an error record. `kind` names the error if `error` is only its text."""
        reason: ErrorEntry = {
            "command": f"vtk {command}",
            "type": kind or type(error).__name__,
            # It may quote a file name that is not UTF-8.
            "message": str(error).encode("utf-8", "backslashreplace").decode()
            or type(error).__name__,
        }
        return type(self)({**self, "error": reason})

    def dump(self) -> bytes:
        """The span as one line of JSON in UTF-8, with its newline."""
        return orjson.dumps(self, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_SERIALIZE_NUMPY)


def within(entry: "TimedEntry", start: float, end: float) -> bool:
    """Whether a timed entry is in [start, end): its time, or half of the shorter of the two."""
    if "start" not in entry:
        return bool(start <= entry["t"] < end)
    if entry["end"] <= entry["start"]:
        return bool(start <= entry["start"] < end)
    shared = min(entry["end"], end) - max(entry["start"], start)
    return bool(shared > 0 and 2 * shared >= min(entry["end"] - entry["start"], end - start))


def join(spans: list[Span], kind: str, **fields: Any) -> Span:
    """One span over spans of the same video, from the first start to the last end.

    Timed entries are merged without duplicates, in time order. A field unknown to vtk keeps its
    value if all spans agree; if not, it becomes the list of the distinct values.
    """
    start, end = min(span.start for span in spans), max(span.end for span in spans)
    new = Span(video=spans[0].video, start=start, end=end, kind=kind, **fields)
    for key in TIMED_FIELDS:
        entries = _distinct(entry for span in spans for entry in span.get(key, []))
        if entries:
            entries.sort(
                key=lambda entry: (entry.get("t", entry.get("start")), entry.get("end", 0))
            )
            new.setdefault(key, entries)
    for key in dict.fromkeys(key for span in spans for key in span if key not in SPAN_ONLY_FIELDS):
        values = [span[key] for span in spans if key in span]
        if key == "made":
            new[key] = _distinct(entry for value in values for entry in value)
        elif len(distinct := _distinct(values)) == 1:
            new.setdefault(key, distinct[0])
        else:
            new.setdefault(key, distinct)
    return new


def _distinct(values: Iterable[Any]) -> list[Any]:
    """Values in order of their first appearance."""
    return list({orjson.dumps(v, option=orjson.OPT_SORT_KEYS): v for v in values}.values())


def _seconds(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")


@cache
def _check() -> Callable[..., None]:
    return checker(READ)


def load(line: bytes | str) -> Span:
    """Parse one line of JSON. Raises InputError, in one sentence, if it is not a span.

    That is a NotJsonError if it is not one JSON object.
    """
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise NotJsonError(f"not JSON: {error}") from None
    if not isinstance(record, dict):
        raise NotJsonError("not a JSON object")
    if len(line) > DEEP and _too_deep(record):
        raise InputError("nested too deeply")
    _check()(record)
    span = Span(record)
    if span.end < span.start:
        raise InputError(f"end {span.end} lies before start {span.start}")
    return span


def _too_deep(record: dict[str, Any]) -> bool:
    """Whether orjson can read the record but not write it again."""
    try:
        orjson.dumps(record)
    except orjson.JSONEncodeError:
        return True
    return False


def parse(text: str) -> Span:
    """Parse a command-line argument: a path, a URL, a media fragment, or a record as JSON.

    An existing file of that very name takes precedence over a fragment or a record. Raises
    InputError.
    """
    if os.path.lexists(text):
        return Span(video=video_name(text))
    if text.startswith("{"):
        return load(text.encode("utf-8", "surrogateescape"))
    if (match := _FRAGMENT.fullmatch(text)) and (match[2] or match[3]):
        span = Span(video=video_name(match[1]))
        try:
            span["start"] = times.rounded(times.parse_clock(match[2])) if match[2] else 0.0
            if match[3]:
                span["end"] = times.rounded(times.parse_clock(match[3]))
        except ValueError as error:
            raise InputError(f"{text!r}: {error}") from None
        if span.end <= span.start:
            raise InputError(f"{text!r} ends before it starts")
        if max(abs(span.start), abs(span.get("end", 0))) > MAX_SECONDS:
            raise InputError(f"{text!r} lies beyond {MAX_SECONDS:g} s")
        return span
    if not text:
        raise InputError("an empty name is not a video")
    if "\0" in text:
        raise InputError(f"{text!r} is not a file name: it contains a null character")
    return Span(video=video_name(text))


def video_name(path: str) -> str:
    """The name of a file as it is written in a record.

    Unicode names stay as they are. A name with bytes that are not UTF-8, which JSON cannot hold,
    becomes a percent-encoded ``file://`` URL.
    """
    try:
        path.encode()
    except UnicodeEncodeError:
        return file_url(path)
    return path


def file_url(path: str) -> str:
    """The percent-encoded ``file://`` URL of a local file."""
    return "file://" + quote(os.fsencode(os.path.abspath(path)))


def local_path(video: str) -> str | None:
    """The path of the local file that a record names; None if it names something remote."""
    if os.path.lexists(video):
        return video
    try:
        scheme = urlsplit(video).scheme if "://" in video else ""
    except ValueError:  # brackets that hold no IP address
        scheme = ""
    if scheme == "file":
        return os.fsdecode(unquote_to_bytes(urlsplit(video).path))
    return None if scheme else video
