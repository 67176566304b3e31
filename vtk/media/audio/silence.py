"""Silence: the sound stays under a level, or the track holds nothing."""

from dataclasses import dataclass

import numpy as np

from vtk.media.audio.power import Power

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


class SilenceDetector:
    """Finds silence in the powers of sound, which come one after the other from `start` seconds."""

    def __init__(self, start: float) -> None:
        self.open: Silence | None = Silence(start, start)  # that goes on
        self.reached = start

    def __call__(self, power: Power) -> list[Silence]:
        """The silences that are over."""
        most, found = 10 ** (LEVEL / 10), list[Silence]()
        if power.start > self.reached + GAP and self.open is None:
            self.open = Silence(self.reached, self.reached)  # the track holds nothing for a while
        self.reached = power.start
        for value in power.values.tolist():
            if value <= most:
                self.open = self.open or Silence(self.reached, self.reached)
                self.open.power += value * power.piece
            elif self.open is not None:
                found += self._over()
            self.reached += power.piece
        return found

    def finish(self, end: float) -> list[Silence]:
        """The silence to `end` seconds, where what is listened to ends later than its sound."""
        if end > self.reached:
            self.open = self.open or Silence(self.reached, self.reached)
            self.reached = end
        return self._over()

    def _over(self) -> list[Silence]:
        silence, self.open = self.open, None
        if silence is None:
            return []
        silence.end = self.reached
        return [silence] if silence.end - silence.start >= LEAST - 1e-6 else []
