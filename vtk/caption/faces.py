"""The faces that look towards the camera, and the shot scale that the largest of them tells.

They are found by `vtk.models.faces`, from a seventh of the picture's height on.

Shot scale is named by where the picture cuts a standing figure, as in Bordwell and Thompson, Film
Art (chapter on cinematography, "Framing"): at the neck or shoulders, at the chest, at the waist.
How many heads of height that leaves is read off the figure of eight heads that artists draw by
(Loomis, Figure Drawing for All It's Worth, 1943).
"""

from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from statistics import median_high
from typing import Any, NamedTuple

from vtk.errors import MissingError
from vtk.media.image.to_rgb import to_rgb
from vtk.media.video import Frame
from vtk.models.faces import Box, FaceDetector

HEIGHT = 600  # lines that are searched: the window of the detector is 80, the smallest face
WIDEST = 3  # sides that a picture so high may have; of wider ones fewer lines are searched
SURE = 0.0  # score that one of two finds must have: the detector's own threshold
SAME = 0.4  # intersection over union from which two finds are the same face
HEAD = 1.65  # heights of a found box from crown to chin, on the average of some heads

# Up to how many heads the picture is high. Cut at the shoulders a figure shows 1.5 of its eight
# heads, at the chest 2.25, at the waist 3.25; a quarter is the usual room above it. The limits lie
# in the middle. A picture lower than three quarters of a head shows only part of a face.
SCALES = (
    (0.75, "extreme close-up"),
    (2.0, "close-up"),
    (3.0, "medium close-up"),
    (4.6, "medium shot"),  # where the smallest face found leaves 4.55
)


class Face(NamedTuple):
    """A face: its box as fractions of the displayed picture, and how sure the detector is."""

    box: Box
    score: float

    @property
    def height(self) -> float:
        """As a fraction of the picture's."""
        return self.box[3] - self.box[1]


class FaceFinder:
    """Finds faces, where the package dlib is installed; opens its detector for the first frame."""

    def __init__(self) -> None:
        self._latest: tuple[Frame | None, list[Face]] = None, []

    def __call__(self, one: Frame, two: Frame, aspect: Fraction | None) -> list[Face] | None:
        """The faces that two frames a little apart both show, the surest first.

        None without the package. `aspect` is the shape of a sample, width by height. The second
        frame is not looked at where the first shows nothing.
        """
        if self._detector is None:
            return None
        # A weak find counts where the second picture shows it too.
        found = self._look(one, aspect)
        return confirmed_faces(found, self._look(two, aspect)) if found else []

    @cached_property
    def _detector(self) -> FaceDetector | None:
        try:
            return FaceDetector()
        except MissingError:
            return None

    def _look(self, frame: Frame, aspect: Fraction | None) -> list[Face]:
        """All finds in a frame, the surest first; those in the latest are not looked for again."""
        if frame is not self._latest[0]:
            self._latest = frame, self._search(frame, aspect)
        return self._latest[1]

    def _search(self, frame: Frame, aspect: Fraction | None) -> list[Face]:
        image = frame.image
        low, high = sorted((image.width * float(aspect or 1), float(image.height)))
        lines = max(round(HEIGHT * min(1.0, WIDEST * low / high)), 1)
        assert self._detector is not None
        luma = to_rgb(image, aspect, lines)[..., 1]  # green stands for it
        return [Face(*found) for found in self._detector(luma)]


def confirmed_faces(found: Sequence[Face], again: Sequence[Face]) -> list[Face]:
    """Those found at the same place in both lists, and surely in one; each stands for one."""
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
    """Intersection over union of two boxes of a positive size, 0..1."""
    width = min(one[2], two[2]) - max(one[0], two[0])
    height = min(one[3], two[3]) - max(one[1], two[1])
    both = max(width, 0.0) * max(height, 0.0)
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, two)]
    return both / (sum(areas) - both)


def summarize_faces(seen: Sequence[Sequence[Face]]) -> dict[str, Any]:
    """`faces`, as many as at least half of the looks show, the largest first, and `scale`.

    The boxes are those of one look, whose largest face is of middle size among such looks.
    """
    count = median_high(map(len, seen))
    if not count:
        return {"faces": []}
    looks = [sorted(f[:count], key=lambda face: -face.height) for f in seen if len(f) >= count]
    middle = sorted(looks, key=lambda faces: faces[0].height)[(len(looks) - 1) // 2]
    boxes = [[round(min(max(side, 0.0), 1.0), 3) for side in face.box] for face in middle]
    return {"faces": [{"box": box} for box in boxes], "scale": shot_scale(middle[0].height)}


def shot_scale(height: float) -> str:
    """The shot scale of a face whose found box is so high, as a fraction of the picture's."""
    heads = 1 / (HEAD * height)
    return next((name for limit, name in SCALES if heads <= limit), SCALES[-1][1])
