"""What recognizers of speech take and give, wherever they run."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from vtk.errors import ModelError

RATE = 16_000  # samples a second
LONGEST = 30.0  # seconds of a piece: what Whisper hears at once


class Piece(NamedTuple):
    """Sound that begins at `start` seconds: samples (n,), full scale 1, LONGEST at most."""

    start: float
    samples: NDArray[np.float32]


class Word(NamedTuple):
    """A word, when it is said, in seconds, and how probable it is, 0 to 1, where that is known."""

    start: float
    end: float
    text: str
    score: float | None = None


@dataclass(frozen=True)
class Segment:
    """What is said from `start` to `end` seconds, and how sure the recognizer is."""

    start: float
    end: float
    text: str
    words: tuple[Word, ...] = ()
    no_speech: float = 0.0  # probability that nobody speaks
    log_probability: float = 0.0  # mean of the tokens


@dataclass(frozen=True)
class Recognized:
    """What is said in a piece; `language` is a code (ISO 639-1) where it is known."""

    segments: tuple[Segment, ...] = ()
    language: str | None = None


class Recognizer(Protocol):
    """Turns sound into words."""

    name: str

    def recognize(
        self, pieces: Iterable[Piece], language: str | None = None
    ) -> Iterator[Recognized | ModelError]:
        """What is said in each piece of one video, in order, or why that is not known.

        Without `language` it is found out from the first pieces. A few pieces are read ahead.
        """
        ...

    def close(self) -> None:
        """Free what is held."""
        ...
