"""Faces that look towards the camera, and the shot scale derived from the largest face.

Faces are detected by `vtk.models.faces`, from a seventh of the picture's height on.

Shot scale is named by where the picture cuts a standing figure, as in Bordwell and Thompson, Film
Art (chapter on cinematography, "Framing"): at the neck or shoulders, at the chest, at the waist.
The height of the visible part, counted in heads, follows from the artists' figure that is eight
heads tall (Loomis, Figure Drawing for All It's Worth, 1943).
"""

from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from statistics import median_high
from typing import NamedTuple

from vtk.entries import Facts
from vtk.errors import MissingError
from vtk.media.image.to_rgb import to_rgb
from vtk.media.video import Frame
from vtk.models.faces import Box, FaceDetector

HEIGHT = 600  # lines of the searched picture; the detector's window, the smallest face, is 80
WIDEST = 3  # ratio of the sides up to which HEIGHT lines are searched; beyond it, fewer
SURE = 0.0  # score that one of two detections must reach: the detector's own threshold
SAME = 0.4  # intersection over union from which two detections are the same face
HEAD = 1.65  # crown to chin in heights of the detected box, averaged over a few heads

# Each scale with its largest picture height in heads. A figure cut at the shoulders shows 1.5 of
# its eight heads, at the chest 2.25, at the waist 3.25; the usual headroom is a quarter of a head.
# The limits lie about midway. A picture lower than three quarters of a head shows part of a face.
SCALES = (
    (0.75, "extreme close-up"),
    (2.0, "close-up"),
    (3.0, "medium close-up"),
    (4.6, "medium shot"),  # the smallest face that can be detected gives 4.55 heads
)


class Face(NamedTuple):
    """A face: its box as fractions of the displayed picture, and the detector's score."""

    box: Box
    score: float

    @property
    def height(self) -> float:
        """Height as a fraction of the picture's height."""
        return self.box[3] - self.box[1]


class FaceFinder:
    """Finds faces, if the package dlib is installed; loads the detector at the first frame."""

    def __init__(self) -> None:
        self._latest: tuple[Frame | None, list[Face]] = None, []

    def __call__(self, one: Frame, two: Frame, aspect: Fraction | None) -> list[Face] | None:
        """The faces detected in both of two frames close in time, highest score first.

        None without dlib. `aspect` is the sample aspect ratio, width by height. The second frame
        is not searched if no face is detected in the first.
        """
        if self._detector is None:
            return None
        # A detection with a low score counts if the second frame confirms it.
        found = self._look(one, aspect)
        return confirmed_faces(found, self._look(two, aspect)) if found else []

    @cached_property
    def _detector(self) -> FaceDetector | None:
        try:
            return FaceDetector()
        except MissingError:
            return None

    def _look(self, frame: Frame, aspect: Fraction | None) -> list[Face]:
        """All detections in a frame, highest score first; the latest frame's are cached."""
        if frame is not self._latest[0]:
            self._latest = frame, self._search(frame, aspect)
        return self._latest[1]

    def _search(self, frame: Frame, aspect: Fraction | None) -> list[Face]:
        image = frame.image
        low, high = sorted((image.width * float(aspect or 1), float(image.height)))
        lines = max(round(HEIGHT * min(1.0, WIDEST * low / high)), 1)
        assert self._detector is not None
        luma = to_rgb(image, aspect, lines)[..., 1]  # the green channel approximates luma
        return [Face(*found) for found in self._detector(luma)]


def confirmed_faces(found: Sequence[Face], again: Sequence[Face]) -> list[Face]:
    """The faces that match one-to-one between both lists, one score of each at least SURE."""
    left, kept = list(again), []
    for face in found:
        second = max(left, key=lambda other: overlap(face.box, other.box), default=None)
        if second is None or overlap(face.box, second.box) < SAME:
            continue
        left.remove(second)
        if max(face.score, second.score) >= SURE:
            kept.append(face)
    return kept


def overlap(one: Sequence[float], two: Sequence[float]) -> float:
    """Intersection over union (0..1) of two boxes with a positive area."""
    width = min(one[2], two[2]) - max(one[0], two[0])
    height = min(one[3], two[3]) - max(one[1], two[1])
    both = max(width, 0.0) * max(height, 0.0)
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, two)]
    return both / (sum(areas) - both)


def summarize_faces(seen: Sequence[Sequence[Face]]) -> Facts:
    """Return `faces`, largest first, and `scale`, from the faces seen in each sampled frame pair.

    As many faces as at least half of the pairs show. The boxes are those of the pair whose largest
    face is of median height among the pairs with that many faces.
    """
    count = median_high(map(len, seen))
    if not count:
        return {"faces": []}
    looks = [sorted(f[:count], key=lambda face: -face.height) for f in seen if len(f) >= count]
    middle = sorted(looks, key=lambda faces: faces[0].height)[(len(looks) - 1) // 2]
    boxes = [[round(min(max(side, 0.0), 1.0), 3) for side in face.box] for face in middle]
    return {"faces": [{"box": box} for box in boxes], "scale": shot_scale(middle[0].height)}


def shot_scale(height: float) -> str:
    """The shot scale for the height of a detected box, a fraction of the picture's height."""
    heads = 1 / (HEAD * height)
    return next((name for limit, name in SCALES if heads <= limit), SCALES[-1][1])
