"""Copies of videos with their speech as a subtitle track."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from vtk.entries import MadeEntry
from vtk.errors import UsageError
from vtk.export import tell_left_out
from vtk.export.speech import subtitles
from vtk.export.subtitle_layout import Layout
from vtk.media.image.files import make_folder, safe_stem
from vtk.media.subtitles.mux import mux_subtitles
from vtk.pipeline import group_by_video, map_videos
from vtk.span import Span, local_path
from vtk.stream.writer import Output


@dataclass(frozen=True)
class SoftSubtitles:
    """Copies each video with its `speech` as a subtitle track, without re-encoding.

    The output is the file of the copy, or a folder, where copies keep the names of their videos.
    The spans of a video must be consecutive.
    """

    form: str = "srt"
    layout: Layout | None = None
    highlight: bool = False
    whole_lines: bool = True  # True, as nothing is written to standard output

    def write(self, spans: Iterator[Span], output: Output) -> None:
        """Write the copies.

        Raises UsageError for an output without a name, for several videos into one file, and for a
        copy that would overwrite its video; OutputError.
        """
        if output.name in (None, "-"):
            raise UsageError("--embed writes copies of the videos: name one, or a folder, with -o")
        assert output.name is not None
        target, folder = Path(output.name), output.folder
        if folder:
            make_folder(folder)
        written: set[str] = set()

        def work(group: list[Span]) -> Iterator[Span]:
            video = group[0].video
            if written and (not folder or video in written):
                raise UsageError(
                    f"{video} follows others: sort the spans by video, and name a folder with -o"
                )
            written.add(video)
            self._copy(group, folder / _name(video) if folder else target)
            yield from group

        failed = 0
        for span in map_videos(output.command, group_by_video(spans), work):
            output.done(span)
            failed += span.failed
        tell_left_out(failed)

    def _copy(self, group: list[Span], target: Path) -> None:
        """Write the copy of one video, given its spans."""
        video = group[0].video
        if target.exists() and os.path.samefile(target, local_path(video) or target):
            raise UsageError(f"{target} is the video itself: name another file with -o")
        cues = subtitles(self.form, self.layout, highlight=self.highlight, own_clock=True)
        mux_subtitles(video, "".join(cues.text(iter(group))), self.form, target, _language(group))


def _name(video: str) -> str:
    return safe_stem(video) + os.path.splitext(local_path(video) or video)[1].lower()


def _language(group: list[Span]) -> str | None:
    """The language of the speech, if the provenance of a span states it."""
    made: list[MadeEntry] = [entry for span in group for entry in span.get("made", [])]
    told = (entry.get("language") for entry in made if entry.get("by") == "vtk transcribe")
    return next((code for code in told if isinstance(code, str)), None)
