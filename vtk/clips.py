"""Cut spans out of their videos, each into a file of its own.

A file tells in its comment what it holds and how it was made, so that a further run makes only what
is missing, and no file is replaced that holds something else.
"""

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

from vtk.errors import MediaError, UsageError
from vtk.media.image.files import make_folder, safe_stem
from vtk.media.video import Video, VideoCache
from vtk.media.video.cut import (
    comment_of,
    copied_stretch,
    cut_by_copying,
    cut_exactly,
    ending,
)
from vtk.media.video.encoding import Encoding
from vtk.pipeline import map_spans
from vtk.span import Span, local_path
from vtk.stream.line_formats import TemplateLines, template_lines
from vtk.times import rounded

FORBIDDEN = '/\\:*?"<>|'  # letters that no name of a file has on every system
LONGEST, MOST_BYTES = 100, 200  # letters and bytes of a name that a template gives


@dataclass(frozen=True)
class Cutter:
    """How spans are cut out into files of a folder.

    `command` is the name in error records. Without `how` packets are copied, so that a clip begins
    at the keyframe of the encoding before its span. Each clip has `pad` seconds more at both ends,
    as far as the video goes. `name` is a template, as for `template_lines`, of the names.
    """

    command: str
    folder: Path
    how: Encoding | None = None
    pad: float = 0.0
    name: str | None = None

    def named(self, spans: Iterable[Span]) -> Iterator[Span]:
        """Yield each span with `clip`, which has the `file` only: a name that is no other's.

        Raises UsageError for a template that is none, or that names folders.
        """
        template = template_lines(self.name) if self.name else None
        if self.name and "/" in self.name:
            raise UsageError(f"the name of a clip has no folder: {self.name!r}; give that as DIR")
        known = Counter[str]()
        for span in spans:
            if span.failed:
                yield span
                continue
            stem = _told(template, span) if template else _usual(span)
            stem = _unique(stem, known)
            path = self.folder / (stem + ending(span.video, exact=self.how is not None))
            yield Span(span, clip={"file": str(path)})

    def cut(self, spans: Iterable[Span]) -> Iterator[Span]:
        """Yield the spans of `named`, of each of which the file then holds what `clip` says.

        Raises OutputError, UsageError.
        """
        make_folder(self.folder)
        with VideoCache() as latest:

            def work(span: Span) -> Iterator[Span]:
                path = Path(span["clip"]["file"])
                low, high = self._cut(latest(span.video), span, path)
                stretch = {"start": rounded(low), "end": rounded(high)}
                yield Span(span, clip={"file": str(path), **stretch})

            for span in map_spans(self.command, spans, work):
                yield Span({k: v for k, v in span.items() if k != "clip"}) if span.failed else span

    def _cut(self, video: Video, span: Span, path: Path) -> tuple[float, float]:
        """Make the file unless it is there; return the stretch that it holds, in seconds."""
        start, end = video.clamp(span.start - self.pad, span.end + self.pad)
        what = Span(video=os.path.basename(span.video), start=start, end=end).fragment
        comment = f"{what} ({self.how or 'copy'}{_size(span.video)}, vtk)"
        if path.exists():
            known = comment_of(path)
            if known == comment:
                return (start, end) if self.how else copied_stretch(video, start, end)
            if known.partition(" (")[0] != what:
                raise MediaError(f"{path} is there already, and holds something else")
        if self.how:
            return cut_exactly(video, start, end, path, self.how, comment)
        return cut_by_copying(video, start, end, path, comment)


def _usual(span: Span) -> str:
    """The name of a clip by its video and times, in milliseconds."""
    times = (max(span.start, 0.0), max(span.end, 0.0))
    marks = "-".join(f"{round(time * 1000):09d}" for time in times if isfinite(time))
    return "-".join(filter(None, (safe_stem(span.video), marks)))


def _told(template: TemplateLines, span: Span) -> str:
    """The name of a clip by a template, of letters that any system takes in a name."""
    text = "".join(" " if letter in FORBIDDEN else letter for letter in template.text(span))
    stem = (
        " ".join(text.split()).strip(". ")[:LONGEST].encode()[:MOST_BYTES].decode("utf-8", "ignore")
    )
    return stem.strip(". ") or "clip"


def _unique(stem: str, known: Counter[str]) -> str:
    """The stem with a number, -2 and so on, if it was given away already; case does not count."""
    new, key = stem, stem.casefold()
    while known[new.casefold()]:
        known[key] += 1
        new = f"{stem}-{known[key]}"
    known[new.casefold()] += 1
    return new


def _size(video: str) -> str:
    """The bytes of a local file, by which it is told from another one of its name."""
    try:
        return f" of {os.stat(local_path(video) or '').st_size} bytes"
    except (OSError, ValueError):
        return ""


def write_clips(
    command: str, spans: Iterable[Span], folder: Path, *, exact: bool = False
) -> Iterator[Span]:
    """Yield each span with `clip`: the file in `folder` that holds it, and the stretch in it.

    Packets are copied, or, with `exact`, encoded anew; see `Cutter`. Raises OutputError.
    """
    cutter = Cutter(command, folder, Encoding() if exact else None)
    return cutter.cut(cutter.named(spans))
