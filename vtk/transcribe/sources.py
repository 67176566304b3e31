"""Where the words of a video come from, looked for once for all its spans."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from math import inf
from typing import Any

from vtk.errors import MissingError, UsageError, VtkError
from vtk.media.audio.speech_audio import SpeechAudio
from vtk.media.container.timing import Timing, timing
from vtk.media.subtitles import find_subtitles
from vtk.media.subtitles.cues import Entry
from vtk.media.subtitles.files import SIDECARS
from vtk.models.speech.recognizer import Recognizer
from vtk.span import Span
from vtk.speech import clip_entries
from vtk.transcribe import NO_MODEL, Opener, SpeechSources
from vtk.transcribe.lost import lost_records
from vtk.transcribe.transcripts import transcript

Work = Callable[[Span], Iterator[Span]]
Range = tuple[float, float]

AUTO = SpeechSources()
SUBTITLES = SpeechSources(recognition=False)
RECOGNITION = SpeechSources(subtitles=False)


class WordFinder:
    """Finds the words of video after video; opens the recognizer when the first needs it."""

    def __init__(
        self,
        method: SpeechSources,
        language: str | None,
        track: int | None,
        file: str | None,
        opener: Opener | None,
    ) -> None:
        self.method, self.language, self.track, self.file = method, language, track, file
        self._opener = opener
        self._opened: tuple[Any, Recognizer] | None = None
        self._only = ""  # the video that the file is of
        self._stack = ExitStack()

    def __enter__(self) -> "WordFinder":
        return self

    def __exit__(self, *exception: object) -> None:
        self._stack.close()

    def adder(self, spans: list[Span]) -> Work:
        """What puts the words into each of the spans of a video, in their order."""
        known: list[tuple[Timing, ReadWords | RecognizedWords]] = []

        def work(span: Span) -> Iterator[Span]:
            if not known:
                about = timing(span.video)
                known.append((about, self._found(span.video, spans, about)))
            about, source = known[0]
            new = span.with_times(about.start, about.end or about.start)
            if span.is_whole_video:
                new["kind"] = "video"
            # The first and the last cue may lie partly beside the pictures.
            low = -inf if new.start <= about.start else new.start
            high = inf if about.end is None or new.end >= about.end else new.end
            new["speech"] = clip_entries(source.entries_until(high), low, high)
            yield new.with_provenance("transcribe", source.method, **source.details())
            yield from source.lost_records(new, about.end or new.end)

        return work

    def _found(self, video: str, spans: list[Span], about: Timing) -> "ReadWords | RecognizedWords":
        if self.file:
            if self._only not in ("", video):
                raise UsageError(
                    f"{self.file} belongs to one video, but {video} follows {self._only}"
                )
            self._only = video
            found = transcript(self.file, about.start)
            method = "subtitles" if self.file.lower().endswith(SIDECARS) else "transcript"
            return ReadWords(found, method, file=self.file)
        if self.method.subtitles:
            if there := find_subtitles(video, self.language, self.track):
                return ReadWords(there.entries, "subtitles", **there.origin)
            if not self.method.recognition:
                return ReadWords([], "subtitles")
        return self._heard(video, _ranges(spans, about))

    def _heard(self, video: str, ranges: list[Range]) -> "ReadWords | RecognizedWords":
        from vtk.models.speech.silero_vad import VoiceActivity
        from vtk.transcribe.recognition import open_voice

        voice = open_voice(video)
        if voice is None:
            return ReadWords([], "recognition", note="the file has no sound")
        if self._opener is None:
            voice.close()
            raise MissingError(NO_MODEL)
        if self._opened is None:
            self._opened = VoiceActivity(), self._opener()
            self._stack.callback(self._opened[1].close)
        detector, recognizer = self._opened
        return RecognizedWords(voice, ranges, detector, recognizer, self.language)


class ReadWords:
    """Entries that are all known."""

    def __init__(self, entries: list[Entry], method: str, **details: Any) -> None:
        self.entries, self.method, self._details = entries, method, details

    def entries_until(self, end: float) -> list[Entry]:
        """The entries to `end` seconds at least."""
        return self.entries

    def details(self) -> dict[str, Any]:
        """What provenance tells of them."""
        return self._details

    def lost_records(self, span: Span, stated: float) -> Iterator[Span]:
        """Nothing of a span."""
        return iter(())


class RecognizedWords:
    """Entries that become known while the sound is listened to, once for all spans."""

    method = "recognition"

    def __init__(
        self,
        voice: SpeechAudio,
        ranges: list[Range],
        detector: Any,
        recognizer: Recognizer,
        language: str | None,
    ) -> None:
        from vtk.transcribe.recognition import SpeechReader

        self.entries: list[Entry] = []
        self._voice, self._recognizer, self._speech = voice, recognizer, SpeechReader()
        self._known = -inf
        self._failure: VtkError | None = None
        self._found = self._speech.transcribe(voice, ranges, detector, recognizer, language)

    def entries_until(self, end: float) -> list[Entry]:
        """The entries to `end` seconds at least. Raises ModelError, as well when asked again."""
        try:
            while self._failure is None and self._known < end:
                found = next(self._found, None)
                if found is None:
                    self._known = inf
                    self._voice.close()
                else:
                    self._known, fresh = found
                    self.entries += fresh
        except VtkError as error:
            self._failure = error
            self._voice.close()
        if self._failure is not None and self._known < end:
            raise self._failure
        return self.entries

    def details(self) -> dict[str, Any]:
        """The recognizer, and the language found so far."""
        return {"model": self._recognizer.name, "language": self._speech.language}

    def lost_records(self, span: Span, stated: float) -> Iterator[Span]:
        """Error records of what the span lacks of the sound, of a file to `stated` seconds."""
        return lost_records(span, self._voice, span.get("kind", "window"), stated)


def _ranges(spans: list[Span], about: Timing) -> list[Range]:
    """What of a video is to be listened to: the spans, united where they touch."""
    last = inf if about.end is None else about.end
    united: list[Range] = []
    for span in sorted(spans, key=lambda span: span.start):
        start, end = max(span.start, about.start), min(span.end, last)
        if united and start <= united[-1][1]:
            start, end = united[-1][0], max(united.pop()[1], end)
        if start < end:
            united.append((start, end))
    return united
