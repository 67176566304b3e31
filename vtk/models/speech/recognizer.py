"""The interface of speech recognizers, independent of where they run."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from vtk.errors import ModelError

RATE = 16_000  # samples per second
LONGEST = 30.0  # seconds of a piece: the input window of Whisper


class Piece(NamedTuple):
    """Audio that begins at `start` seconds: samples (n,), full scale 1, at most LONGEST."""

    start: float
    samples: NDArray[np.float32]


class Word(NamedTuple):
    """A word with its times in seconds and its probability, 0 to 1, if known."""

    start: float
    end: float
    text: str
    score: float | None = None


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

    name: str

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
