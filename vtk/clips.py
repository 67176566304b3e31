"""Cut spans out of their videos, each into a file of its own."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from vtk.media.image.files import make_folder, safe_stem
from vtk.media.video import VideoCache
from vtk.media.video.cut import cut_by_copying, cut_exactly, ending
from vtk.pipeline import map_spans
from vtk.span import Span
from vtk.times import rounded


def write_clips(
    command: str, spans: Iterable[Span], folder: Path, *, exact: bool = False
) -> Iterator[Span]:
    """Yield each span with `clip`: the file in `folder` that holds it, and the stretch in it.

    Packets are copied, so that a clip begins at the keyframe of the encoding before its span, or,
    with `exact`, encoded anew. `command` is the name in error records. Raises OutputError.
    """
    make_folder(folder)
    with VideoCache() as latest:

        def work(span: Span) -> Iterator[Span]:
            video = latest(span.video)
            start, end = video.clamp(span.start, span.end)
            times = "-".join(f"{round(max(time, 0) * 1000):09d}" for time in (start, end))
            path = folder / f"{safe_stem(span.video)}-{times}{ending(span.video, exact=exact)}"
            cut = cut_exactly if exact else cut_by_copying
            low, high = cut(video, start, end, path)
            stretch = {"start": rounded(low), "end": rounded(high)}
            yield Span(span, clip={"file": str(path), **stretch})

        yield from map_spans(command, spans, work)
