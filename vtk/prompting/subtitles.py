"""Fill in the `speech` of spans from the subtitles of their videos."""

from math import inf

from vtk.entries import SpeechEntry
from vtk.media.container.timing import Timing
from vtk.media.subtitles import speech_entries
from vtk.media.video import Video
from vtk.span import Span
from vtk.speech import clip_entries


class Subtitles:
    """Adds subtitles to spans as `speech`; caches the subtitles of the latest video."""

    def __init__(self, language: str | None) -> None:
        self.language = language
        self.video = ""
        self.entries: list[SpeechEntry] = []

    def add_speech(self, span: Span, video: Video | Timing) -> None:
        """Add `speech` to a span that has none, if its video has subtitles in its range.

        Of the video only start and end are read.
        """
        if "speech" in span:
            return
        if span.video != self.video:
            self.video = span.video
            self.entries = speech_entries(span.video, self.language)
        # The first and the last cue may extend beyond the first and the last picture.
        low = -inf if span.start <= video.start else span.start
        high = inf if video.end is None or span.end >= video.end else span.end
        if inside := clip_entries(self.entries, low, high):
            span["speech"] = inside
