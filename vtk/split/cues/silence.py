"""Silence: the sound stays under a level, or the track holds nothing where there are pictures."""

from collections.abc import Callable, Iterator

import numpy as np

from vtk.media.audio.power import PowerReader
from vtk.media.audio.silence import Silence, SilenceDetector


def silences(
    meter: PowerReader, start: float, end: float, shown: Callable[[], float]
) -> Iterator[tuple[float, Silence | None, Silence | None]]:
    """The silences of [start, end) seconds while they are listened to.

    Yields now and then how far it got, in seconds, the silence that goes on there, and one that
    ended. When the track is over, it waits at infinity: where the pictures last longer, to what
    `shown` then tells, the rest is silent.
    """
    state = SilenceDetector(start)
    for power in meter.powers(start, end):
        for found in state(power):
            yield found.end, None, found
        yield state.reached, state.open, None
    yield np.inf, state.open or Silence(state.reached, state.reached), None
    for found in state.finish(shown()):
        yield state.reached, None, found
