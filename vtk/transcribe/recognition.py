"""Speech that a recognizer hears: one pass over the sound of a video, and guards against invention.

Recognizers write where nobody speaks. What they write counts only where a voice was detected, is
left out where they themselves say that nobody speaks (Whisper's paper, section 4.5), and runs that
come again and again are told once.
"""

import logging
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import chain

from vtk.errors import ModelError, NoStreamError
from vtk.media.audio.speech_audio import SpeechAudio
from vtk.models.speech.recognizer import Piece, Recognized, Recognizer, Segment, Word
from vtk.text import comparison_key
from vtk.times import rounded
from vtk.transcribe.activity import SpeechDetector, Stretch, with_probabilities
from vtk.transcribe.phrases import Entry, phrases
from vtk.transcribe.pieces import SpeechPiece, pieces

log = logging.getLogger("vtk")

NOBODY = 0.6  # probability that nobody speaks, from which on it is believed …
UNSURE = -1.0  # … where the mean log-probability of the tokens is below this
NEAR = 0.3  # seconds from detected speech within which a word may lie
LOOP = 4  # times that the same words may follow one another
LONGEST_LOOP = 12  # words of what is repeated

Range = tuple[float, float]


class SpeechReader:
    """What is said in stretches of a video, and in which language."""

    def __init__(self) -> None:
        self.language: str | None = None

    def transcribe(
        self,
        voice: SpeechAudio,
        ranges: Iterable[Range],
        detector: SpeechDetector,
        recognizer: Recognizer,
        language: str | None = None,
    ) -> Iterator[tuple[float, list[Entry]]]:
        """Entries of what is said in each range, in order, as soon as they are known.

        Yields until when, in seconds, all is known, and the entries up to there. The ranges are in
        time order and do not touch. Raises ModelError where the recognizer fails.
        """
        sent: deque[SpeechPiece] = deque()

        def told(spoken: SpeechPiece) -> Piece:
            sent.append(spoken)
            return spoken.piece

        found = chain.from_iterable(_spoken(voice, span, detector) for span in ranges)
        for result in recognizer.recognize(map(told, found), language):
            spoken = sent.popleft()
            if isinstance(result, ModelError):
                raise result
            self.language = result.language or self.language
            yield spoken.speech[-1].end, entries(result, spoken.speech)


def _spoken(voice: SpeechAudio, span: Range, detector: SpeechDetector) -> Iterator[SpeechPiece]:
    return pieces(with_probabilities(voice.blocks(*span), detector))


def entries(result: Recognized, speech: tuple[Stretch, ...]) -> list[Entry]:
    """What is believed of what was recognized, as entries of `speech`."""
    found: list[Entry] = []
    for segment in result.segments:
        if segment.no_speech > NOBODY and segment.log_probability < UNSURE:
            continue
        if segment.words:
            words = [word for word in segment.words if _voiced(word.start, word.end, speech)]
            found += phrases(_word(word) for word in drop_loops(words))
        elif segment.text and _voiced(segment.start, segment.end, speech):
            found.append(_whole(segment))
    return found


def drop_loops(words: list[Word]) -> list[Word]:
    """Words without runs that follow one another LOOP times or more, which stay once."""
    said = [comparison_key(word.text) for word in words]
    kept: list[Word] = []
    place = 0
    while place < len(words):
        for size in range(1, LONGEST_LOOP + 1):
            times = 1
            while said[place : place + size] == said[place + times * size :][:size]:
                times += 1
            if times >= LOOP:
                kept += words[place : place + size]
                place += times * size
                break
        else:
            kept.append(words[place])
            place += 1
    return kept


def _voiced(start: float, end: float, speech: Iterable[Stretch]) -> bool:
    """Whether the middle of a word lies in or near detected speech."""
    middle = (start + end) / 2
    return any(found.start - NEAR <= middle <= found.end + NEAR for found in speech)


def _word(word: Word) -> Entry:
    entry = {"start": rounded(word.start), "end": rounded(word.end), "text": word.text}
    return entry if word.score is None else {**entry, "score": word.score}


def _whole(segment: Segment) -> Entry:
    times = {"start": rounded(segment.start), "end": rounded(max(segment.start, segment.end))}
    return {**times, "text": " ".join(segment.text.split())}


def open_voice(video: str) -> SpeechAudio | None:
    """The sound of a video; None where it has none, so that nobody speaks."""
    try:
        return SpeechAudio(video)
    except NoStreamError as error:
        log.info("%s: %s", video, error)
        return None
