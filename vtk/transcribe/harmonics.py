"""Partial tracking: the pitches that last in a sound, followed from spectrum to spectrum.

Spectral peaks stand out of the mean level around them, as in Seyerlehner, Pohle, Schedl and Widmer
2007, "Automatic music detection in television productions" (DAFx-07, Continuous Frequency
Activation). Each is joined to the nearest peak of the previous spectrum, as in McAulay and Quatieri
1986, "Speech analysis/synthesis based on a sinusoidal representation" (IEEE Transactions on
Acoustics, Speech, and Signal Processing 34). Speech glides, and noise has no peaks that last.
"""

from bisect import bisect_left
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vtk.media.audio.speech_audio import RATE

SIZE, HOP = 2048, 1024  # samples of a spectrum (128 ms), and from one spectrum to the next
STEP = HOP / RATE  # seconds from one spectrum to the next
LOW, HIGH = 100.0, 5000.0  # frequency range of partials in hertz
LATE = 40  # least delay of results in frames (2.6 s), so that speech and silence are known by then
_WINDOW = (np.hanning(SIZE + 1)[:-1] * 4 / SIZE).astype(np.float32)


@dataclass(frozen=True)
class PartialThresholds:
    """Limits by which peaks of spectra form a partial that lasts.

    Tuned on sound synthesized from a seed: `python tests/benchmarks/transcribe.py`.
    """

    around: int = 7  # bins (55 Hz) on either side of a peak that it is compared with
    out: float = 12.0  # decibels that a peak must be above the mean level of the bins around it
    quiet: float = -75.0  # dBFS, below which peaks are ignored
    # Share of its frequency that a partial may drift: half a semitone, a wide vibrato.
    stray: float = 0.03
    narrow: float = 8.0  # hertz that a partial may drift in any case: the width of a bin
    same: float = 4.0  # hertz within which a partial may resume after a pause
    away: int = 32  # longest pause of a partial in frames (2 s)
    mean: int = 8  # frames over which the frequency of a partial is averaged
    lasting: int = 4  # least frames of a partial (0.26 s)
    # Seconds after which a tone of constant pitch may be of a machine or a test tone:
    standing: float = 10.0
    # Standard deviation in decibels below which the level of a standing tone is constant:
    steady: float = 3.0


THRESHOLDS = PartialThresholds()


class Peak(NamedTuple):
    """A peak of a spectrum: frequency in hertz and level in dBFS."""

    hertz: float
    level: float


class _Track:
    """A track of peaks of about the same frequency."""

    __slots__ = ("count", "hertz", "last", "level", "machine", "seen", "since", "square")

    def __init__(self, peak: Peak, frame: int, machine: bool = False) -> None:
        self.hertz, self.machine = peak.hertz, machine
        self.since, self.last, self.seen = frame, frame, 1  # seen: one bit for each frame
        self.count, self.level, self.square = 1, peak.level, peak.level**2  # sums

    def reach(self, frame: int) -> float:
        """By how many hertz the next peak may differ."""
        t = THRESHOLDS
        return max(t.stray * self.hertz, t.narrow) if frame - self.last <= 2 else t.same

    def add(self, peak: Peak, frame: int) -> None:
        self.count += 1
        self.hertz += (peak.hertz - self.hertz) / min(self.count, THRESHOLDS.mean)
        self.level += peak.level
        self.square += peak.level**2
        self.seen |= 1 << (frame - self.since)
        self.last = frame

    def steady(self) -> bool:
        mean = self.level / self.count
        return self.square / self.count - mean**2 < THRESHOLDS.steady**2


class PartialTracker:
    """Finds the partials that last in sound given in pieces; reports their pitches per frame."""

    def __init__(self) -> None:
        self._sound = np.zeros((SIZE - HOP) // 2, np.float32)
        self._tracks: list[_Track] = []
        self._pitches: deque[int] = deque()  # pitches of the frames not yet reported
        self._told = self._frame = 0

    def __call__(self, samples: NDArray[np.float32]) -> Iterator[int]:
        """Yield the pitches of frames, in order, when known: up to about `standing` seconds later.

        The pitches of a frame are a bit set, with one bit per semitone in which a partial lasts.
        """
        self._sound = np.concatenate([self._sound, samples])
        count = (len(self._sound) - SIZE) // HOP + 1
        if count > 0:
            for peaks in _spectra(self._sound, count):
                self._follow(peaks)
            self._sound = self._sound[count * HOP :]
        going = (track.since for track in self._tracks if not track.machine)
        return self._known(min(going, default=self._frame))

    def finish(self) -> Iterator[int]:
        """Yield the pitches of the remaining frames, at the end of the sound."""
        yield from self(np.zeros((SIZE + HOP) // 2 - 1, np.float32))
        for track in self._tracks:
            self._mark(track)
        self._tracks = []
        yield from self._known(self._frame, 0)

    def _known(self, until: int, late: int = LATE) -> Iterator[int]:
        while self._told < min(until, self._frame - late):
            self._told += 1
            yield self._pitches.popleft()

    def _follow(self, peaks: list[Peak]) -> None:
        """Assign the peaks of the next frame to the tracks."""
        self._pitches.append(0)
        frame, free, going = self._frame, list(peaks), list[_Track]()
        for track in self._tracks:
            if peak := _taken(free, track.hertz, track.reach(frame)):
                track.add(peak, frame)
            elif frame - track.last > THRESHOLDS.away:
                self._mark(track)
                continue
            parted = (frame - track.since) * STEP >= THRESHOLDS.standing
            going.append(self._judged(track) if parted else track)
        going.sort(key=lambda track: -track.last)  # sounding tracks choose peaks before paused ones
        self._tracks = going + [_Track(peak, frame) for peak in free]
        self._frame += 1

    def _judged(self, track: _Track) -> _Track:
        """Continue a track of `standing` seconds as a new one; mark it unless it is a machine's."""
        machine = track.machine or track.steady()
        if not machine:
            self._mark(track)
        return _Track(Peak(track.hertz, track.level / track.count), track.last, machine)

    def _mark(self, track: _Track) -> None:
        """Add the pitch of a track to its frames, unless it is too short or a machine's."""
        if track.count < THRESHOLDS.lasting or track.machine:
            return
        pitch = 1 << max(round(12 * float(np.log2(track.hertz / LOW))), 0)
        for place in range(track.last - track.since + 1):
            if track.seen >> place & 1 and track.since + place >= self._told:
                self._pitches[track.since + place - self._told] |= pitch


def _taken(free: list[Peak], hertz: float, reach: float) -> Peak | None:
    """Remove and return the peak nearest to `hertz`, if within `reach`; `free` is sorted."""
    place = bisect_left(free, Peak(hertz, -np.inf))
    if place and (place == len(free) or hertz - free[place - 1].hertz < free[place].hertz - hertz):
        place -= 1
    if not free or abs(free[place].hertz - hertz) > reach:
        return None
    return free.pop(place)


def _spectra(sound: NDArray[np.float32], count: int) -> Iterator[list[Peak]]:
    """Yield the peaks of `count` spectra, each list ordered by frequency."""
    t = THRESHOLDS
    pieces = np.lib.stride_tricks.sliding_window_view(sound, SIZE)[: count * HOP : HOP]
    levels = 20 * np.log10(np.abs(np.fft.rfft(pieces * _WINDOW)) + 1e-7)
    sums = np.cumsum(np.pad(levels, ((0, 0), (1, 0))), axis=1)
    wide = 2 * t.around + 1
    first, end = round(LOW * SIZE / RATE), round(HIGH * SIZE / RATE)
    mean = (sums[:, wide:] - sums[:, :-wide])[:, first - t.around : end - t.around] / wide
    here, under, above = (levels[:, first + by : end + by] for by in (0, -1, 1))
    peaks = (here > under) & (here >= above) & (here > mean + t.out) & (here > t.quiet)
    rows, places = np.nonzero(peaks)
    low, high, top = under[peaks], above[peaks], here[peaks]
    # Interpolate the frequency by the vertex of the parabola through three bins.
    hertz = (places + first + (low - high) / (low + high - 2 * top) / 2) * RATE / SIZE
    found = [Peak(*pair) for pair in zip(hertz.tolist(), top.tolist(), strict=True)]
    for begin, stop in pairwise(np.searchsorted(rows, np.arange(count + 1)).tolist()):
        yield found[begin:stop]
