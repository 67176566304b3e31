"""Speech recognition in one pass over the sound of a video, with guards against hallucination.

Recognizers also write text where nobody speaks. They are given only sound in which a voice was
detected, and their text is dropped where they themselves report no speech (Whisper's paper, section
4.5). They go in circles: what they repeat faster than anybody speaks is kept once. And they stop
early: speech for which they have no words is heard again by itself.
"""

import logging
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import chain, pairwise
from math import inf

from vtk.entries import SpeechEntry
from vtk.errors import ModelError, NoStreamError
from vtk.media.audio.speech_audio import SpeechAudio
from vtk.models.speech.recognizer import Piece, Recognized, Recognizer, Segment, Word
from vtk.text import comparison_key
from vtk.times import rounded
from vtk.transcribe.activity import SpeechDetector, Stretch, with_probabilities
from vtk.transcribe.phrases import HeardWord, phrases
from vtk.transcribe.pieces import SpeechPiece, padded_speech, pieces

log = logging.getLogger("vtk")

# A segment is dropped if its probability of no speech is above NOBODY and the mean log-probability
# of its tokens is below UNSURE.
NOBODY = 0.6
UNSURE = -1.0
LOOP = 4  # repetitions in a row from which a run of words may be a loop
LONGEST_LOOP = 20  # most words of a repeated run
MANY = 30  # repetitions in a row that nobody makes
FASTEST = 5.0  # words a second of speech, give or take one second; a run of more is a loop
INSTANT = 0.25  # share of words without duration from which a run is a loop
HOLE = 3.0  # seconds of speech without words that are heard again
BRIEF = 0.1  # seconds that are given to a word without a duration
MARGIN = 0.2  # seconds of sound around a hole that are heard again with it

Range = tuple[float, float]


class SpeechReader:
    """Recognizes the speech in ranges of a video, and its language.

    `heard_again` are the ranges for which the recognizer had no words at first, and `no_words`
    those for which it had none then either; both in seconds.
    """

    def __init__(self) -> None:
        self.language: str | None = None
        self.heard_again: list[Range] = []
        self.no_words: list[Range] = []

    def transcribe(
        self,
        voice: SpeechAudio,
        ranges: Iterable[Range],
        detector: SpeechDetector,
        recognizer: Recognizer,
        language: str | None = None,
    ) -> Iterator[tuple[float, list[SpeechEntry]]]:
        """Yield the entries of the speech in each range, in order, as soon as they are known.

        Each item is the time in seconds up to which all is known, and the new entries up to then.
        The ranges are in time order and do not touch. Raises ModelError if the recognizer fails.
        """
        found = pieces(
            chain.from_iterable(
                padded_speech(with_probabilities(voice.blocks(*span), detector)) for span in ranges
            )
        )
        hearing = _Hearing(found)
        while hearing.goes_on:
            for result in recognizer.recognize(hearing.pieces(), language or self.language):
                if isinstance(result, ModelError):
                    raise result
                self.language = result.language or self.language
                self.heard_again += hearing.take(result)
                for one in hearing.finished():
                    self.no_words += one.holes()
                    yield one.spoken.speech[-1].end, one.entries()


class _Heard:
    """A piece, what was recognized in it so far, and how many parts of it are being heard again."""

    def __init__(self, spoken: SpeechPiece) -> None:
        self.spoken = spoken
        self.words: list[Word] = []
        self.wordless: list[Segment] = []
        self.open = 1

    def add(self, result: Recognized, hole: Range | None) -> None:
        segments = [one for one in result.segments if _believed(one)]
        words = drop_loops([word for one in segments for word in one.words], self.spoken.speech)
        if hole:
            low, high = hole
            fresh = [word for word in words if low <= (word.start + word.end) / 2 < high]
            self.words = sorted([*self.words, *fresh])
            return
        self.words = words
        self.wordless = [one for one in segments if one.text and not one.words]

    def holes(self) -> list[Range]:
        if self.wordless:  # nothing tells where its words are
            return []
        speech = self.spoken.speech
        edges = [(speech[0].start,) * 2, *((w.start, w.end) for w in self.words)]
        edges.append((speech[-1].end,) * 2)
        gaps = [(before[1], after[0]) for before, after in pairwise(edges)]
        return [gap for gap in gaps if voiced(*gap, speech) > HOLE]

    def entries(self) -> list[SpeechEntry]:
        found = phrases(map(_word, with_durations(self.words)))
        return sorted([*found, *map(_whole, self.wordless)], key=lambda entry: entry["start"])


class _Hearing:
    """What a recognizer is given: pieces in order, and before the next one what is heard again."""

    def __init__(self, found: Iterator[SpeechPiece]) -> None:
        self._found = found
        self._sent: deque[tuple[_Heard, Range | None]] = deque()
        self._again: deque[tuple[_Heard, Range]] = deque()
        self._waiting: deque[_Heard] = deque()
        self._over = False

    @property
    def goes_on(self) -> bool:
        return bool(self._again) or not self._over

    def pieces(self) -> Iterator[Piece]:
        while True:
            if self._again:
                heard, hole = self._again.popleft()
                self._sent.append((heard, hole))
                yield heard.spoken.piece.cut(hole[0] - MARGIN, hole[1] + MARGIN)
            elif (spoken := next(self._found, None)) is not None:
                heard = _Heard(spoken)
                self._sent.append((heard, None))
                self._waiting.append(heard)
                yield spoken.piece
            else:
                self._over = True
                return

    def take(self, result: Recognized) -> list[Range]:
        """Take the result of the next piece; return what is to be heard again."""
        heard, hole = self._sent.popleft()
        heard.add(result, hole)
        holes = [] if hole else heard.holes()
        self._again += [(heard, one) for one in holes]
        heard.open += len(holes) - 1
        return holes

    def finished(self) -> Iterator[_Heard]:
        while self._waiting and not self._waiting[0].open:
            yield self._waiting.popleft()


def _believed(segment: Segment) -> bool:
    return segment.no_speech <= NOBODY or segment.log_probability >= UNSURE


def voiced(start: float, end: float, speech: Iterable[Stretch]) -> float:
    """Seconds of detected speech in a range."""
    return sum(max(min(end, one.end) - max(start, one.start), 0.0) for one in speech)


def drop_loops(words: list[Word], speech: Iterable[Stretch]) -> list[Word]:
    """Remove what a recognizer that went in circles repeats, and keep what was said repeatedly.

    A run of words that occurs LOOP or more times in a row is kept once if these are more words than
    anybody says in the seconds of speech there, if many have no duration, or if it occurs more than
    MANY times.
    """
    said = [comparison_key(word.text) for word in words]
    kept: list[Word] = []
    place = 0
    while place < len(words):
        size, times = _repeated(said, place)
        run = words[place : place + size * times]
        kept += run[:size] if times >= LOOP and (times > MANY or _is_loop(run, speech)) else run
        place += len(run)
    return kept


def _repeated(said: list[str], place: int) -> tuple[int, int]:
    """The size of the run of words that is repeated at a place, and how often it occurs there."""
    for size in range(1, LONGEST_LOOP + 1):
        times = 1
        while said[place : place + size] == said[place + times * size :][:size]:
            times += 1
        if times >= LOOP:
            return size, times
    return 1, 1


def _is_loop(run: list[Word], speech: Iterable[Stretch]) -> bool:
    seconds = voiced(run[0].start, run[-1].end, speech)
    instant = sum(word.end - word.start < 0.02 for word in run)
    return len(run) > FASTEST * (seconds + 1) or instant > INSTANT * len(run)


def with_durations(words: list[Word]) -> Iterator[Word]:
    """Give words that begin and end at the same time what lies before the next word, up to BRIEF.

    Where the next one begins at that time too, there is nothing to give.
    """
    for word, after in pairwise([*words, None]):
        if word and word.end <= word.start:
            free = inf if after is None else max(after.start, word.start)
            word = word._replace(end=min(word.start + BRIEF, free))
        if word:
            yield word


def _word(word: Word) -> HeardWord:
    start, end = rounded(word.start), rounded(word.end)
    heard: HeardWord = {"start": start, "end": end, "text": word.text}
    if word.score is not None:
        heard["score"] = word.score
    return heard


def _whole(segment: Segment) -> SpeechEntry:
    start, end = rounded(segment.start), rounded(max(segment.start, segment.end))
    return {"start": start, "end": end, "text": " ".join(segment.text.split())}


def open_voice(video: str) -> SpeechAudio | None:
    """Open the sound of a video; None if it has no audio stream, so that nobody speaks."""
    try:
        return SpeechAudio(video)
    except NoStreamError as error:
        log.info("%s: %s", video, error)
        return None
