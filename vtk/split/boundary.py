"""What every method finds: where a shot begins, and how."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Boundary:
    """The beginning of a new shot.

    `pts` (in the stream's time base) and `time` (seconds) are those of its first frame: of a cut
    and of a fade in the first frame that shows it, of a dissolve or a wipe the first in which it
    outweighs the old shot, of a fade out the first empty frame. `start` and `end`, (pts, seconds),
    are the first and the last frame of a gradual transition, to within a tenth of a second; a
    wipe's ends may be a tenth of its length further in. `score` is how probable the boundary is.
    `why` holds the measurements behind the decision by name: of a cut the three ratios `contrast`,
    `apart` and `shift`, of a gradual transition what `vtk.split.transitions.gradual` measured.
    """

    pts: int
    time: float
    score: float
    type: str = "cut"  # or "dissolve", "fade", "wipe"
    start: tuple[int, float] | None = None
    end: tuple[int, float] | None = None
    why: Mapping[str, float] | None = field(default=None, compare=False)
