"""Silence: the sound stays under a level, or the track holds nothing where there are pictures."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from vtk.media.power import PowerMeter

LEAST = 2.0  # seconds, as FFmpeg's silencedetect
LEVEL = -60.0  # dBFS, root mean square of 10 ms; silencedetect asks it of every single sample
FLOOR = -120.0  # dBFS that stand for less, and for nothing at all
GAP = 0.0005  # seconds by which timestamps may be rounded


@dataclass(slots=True)
class Silence:
    """A stretch of silence in seconds, and its level in dBFS."""

    start: float
    end: float
    power: float = 0.0  # times seconds

    def level(self) -> float:
        """Root mean square in dBFS, where a constant full scale is 0; not under FLOOR."""
        mean = self.power / max(self.end - self.start, 1e-9)
        return round(float(max(10 * np.log10(max(mean, 1e-15)), FLOOR)), 1)


def silences(
    meter: PowerMeter, start: float, end: float, shown: Callable[[], float]
) -> Iterator[tuple[float, Silence | None, Silence | None]]:
    """The silences of [start, end) seconds while they are listened to.

    Yields now and then how far it got, in seconds, the silence that goes on there, and one that
    ended. When the track is over, it waits at infinity: where the pictures last longer, to what
    `shown` then tells, the rest is silent.
    """
    most = 10 ** (LEVEL / 10)
    open_: Silence | None = Silence(start, start)
    reached = start
    for power in meter.powers(start, end):
        if power.start > reached + GAP and open_ is None:
            open_ = Silence(reached, reached)  # the track holds nothing for a while
        reached = power.start
        for value in power.values.tolist():
            loud = not value <= most
            if loud and open_ is not None:
                open_.end = reached
                yield reached, None, _long(open_)
                open_ = None
            elif not loud:
                open_ = open_ or Silence(reached, reached)
                open_.power += value * power.piece
            reached += power.piece
        yield reached, open_, None
    yield np.inf, open_ or Silence(reached, reached), None
    if shown() > reached:
        open_ = open_ or Silence(reached, reached)
        reached = shown()
    if open_ is not None:
        open_.end = reached
        yield reached, None, _long(open_)


def _long(silence: Silence) -> Silence | None:
    return silence if silence.end - silence.start >= LEAST - 1e-6 else None
