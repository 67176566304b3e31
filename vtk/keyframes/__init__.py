"""keyframes: the few frames that stand for a span."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from vtk.errors import MediaError, UsageError
from vtk.span import Span, each, fill

if TYPE_CHECKING:
    from vtk.media.picture import Format

METHODS = {
    "diverse": "vtk.keyframes.diverse",
    "uniform": "vtk.keyframes.uniform",
}


@dataclass(frozen=True)
class Images:
    """Where and how pictures of the keyframes are written."""

    folder: Path
    format: "Format" = "jpg"
    height: int | None = None  # pixels; None keeps the height of the video
    quality: int = 85  # 1 to 100

    def __post_init__(self) -> None:
        if self.format not in ("jpg", "webp"):
            raise UsageError(f"pictures are jpg or webp, not {self.format!r}")


def keyframes(
    spans: Iterable[Span],
    *,
    k: int = 1,
    method: str = "diverse",
    images: Images | None = None,
    sheet: Path | None = None,
) -> Iterator[Span]:
    """Each span with `keyframes`: `k` entries in time order, or every frame where it has fewer.

    A whole video is split into shots first. With `images` a picture file of each keyframe is
    written; with `sheet` a contact sheet of all of them, when the spans have come to their end.
    Raises UsageError for an unknown method or a `k` below 1, OutputError for a picture not written.
    """
    if method not in METHODS:
        raise UsageError(f"no method {method!r} for keyframes; there are {', '.join(METHODS)}")
    if k < 1:
        raise UsageError("k must be at least 1")
    from vtk.media.picture import make_folder
    from vtk.media.sheet import Sheet
    from vtk.media.video import OUTSIDE, Latest
    from vtk.split import split

    choose = import_module(METHODS[method]).choose
    from vtk.keyframes.frames import entry

    if images is not None:
        make_folder(images.folder)
    overview = Sheet() if sheet is not None else None
    with Latest() as latest:

        def work(span: Span) -> Iterator[Span]:
            video = latest(span.video)
            chosen = choose(video, span, k)
            if not chosen:
                raise MediaError(OUTSIDE)
            entries = [entry(video, frame, score, images, overview) for frame, score in chosen]
            new = span.reaching(*video.stretch(span.start, span.end))
            if "pts" not in span:
                new["time_base"] = str(video.time_base)
            new["keyframes"] = entries
            yield new.made("keyframes", method)

        yield from each("keyframes", fill(spans, lambda span: span.whole, split), work)
    if overview is not None and sheet is not None:
        overview.write(sheet)
