"""Partials: the pitches that last in a sound, followed from spectrum to spectrum.

Peaks of the spectrum are what stands out of the mean around it, as in Seyerlehner, Pohle, Schedl
and Widmer 2007, "Automatic music detection in television productions" (DAFx-07, Continuous
Frequency Activation), and are joined to the nearest of the spectrum before, as in McAulay and
Quatieri 1986, "Speech analysis/synthesis based on a sinusoidal representation" (IEEE Transactions
on Acoustics, Speech, and Signal Processing 34). Speech glides and noise has no peaks that stay.
"""

from bisect import bisect_left
from collections import deque
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vtk.media.audio.speech_audio import RATE

SIZE, HOP = 2048, 1024  # samples of a spectrum (128 ms), and from one to the next
STEP = HOP / RATE
LOW, HIGH = 100.0, 5000.0  # hertz in which partials are looked for
AROUND = 7  # bins (55 Hz) to either side that a peak is compared with
OUT = 12.0  # decibels by which it stands out of their mean level
QUIET = -75.0  # dBFS, below which nothing counts
STRAY = 0.03  # of its frequency by which a partial may wander: half a semitone, a wide vibrato …
NARROW = 8.0  # … or as many hertz: a bin
SAME = 4.0  # hertz within which a partial that was away comes again …
AWAY = 32  # … for as many frames (2 s)
MEAN = 8  # frames that its frequency is the mean of
LASTING = 4  # frames (0.26 s) that make a partial
STANDING = 10.0  # seconds of a tone that keeps its pitch and …
STEADY = 3.0  # … its level, decibels of standard deviation: that is a machine's, or for tests
LATE = 40  # frames (2.6 s) told later at least, by when it is known what else they are
_WINDOW = (np.hanning(SIZE + 1)[:-1] * 4 / SIZE).astype(np.float32)


class Peak(NamedTuple):
    """A peak of a spectrum, in hertz and dBFS."""

    hertz: float
    level: float


class _Track:
    """Peaks of about one frequency."""

    __slots__ = ("count", "hertz", "last", "level", "machine", "seen", "since", "square")

    def __init__(self, peak: Peak, frame: int, machine: bool = False) -> None:
        self.hertz, self.machine = peak.hertz, machine
        self.since, self.last, self.seen = frame, frame, 1  # seen: a bit for each frame
        self.count, self.level, self.square = 1, peak.level, peak.level**2  # sums

    def reach(self, frame: int) -> float:
        """Within how many hertz it may go on."""
        return max(STRAY * self.hertz, NARROW) if frame - self.last <= 2 else SAME

    def add(self, peak: Peak, frame: int) -> None:
        self.count += 1
        self.hertz += (peak.hertz - self.hertz) / min(self.count, MEAN)
        self.level += peak.level
        self.square += peak.level**2
        self.seen |= 1 << (frame - self.since)
        self.last = frame

    def steady(self) -> bool:
        mean = self.level / self.count
        return self.square / self.count - mean**2 < STEADY**2


class PartialTracker:
    """Tells of sound that comes piece by piece which partials last in it, frame by frame."""

    def __init__(self) -> None:
        self._sound = np.zeros((SIZE - HOP) // 2, np.float32)
        self._tracks: list[_Track] = []
        self._pitches: deque[int] = deque()  # of the frames that are not yet told
        self._told = self._frame = 0

    def __call__(self, samples: NDArray[np.float32]) -> Iterator[int]:
        """The pitches of frames, in order, as soon as they are known: about STANDING later.

        Each as a set of bits, one for a semitone in which a partial lasts.
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
        """The rest, where the sound ends."""
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
        """Join the peaks of the next frame to the tracks."""
        self._pitches.append(0)
        frame, free, going = self._frame, list(peaks), list[_Track]()
        for track in self._tracks:
            if peak := _taken(free, track.hertz, track.reach(frame)):
                track.add(peak, frame)
            elif frame - track.last > AWAY:
                self._mark(track)
                continue
            parted = (frame - track.since) * STEP >= STANDING
            going.append(self._judged(track) if parted else track)
        going.sort(key=lambda track: -track.last)  # what sounds goes on before what was away
        self._tracks = going + [_Track(peak, frame) for peak in free]
        self._frame += 1

    def _judged(self, track: _Track) -> _Track:
        """What goes on of a track that is as long as a machine's."""
        machine = track.machine or track.steady()
        if not machine:
            self._mark(track)
        return _Track(Peak(track.hertz, track.level / track.count), track.last, machine)

    def _mark(self, track: _Track) -> None:
        """Tell the frames of a partial its pitch."""
        if track.count < LASTING or track.machine:
            return
        pitch = 1 << max(round(12 * float(np.log2(track.hertz / LOW))), 0)
        for place in range(track.last - track.since + 1):
            if track.seen >> place & 1 and track.since + place >= self._told:
                self._pitches[track.since + place - self._told] |= pitch


def _taken(free: list[Peak], hertz: float, reach: float) -> Peak | None:
    """The nearest of the peaks, in order of frequency, that is near enough; it is taken out."""
    place = bisect_left(free, Peak(hertz, -np.inf))
    if place and (place == len(free) or hertz - free[place - 1].hertz < free[place].hertz - hertz):
        place -= 1
    if not free or abs(free[place].hertz - hertz) > reach:
        return None
    return free.pop(place)


def _spectra(sound: NDArray[np.float32], count: int) -> Iterator[list[Peak]]:
    """The peaks of `count` spectra, in order of frequency."""
    pieces = np.lib.stride_tricks.sliding_window_view(sound, SIZE)[: count * HOP : HOP]
    levels = 20 * np.log10(np.abs(np.fft.rfft(pieces * _WINDOW)) + 1e-7)
    sums = np.cumsum(np.pad(levels, ((0, 0), (1, 0))), axis=1)
    wide = 2 * AROUND + 1
    first, end = round(LOW * SIZE / RATE), round(HIGH * SIZE / RATE)
    mean = (sums[:, wide:] - sums[:, :-wide])[:, first - AROUND : end - AROUND] / wide
    here, under, above = (levels[:, first + by : end + by] for by in (0, -1, 1))
    peaks = (here > under) & (here >= above) & (here > mean + OUT) & (here > QUIET)
    rows, places = np.nonzero(peaks)
    low, high, top = under[peaks], above[peaks], here[peaks]
    # The top of the parabola through three bins.
    hertz = (places + first + (low - high) / (low + high - 2 * top) / 2) * RATE / SIZE
    found = [Peak(*pair) for pair in zip(hertz.tolist(), top.tolist(), strict=True)]
    for begin, stop in pairwise(np.searchsorted(rows, np.arange(count + 1)).tolist()):
        yield found[begin:stop]
