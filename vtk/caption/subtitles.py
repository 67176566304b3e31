"""What is said in a span, from the subtitles of its video."""

from vtk.media.subtitles import Cue, cues
from vtk.media.video import Video
from vtk.span import Span, within


class Subtitles:
    """Puts the words of subtitles into spans; keeps those of the latest video."""

    def __init__(self, language: str | None) -> None:
        self.language = language
        self.video = ""
        self.cues: list[Cue] = []

    def put(self, span: Span, video: Video) -> None:
        """Add `speech` to a span that has none, where its video has subtitles for it."""
        if "speech" in span:
            return
        if span.video != self.video:
            self.video = span.video
            self.cues = cues(span.video, self.language)
        last = max(video.end, span.end)  # none goes on after the end of the video
        near = (cue for cue in self.cues if cue.start < span.end and cue.end >= span.start)
        entries = [cue._replace(end=max(min(cue.end, last), cue.start))._asdict() for cue in near]
        if inside := [entry for entry in entries if within(entry, span.start, span.end)]:
            span["speech"] = inside
