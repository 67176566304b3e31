"""Copies of videos with what is said in them as a track of subtitles."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from vtk.errors import UsageError
from vtk.export import tell_left_out
from vtk.export.reading import Layout
from vtk.export.speech import subtitles
from vtk.media.embed import embed
from vtk.media.picture import make_folder, safe_stem
from vtk.pipeline import group_by_video, map_videos
from vtk.span import Span, local_path
from vtk.transcribe import with_speech


def embedded(
    spans: Iterable[Span],
    output: str | None,
    *,
    form: str = "srt",
    layout: Layout | None = None,
    highlight: bool = False,
) -> Iterator[Span]:
    """The spans; each video is copied with its `speech` as a soft track, nothing encoded anew.

    `output` is the file of the copy, or a folder, where the copies keep the names of their videos.
    The spans of a video come together. Raises UsageError without `output`, for several videos
    into one file, and for a copy in place of its video; what `said` and `embed` raise.
    """
    if output in (None, "-"):
        raise UsageError("--embed writes copies of the videos: name one, or a folder, with -o")
    assert output is not None
    folder = output.endswith("/") or os.path.isdir(output)
    if folder:
        make_folder(Path(output))
    text = subtitles(form, layout, highlight, own_clock=True).text
    written: set[str] = set()

    def work(group: list[Span]) -> Iterator[Span]:
        video = group[0].video
        if written and (not folder or video in written):
            raise UsageError(
                f"{video} follows others: sort the spans by video, and name a folder with -o"
            )
        target = Path(output, _name(video)) if folder else Path(output)
        if target.exists() and os.path.samefile(target, local_path(video) or target):
            raise UsageError(f"{target} is the video itself: name another file with -o")
        written.add(video)
        embed(video, "".join(text(iter(group))), form, target, _language(group))
        yield from group

    failed = 0
    for span in map_videos("export", group_by_video(with_speech(spans)), work):
        failed += span.failed
        yield span
    tell_left_out(failed)


def _name(video: str) -> str:
    return safe_stem(video) + os.path.splitext(local_path(video) or video)[1].lower()


def _language(group: list[Span]) -> str | None:
    """The language of the words, where a record tells it."""
    made: list[dict[str, Any]] = [entry for span in group for entry in span.get("made", [])]
    told = (entry.get("language") for entry in made if entry.get("by") == "vtk transcribe")
    return next((code for code in told if isinstance(code, str)), None)
