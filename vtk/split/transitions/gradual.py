"""Detect gradual transitions: dissolves, fades and wipes between two steady pictures.

Between the last picture A of a shot and the first picture B of the next, a dissolve shows
(1 - a) A + a B with `a` rising from 0 to 1: the pictures between lie on the line from A to B. A
moving camera leaves that line: halfway through a pan the picture resembles neither end. A fade is
a dissolve with a uniform picture at one end. This is the editing model of Hampapur, Jain and
Weymouth (Production model based digital video segmentation, 1995, chromatic edits), tested on
pairs of pictures 0.3 to 2.4 seconds apart.

A pan over a blurred scene comes near the line, but there B is a shifted A
(`vtk.split.transitions.translation`). For the remaining candidates a small network gives a
probability based on the pictures between (`vtk.split.transitions.evidence`). Wipes leave the line
in a characteristic way (`vtk.split.transitions.static_wipes`); if the shots move, wipes are found
by their edge (`vtk.split.transitions.moving_wipes`). Fades too short for such pairs are found by
`vtk.split.transitions.short_fades`.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from vtk.media.timestamp import Timestamp
from vtk.split.methods import THRESHOLD
from vtk.split.transitions.correlation import ALIKE
from vtk.split.transitions.evidence import evidence
from vtk.split.transitions.moving_wipes import THRESHOLDS as MOVING_WIPE
from vtk.split.transitions.moving_wipes import EdgeActivity, MovingWipe, MovingWipeDetector
from vtk.split.transitions.ring import MID_GREY, ThumbnailRing
from vtk.split.transitions.short_fades import THRESHOLDS as SHORT_FADE
from vtk.split.transitions.short_fades import ShortFade, ShortFadeDetector
from vtk.split.transitions.static_wipes import wipe_score
from vtk.split.transitions.transition import JOINED, Transition, merged, within
from vtk.split.transitions.translation import LEFT, TranslationMatcher

Vector = NDArray[np.float32]

INTERVAL = 1 / 15  # minimum seconds between the pictures examined
LAGS = (0.33, 0.5, 0.75, 1.1, 1.6, 2.4)  # seconds between the two ends
BEFORE = 4  # pictures before a transition that show how much moves in its first shot
MOMENTS = 12  # intervals at which a wipe is sampled to test its sweep
_ROWS = int(LAGS[-1] / INTERVAL) + 3
_RING = [number % _ROWS for number in range(2 * _ROWS)]


@dataclass(frozen=True)
class GradualThresholds:
    """Limits by which pictures may be a transition from the first of them to the last.

    Tuned on rendered films, `python tests/benchmarks/split.py --world 240`, half of which were left
    out at first, and set with labelled clips at hand, `python tests/benchmarks/split.py FOLDER`.
    """

    change: float = 6.0  # minimum distance of the ends, root mean square over the samples, 0..255
    # Maximum residual: squared distance from the line, as a share of the line's squared length.
    middle_residual: float = 0.5  # of the picture in the middle alone
    page_residual: float = 0.04  # of pages that are alike, in which nothing moves
    wipe_residual: float = 0.32  # of a wipe: 0.25 is expected when half of the picture has changed
    # Positions on the line from the first picture, 0, to the last, 1:
    end: float = 0.2  # share of the pictures that count as an end
    rest: float = 0.3  # maximum distance of the pictures of an end from that end of the line
    back: float = 0.12  # maximum movement backwards from one picture to the next
    forth: float = 0.6  # maximum movement forwards from one picture to the next
    between: tuple[float, float] = (0.2, 0.8)  # range where the line is tested
    fewest: int = 2  # minimum number of pictures in the range `between`
    seen: float = 0.1  # distance from either end from which both shots are visible


THRESHOLDS = GradualThresholds()

# Returns the probability of a transition, given its evidence, its first frame and its last.
OfBlend = Callable[[Vector, Timestamp, Timestamp], float]


@dataclass(slots=True)
class _Candidate:
    transition: Transition
    after: int  # number of the first sample that shows only the new shot
    change: float


class GradualDetector:
    """Detects the transitions in a stream of pictures without cuts; memory is bounded by `LAGS`.

    Pictures are vectors that begin with the luma, of `shape` (rows, columns), 0..255. Only one
    picture per `INTERVAL` seconds is examined, which limits the precision of starts and ends.
    """

    def __init__(
        self, shape: tuple[int, int], of_blend: OfBlend, threshold: float = THRESHOLD
    ) -> None:
        self.of_blend = of_blend
        self.threshold = threshold  # minimum probability of a transition
        self.luma = shape  # rows, columns
        self.area = shape[0] * shape[1]
        self.moving_wipes = MovingWipeDetector()
        self.short_fades = ShortFadeDetector()
        self.timestamps: deque[Timestamp] = deque(maxlen=_ROWS)
        self.ring = ThumbnailRing(_ROWS, self.area)
        self.count = 0  # samples since the start or the last cut
        self.free = 0  # number of the first sample after the last transition
        self.best: _Candidate | None = None
        self.held: Transition | None = None  # may be merged with the next

    def push(
        self, timestamp: Timestamp, picture: Vector, moved: EdgeActivity, deviation: float
    ) -> list[Transition]:
        """Add the next picture; return the transitions that have become certain."""
        time = timestamp.time
        luma = picture[: self.area].reshape(self.luma)
        wipe = self.moving_wipes.push(timestamp, luma, moved)
        fade = self.short_fades.push(timestamp, luma, deviation)
        found = self._wiped(wipe, picture) if wipe and self.timestamps else []
        found += self._faded(fade, picture) if fade and self.timestamps else []
        if self.timestamps and 0 <= time - self.timestamps[-1].time < INTERVAL - 1e-6:
            return found
        self.ring.put(self.count % _ROWS, picture, empty=deviation < SHORT_FADE.empty)
        self.timestamps.append(timestamp)
        self.count += 1
        for size in self._sizes():
            found += self._look(size)
        return found + self._certain(time)

    def finish(self) -> list[Transition]:
        """Return the transitions held back, and reset; called at a cut and at the end."""
        found = self._settle() if self.best else []
        if self.held:
            found.append(self.held)
        self.timestamps.clear()
        self.moving_wipes.clear()
        self.short_fades.clear()
        self.count = self.free = 0
        self.held = None
        return found

    def _look(self, size: int) -> list[Transition]:
        """Test whether the last `size` pictures form a transition from the first to the last.

        Returns the transitions that end before these pictures begin.
        """
        t, first = THRESHOLDS, self.count - size
        if first < self.free:
            return []
        a, b = first % _ROWS, (self.count - 1) % _ROWS
        ring = self.ring
        squares, to_last = ring.squares, ring.products[b].tolist()
        change = squares[a] + squares[b] - 2 * to_last[a]  # squared distance of the ends
        old = self.best and first < self.best.after and change <= self.best.change
        if old or change < t.change**2 * ring.pictures.shape[1]:
            return []
        # Most pictures are of moving scenes, which the picture in the middle alone can rule out.
        to_first = ring.products[a].tolist()
        nought = squares[a] - to_first[b]
        rows = _RING[a : a + size]
        middle = rows[size // 2]
        off = (squares[middle] - 2 * to_first[middle] + squares[a]) / change
        if off - ((to_last[middle] - to_first[middle] + nought) / change) ** 2 > t.middle_residual:
            return []
        alike = not (ring.empty[a] or ring.empty[b]) and ring.correlation(a, b) > ALIKE
        if alike and None in (ring.paper_luma(a), ring.paper_luma(b)):  # same scene, no page
            return []
        # Position of each picture on the line from the first, 0, to the last, 1.
        place = [(to_last[row] - to_first[row] + nought) / change for row in rows]
        if not (_rests_at_ends(place) and _rises(place)):
            return []
        # Squared distance of the pictures between from the line, as a share of its squared length.
        left = [
            (squares[row] - 2 * to_first[row] + squares[a]) / change - here**2
            for row, here in zip(rows, place, strict=True)
            if t.between[0] < here < t.between[1]
        ]
        off = sum(left) / len(left) if len(left) >= t.fewest else t.middle_residual
        if off > t.wipe_residual:
            return []
        page = partial(ring.is_slide_change, a, b)
        if alike and (t.page_residual <= off <= SHORT_FADE.residual or not page()):
            return []
        even = 0.0
        if off > SHORT_FADE.residual:
            last = min(size - 1, MOMENTS)
            some = [rows[number * (size - 1) // last] for number in range(last + 1)]
            even = wipe_score(ring.lumas[some], self.luma, page)
            if not even:
                return []
        ends = TranslationMatcher([ring.lumas[row].reshape(self.luma) for row in (a, b)])
        if ends.residual(0, 1) < LEFT * ends.difference(0, 1):
            return []
        known = {
            "change": float(np.sqrt(change / ring.pictures.shape[1])),
            "residual": off,
            "sweep": even,
            "from_empty": float(ring.empty[a]),
            "to_empty": float(ring.empty[b]),
        }
        return self._between(first, place, change, known)

    def _wiped(self, edge: MovingWipe, picture: Vector) -> list[Transition]:
        """Add the candidate of a moving wipe that ends with this picture."""
        before = self._before(edge.start)
        if before < 0:
            return []
        change = float(np.square(picture - MID_GREY - self.ring.pictures[before % _ROWS]).sum())
        score = 0.5 + 0.5 * (edge.share - MOVING_WIPE.share) / (1 - MOVING_WIPE.share)
        why = {"change": float(np.sqrt(change / picture.size)), "edge": edge.share}
        wipe = Transition("wipe", edge.start, edge.end, edge.middle, score, "", why)
        return self._propose(_Candidate(wipe, self.count, change), before)

    def _faded(self, short: ShortFade, picture: Vector) -> list[Transition]:
        """Add the candidate of a short fade that ended before this picture."""
        before = self._before(short.start)
        if before < 0:
            return []
        why = {"change": float(np.sqrt(short.change)), "residual": short.residual}
        score = 1 - 0.5 * short.residual / SHORT_FADE.residual
        fade = Transition("fade", short.start, short.end, short.shot, score, "middle", why)
        return self._propose(_Candidate(fade, self.count, short.change * picture.size), before)

    def _before(self, start: Timestamp) -> int:
        """Return the number of the last sample before a transition; -1 if it is not free."""
        before = self.count - sum(timestamp.time >= start.time for timestamp in self.timestamps) - 1
        return before if before >= max(self.free, self.count - len(self.timestamps)) else -1

    def _propose(self, candidate: _Candidate, before: int) -> list[Transition]:
        """Make `candidate` the best one if its change is larger than that of the current best.

        `before` is the number of the last sample before the candidate. Returns the transitions that
        end before the candidate begins.
        """
        best, start = self.best, candidate.transition.start
        ended = best and (before >= best.after or best.transition.end.time < start.time)
        found = self._settle() if ended else []
        if self.best is None or candidate.change > self.best.change:
            self.best = candidate
        return found

    def _sizes(self) -> Iterator[int]:
        """Yield, for each of LAGS, how many of the last samples span it, if that many are kept."""
        timestamps, size = self.timestamps, 5
        now = timestamps[-1].time
        for lag in LAGS:
            while size <= len(timestamps) and now - timestamps[-size].time < lag - 1e-6:
                size += 1
            if size > len(timestamps):
                return
            if now - timestamps[-size].time < 1.5 * lag:
                yield size

    def _between(
        self, first: int, place: list[float], change: float, known: dict[str, float]
    ) -> list[Transition]:
        """Make the pictures from number `first` on the best candidate, if probable enough.

        Returns the transitions that end before these pictures begin.
        """
        offset = self.count - len(self.timestamps)  # number of the oldest sample kept
        before = max(number for number, here in enumerate(place) if here < THRESHOLDS.seen)
        after = next(number for number, here in enumerate(place) if here > 1 - THRESHOLDS.seen)
        half = next(number for number, here in enumerate(place) if here >= 0.5)
        kept = list(self.timestamps)[first - offset :]
        start, end = kept[min(before + 1, after)], kept[max(after - 1, before)]
        known["seconds"] = kept[-1].time - kept[0].time
        lumas = self.ring.lumas
        rows = [number % _ROWS for number in range(max(offset, first - BEFORE), self.count)]
        there = len(rows) - len(place)
        measured = evidence(lumas[rows[there:]], place, self.luma, lumas[rows[: there + 1]], known)
        score = self.of_blend(measured, start, end)
        if score < self.threshold:
            return []
        found = self._settle() if self.best and first >= self.best.after else []
        name = {(True, False): "start", (False, True): "end", (True, True): "both"}
        which = name.get((bool(known["from_empty"]), bool(known["to_empty"])), "")
        shot = {"start": start, "end": end}.get(which, kept[half])
        kind = "wipe" if known["sweep"] else "fade" if which else "dissolve"
        why = {"change": known["change"], "residual": known["residual"]}
        transition = Transition(kind, start, end, shot, score, which, why)
        self.best = _Candidate(transition, first + after, change)
        return found

    def _certain(self, time: float) -> list[Transition]:
        """Return the transitions that no later picture can change."""
        found: list[Transition] = []
        best = self.best
        if best and time - best.transition.end.time > LAGS[-1]:
            found = self._settle()
        held = self.held
        if held and not self.best and time - held.end.time > within(held) + 1.5 * LAGS[-1]:
            found.append(held)
            self.held = None
        return found

    def _settle(self) -> list[Transition]:
        """Turn the best candidate into a transition, held until no other can be merged with it."""
        assert self.best
        new, held = self.best.transition, self.held
        self.free, self.best, self.held = self.best.after, None, new
        if held is None:
            return []
        apart = new.start.time - held.end.time
        if apart <= JOINED or (new.empty == "start" and apart <= within(held)):
            self.held = merged(held, new)
            return []
        return [held]


def _rests_at_ends(place: list[float]) -> bool:
    """Return whether the pictures at either end are positioned near that end of the line."""
    t = THRESHOLDS
    edge = max(1, round(len(place) * t.end))
    return max(place[: edge + 1]) <= t.rest and min(place[-edge - 1 :]) >= 1 - t.rest


def _rises(place: list[float]) -> bool:
    """Return whether positions never go back by more than `back` or ahead by more than `forth`."""
    t = THRESHOLDS
    return all(-t.back <= later - here <= t.forth for here, later in pairwise(place))
