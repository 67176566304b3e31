"""Choose the spans that are worth a caption: those whose measurements lie in given ranges.

The measurements are those by which published datasets are filtered, as far as no trained judge is
needed: length, how much moves (the dynamic degree of LVD-2M, Xiong et al. 2024), light, contrast,
sharpness and the presence of speech.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from vtk.errors import MediaError, UsageError
from vtk.media.image import descriptors
from vtk.media.image.planes import thumbnail
from vtk.media.video import OUTSIDE, Video, VideoCache
from vtk.media.video.frame_pairs import frame_pairs
from vtk.pipeline import map_spans
from vtk.prompting.subtitles import Subtitles
from vtk.span import Span

log = logging.getLogger("vtk")

MEASURES = ("seconds", "motion", "light", "contrast", "sharpness")
WIDTH, HEIGHT = 160, 90  # size in samples of the pictures measured
CHANGED = 10.0  # difference of luma, 0..255, above which a sample has changed


@dataclass(frozen=True)
class SpanFilter:
    """Ranges (least, most) of the measures, and whether there must be speech."""

    name: str
    ranges: Mapping[str, tuple[float, float]]
    speech: bool = False

    @classmethod
    def of(cls, name: str, table: Mapping[str, Any]) -> "SpanFilter":
        """Make a filter from a table: `motion = [0.02, 1]`, `speech = true`. Raises UsageError."""
        ranges = {}
        for key, value in table.items():
            if key == "speech" and isinstance(value, bool):
                continue
            numbers = isinstance(value, list) and all(type(n) in (int, float) for n in value)
            pair = numbers and len(value) == 2
            if key not in MEASURES or not pair or not value[0] <= value[1]:
                raise UsageError(
                    f"{name}: [keep] has speech = true, and {', '.join(MEASURES)} as "
                    f"[least, most], not {key} = {value!r}"
                )
            ranges[key] = (float(value[0]), float(value[1]))
        return cls(name, ranges, table.get("speech", False))

    def __call__(self, spans: Iterable[Span]) -> Iterator[Span]:
        """Yield the spans that lie in all ranges, with `measured`; error records pass.

        Where only speech is wanted, spans that have it need no file.
        """
        subtitles = Subtitles(None)
        count = {True: 0, False: 0}
        with VideoCache() as latest:

            def work(span: Span) -> Iterator[Span]:
                video, new = None, span
                if self.ranges or not {"start", "end", "speech"} <= span.keys():
                    video = latest(span.video)
                    new = span.with_times(*video.clamp(span.start, span.end))
                    subtitles.add_speech(new, video)
                kept = self._keeps(new, video)
                count[kept] += 1
                if kept:
                    yield new.with_provenance("caption", "keep", recipe=self.name)

            yield from map_spans("caption", spans, work)
        if count[False]:
            log.warning("%s keeps %d of %d spans", self.name, count[True], sum(count.values()))

    def _keeps(self, span: Span, video: Video | None) -> bool:
        """Return whether a span lies in all ranges; decodes nothing if its length does not."""
        low, high = self.ranges.get("seconds", (0.0, float("inf")))
        if not low <= span.end - span.start <= high or (self.speech and not span.get("speech")):
            return False
        if video is None or not self.ranges.keys() - {"seconds"}:
            return True
        found = measure_span(video, span)
        span["measured"] = found
        return all(low <= found[name] <= high for name, (low, high) in self.ranges.items())


def measure_span(video: Video, span: Span) -> dict[str, float]:
    """Return the `MEASURES` of a span, from pairs of pictures 0.2 s apart spread over the span.

    `motion` is the share of the picture that changes between the two, 0..1, whether by camera or
    object motion; `light` the mean luma, 0..1; `contrast` its standard deviation, 0..0.5;
    `sharpness` that of `vtk.media.image.descriptors.sharpness`. Raises MediaError if no picture
    lies in the span.
    """
    start, end = video.clamp(span.start, span.end)
    lumas, moved = [], []
    for one, two in frame_pairs(video, *span.clear_part(start, end)):
        lumas.append(thumbnail(one.image, WIDTH, HEIGHT).luma)
        if two.pts > one.pts:
            later = thumbnail(two.image, WIDTH, HEIGHT).luma
            moved.append(float((np.abs(later - lumas[-1]) > CHANGED).mean()))
    if not lumas:
        raise MediaError(OUTSIDE)
    found = {
        "seconds": end - start,
        "motion": float(np.median(moved)) if moved else 0.0,
        "light": float(np.mean(lumas)) / 255,
        "contrast": float(np.median([luma.std() for luma in lumas])) / 255,
        "sharpness": float(np.median([descriptors.sharpness(luma) for luma in lumas])),
    }
    return {name: round(value, 4) for name, value in found.items()}
