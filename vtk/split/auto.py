"""Shot boundaries by content, with a network for what is in doubt: method `auto`.

What `vtk.split.content` finds stays. Where a step stands out from those around it, but not enough
for content, TransNetV2 looks at the two seconds around it and decides; so it sees a few percent of
a video instead of all of it twice. Slides and small changes, to which the network is blind, are
content's; gradual transitions and cuts in the midst of motion may be the network's.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice

import numpy as np

from vtk.media.planes import Thumbnail
from vtk.split import content
from vtk.split.content import FAINT, NOISE, OTHER, RETURN, SHORTEST, UNCHANGED, Boundary, Sampled
from vtk.split.learned import Judged, empty, found
from vtk.split.likeness import likeness
from vtk.split.network import needed, opened, picture

STANDOUT = 1.5  # times the steps around it, from which a step is in doubt
BESIDE = 25  # frames on either side of a doubt that the network sees: a quarter of its own window
JUDGED = 10  # of these, the frames whose scores count
TOGETHER = 16  # frames from the first to the last doubt that are judged together
SURE = 0.6  # score of `vtk.split.learned` from which a boundary is added
APART = 0.2  # seconds by which it must be off those of content


def boundaries(frames: Iterable[tuple[int, float, Thumbnail]]) -> Iterator[Boundary]:
    """Finds the shot boundaries in `frames`, (pts, seconds, thumbnail) in display order.

    Yields them in order, what the network adds no later than the next that content finds. Keeps
    some eighty frames beside those that content keeps. Raises MissingError.
    """
    needed()
    doubts = _Doubts()
    last = None
    for sure in content.found(doubts.watch(content.sampled(frames))):
        yield from doubts.settled(last, sure)
        yield sure
        last = sure
    yield from doubts.settled(last, None)


class _Doubts:
    """Watches the frames on their way to content and has the network judge what stands out."""

    def __init__(self) -> None:
        self.recent: deque[Sampled] = deque(maxlen=TOGETHER + 2 * (BESIDE + content.WINDOW))
        self.count = 0  # frames seen; the last of `recent` has the number before it
        self.open: list[int] = []  # numbers of the frames that may be the first of a shot
        self.added: list[Boundary] = []

    def watch(self, frames: Iterable[Sampled]) -> Iterator[Sampled]:
        """Passes the frames on."""
        for frame in frames:
            self.recent.append(frame)
            self.count += 1
            if self._stands_out(len(self.recent) - 1 - content.WINDOW):
                self.open.append(self.count - 1 - content.WINDOW)
            if self.open and self.count > self.open[0] + TOGETHER + BESIDE:
                self._judge()
            yield frame

    def settled(self, before: Boundary | None, after: Boundary | None) -> Iterator[Boundary]:
        """What the network adds between two boundaries of content, or the ends of the video."""
        if after:
            low, high = _extent(after)
            near = [n for n in self.open if low <= self._frame(n).time <= high]
            self.open = [number for number in self.open if number not in near]
        while self.open and (after is None or self._frame(self.open[0]).pts < after.pts):
            self._judge()
        while self.added and (after is None or self.added[0].pts < after.pts):
            new = self.added.pop(0)
            if not any(side and _touch(new, side) for side in (before, after)):
                yield new
                before = new

    def _frame(self, number: int) -> Sampled:
        return self.recent[number - self.count]

    def _stands_out(self, place: int) -> bool:
        """Whether the step to the frame at `place` of `recent` is in doubt.

        It is not if another near it is larger, or if it is but a flash or a keyframe's.
        """
        recent = self.recent
        if place < 1 or recent[place].step < NOISE:
            return False
        step = recent[place].step
        low = max(1, place - content.WINDOW)
        steps = [recent[i].step for i in range(low, place + content.WINDOW + 1)]
        here = place - low
        if max(steps[max(0, here - SHORTEST + 1) : here + SHORTEST]) > step:
            return False
        usual = [other for i, other in enumerate(steps) if i != here and other < OTHER * step]
        if step < STANDOUT * (NOISE + sum(usual) / max(1, len(usual))):
            return False
        old, new = recent[place - 1], recent[place]
        if np.var(new.picture - old.picture) < FAINT**2:
            return False
        if likeness(old.thumbnail.luma, new.thumbnail.luma) > UNCHANGED:
            return False
        before = [frame.picture for frame in islice(recent, low - 1, place)]
        after = np.stack([recent[i].picture for i in range(place, place + content.WINDOW + 1)])
        came_back = min(float(np.abs(after - one).mean(1).min()) for one in before)
        return came_back >= RETURN * step

    def _judge(self) -> None:
        """Puts the oldest doubt, and those near it, to the network."""
        group = [number for number in self.open if number <= self.open[0] + TOGETHER]
        del self.open[: len(group)]
        middle = (group[0] + group[-1]) // 2
        oldest, newest = self.count - len(self.recent), self.count - 1
        numbers = np.clip(np.arange(middle - BESIDE, middle + BESIDE), oldest, newest)
        seen = np.stack([picture(self._frame(number).thumbnail) for number in numbers])
        judged: dict[int, Judged] = {}
        for number, (single, many) in zip(numbers, opened().scores(seen[None])[0], strict=True):
            if group[0] - JUDGED <= number <= group[-1] + JUDGED:
                pts, time, thumbnail = self._frame(number)[:3]
                judged[number] = Judged(pts, time, empty(thumbnail), float(single), float(many))
        newer = self.added[-1].pts if self.added else None
        for boundary in found(judged.values()):
            if boundary.score >= SURE and (newer is None or boundary.pts > newer):
                self.added.append(boundary)


def _touch(one: Boundary, two: Boundary) -> bool:
    """Whether two boundaries, with their intervals, are one."""
    (a, b), (c, d) = _extent(one), _extent(two)
    return a + APART <= d and c + APART <= b


def _extent(boundary: Boundary) -> tuple[float, float]:
    """The seconds that a boundary takes up, with APART on either side."""
    start, end = boundary.start, boundary.end
    low, high = (start[1], end[1]) if start and end else (boundary.time, boundary.time)
    return low - APART, high + APART
