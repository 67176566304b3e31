"""Films whose shots are plain functions of time, with held pictures and things laid over all."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np

from tests.world import truth
from tests.world.looks import Camera, Painter, Size
from tests.world.paint import Picture
from tests.world.timeline import Take, Timeline, exact

Held = Callable[[Sequence[Fraction]], list[Fraction]]
Over = Callable[[Picture, float], Picture]


@dataclass(frozen=True)
class Shot:
    """A look given by its painter; `jumps` are the seconds at which something in it changes."""

    paint: Painter = field(repr=False)
    jumps: tuple[float, ...] = ()
    colour: str = ""
    light: str = ""
    text: str = ""

    @property
    def builds(self) -> tuple[tuple[float, str], ...]:
        return tuple((at, "") for at in self.jumps)

    def open(
        self, size: Size, camera: Camera, span: tuple[float, float], rng: np.random.Generator
    ) -> Painter:
        return self.paint


class Film(Timeline):
    """A timeline that may show a picture for longer than a frame.

    `held` says of the frames' times which moment each shows; its answer must not fall. `over` gets
    each picture with its moment and returns what is shown, perhaps of another size; `jumps` are the
    seconds at which what it adds changes.
    """

    def __init__(
        self,
        takes: Sequence[Take],
        size: Size,
        step: Fraction,
        seed: int,
        held: Held = list,
        over: Over = lambda picture, _: picture,
        jumps: Sequence[float] = (),
    ) -> None:
        super().__init__(takes, size, step, seed)
        self.held, self.over, self.jumps = held, over, jumps
        self._last: tuple[Fraction, Picture] | None = None

    def pictures(self, times: Sequence[Fraction]) -> Iterator[Picture]:
        return super().pictures(self.held(times))

    def _picture(self, painters: dict[int, Painter], at: int, time: Fraction) -> Picture:
        if self._last is None or self._last[0] != time:
            picture = super()._picture(painters, at, time)
            self._last = time, self.over(picture, float(time))
        return self._last[1]

    def describe(
        self, base: truth.Truth, times: Sequence[Fraction], pts: Sequence[int]
    ) -> truth.Truth:
        shown = self.held(times)
        found = super().describe(base, shown, pts)
        assert base.time_base is not None
        frames = (bisect_left(shown, exact(at)) for at in self.jumps)
        over = tuple(
            truth.SlideChange(float(pts[frame] * base.time_base), pts[frame], "")
            for frame in frames
            if frame < len(pts)
        )
        return replace(found, slide_changes=(*found.slide_changes, *over))


def at_rate(rate: Fraction) -> Held:
    """A film of `rate` pictures a second, each shown until the next is due."""

    def held(times: Sequence[Fraction]) -> list[Fraction]:
        return [Fraction(int(time * rate)) / rate for time in times]

    return held
