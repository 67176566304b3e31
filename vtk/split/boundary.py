"""A shot boundary, the common result of all methods."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Boundary:
    """The beginning of a new shot.

    `pts` (in the stream's time base) and `time` (seconds) are those of the new shot's first frame:
    for a cut or fade-in the first frame that shows it, for a dissolve or wipe the first frame in
    which it outweighs the old shot, for a fade-out the first empty frame. `start` and `end`, (pts,
    seconds), are the first and the last frame of a gradual transition, to within a tenth of a
    second; a wipe's ends may be a tenth of its length further in. `score` is the probability of the
    boundary. `why` holds the measurements behind the decision by name: for a cut the three ratios
    `contrast`, `apart` and `shift`, for a gradual transition the measurements of
    `vtk.split.transitions.gradual`.
    """

    pts: int
    time: float
    score: float
    type: str = "cut"  # or "dissolve", "fade", "wipe"
    start: tuple[int, float] | None = None
    end: tuple[int, float] | None = None
    why: Mapping[str, float] | None = field(default=None, compare=False)
