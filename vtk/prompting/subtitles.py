"""What is said in a span, from the subtitles of its video."""

from math import inf

from vtk.media.subtitles import speech_entries
from vtk.media.subtitles.cues import Entry
from vtk.media.video import Video
from vtk.span import Span
from vtk.speech import clip_entries


class Subtitles:
    """Puts the words of subtitles into spans; keeps those of the latest video."""

    def __init__(self, language: str | None) -> None:
        self.language = language
        self.video = ""
        self.entries: list[Entry] = []

    def add_speech(self, span: Span, video: Video) -> None:
        """Add `speech` to a span that has none, where its video has subtitles for it."""
        if "speech" in span:
            return
        if span.video != self.video:
            self.video = span.video
            self.entries = speech_entries(span.video, self.language)
        # The first and the last cue may lie partly beside the pictures.
        low = -inf if span.start <= video.start else span.start
        if inside := clip_entries(self.entries, low, inf if span.end >= video.end else span.end):
            span["speech"] = inside
