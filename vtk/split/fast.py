"""Find shots from packets and keyframes, decoding only a small part: method `fast`.

An encoder spends bits on new content: packets are larger where the picture changes, and at a cut
the encoder starts a new group of pictures (GOP) with a keyframe. So the sizes of all packets are
read and the first frames of every GOP are decoded. Then the decoded part of a GOP is:

- the part up to the last place with uneven packet sizes, which a cut, a dissolve or a flash causes;
  the rest only if the frame there and the next keyframe do not explain each other;
- everything, if packet sizes are even but the next keyframe is a different picture, either at a
  place that the encoder's fixed interval may have chosen, or so little different that a moving
  camera may have got there;
- otherwise nothing. A keyframe of another scene, placed by the encoder's own choice after even
  packet sizes, is judged like any cut of `vtk.split.content`, as if the first frames of the two
  GOPs were adjacent, since the frames between are more of the same.

The decoded frames are passed to `vtk.split.content`, which decodes the whole video if packets give
no information or most would have to be decoded. Using coded sizes and the encoder's choices to find
cuts goes back to Arman, Hsu and Chiu (Image processing on compressed data for large video
databases, ACM Multimedia 1993) and Yeo and Liu (1995).
"""

import logging
import math
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice, pairwise

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from vtk.errors import MediaError
from vtk.media.container import seekable
from vtk.media.container.timing import MISSING
from vtk.media.image.planes import Thumbnail
from vtk.media.video.gops import Gop, GopReader, TimedThumbnail
from vtk.models.shots.judge import Judge
from vtk.pipeline import OnProgress
from vtk.span import Span
from vtk.split import content
from vtk.split.boundary import Boundary
from vtk.split.content import boundaries
from vtk.split.cuts.evidence import evidence
from vtk.split.cuts.steps import WINDOW, candidate, with_features
from vtk.split.methods import THRESHOLD, SplitMethod
from vtk.split.regroup.frame_stats import FrameStats
from vtk.split.shots import between
from vtk.split.span_reader import TELL_EVERY, Reader
from vtk.split.transitions.correlation import luma_correlation

log = logging.getLogger("vtk")

STRETCH = 8  # packets per run
AROUND = 4  # packets on either side that a packet is compared with


@dataclass(frozen=True)
class FastThresholds:
    """Limits by which parts of a video are decoded or left out.

    `python tests/benchmarks/split_fast.py` measures the speed, with `--world N` the F1.
    """

    spike: float = 1.3  # packet size over that of its neighbours, weighted by its ratio to keyframe
    raised: float = 1.75  # mean packet size of a run over that of a calmer earlier run of its GOP
    paid: float = 0.1  # bytes by which a new run exceeds a calm one, as a share of the keyframe
    alike: float = 0.8  # correlation above which pictures, after even sizes, show the same scene
    small: float = 8.0  # maximum mean difference, 0..255, of pictures of the same scene
    apart: float = 12.0  # mean difference, 0..255, from which pictures may show different scenes
    nearly_longest: float = 0.97  # share of the longest GOP's length from which a limit ended a GOP
    longest: float = 20.0  # seconds beyond which a GOP is decoded whatever it looks like
    beyond: int = 24  # frames decoded after the last uneven packet
    most: float = 0.4  # share of all packets above which a plan is not worth its uncertainty


THRESHOLDS = FastThresholds()


def shots(
    span: Span,
    on_progress: OnProgress | None = None,
    threshold: float = THRESHOLD,
    seen: FrameStats | None = None,
) -> Iterator[Span]:
    """Yield the shots of a span, then an error record for needed parts that did not decode.

    If packets do not help, yields the records of method `content` instead, marked as such; only
    then are the frames pushed to `seen`.
    """
    if not seekable(span.video):
        log.info("%s: a pipe gives its packets only once: decoding every frame", span.fragment)
        yield from content.METHOD.shots(span, on_progress, threshold, seen)
        return
    with GopReader(span.video, loop_filter=False) as video:
        low, high = (-math.inf, math.inf) if span.is_whole_video else (span.start, span.end)
        stated = min(high, video.end)
        try:
            plan = DecodePlan(video.groups(low, high), float(video.time_base), threshold)
            reached = video.seconds(video.last + video.duration)
            if low >= reached:
                raise MediaError("it has no packets")
            if not video.cut_short and stated - reached > MISSING:
                raise MediaError("it is truncated")
        except MediaError as reason:
            log.info("%s: %s: decoding every frame", span.fragment, reason)
        else:
            reader = Reader(video, span, "shot")
            reader.begin(video.first)
            reader.last, reader.duration = video.last, video.duration
            needed = any(plan.take)
            parts = (
                video.parts(plan.groups, plan.take, plan.needs_rest, low) if needed else iter(())
            )
            if on_progress:
                parts = _told(parts, partial(on_progress, video.name), span.start, stated)
            first = reader.first or 0
            found = (b for b in plan.boundaries(parts) if first < b.pts <= video.last)
            yield from between(reader, found, "fast")
            yield from reader.lost_records()
            return
    yield from content.METHOD.shots(span, on_progress, threshold, seen)


def _told(
    parts: Iterator[TimedThumbnail | None], tell: partial[None], start: float, end: float
) -> Iterator[TimedThumbnail | None]:
    """Pass on `parts`, reporting progress now and then."""
    for count, small in enumerate(parts):
        if small and count % TELL_EVERY == 0:
            tell(small.time - start, end - start)
        yield small


class DecodePlan:
    """Which parts of a video to decode: the first `take[n]` packets of each GOP n.

    Holds a few numbers per packet and a thumbnail per GOP.
    """

    def __init__(self, groups: Iterable[Gop], unit: float, threshold: float) -> None:
        """`unit` is the time base in seconds, `threshold` the minimum probability of a cut.

        Raises MediaError if too much of the video would have to be decoded.
        """
        self.threshold = threshold
        self.judge = Judge("cuts")
        self.groups: list[Gop] = []
        self.looks: list[Thumbnail | None] = []  # thumbnails of keyframes
        self.apart: list[float] = []  # how different each keyframe is from the previous one
        self.doubted: set[int] = set()  # GOPs that begin with a flash, or with a similar slide
        self.cuts: dict[int, Boundary] = {}  # cuts at keyframes, by pts
        heads: deque[list[TimedThumbnail]] = deque(maxlen=2)
        for group in groups:
            heads.append(group.head[: WINDOW + 1])
            group.head = []
            look = next((s.picture for s in heads[-1] if s.pts == group.first), None)
            self.apart.append(_apart(self.looks[-1], look) if self.looks else 0.0)
            cuts = {cut.pts: cut for cut in self._joined(*heads)} if self.groups else {}
            if _restless(heads[-1]) or (cuts and not self.apart[-1]):
                self.doubted.add(len(self.groups))
            elif self.apart[-1] >= THRESHOLDS.apart:
                self.cuts |= cuts
            self.groups.append(group)
            self.looks.append(look)
        self.rule = self._rule()
        self.take: list[int] = []
        self.settled: dict[int, int] = {}  # pts where an uneven GOP may be calm -> its number
        self.calm: dict[int, Thumbnail] = {}  # GOP number -> thumbnail at that pts
        self.followed: set[int] = set()  # pts of keyframes whose preceding frames are decoded
        for number, group in enumerate(self.groups):
            self.take.append(self._needed(number, _uneven(group, unit)))
        if sum(self.take) > THRESHOLDS.most * sum(len(group.pts) for group in self.groups):
            raise MediaError("packets and keyframes leave most of it undecided")

    def _needed(self, number: int, uneven: int) -> int:
        """Return how many packets of a GOP to decode; its first `uneven` frames may show events."""
        group, last = self.groups[number], number + 1 == len(self.groups)
        after = 0
        if group.first in self.followed:  # decode beyond the end of the previous GOP
            whole = self.take[-1] == len(self.groups[number - 1].pts)
            after = group.packets_for(THRESHOLDS.beyond if whole else WINDOW + 1)
        if uneven:
            taken = group.packets_for(uneven + THRESHOLDS.beyond)
            shown = np.sort(group.pts[group.pts >= group.first])
            self.settled[int(shown[min(uneven + THRESHOLDS.beyond // 2, len(shown) - 1)])] = number
        else:
            taken = 0 if last or not self._open(number, self.apart[number + 1]) else len(group.pts)
        if taken and not last:
            self.followed.add(self.groups[number + 1].first)
            self.cuts.pop(self.groups[number + 1].first, None)
        return max(taken, after)

    def _rule(self) -> float:
        """Return the number of packets after which the encoder inserts a keyframe in any case.

        This is about the length of the longest GOP; infinite (no such rule) if the scene always
        changes, and mostly strongly, after several GOPs of about that length.
        """
        t = THRESHOLDS
        least = t.nearly_longest * max((len(group.pts) for group in self.groups), default=0)
        pairs = zip(self.groups, self.apart[1:], strict=False)
        after = [apart for group, apart in pairs if len(group.pts) >= least]
        chance = len(after) > 1 and min(after) > 0 and np.mean(np.array(after) >= t.apart) > 0.75
        return math.inf if chance else least

    def _open(self, number: int, apart: float) -> bool:
        """Return whether more than a cut may lie between a GOP's calm part and the next keyframe.

        `apart` is how different the next keyframe is.
        """
        if len(self.groups[number].pts) >= self.rule:
            return apart > 0
        return number + 1 in self.doubted or 0 < apart < THRESHOLDS.apart

    def needs_rest(self, number: int) -> bool:
        """Return whether to decode the rest of a GOP, decoded so far up to where it seemed calm."""
        if number not in self.settled.values() or number + 1 == len(self.groups):
            return False
        return self._open(number, _apart(self.calm.get(number), self.looks[number + 1]))

    def boundaries(self, parts: Iterator[TimedThumbnail | None]) -> Iterator[Boundary]:
        """Yield the boundaries in order, from the planned thumbnails, with None after each run."""
        before: deque[TimedThumbnail] = deque(maxlen=WINDOW)
        cuts = deque(sorted(self.cuts.values(), key=lambda cut: cut.pts))
        seen = self._watched(parts)
        while True:
            run = iter(partial(next, seen, None), None)
            head = list(islice(run, WINDOW + 1))
            if not head:
                break
            while cuts and cuts[0].pts <= head[0].pts:
                yield cuts.popleft()
            if head[0].pts in self.followed and before:
                yield from self._joined(list(before), head)
            before.clear()
            yield from boundaries(_kept(chain(head, run), before), self.threshold)
        yield from cuts

    def _joined(
        self, before: list[TimedThumbnail], after: list[TimedThumbnail]
    ) -> Iterator[Boundary]:
        """Yield the cut, if any, between thumbnails before and after, as if they were adjacent."""
        smalls = [*before[-WINDOW:], *after]
        frames = list(with_features((small.pts, small.time, small.picture) for small in smalls))
        here = len(smalls) - len(after)
        if not after or not here:
            return
        shape = smalls[0].picture.luma.shape
        ratios = candidate(frames, here, shape)
        score = self.judge.probability(evidence(frames, here, shape, ratios)) if ratios else 0.0
        if score >= self.threshold:
            yield Boundary(frames[here].pts, frames[here].time, score, why=ratios)

    def _watched(self, parts: Iterator[TimedThumbnail | None]) -> Iterator[TimedThumbnail | None]:
        for small in parts:
            if small and small.pts in self.settled:
                self.calm = {self.settled[small.pts]: small.picture}
            yield small


def _kept(run: Iterable[TimedThumbnail], latest: deque[TimedThumbnail]) -> Iterator[TimedThumbnail]:
    for small in run:
        latest.append(small)
        yield small


def _apart(one: Thumbnail | None, two: Thumbnail | None) -> float:
    """Return how different two pictures are: 0 if alike, else >= 1; from `apart` on a new scene."""
    if one is None or two is None:
        return 1.0
    t, alike = THRESHOLDS, luma_correlation(one.luma.ravel(), two.luma.ravel())
    difference = _difference(one, two)
    return 0.0 if alike > t.alike and difference < t.small else max(1.0, difference)


def _restless(head: list[TimedThumbnail]) -> bool:
    """Return whether a GOP begins with a flash or the like, after which the picture may return."""
    pairs = pairwise(small.picture for small in head)
    return any(_difference(one, two) >= THRESHOLDS.apart for one, two in pairs)


def _difference(one: Thumbnail, two: Thumbnail) -> float:
    return float(np.mean([np.abs(a - b).mean() for a, b in zip(one, two, strict=True)]))


def _uneven(group: Gop, unit: float) -> int:
    """Return how many frames of a GOP, from its keyframe on, contain all uneven packet sizes.

    0 if the sizes are even; all frames for a GOP that is very short or long.
    """
    t = THRESHOLDS
    own = group.pts >= group.first  # exclude frames shown before the keyframe
    pts, sizes = group.pts[own], group.sizes[own]
    order = np.argsort(pts)
    anchor = np.flatnonzero(pts == np.maximum.accumulate(pts))[1:]  # exclude the smaller B-frames
    if len(anchor) < AROUND or len(pts) < 2 * STRETCH or (pts.max() - pts[0]) * unit > t.longest:
        return len(pts)
    steps = sizes[anchor]
    near = sliding_window_view(np.pad(steps, AROUND, "symmetric"), 2 * AROUND + 1)
    spikes = steps / np.maximum(np.median(near, 1), 1) * np.sqrt(steps / sizes[0])
    means = np.convolve(sizes[order][1:], np.full(STRETCH, 1 / STRETCH), "valid")
    calm = np.minimum.accumulate(means)  # running minimum: sizes may shrink before a cut
    paid = (means - calm) * STRETCH > t.paid * sizes[0]
    raised = np.flatnonzero((means > t.raised * calm) & paid)
    places = [*np.argsort(order)[anchor[spikes > t.spike]], *(raised[-1:] + STRETCH)]
    return int(max(places)) + 1 if places else 0


METHOD = SplitMethod(shots, decodes_all=False)
