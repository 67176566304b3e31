"""Choose the frames that a model is to read: those on which other text may stand than before."""

from fractions import Fraction
from typing import NamedTuple

from vtk.media.image.files import fitted
from vtk.media.image.sidedata import Orientation, orientation
from vtk.media.image.to_rgb import RGB
from vtk.media.video import Frame
from vtk.ocr.changes import Cells, Gray, low_res_luma

OFTEN = 0.08  # least seconds between glances
HELD = 96  # most glances kept, of the latest seconds
STANDING = 2  # number of glances back to compare with, to tell what moves
PATIENCE = 4.0  # seconds after which moving content is read as well


class Look(NamedTuple):
    """A frame to be read, and the time from which the screen shows it; without a picture, nothing.

    `fresh` if nothing that was read before is of the same stretch of video.
    """

    time: float
    start: float
    picture: RGB | None
    fresh: bool


class Moments:
    """Chooses in one stretch of video; frames are pushed in order."""

    def __init__(self, interval: float, aspect: Fraction | None, pixels: int) -> None:
        """`interval` is the time between looks in seconds; 0 looks at every pushed frame."""
        self._interval, self._aspect, self._pixels = interval, aspect, pixels
        self._turn: Orientation | None = None
        self._cells: Cells | None = None
        self._past: list[tuple[float, Gray]] = []
        self._looked = self._read = float("-inf")
        self._latest: tuple[float, Frame] | None = None  # the latest frame, until it is looked at
        self._fresh = True  # until the first look
        self._other = False  # whether the size of the picture is another than at the latest look

    @property
    def has_begun(self) -> bool:
        """Whether any frame has been pushed."""
        return self._cells is not None

    def push(self, frame: Frame, time: float) -> Look | None:
        """Take in the next frame, shown from `time` seconds on."""
        if self._past and self._interval and time - self._past[-1][0] < OFTEN - 1e-3:
            return None
        if self._turn is None:
            self._turn = orientation(frame.image)
        small = low_res_luma(frame, self._turn)
        if self._cells is None or self._cells.shape != small.shape:
            self._cells, self._past, self._other = Cells(small.shape), [], True
        self._past = [*self._past[-HELD:], (time, small)]
        self._latest = (time, frame)
        if time - self._looked < self._interval - 1e-3:
            return None
        return self._look()

    def finish(self) -> Look | None:
        """Look at the last frame of a span, which may show what came after the latest look."""
        return self._look() if self._latest else None

    def _look(self) -> Look | None:
        assert self._cells
        assert self._latest
        (time, frame), self._latest = self._latest, None
        self._looked = time
        small = self._past[-1][1]
        moving = self._interval and len(self._past) > STANDING and time - self._read < PATIENCE
        before = self._past[-1 - STANDING][1] if moving else None
        regions = self._cells.changed(small, before, [])
        fresh, other = self._fresh, self._other
        self._fresh = self._other = False
        if not (regions or self._cells.emptied or other):
            return None
        self._read = time
        start = time
        for earlier, glance in reversed(self._past[:-1] if self._interval else []):
            if not self._cells.alike(glance, small):
                break
            start = earlier
        if not self._cells.may_hold_text:
            return Look(frame.time, start, None, fresh)
        box = (self._pixels, self._pixels)
        return Look(frame.time, start, fitted(frame.image, self._aspect, box), fresh)
