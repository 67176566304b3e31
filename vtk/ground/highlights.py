"""highlights: what stands out of each video, without a query and without a model.

After Ma, Lu, Zhang & Li, "A User Attention Model for Video Summarization", ACM Multimedia 2002:
what may draw attention in pictures, motion, sound and speech is measured over time, each measure is
normalised within the video, they are joined by a weighted sum, and the peaks of the smoothed sum
stand out. Here a measure counts from its median, which is usual in the video, to its highest, and
weighs by how little of the video it is high in, as maps of saliency do in Itti, Koch & Niebur, "A
Model of Saliency-Based Visual Attention for Rapid Scene Analysis", IEEE TPAMI 1998.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vtk.errors import MediaError, MissingError, UsageError
from vtk.ground.cues import RANGES, Curve, Stretch, divided, measured, ranges
from vtk.ground.moments import Found, moment
from vtk.ground.pictures import extents
from vtk.ground.scores import scored
from vtk.ground.stretch import SNAP, Moment, fit_length, suppressed
from vtk.ground.task import Task
from vtk.ground.topic import smoothed
from vtk.media.container import seekable
from vtk.media.video import Video
from vtk.pipeline import failure, group_by_video
from vtk.span import Span

if TYPE_CHECKING:
    from vtk.models.embed.image_text import ImageTextModel

log = logging.getLogger("vtk")

WIDTH = 2.0  # seconds, standard deviation of the smoothing; in a short video a 20th of it
LEVEL = 0.5  # where a moment ends, as a share of its peak
LEAST = 0.25  # share of the video's highest peak below which nothing stands out


def search(source: Iterable[Span], task: Task) -> Iterator[Span]:
    """Yield, video by video, the `n` stretches that stand out most of it, best first.

    A video is judged by itself: `score` is the mean attention inside, 0 where all is as usual and 1
    where every cue is as high as anywhere in the video, `rank` counts within the video, and `why`
    has the mean of each cue, on the same scale. A cue that hardly varies in a video (in a still, a
    silent one) does not count; those that do are named in `made`, those missing in a warning. With
    `task.scores`, a record of each video has the attention over time instead, without a warning.
    One video is held at a time. Raises UsageError if there are queries.
    """
    if task.queries:
        raise UsageError("highlights are what stands out without a query: give none")
    missing: Counter[str] = Counter()
    with ExitStack() as stack:
        clip = stack.enter_context(task.models.clip()) if task.models.clip else None
        for spans in group_by_video(source):
            yield from (span for span in spans if span.failed)
            good = [span for span in spans if not span.failed]
            if not good:
                continue
            try:
                yield from _of_video(good, task, clip, missing)
            except (MissingError, UsageError):
                raise
            except Exception as error:
                yield failure("ground", Span(video=good[0].video), error)
    if missing and not task.scores:
        told = ", ".join(f"{name} ({missing[name]})" for name in RANGES if missing[name])
        log.warning("cues that are missing or hardly vary, by number of videos: %s", told)


def _of_video(
    spans: list[Span], task: Task, clip: "ImageTextModel | None", missing: Counter[str]
) -> Iterator[Span]:
    if not seekable(spans[0].video):
        raise MediaError("a pipe gives its frames only once: look for highlights in a file")
    with Video(spans[0].video, loop_filter=clip is not None) as video:
        covered = extents(video, spans)
        stretches = divided(covered)
        if not stretches:
            raise MediaError("the span has no length")
        cues = measured(video, stretches, spans, clip, task.looks)
        whole = [Span(span.with_times(*video.clamp(span.start, span.end))) for span in spans]
    curves = salient(cues, stretches, ranges(clip))
    made = {"cues": list(curves), "clip": clip and clip.name}
    missing.update(RANGES.keys() - curves.keys())
    if task.scores:
        joined = attention(curves) if curves else np.zeros(sum(len(s.middles) for s in stretches))
        times = np.concatenate([stretch.middles for stretch in stretches])
        extent = covered[0][0], covered[-1][1]
        new = scored(whole, extent, zip(times, joined, strict=True))
        yield new.with_provenance("ground", "highlights", **made)
        return
    if not curves:
        log.warning("%s: nothing stands out, as nothing in it varies", spans[0].video)
        return
    edges = [edge for span in whole for edge in (span.start, span.end)]
    found = standing_out(curves, stretches, task, edges)
    for rank, (each, why) in enumerate(found, 1):
        told = {"rank": rank, "why": why}
        new = moment(whole, Found(each.start, each.end, each.score, fields=told))
        yield new.with_provenance("ground", "highlights", **made)


def salient(
    cues: Mapping[str, Curve], stretches: Sequence[Stretch], least: Mapping[str, float]
) -> dict[str, Curve]:
    """Return the cues that vary by `least` or more, smoothed: 0 to the median, 1 at the top."""
    sigma = _width(stretches) / stretches[0].step
    found = {}
    for name, values in cues.items():
        parts = _parted(values, stretches)
        curve = np.concatenate([smoothed(part, max(sigma, 0.5)) for part in parts])
        usual, highest = float(np.median(curve)), float(curve.max())
        if highest - usual >= least[name]:
            found[name] = np.clip((curve - usual) / (highest - usual), 0, 1)
    return found


def attention(curves: Mapping[str, Curve]) -> Curve:
    """Return the mean of the cues, each weighing by the square of how little it is high in."""
    weights = [(1 - float(curve.mean())) ** 2 for curve in curves.values()]
    mean: Curve = np.average(list(curves.values()), axis=0, weights=weights)
    return mean


def standing_out(
    curves: Mapping[str, Curve], stretches: Sequence[Stretch], task: Task, edges: Sequence[float]
) -> list[tuple[Moment, dict[str, float]]]:
    """Return the best moments of a video and the mean of each cue inside, best first.

    Each is a peak of the attention and what is beside it down to LEVEL of the peak, moved to the
    `edges` of spans beside it.
    """
    joined = attention(curves)
    covered = [(float(s.edges[0]), float(s.edges[-1])) for s in stretches]
    middles = np.concatenate([stretch.middles for stretch in stretches])
    snap = max(SNAP, _width(stretches))  # so far, smoothing moves an edge
    found = []
    for stretch, curve in zip(stretches, _parted(joined, stretches), strict=True):
        most = max(1, int(min(task.lengths[1] / stretch.step + 1e-9, len(curve))))
        for low, high in peaks(curve, float(joined.max()) * LEAST, most):
            each = Moment(float(stretch.edges[low]), float(stretch.edges[high]), 0.0)
            fit_length(each, covered, edges, task.lengths, snap)
            each.score = round(float(joined[_inside(middles, each)].mean()), 6)
            found.append(each)
    kept = [each for each in suppressed(found) if each.score >= (task.threshold or 0.0)]
    return [
        (each, {k: round(float(c[_inside(middles, each)].mean()), 3) for k, c in curves.items()})
        for each in kept[: task.n or None]
    ]


def peaks(curve: Curve, least: float, most: int) -> list[tuple[int, int]]:
    """Return the peaks of a curve from `least` on as [low, high), highest first, none overlapping.

    Each takes what is beside it down to LEVEL of its height, the higher side first, up to `most`
    numbers, and nothing that is higher or that a higher one took.
    """
    around = np.pad(curve, 1, constant_values=-np.inf)
    tops = np.flatnonzero((curve >= around[:-2]) & (curve >= around[2:]) & (curve >= least))
    free = np.ones(len(curve) + 2, np.bool_)  # one more on either side
    free[[0, -1]] = False
    found = []
    for top in sorted(tops.tolist(), key=lambda n: (-curve[n], n)):
        if not free[top + 1]:
            continue
        low, high = top, top + 1
        held = (curve > LEVEL * curve[top]) & (curve <= curve[top])
        while high - low < most:
            before = curve[low - 1] if free[low] and held[low - 1] else -np.inf
            after = curve[high] if free[high + 1] and held[high] else -np.inf
            if before == after == -np.inf:
                break
            low, high = (low - 1, high) if before >= after else (low, high + 1)
        free[low + 1 : high + 1] = False
        found.append((low, high))
    return found


def _inside(middles: Curve, each: Moment) -> NDArray[np.bool_]:
    """Which looks lie in a moment: at least the nearest one."""
    nearest = middles[np.abs(middles - (each.start + each.end) / 2).argmin()]
    chosen: NDArray[np.bool_] = (middles >= each.start) & (middles < each.end)
    chosen |= middles == nearest
    return chosen


def _width(stretches: Sequence[Stretch]) -> float:
    """Return the standard deviation of the smoothing in a video, in seconds."""
    return min(WIDTH, sum(float(each.edges[-1] - each.edges[0]) for each in stretches) / 20)


def _parted(values: Curve, stretches: Sequence[Stretch]) -> list[Curve]:
    """Return the numbers of each stretch."""
    return np.split(values, np.cumsum([len(s.edges) - 1 for s in stretches])[:-1])
