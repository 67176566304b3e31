"""Detect silence: the audio stays below a level, or the track has a gap."""

from dataclasses import dataclass

import numpy as np

from vtk.media.audio.power import Power

LEAST = 2.0  # minimum seconds of silence, as in FFmpeg's silencedetect
LEVEL = -60.0  # dBFS, RMS over 10 ms; silencedetect applies it to every single sample
FLOOR = -120.0  # dBFS reported for anything quieter, including digital silence
GAP = 0.0005  # seconds by which timestamps may be off through rounding


@dataclass(slots=True)
class Silence:
    """An interval of silence in seconds, with its level in dBFS."""

    start: float
    end: float
    power: float = 0.0  # power integrated over time, in seconds

    def level(self) -> float:
        """Return the RMS level in dBFS, where an RMS of full scale is 0; at least FLOOR."""
        mean = self.power / max(self.end - self.start, 1e-9)
        return round(float(max(10 * np.log10(max(mean, 1e-15)), FLOOR)), 1)


class SilenceDetector:
    """Finds silence in consecutive measurements of audio power from `start` seconds on."""

    def __init__(self, start: float) -> None:
        self.open: Silence | None = Silence(start, start)  # the ongoing silence
        self.reached = start

    def __call__(self, power: Power) -> list[Silence]:
        """Return the silences that ended within `power`."""
        most, found = 10 ** (LEVEL / 10), list[Silence]()
        if power.start > self.reached + GAP and self.open is None:
            self.open = Silence(self.reached, self.reached)  # a gap in the track
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
        """Return the final silence, extended to `end` seconds if the audio ends before that."""
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
