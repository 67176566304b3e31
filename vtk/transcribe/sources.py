"""The sources of the words of a video, opened once for all its spans."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from math import inf
from typing import Any

from vtk.entries import SpeechEntry
from vtk.errors import MediaError, MissingError, UsageError, VtkError
from vtk.media.audio.speech_audio import SpeechAudio
from vtk.media.container.timing import EDGE, Timing, timing
from vtk.media.subtitles import find_subtitles
from vtk.media.subtitles.files import SIDECARS
from vtk.models.speech.recognizer import Recognizer
from vtk.span import Span
from vtk.speech import clip_entries
from vtk.times import rounded
from vtk.transcribe import NO_MODEL, Opener, SpeechSources
from vtk.transcribe.lost import lost_records
from vtk.transcribe.transcripts import transcript

Work = Callable[[Span], Iterator[Span]]
Range = tuple[float, float]

AUTO = SpeechSources()
SUBTITLES = SpeechSources(recognition=False)
RECOGNITION = SpeechSources(subtitles=False)


class WordFinder:
    """Finds the words of one video after another; opens the recognizer when first needed."""

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
        self._only = ""  # the video that the transcript file belongs to
        self._stack = ExitStack()

    def __enter__(self) -> "WordFinder":
        return self

    def __exit__(self, *exception: object) -> None:
        self._stack.close()

    def adder(self, spans: list[Span]) -> Work:
        """Return a function that adds `speech` to each of the spans of a video, in order."""
        known: list[tuple[Timing, ReadWords | RecognizedWords]] = []

        def work(span: Span) -> Iterator[Span]:
            if not known:
                about = timing(span.video)
                known.append((about, self._found(span.video, spans, about)))
            about, source = known[0]
            new = span.with_times(about.start, about.end or about.start)
            if span.is_whole_video:
                new["kind"] = "video"
            start, end = about.heard(span.start, span.end)
            if end < new.end - EDGE:
                new["end"] = rounded(end)
            low, high = about.reach(new.start, new.end)
            new["speech"] = clip_entries(source.entries_until(high), low, high)
            yield new.with_provenance("transcribe", source.method, **source.details(low, high))
            yield from source.lost_records(new, start, end)

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
    """Entries that are all known from the start, such as those of a file or of subtitles."""

    def __init__(self, entries: list[SpeechEntry], method: str, **details: Any) -> None:
        self.entries, self.method, self._details = entries, method, details

    def entries_until(self, end: float) -> list[SpeechEntry]:
        """The entries at least up to `end` seconds."""
        return self.entries

    def details(self, start: float, end: float) -> dict[str, Any]:
        """The provenance of the entries."""
        return self._details

    def lost_records(self, span: Span, start: float, end: float) -> Iterator[Span]:
        """No error records, as no sound is read."""
        return iter(())


class RecognizedWords:
    """Entries from recognition, which reads the sound once for all spans, as far as needed."""

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

        self.entries: list[SpeechEntry] = []
        self._voice, self._recognizer, self._speech = voice, recognizer, SpeechReader()
        self._known = -inf
        self._failure: VtkError | None = None
        self._found = self._speech.transcribe(voice, ranges, detector, recognizer, language)

    def entries_until(self, end: float) -> list[SpeechEntry]:
        """The entries at least up to `end` seconds. Raises ModelError, also when called again."""
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

    def details(self, start: float, end: float) -> dict[str, Any]:
        """The provenance of the entries from `start` to `end` seconds, as far as it is known.

        It tells the recognizer, the language, and in which ranges, as there were no words first,
        it heard again (`heard_again`), or nothing at all (`no_words`).
        """

        def inside(ranges: list[Range]) -> list[list[float]] | None:
            return [[rounded(a), rounded(b)] for a, b in ranges if a < end and b > start] or None

        return {
            "model": self._recognizer.name,
            "language": self._speech.language,
            "sha256": self._recognizer.sha256 or None,
            "one_channel": self._voice.one_channel or None,
            "heard_again": inside(self._speech.heard_again),
            "no_words": inside(self._speech.no_words),
        }

    def lost_records(self, span: Span, start: float, end: float) -> Iterator[Span]:
        """Error records for sound missing from the span, from `start` to `end` seconds."""
        return lost_records(span, self._voice, span.get("kind", "window"), start, end)


def _ranges(spans: list[Span], about: Timing) -> list[Range]:
    """The ranges of a video to recognize: those of the spans, merged where they touch."""
    united: list[Range] = []
    for span in sorted(spans, key=lambda span: span.start):
        try:
            start, end = about.heard(span.start, span.end)
        except MediaError:
            continue  # told of in its turn
        if united and start <= united[-1][1]:
            start, end = united[-1][0], max(united.pop()[1], end)
        if start < end:
            united.append((start, end))
    return united
