"""Copies of videos with their speech as a subtitle track."""

from pathlib import Path

from vtk.entries import MadeEntry
from vtk.export.copies import Copies
from vtk.export.speech import subtitles
from vtk.export.subtitle_layout import Layout
from vtk.media.subtitles.mux import mux_subtitles
from vtk.span import Span


def soft_subtitles(
    form: str = "srt", layout: Layout | None = None, highlight: bool = False
) -> Copies:
    """Copies of videos with their `speech` as an additional subtitle track in `form`."""

    def copy(group: list[Span], target: Path) -> None:
        cues = subtitles(form, layout, highlight=highlight, own_clock=True)
        text = "".join(cues.text(iter(group)))
        mux_subtitles(group[0].video, text, form, target, _language(group))

    return Copies(copy)


def _language(group: list[Span]) -> str | None:
    """The language of the speech, if the provenance of a span states it."""
    made: list[MadeEntry] = [entry for span in group for entry in span.get("made", [])]
    told = (entry.get("language") for entry in made if entry.get("by") == "vtk transcribe")
    return next((code for code in told if isinstance(code, str)), None)
