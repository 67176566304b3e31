"""Copies of videos with something added: the output of exports with --embed."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from vtk.errors import UsageError
from vtk.export import tell_left_out
from vtk.media.image.files import make_folder, safe_stem
from vtk.pipeline import group_by_video, map_videos
from vtk.span import Span, local_path
from vtk.stream.writer import Output


@dataclass(frozen=True)
class Copies:
    """Writes a copy of each video, without re-encoding, with what `copy` adds from its spans.

    The output is the file of the copy, or a folder, where copies keep the names of their videos.
    The spans of a video must be consecutive.
    """

    copy: Callable[[list[Span], Path], None]
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
            place = folder / _name(video) if folder else target
            if place.exists() and os.path.samefile(place, local_path(video) or place):
                raise UsageError(f"{place} is the video itself: name another file with -o")
            self.copy(group, place)
            yield from group

        failed = 0
        for span in map_videos(output.command, group_by_video(spans), work):
            output.done(span)
            failed += span.failed
        tell_left_out(failed)


def _name(video: str) -> str:
    return safe_stem(video) + os.path.splitext(local_path(video) or video)[1].lower()
