"""Track the text on screen from frame to frame, by looks and by glances between them.

A glance (luma at low resolution) is cheap and tells whether known lines are still there. A look
runs the text detection network, only on regions that changed since the last look; of the detected
lines, only unknown ones are read. Earlier glances tell when and where a new line appeared.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from vtk.entries import TextEntry
from vtk.media.image.sidedata import Orientation, orientation
from vtk.media.image.to_rgb import RGB, to_rgb
from vtk.models.ocr import OcrEngine, Quad
from vtk.ocr.changes import Array, Cells, Gray, Region, horizontal_gradient, low_res_luma
from vtk.ocr.line import TextLine
from vtk.ocr.roles import LOW, role
from vtk.ocr.words import ALIKE, comparison_key, digits, extends, similarity, stitch
from vtk.times import rounded

if TYPE_CHECKING:
    from vtk.media.video import Frame

OFTEN = 0.08  # least seconds between glances
HELD = 96  # most glances kept; above that, every other one is dropped
TALLEST = 1080  # rows to which a taller picture is reduced before it is read
EVERY = 2  # one in so many looks also reads moving content
STANDING = 2  # number of glances back to compare with, to tell what moves


@dataclass(frozen=True)
class TrackerThresholds:
    """Limits by which a line is read, read again, continued or dropped.

    `python tests/benchmarks/ocr.py` measures character errors, times and calls of the networks.
    """

    highest: float = 0.4  # share of the picture's height above which a line is not text
    within: float = 0.6  # share of height and width that a line and a box of the same text overlap
    more: float = 0.5  # line heights by which a box may exceed the known lines and not be read
    clearer: float = 1.3  # relative strength of the strokes above which a line is read again
    doubtful: float = 0.85  # score below which a line is read again
    tries: int = 3  # most readings of a line because of its score
    same_gap: float = 0.3  # seconds that a line may be missing and still be the same line
    least: float = 0.3  # score below which a reading is discarded
    few: int = 2  # most characters of a text that many shapes resemble
    certain: float = 0.85  # score below which a text of at most `few` characters is discarded
    shortest: float = 0.2  # seconds; text shown for less is dropped, as nobody could read it


THRESHOLDS = TrackerThresholds()


@dataclass(frozen=True)
class ReadOptions:
    """The least score and line height of readings in the result."""

    score: float = 0.6
    height: float = 0.0  # share of the picture's height if below 1, else pixels


class TextTracker:
    """Tracks the lines on screen in one stretch of video; frames are pushed in order."""

    def __init__(
        self, engine: OcrEngine, interval: float, wanted: ReadOptions, aspect: Fraction | None
    ):
        """`interval` is the time between looks in seconds; 0 looks at every pushed frame."""
        self._engine, self._wanted, self._aspect = engine, wanted, aspect
        self._interval = interval
        self._turn: Orientation | None = None
        self._cells: Cells | None = None
        self._live: list[TextLine] = []
        self._done: list[TextLine] = []
        self._past: list[tuple[float, Gray]] = []  # glances since before the last look
        self._looked = -np.inf
        self._looks = 0
        self._waited = False  # whether the last look skipped moving content
        self._latest: tuple[float, Frame] | None = None  # latest frame, until a look reads it

    @property
    def has_begun(self) -> bool:
        """Whether any frame has been pushed."""
        return self._cells is not None

    def push(self, frame: "Frame", time: float) -> None:
        """Process the next frame, shown from `time` seconds on."""
        if self._past and self._interval and time - self._past[-1][0] < OFTEN - 1e-3:
            return
        if self._turn is None:
            self._turn = orientation(frame.image)
        small = low_res_luma(frame, self._turn)
        if self._cells is None or self._cells.shape != small.shape:
            self._restart(small)
        self._past.append((time, small))
        if len(self._past) > HELD:
            del self._past[1::2]
        steps = horizontal_gradient(small)
        for line in self._live:
            line.track(steps, time)
        self._close(time)
        self._latest = (time, frame)
        if time - self._looked >= self._interval - 1e-3:
            self._look(steps)

    def finish(self, start: float, end: float) -> list[TextEntry]:
        """The entries of [start, end) seconds, in order; lines still on screen stay tracked."""
        since = self._latest[0] - self._looked if self._latest else 0.0
        if since and (self._waited or since >= min(self._interval / 2, 0.25)):
            self._look(horizontal_gradient(self._past[-1][1]), last=True)
        lines = [*self._done, *self._live]
        self._done = []
        entries = [entry for line in lines for entry in self._entries(line, start, end)]
        return sorted(entries, key=lambda e: (e["start"], e["box"][1], e["box"][0]))

    def _restart(self, small: Gray) -> None:
        """Start tracking anew, for the first frame or for one of another size."""
        self._cells = Cells(small.shape)
        for line in self._live:
            line.end = self._past[-1][0] if line.end is None else line.end
        self._done += [line.detached() for line in self._live]
        self._live, self._past = [], []

    def _close(self, time: float, at_once: bool = False) -> None:
        """Stop tracking the lines that have been gone for long enough."""
        patience = 0.0 if at_once else EVERY * self._interval + 0.25
        gone = [x for x in self._live if x.end is not None and time - x.end >= patience]
        self._live = [x for x in self._live if x not in gone]
        self._done += [line.detached() for line in gone]

    def _look(self, steps: Array, last: bool = False) -> None:
        """Run the networks on the regions that changed since the last look."""
        assert self._cells
        assert self._latest
        (time, frame), self._latest = self._latest, None
        self._looked = time
        small = self._past[-1][1]
        # Moving content is read at every second look only: most of it is not text, and scrolling
        # or rolling text stays on screen for longer.
        self._looks += 1
        waits = self._interval and not last and self._looks % EVERY and len(self._past) > STANDING
        before = self._past[-1 - STANDING][1] if waits else None
        self._waited = before is not None
        regions = self._cells.changed(small, before, [line.region for line in self._live])
        if regions:
            shown = to_rgb(frame.image, self._aspect, self._height(frame))
            scale = np.array([small.shape[1] / shown.shape[1], small.shape[0] / shown.shape[0]])
            for region in regions:
                for quad in self._found(shown, region, scale):
                    self._take(shown, quad, scale, steps, time)
            self._live = [line for line in self._live if not line.taken]
        self._count()
        del self._past[: -max(round((EVERY * self._interval + 0.5) / OFTEN), 1)]
        self._close(time, at_once=not self._interval)

    def _height(self, frame: "Frame") -> int | None:
        """The height to which the picture is reduced for reading; None keeps its own."""
        image, turned = frame.image, self._turn and self._turn.transposed
        tall = image.width * float(self._aspect or 1) if turned else image.height
        return TALLEST if tall > TALLEST else None

    def _found(self, shown: RGB, region: Region, scale: Array) -> Iterator[Quad]:
        """Detect lines in a region of the picture; the region is widened if it cuts a line off."""
        height, width = shown.shape[:2]
        top = int(region[1] / scale[1])
        bottom = min(round(region[3] / scale[1]), height)
        left, right = int(region[0] / scale[0]), min(round(region[2] / scale[0]), width)
        quads = self._engine.lines(shown[top:bottom, left:right])
        if any(_cut(quad, left, right, width) for quad in quads):
            left, right = 0, width
            quads = self._engine.lines(shown[top:bottom])
        yield from (quad + np.array([left, top], np.float32) for quad in quads)

    def _take(self, shown: RGB, quad: Quad, scale: Array, steps: Array, time: float) -> None:
        """Read a detected line unless it is known, and merge it with the known lines there."""
        corners = quad * scale
        left, top = (float(v) for v in corners.min(0))
        right, bottom = (float(v) for v in corners.max(0))
        box = (left, top, right, bottom)
        if right - left < 2 or bottom - top < 2 or not self._tall(bottom - top, shown, scale):
            return
        there = [x for x in self._live if not x.taken and _belongs(x.box, box)]
        if self._known(there, box):
            return
        text, score = self._engine.text(shown, quad)
        short = len(text) <= THRESHOLDS.few
        if not text or score < (THRESHOLDS.certain if short else THRESHOLDS.least):
            return
        shape = steps.shape
        new = TextLine(text, score, box, time, np.zeros((0, 0)), shape, time, box, box)
        new.update_strokes(steps)
        new.shown = box
        new.trace_back((t, horizontal_gradient(g)) for t, g in reversed(self._past[:-1]))
        if any(_part(new, line) for line in there):
            return
        for line in there:
            if self._continues(line, new):
                self._join(line, new)
                line.taken = True
            elif line.altered:  # the new reading replaces the text of the old line
                line.end, line.taken = new.start, True
                self._done.append(line.detached())
        self._live.append(new)

    def _tall(self, height: float, shown: RGB, scale: Array) -> bool:
        """Whether a line's height is within limits; `height` is in samples of a glance."""
        least = self._wanted.height
        share = height / scale[1] / shown.shape[0]
        enough = share >= least if least < 1 else share * shown.shape[0] >= least
        return bool(enough and share <= THRESHOLDS.highest)

    def _known(self, there: list[TextLine], box: tuple[float, float, float, float]) -> bool:
        """Whether the known lines at a place account for all the text in the box."""
        t = THRESHOLDS
        seen = [line for line in there if line.end is None or line.faint]
        if not seen or any(line.altered or line.strength > t.clearer for line in seen):
            return False
        if any(line.score < t.doubtful and line.read < t.tries for line in seen):
            return False
        height = box[3] - box[1]
        tallest = max(line.box[3] - line.box[1] for line in seen)
        left, right = min(line.box[0] for line in seen), max(line.box[2] for line in seen)
        more = max(left - box[0], 0) + max(box[2] - right, 0)
        return more <= t.more * height and height <= 1.3 * tallest

    def _continues(self, line: TextLine, new: TextLine) -> bool:
        """Whether a new reading continues a known line."""
        t = THRESHOLDS
        if comparison_key(line.text) == comparison_key(new.text):
            return line.end is None or new.start - line.end <= t.same_gap
        if line.end is not None and not line.is_moving and new.start - line.end > t.same_gap:
            return False
        if _runs(line, new):
            return stitch(line.text, new.text) is not None
        if line.end is None and extends(line.text, new.text):
            return True
        alike = similarity(line.text, new.text) >= ALIKE
        return (
            alike
            and not line.altered
            and (not line.is_whole or digits(line.text) == digits(new.text))
        )

    def _join(self, line: TextLine, new: TextLine) -> None:
        """Merge what is known of a line into the new reading that continues it."""
        if _runs(line, new):
            new.text = stitch(line.text, new.text) or new.text
            new.score = max(line.score, new.score)
            new.speed = line.speed if any(line.speed) else new.speed
            new.shown = max(line.shown, new.shown, key=lambda box: box[2] - box[0])
        elif (line.is_whole, line.score) > (new.is_whole, new.score) and not extends(
            line.text, new.text
        ):
            new.text, new.score, new.shown = line.text, line.score, line.shown
        if line.start <= new.start:
            new.start, new.first = line.start, line.first
        new.read = line.read + 1
        new.crowd, new.company = max(line.crowd, new.crowd), max(line.company, new.company)
        new.spread = max(line.spread, new.spread)

    def _count(self) -> None:
        """Update for each line on screen how many lines are on screen with it."""
        here = [line for line in self._live if line.end is None and line.score >= THRESHOLDS.least]
        if not here:
            return
        height = here[0].shape[0]
        top, bottom = min(x.box[1] for x in here), max(x.box[3] for x in here)
        high = sum(x.box[1] + x.box[3] < 2 * LOW * height for x in here)
        for line in here:
            line.crowd, line.company = max(line.crowd, len(here)), max(line.company, high)
            line.spread = max(line.spread, (bottom - top) / height)

    def _entries(self, line: TextLine, start: float, end: float) -> Iterator[TextEntry]:
        """The line as an entry, if it was seen in [start, end) seconds and read well enough."""
        t = THRESHOLDS
        began, ended = line.lifetime()
        first, last = max(began, start), min(end if ended is None else ended, end)
        brief = self._interval and line.end is not None and line.end - line.start < t.shortest
        if line.score < self._wanted.score or last <= first or brief:
            return
        height, width = line.shape
        box = np.clip(np.array(line.shown) / [width, height, width, height], 0, 1)
        yield {
            "start": rounded(first),
            "end": rounded(last),
            "text": line.text,
            "box": [round(float(side), 4) for side in box],
            "score": round(line.score, 3),
            "role": role(line, last - first),
        }


def _belongs(line: tuple[float, ...], box: tuple[float, ...]) -> bool:
    """Whether a line and a box overlap in most of the smaller width and of the smaller height."""
    shared = [min(line[i + 2], box[i + 2]) - max(line[i], box[i]) for i in (0, 1)]
    least = [min(line[i + 2] - line[i], box[i + 2] - box[i]) for i in (0, 1)]
    return all(s >= THRESHOLDS.within * most for s, most in zip(shared, least, strict=True))


def _runs(line: TextLine, new: TextLine) -> bool:
    """Whether the line or its new reading scrolls horizontally."""
    return any(x.is_moving and abs(x.speed[0]) > abs(x.speed[1]) for x in (line, new))


def _cut(quad: Quad, left: int, right: int, width: int) -> bool:
    """Whether a line detected in columns `left` to `right` of a picture may be cut off there."""
    first, last = quad[:, 0].min(), quad[:, 0].max()
    return bool((left > 0 and first <= 2) or (right < width and last >= right - left - 2))


def _part(new: TextLine, line: TextLine) -> bool:
    """Whether the new reading is only a part of a line that is on screen."""
    narrow = new.box[2] - new.box[0] < 0.9 * (line.box[2] - line.box[0])
    together = line.end is None or new.start < line.end
    return narrow and together and comparison_key(new.text) in comparison_key(line.text)
