"""Chapters as cues of WebVTT (https://www.w3.org/TR/webvtt1/), the format of players on pages."""

from vtk.chapter_files.context import Context
from vtk.media.chapters import Chapter
from vtk.media.subtitles.cues import strip_tags
from vtk.media.subtitles.files import parse_cues


def is_webvtt(text: str) -> bool:
    """Whether a text begins as WebVTT does."""
    return text.startswith("WEBVTT")


def parse(text: str, context: Context) -> list[Chapter]:
    """Return a chapter for each cue. Raises MediaError."""
    return [
        Chapter(cue.start, strip_tags(cue.payload, cue.form), cue.end)
        for cue in parse_cues(text, ".vtt")
    ]
