"""Detect silence: the audio stays below a level, or the track has a gap where there is video."""

from collections.abc import Callable, Iterator

import numpy as np

from vtk.media.audio.power import PowerReader
from vtk.media.audio.silence import Silence, SilenceDetector


def silences(
    meter: PowerReader, start: float, end: float, shown: Callable[[], float]
) -> Iterator[tuple[float, Silence | None, Silence | None]]:
    """Yield (seconds reached, ongoing silence, ended silence) while reading [start, end) seconds.

    At the end of the track, yields infinity as the time reached. If the video lasts longer, up to
    the end that `shown` then returns, the remainder is silent.
    """
    state = SilenceDetector(start)
    for power in meter.powers(start, end):
        for found in state(power):
            yield found.end, None, found
        yield state.reached, state.open, None
    yield np.inf, state.open or Silence(state.reached, state.reached), None
    for found in state.finish(shown()):
        yield state.reached, None, found
