"""Gradual transitions, and merging adjacent ones."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from vtk.media.timestamp import Timestamp

DARK = 1.0  # seconds of empty picture up to which a fade-out and a fade-in are one transition
JOINED = 0.3  # seconds between two transitions up to which they are merged: no shot is so short


@dataclass(frozen=True, slots=True)
class Transition:
    """A gradual transition: `start` and `end` bound the frames that show both shots.

    `why` holds `change`, the distance of the two ends (root mean square, 0..255), and `residual`,
    the squared distance of the pictures between from the line that joins the ends, as a share of
    its squared length; or, instead of `residual`, `edge`, the share of frames in which the edge of
    a wipe was clear.
    """

    type: str  # "dissolve", "fade" or "wipe"
    start: Timestamp
    end: Timestamp
    shot: Timestamp  # the frame at which the new shot is taken to begin
    score: float  # probability of the transition
    empty: str  # where the picture is uniform: "", "start", "middle", "end" or "both"
    why: Mapping[str, float] | None = field(default=None, compare=False)


def within(held: Transition) -> float:
    """Return the seconds after the end of `held` within which another transition is merged."""
    return DARK if held.empty == "end" else JOINED


def merged(one: Transition, two: Transition) -> Transition:
    """Merge two transitions into one, which is a fade if either of the two is."""
    more = max(one, two, key=lambda part: (part.why or {}).get("change", 0.0))
    kind = "fade" if "fade" in (one.type, two.type) else more.type
    shot = two.shot if two.empty == "start" else more.shot
    empty = "end" if two.empty == "end" else "middle"
    return Transition(kind, one.start, two.end, shot, more.score, empty, more.why)
