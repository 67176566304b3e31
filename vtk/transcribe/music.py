"""Music detection: partials last, in sequence or at the same time."""

from collections import deque

from vtk.transcribe.activity import Stretch
from vtk.transcribe.harmonics import STEP

WINDOW = 31  # frames that are judged together (2 s), the shortest music
SHARE = 0.8  # least share of the frames of a window in which a partial lasts
PITCHES = 3  # least number of pitches in a window, as a single tone is not music


class MusicDetector:
    """Turns the pitches of consecutive frames into segments of music.

    A window of WINDOW frames with partials nearly all the time, of several pitches, is music from
    its first partial to its last. The score is the share of the time in which partials last.
    """

    def __init__(self) -> None:
        self._window: deque[tuple[float, int]] = deque(maxlen=WINDOW)
        self._open: Stretch | None = None
        self._windows = 0

    @property
    def pending_since(self) -> float | None:
        """Start of open music, or earliest time at which music may still begin; None if unknown."""
        if self._open:
            return self._open.start
        return self._window[0][0] if self._window else None

    def __call__(self, time: float, pitches: int | None) -> Stretch | None:
        """Process the frame at `time` seconds; return the music that has ended, if any.

        `pitches` is a bit set; None if the frame is speech or silence.
        """
        if pitches is None:
            return self.finish()
        self._window.append((time, pitches))
        if len(self._window) < WINDOW:
            return None
        sounding = [at for at, pitch in self._window if pitch]
        heard = 0
        for _, pitch in self._window:
            heard |= pitch
        if len(sounding) < SHARE * WINDOW or heard.bit_count() < PITCHES:
            gone = self._open and self._open.end < self._window[0][0]
            return self._closed() if gone else None
        return self._grown(sounding[0], sounding[-1] + STEP, len(sounding) / WINDOW)

    def _grown(self, start: float, end: float, share: float) -> Stretch | None:
        before = None
        if self._open and self._open.end < start - STEP:
            before = self._closed()
        self._open = self._open or Stretch(start, end, 0.0)
        self._open = Stretch(self._open.start, end, self._open.score + share)
        self._windows += 1
        return before

    def finish(self) -> Stretch | None:
        """End open music, where something else begins, and return it, if any."""
        self._window.clear()
        return self._closed()

    def _closed(self) -> Stretch | None:
        found, self._open = self._open, None
        if found:
            found = found._replace(score=found.score / self._windows)
        self._windows = 0
        return found
