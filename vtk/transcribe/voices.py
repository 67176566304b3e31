"""Where in spans somebody speaks, as cues."""

from collections.abc import Iterator

from vtk.media.timing import timing
from vtk.span import Span
from vtk.times import rounded
from vtk.transcribe.activity import Detector, listened, stretches
from vtk.transcribe.recognition import open_voice


def cues(span: Span, detector: Detector) -> Iterator[Span]:
    """A cue of the type speech for each stretch of the span in which somebody speaks."""
    about = timing(span.video)
    voice = open_voice(span.video)
    if voice is None:
        return
    try:
        end = min(span.end, about.end or span.end)
        heard = listened(voice.blocks(max(span.start, about.start), end), detector)
        for index, found in enumerate(stretches(heard)):
            details = {"index": index, "cue": {"type": "speech"}, "score": rounded(found.score)}
            yield span.part(found.start, found.end, "cue", **details).made("transcribe", "silero")
    finally:
        voice.close()
