"""The entries of a record as types, for mypy; `vtk.schema` declares the same for everybody else.

A record comes from outside and may have more fields than these, at any depth: they travel along.
Times are presentation timestamps in seconds; `pts` are the exact ones, in units of `time_base`.
Scores are higher for what is better; `made` tells what they measure.
"""

from typing import Any, NotRequired, TypedDict, final


class SpeechWord(TypedDict):
    """A word of a `speech` entry."""

    start: float
    end: float
    text: str


class SpeechEntry(TypedDict):
    """Something said: a sentence, or a cue of subtitles."""

    start: float
    end: float
    text: str  # on one line
    speaker: NotRequired[str]
    words: NotRequired[list[SpeechWord]]
    score: NotRequired[float]
    markup: NotRequired[dict[str, Any]]  # the cue as it was, under its format, and its `id`


class TextEntry(TypedDict):
    """A line written in the picture, from `start` to `end` or at one moment `t`."""

    start: NotRequired[float]
    end: NotRequired[float]
    t: NotRequired[float]
    text: str
    box: NotRequired[list[float]]  # left, top, right, bottom as fractions of the picture
    score: NotRequired[float]
    role: NotRequired[str]


class EmbeddingEntry(TypedDict):
    """What a model says of the span or the frame, as unit vectors; see `vtk.embedding`."""

    of: str  # "words", "looks" or "signature"
    model: str
    sha256: NotRequired[str]  # of the weights, if they are local
    checksum: NotRequired[str]  # of the texts or the times of the frames that were embedded
    dim: int  # numbers of a vector
    vectors: str  # base64 of little-endian float16, one vector after another
    t: NotRequired[float]  # seconds of the first vector, where they are of frames in order
    rate: NotRequired[float]  # then: vectors a second


class SameFrame(TypedDict):
    """A keyframe that was left out as it is nearly the same as an earlier one."""

    t: float
    pts: NotRequired[int]


@final  # so that mypy can tell it, which has no `start`, from entries with one
class KeyframeEntry(TypedDict):
    """A frame that stands for the span."""

    t: float
    pts: NotRequired[int]
    score: NotRequired[float]
    why: NotRequired[dict[str, Any]]
    image: NotRequired[str]  # path of a file
    same_as: NotRequired[list[SameFrame]]
    box: NotRequired[list[float]]  # part of interest, as of a `TextEntry`
    size: NotRequired[list[int]]  # most width and height for a model, in pixels
    black: NotRequired[bool]  # whether it is all but black
    look: NotRequired[list[int]]  # 12 coefficients of the MPEG-7 colour layout
    embedding: NotRequired[list[EmbeddingEntry]]  # one vector of each model


# What is known of a moment or a stretch inside the span, and passes to a span of that stretch.
TimedEntry = SpeechEntry | TextEntry | KeyframeEntry


class EventEntry(TypedDict):
    """Something that happens (`events`), or changes from frame to frame (`changes`)."""

    start: float
    end: float
    text: str


class CiteEntry(TypedDict):
    """What of the video a sentence of a summary rests on."""

    start: float
    end: float
    source: NotRequired[str]  # the field that it was found in


class SentenceEntry(TypedDict):
    """A sentence of a summary, and the stretch that it comes from."""

    start: float
    end: float
    text: str
    cites: NotRequired[list[CiteEntry]]
    section: NotRequired[str]  # heading of the summary that it stands under
    skim: NotRequired[float]  # where in the skim that is, in seconds


class SkimStretch(TypedDict):
    """A stretch of a video that its skim shows, from `at` seconds on."""

    start: float
    end: float
    at: float
    score: float


class SkimEntry(TypedDict):
    """What to watch of a video, one stretch after another, and the file of it."""

    file: NotRequired[str]
    seconds: float
    stretches: list[SkimStretch]


class CopyEntry(TypedDict):
    """What a span is a copy of, from `start` to `end` in that video."""

    video: str
    start: float
    end: float
    speed: float  # seconds of the span a second of that video
    mirrored: NotRequired[bool]  # left and right are exchanged
    share: NotRequired[float]  # which part of its own video the span is


class EvidenceEntry(TypedDict):
    """A text or a look that a moment rests on."""

    start: float
    end: float
    text: str
    source: NotRequired[str]  # the field that it was found in, or looks
    guessed: NotRequired[bool]  # whether the times of its words are shared out over a cue
    score: NotRequired[float]


class ScoreEntry(TypedDict):
    """How well a query fits at a time, or how much stands out then."""

    t: float
    score: float


class FaceEntry(TypedDict):
    """A face in the picture."""

    box: list[float]  # left, top, right, bottom as fractions of the picture


class SoundFacts(TypedDict):
    """What was measured of the sound."""

    silence: float  # share of the span, 0..1
    loudness: NotRequired[float]  # LUFS, of what is not silent; missing where all is


class Facts(TypedDict, total=False):
    """What was measured of a span, and the measurements of the picture as a sentence."""

    picture: str
    faces: list[FaceEntry]  # the largest first
    scale: str
    seconds: float  # duration
    light: float  # mean luma, 0..1
    colours: dict[str, float]  # share of the picture by name, the largest first
    camera: str
    motion: str
    sound: SoundFacts


class TransitionEntry(TypedDict):
    """How a shot began; with `start` and `end` where that was gradual."""

    type: str
    start: NotRequired[float]
    end: NotRequired[float]
    pts: NotRequired[list[int]]  # start and end
    score: NotRequired[float]
    why: NotRequired[dict[str, Any]]


class TransitionOutEntry(TypedDict):
    """How a shot gives way to the next, where that is gradual."""

    type: str
    start: float
    pts: NotRequired[int]


class CueEntry(TypedDict):
    """A technical cue, such as black, colour bars or silence, and what was measured of it."""

    type: str
    standard: NotRequired[str]
    amplitude: NotRequired[float]  # percent
    grid: NotRequired[list[float]]  # cells across and down
    circle: NotRequired[float]  # picture heights
    bars: NotRequired[str]
    active: NotRequired[list[int]]  # left, top, right, bottom in pixels
    aspect: NotRequired[float]  # width by height
    direction: NotRequired[str]
    speed: NotRequired[float]  # lines per second
    level: NotRequired[float]  # dBFS, root mean square


class ScoredText(TypedDict):
    """A caption that was not chosen (`candidates`), or a statement left out (`dropped`)."""

    text: str
    score: NotRequired[float]


class TagEntry(TypedDict):
    """A tag of the user's list."""

    tag: str
    score: NotRequired[float]


class NameEntry(TypedDict):
    """A name that was put into a caption, and what the caption said before."""

    name: str
    said: str


class PartEntry(TypedDict):
    """A span that was joined into another, with what is known of it."""

    start: float
    end: float
    kind: NotRequired[str]
    index: NotRequired[int]
    score: NotRequired[float]
    speech: NotRequired[list[SpeechEntry]]
    screen_text: NotRequired[list[TextEntry]]
    facts: NotRequired[Facts]
    caption: NotRequired[str]
    title: NotRequired[str]
    summary: NotRequired[str]
    sentences: NotRequired[list[SentenceEntry]]
    parts: NotRequired[list["PartEntry"]]
    evidence: NotRequired[list[EvidenceEntry]]


class ClipEntry(TypedDict):
    """The file that a span was cut out into, and the stretch of the video that is in it."""

    file: str
    start: float
    end: float


class ErrorEntry(TypedDict):
    """Why there is no result for a span."""

    command: str
    type: str
    message: str


class MadeEntry(TypedDict):
    """One thing that was done to a span; details, such as the model, have names of their own."""

    by: str
    method: NotRequired[str]
    version: NotRequired[str]
