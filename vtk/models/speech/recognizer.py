"""The interface of speech recognizers, independent of where they run."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple, Protocol
from unicodedata import east_asian_width

import numpy as np
from numpy.typing import NDArray

from vtk.errors import ModelError
from vtk.text import UNSPACED

RATE = 16_000  # samples per second
LONGEST = 30.0  # seconds of a piece: the input window of Whisper


class Joint(NamedTuple):
    """Where sound was left out of a piece: the sample after it, and its time in seconds."""

    sample: int
    time: float


class Piece(NamedTuple):
    """Audio that begins at `start` seconds: samples (n,), full scale 1, at most LONGEST.

    It is continuous but for the `joints`, which are in order.
    """

    start: float
    samples: NDArray[np.float32]
    joints: tuple[Joint, ...] = ()

    def word_times(self, start: float, end: float) -> tuple[float, float]:
        """Convert the times of a word from seconds in the piece to seconds of the video.

        Both lie in the continuous part that contains the middle of the word.
        """
        part = self._part((start + end) / 2)
        return part(start), part(max(start, end))

    def times(self, start: float, end: float) -> tuple[float, float]:
        """Convert the times of several words; each is in the part that contains itself."""
        low = self._part(start)(start)
        return low, max(low, self._part(end - 0.5 / RATE)(end))

    def parts(self) -> "list[Piece]":
        """The continuous parts of the piece."""
        edges = [(0, self.start), *self.joints, (len(self.samples), 0.0)]
        return [
            Piece(time, self.samples[first:last]) for (first, time), (last, _) in pairwise(edges)
        ]

    def cut(self, start: float, end: float) -> "Piece":
        """The sound between two times in seconds of the video."""
        found: list[Piece] = []
        for part in self.parts():
            first = max(round((start - part.start) * RATE), 0)
            samples = part.samples[first : max(round((end - part.start) * RATE), 0)]
            if len(samples):
                found.append(Piece(part.start + first / RATE, samples))
        if not found:
            return Piece(start, self.samples[:0])
        ends = np.cumsum([len(part.samples) for part in found]).tolist()
        joints = [Joint(n, part.start) for n, part in zip(ends, found[1:], strict=False)]
        samples = np.concatenate([part.samples for part in found])
        return Piece(found[0].start, samples, tuple(joints))

    def _part(self, time: float) -> Callable[[float], float]:
        """The continuous part at `time` seconds in the piece, as a conversion that stays in it."""
        low, offset, high = 0.0, self.start, len(self.samples) / RATE
        for joint in self.joints:
            edge = joint.sample / RATE
            if time < edge:
                high = edge
                break
            low, offset = edge, joint.time - edge
        return lambda seconds: min(max(seconds, low), high) + offset


class Word(NamedTuple):
    """A word with its times in seconds and its probability, 0 to 1, if known.

    Its text begins with a space if one is written before it.
    """

    start: float
    end: float
    text: str
    score: float | None = None


def whole_words(words: Iterable[Word]) -> Iterator[Word]:
    """Join what recognizers give in parts ("ill", "-disposed") to words, as they are written.

    A word that does not begin with a space belongs to the word before it, except beside a script
    without spaces.
    """
    last: Word | None = None
    for word in words:
        if last and not _apart(last.text, word.text):
            scores = [one.score for one in (last, word) if one.score is not None]
            score = min(scores, default=None)
            last = Word(last.start, max(last.end, word.end), last.text + word.text, score)
            continue
        if last:
            yield last
        last = word
    if last:
        yield last


def _apart(before: str, after: str) -> bool:
    sides = before[-1:] + after[:1]
    wide = any(east_asian_width(letter) in "WF" for letter in sides)
    return after[:1].isspace() or wide or UNSPACED.search(sides) is not None


@dataclass(frozen=True)
class Segment:
    """A transcribed segment from `start` to `end` seconds, with confidence measures."""

    start: float
    end: float
    text: str
    words: tuple[Word, ...] = ()
    no_speech: float = 0.0  # probability that nobody speaks
    log_probability: float = 0.0  # mean over the tokens


@dataclass(frozen=True)
class Recognized:
    """The transcript of a piece; `language` is an ISO 639-1 code, if known."""

    segments: tuple[Segment, ...] = ()
    language: str | None = None


class Recognizer(Protocol):
    """A speech recognizer."""

    @property
    def name(self) -> str | None:
        """The name of the model; None where a server does not tell what it runs."""
        ...

    @property
    def sha256(self) -> str | None:
        """The SHA-256 of the weights, for provenance; None if a server does not tell."""
        ...

    def recognize(
        self, pieces: Iterable[Piece], language: str | None = None
    ) -> Iterator[Recognized | ModelError]:
        """Yield the transcript of each piece of one video, in order, or the error of a failure.

        Without `language`, it is detected from the first pieces. A few pieces are read ahead.
        """
        ...

    def close(self) -> None:
        """Free all resources."""
        ...
