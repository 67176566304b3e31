"""Spans as an OpenTimelineIO timeline, in its JSON format (https://opentimeline.io)."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

from vtk.errors import MissingError
from vtk.export.clips import Clip, clips
from vtk.export.clock import FrameClock, counts
from vtk.export.files import TextFormat, label, one_line, remarks
from vtk.span import Span, local_path

TYPES = {"dissolve": "SMPTE_Dissolve", "fade": "SMPTE_Dissolve", "wipe": "SMPTE_Wipe"}
LARGEST = 2**63 - 1  # largest integer in a timeline
RESERVED = "OTIO_SCHEMA"  # the key that marks a dictionary as a timeline object


def otio(rate: Fraction | None = None) -> TextFormat:
    """The OpenTimelineIO format: one clip for each span, of one video or several.

    The clips follow each other on one track. A clip refers to its file, counted from its start
    timecode in frames of that file, has the title or caption as a marker, with what it was searched
    for and the words in it, and the span as `vtk` in its metadata. `rate` is as in `clock.counts`.
    The timeline is held in memory. Raises MissingError without
    OpenTimelineIO.
    """
    library = _library()
    count = counts(rate)
    text = partial(_text, library, count)
    return TextFormat("otio", "otio", text, lambda span: count(span.video), mixed=True)


def _text(library: Any, count: Callable[[str], FrameClock], spans: Iterator[Span]) -> Iterator[str]:
    schema = library.schema
    track = schema.Track("V1", kind=schema.TrackKind.Video)
    timeline = schema.Timeline("vtk", tracks=[track])
    for clip in clips(spans, count):
        time = partial(library.opentime.RationalTime, rate=float(clip.counted.rate))
        if not len(track):
            timeline.name = one_line(Path(clip.span.video).stem)
            timeline.global_start_time = time(clip.first)
        if clip.into is not None:
            kind, before, after = clip.into
            track.append(schema.Transition(kind, TYPES[kind], time(before), time(after)))
        track.append(_clip(library, clip, time))
        yield ""  # pass the span on before the timeline is complete
    yield timeline.to_json_string(indent=2) + "\n"


def _clip(library: Any, clip: Clip, time: Callable[[int], Any]) -> Any:
    schema, extent = library.schema, library.opentime.TimeRange
    span, about = clip.span, clip.counted.timing
    available = None
    if about.end is not None:
        first = clip.counted.first
        available = extent(time(first), time(clip.counted.frame(about.end) - first))
    new = schema.Clip(
        name=one_line(Path(span.video).name),
        media_reference=schema.ExternalReference(_url(span.video), available),
        source_range=extent(time(clip.first), time(clip.last - clip.first)),
        metadata={"vtk": _plain(span)},
    )
    new.media_reference.name = new.name
    told = remarks(span)
    if told or span.get("title") or span.get("caption"):
        marker = schema.Marker(label(span), extent(time(clip.first), time(0)))
        marker.comment = "\n".join(told)
        new.markers.append(marker)
    return new


def _url(video: str) -> str:
    path = local_path(video)
    return video if path is None else Path(path).absolute().as_uri()


def _plain(value: Any) -> Any:
    """Convert a value to one that a timeline can hold.

    Integers beyond 64 bits become floats, NUL characters are removed, and the key RESERVED is
    renamed, so that no dictionary of a span is taken for a timeline object.
    """
    if isinstance(value, dict):
        plain = {_plain(key): _plain(item) for key, item in value.items()}
        return {f"_{key}" if key == RESERVED else key: item for key, item in plain.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, str):
        return value.replace("\0", "")
    return float(value) if isinstance(value, int) and abs(value) > LARGEST else value


def _library() -> Any:
    """Import OpenTimelineIO. Raises MissingError if it is not installed or does not load."""
    try:
        import opentimelineio
    except ImportError as error:
        hint = "pip install 'video-text-kit[edit]'"
        if isinstance(error, ModuleNotFoundError) and error.name == "opentimelineio":
            raise MissingError(f"a timeline needs OpenTimelineIO: {hint}") from None
        raise MissingError(f"OpenTimelineIO does not load ({error}): {hint}") from None
    return opentimelineio
