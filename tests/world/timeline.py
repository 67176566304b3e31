"""Takes joined by transitions, laid out in time, painted frame by frame, with their truth.

A take's `seconds` are its clear part. A gradual transition lies between two takes and adds its own
length; both takes go on moving while it runs.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from zlib import crc32

import numpy as np

from tests.world import truth
from tests.world.looks import STILL, Camera, Look, Painter, Size, Slide
from tests.world.paint import Picture, mix


@dataclass(frozen=True)
class Transition:
    """How a take gives way to the next: "cut", "dissolve", "fade" (through black) or "wipe"."""

    kind: str = "cut"
    seconds: float = 0.0

    def picture(self, outgoing: Picture, incoming: Picture, amount: float) -> Picture:
        """What is shown `amount` (0 to 1) of the way along."""
        return join(self.kind, outgoing, incoming, amount)


CUT = Transition()


@dataclass(frozen=True)
class Flash:
    """White frames inside a take, from `at` seconds within it."""

    at: float
    frames: int = 1


@dataclass(frozen=True)
class Take:
    """One continuous recording."""

    seconds: float
    look: Look
    camera: Camera = STILL
    flashes: tuple[Flash, ...] = ()
    then: Transition = CUT


class Timeline:
    """Takes in order. `size` is (width, height); `step` the nominal seconds between frames."""

    def __init__(self, takes: Sequence[Take], size: Size, step: Fraction, seed: int) -> None:
        self.takes, self.size, self.step, self.seed = tuple(takes), size, step, seed
        self.starts: list[Fraction] = []  # of the clear parts
        self.ends: list[Fraction] = []
        clock = Fraction(0)
        for take in self.takes:
            self.starts.append(clock)
            self.ends.append(clock + exact(take.seconds))
            clock = self.ends[-1] + exact(take.then.seconds)
        self.seconds = self.ends[-1]

    def frame_times(self) -> list[Fraction]:
        """The times of the frames at a constant rate, in seconds from 0."""
        count = int(self.seconds / self.step)
        return [index * self.step for index in range(count)]

    def pictures(self, times: Sequence[Fraction]) -> Iterator[Picture]:
        """One picture of shape (height, width, 3) per time; the times must not fall."""
        white = np.full((self.size[1], self.size[0], 3), 255, dtype=np.uint8)
        flashed = {i for span in self._flashes(times) for i in range(*span)}
        painters: dict[int, Painter] = {}
        for index, time in enumerate(times):
            at = self._take_at(time)
            for old in [key for key in painters if key < at]:
                del painters[old]
            picture = self._picture(painters, at, time)
            yield mix(picture, white, 0.9) if index in flashed else picture

    def _take_at(self, time: Fraction) -> int:
        return bisect_right(self.starts, time) - 1

    def _picture(self, painters: dict[int, Painter], at: int, time: Fraction) -> Picture:
        outgoing = self._painter(painters, at)(float(time - self.starts[at]))
        if time < self.ends[at] or at + 1 == len(self.takes):
            return outgoing
        incoming = self._painter(painters, at + 1)(float(time - self.starts[at + 1]))
        transition = self.takes[at].then
        # The first frame is already mixed and the last not yet clear: n frames give 1/(n+1), ...
        length = exact(transition.seconds)
        amount = float((time - self.ends[at] + self.step) / (length + self.step))
        return transition.picture(outgoing, incoming, amount)

    def _painter(self, painters: dict[int, Painter], at: int) -> Painter:
        if at not in painters:
            take = self.takes[at]
            before = self.takes[at - 1].then.seconds if at else 0.0
            span = (-before, take.seconds + take.then.seconds)
            # With the take's description in it, equal places of different clips look different.
            rng = np.random.default_rng([self.seed, at, crc32(repr(take).encode())])
            painters[at] = take.look.open(self.size, take.camera, span, rng)
        return painters[at]

    def _flashes(self, times: Sequence[Fraction]) -> list[tuple[int, int]]:
        spans = []
        for take, start in zip(self.takes, self.starts, strict=True):
            for flash in take.flashes:
                first = bisect_left(times, start + exact(flash.at))
                spans.append((first, first + flash.frames))
        return spans

    def describe(
        self, base: truth.Truth, times: Sequence[Fraction], pts: Sequence[int]
    ) -> truth.Truth:
        """`base` with the shots and what joins them; frame i, at times[i], is shown at pts[i]."""
        assert base.time_base is not None
        mark = _Marks(times, [*pts, base.end_pts], base.time_base)
        joins = list(zip(self.takes, self.takes[1:], self.ends, self.starts[1:], strict=False))
        return replace(
            base,
            shots=tuple(self._shot(mark, index) for index in range(len(self.takes))),
            cuts=tuple(
                truth.Cut(mark.seconds(new), mark.pts_at(new), mark.frame(new), _kind_of_cut(a, b))
                for a, b, _, new in joins
                if a.then.kind == "cut"
            ),
            transitions=tuple(
                truth.Transition(a.then.kind, *mark.span(old, new))
                for a, _, old, new in joins
                if a.then.kind != "cut"
            ),
            flashes=tuple(
                truth.Flash(*mark.frames(first, end), end - first)
                for first, end in self._flashes(times)
            ),
            slide_changes=tuple(
                truth.SlideChange(
                    mark.seconds(start + exact(at)), mark.pts_at(start + exact(at)), text
                )
                for take, start in zip(self.takes, self.starts, strict=True)
                for at, text in take.look.builds
            ),
        )

    def _shot(self, mark: "_Marks", index: int) -> truth.Shot:
        take = self.takes[index]
        return truth.Shot(
            index,
            *mark.span(self.starts[index], self.ends[index]),
            colour=take.look.colour,
            light=take.look.light,
            camera=take.camera.move,
            camera_rate=take.camera.rate,
            text=take.look.text,
        )


class _Marks:
    """From planned times to the pts of the first frame at or after them."""

    def __init__(self, times: Sequence[Fraction], pts: Sequence[int], base: Fraction) -> None:
        self.times, self.pts, self.base = times, pts, base

    def frame(self, time: Fraction) -> int:
        return bisect_left(self.times, time)

    def pts_at(self, time: Fraction) -> int:
        return self.pts[self.frame(time)]

    def seconds(self, time: Fraction) -> float:
        return float(self.pts_at(time) * self.base)

    def frames(self, first: int, end: int) -> tuple[float, float, int, int]:
        start_pts, end_pts = self.pts[first], self.pts[end]
        return float(start_pts * self.base), float(end_pts * self.base), start_pts, end_pts

    def span(self, start: Fraction, end: Fraction) -> tuple[float, float, int, int]:
        return self.frames(self.frame(start), self.frame(end))


def _kind_of_cut(old: Take, new: Take) -> str:
    return "slide" if isinstance(old.look, Slide) and isinstance(new.look, Slide) else "cut"


def exact(seconds: float | Fraction) -> Fraction:
    """Seconds as an exact fraction of a millisecond grid: 0.1 becomes 1/10."""
    return Fraction(seconds).limit_denominator(1000)


def join(kind: str, outgoing: Picture, incoming: Picture, amount: float) -> Picture:
    """The picture a gradual transition shows, `amount` (0 to 1) of its way along."""
    if kind == "dissolve":
        return mix(outgoing, incoming, amount)
    if kind == "fade":
        black = np.zeros_like(outgoing)
        if amount < 0.5:
            return mix(outgoing, black, 2 * amount)
        return mix(black, incoming, 2 * amount - 1)
    if kind == "wipe":
        picture = outgoing.copy()
        edge = round(amount * picture.shape[1])
        picture[:, :edge] = incoming[:, :edge]
        return picture
    raise ValueError(f"unknown transition: {kind!r}")
