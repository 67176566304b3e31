"""What is exactly true of a rendered clip.

Every time is on the clip's own presentation clock: `pts` counts in `Truth.time_base`, seconds are
`float(pts * time_base)`. Spans are half open: `end` belongs to the first frame that is outside.
"""

import json
from dataclasses import asdict, dataclass, field, fields
from fractions import Fraction
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Shot:
    """A shot's clear part, without the gradual transitions at its ends."""

    index: int
    start: float
    end: float
    start_pts: int
    end_pts: int
    colour: str  # the dominant colour's name, a key of `paint.PALETTE`, or "" where not designed
    light: str  # "dark", "medium", "bright", or ""
    camera: str  # "still", "left", "right", "up", "down", "in", "out"
    camera_rate: float  # pans: pixels of the coded picture a second; zooms: growth a second
    text: str  # words drawn in the picture, at the shot's end, lines joined by newlines


@dataclass(frozen=True)
class Cut:
    """A hard cut, given by the first frame of the new shot."""

    seconds: float
    pts: int
    frame: int  # the index of that frame in presentation order
    kind: str  # "cut", or "slide" where one slide replaces another


@dataclass(frozen=True)
class Transition:
    """A gradual transition: from the first mixed frame to the first clear frame of the new shot."""

    kind: str  # "dissolve", "fade" (through black), "wipe"
    start: float
    end: float
    start_pts: int
    end_pts: int


@dataclass(frozen=True)
class Flash:
    """White frames inside a shot, which are no cut."""

    start: float
    end: float
    start_pts: int
    end_pts: int
    frames: int


@dataclass(frozen=True)
class SlideChange:
    """A small change within one slide (a line appears), which is no cut."""

    seconds: float
    pts: int
    text: str  # what appeared


@dataclass(frozen=True)
class Cue:
    """A subtitle cue. `stream` is the index in the file, or None for a sidecar file."""

    start: float
    end: float
    text: str
    language: str
    stream: int | None


@dataclass(frozen=True)
class Sound:
    """An interval of a sound track: a tone of `hertz`, or silence where `hertz` is 0."""

    start: float
    end: float
    hertz: float
    stream: int


@dataclass(frozen=True)
class Chapter:
    """A chapter; `embedded` says whether the container carries it."""

    start: float
    end: float
    title: str
    embedded: bool


@dataclass(frozen=True)
class Stream:
    """A stream as written. `codec` is the codec's name, not the encoder's."""

    index: int
    type: str
    codec: str
    language: str  # as asked for, "" where none was


@dataclass(frozen=True)
class Damage:
    """How a file was broken after it was written."""

    kind: str  # "truncated", "no_moov", "corrupt", "empty", "not_media", "no_frames"
    opens: bool  # whether libavformat still opens the file
    offset: int = 0  # the first byte that is lost or overwritten
    length: int = 0  # bytes lost or overwritten
    intact_frames: int = 0  # frames at the front whose packets are all untouched
    hurt_frames: int = 0  # frames whose packets are lost or overwritten


@dataclass(frozen=True)
class Truth:
    """Everything known of a clip; for a damaged file, of the file before the damage."""

    name: str
    seed: int
    file: str
    time_base: Fraction | None = None  # of the picture stream
    width: int = 0  # coded size, before rotation
    height: int = 0
    rotation: int = 0  # counter-clockwise degrees, as `av.VideoFrame.rotation` gives it
    rate: Fraction | None = None  # frames a second; None where it varies
    pixel_format: str = ""
    start: float = 0.0
    end: float = 0.0
    end_pts: int = 0
    frame_pts: tuple[int, ...] = ()
    shots: tuple[Shot, ...] = ()
    cuts: tuple[Cut, ...] = ()
    transitions: tuple[Transition, ...] = ()
    flashes: tuple[Flash, ...] = ()
    slide_changes: tuple[SlideChange, ...] = ()
    cues: tuple[Cue, ...] = ()
    sounds: tuple[Sound, ...] = ()
    chapters: tuple[Chapter, ...] = ()
    streams: tuple[Stream, ...] = ()
    sidecars: tuple[str, ...] = ()  # names of subtitle files beside the clip
    damage: Damage | None = None
    about: dict[str, Any] = field(default_factory=dict)  # whatever a clip wants to add

    def to_json(self) -> str:
        """The truth as indented JSON; fractions are text such as "1/24000"."""
        return json.dumps(asdict(self), indent=1, default=str, ensure_ascii=False) + "\n"

    @staticmethod
    def from_json(text: str) -> "Truth":
        """The inverse of `to_json`."""
        raw = json.loads(text)
        known = {key: value for key, value in raw.items() if key in {f.name for f in fields(Truth)}}
        for key, kind in _LISTS.items():
            known[key] = tuple(kind(**item) for item in known[key])
        for key in ("time_base", "rate"):
            known[key] = None if known[key] is None else Fraction(known[key])
        for key in ("frame_pts", "sidecars"):
            known[key] = tuple(known[key])
        if known["damage"] is not None:
            known["damage"] = Damage(**known["damage"])
        return Truth(**known)


_LISTS: dict[str, Any] = {
    "shots": Shot,
    "cuts": Cut,
    "transitions": Transition,
    "flashes": Flash,
    "slide_changes": SlideChange,
    "cues": Cue,
    "sounds": Sound,
    "chapters": Chapter,
    "streams": Stream,
}


@dataclass(frozen=True)
class Clip:
    """A rendered file and what is true of it."""

    path: Path
    truth: Truth
