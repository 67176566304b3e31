"""The methods that choose keyframes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vtk.methods import Methods

if TYPE_CHECKING:
    from vtk.keyframes.sampler import Choice, SpanSampler


@dataclass(frozen=True)
class KeyframeMethod:
    """How at most so many frames of a span are chosen, in any order, and what to expect of that."""

    choose: "Callable[[SpanSampler, int], list[Choice]]"
    default: int = 1  # keyframes of a span where no number is given
    by_time: bool = False  # goes by time alone, so that any number is chosen at once
    adapts: bool = False  # gives fewer than asked for where these stand for all


METHODS = Methods[KeyframeMethod](
    "keyframes",
    {
        "sharp": (
            "sharp, well exposed, away from transitions, unlike each other",
            "vtk.keyframes.sharp:METHOD",
        ),
        "uniform": ("at even distances", "vtk.keyframes.uniform:METHOD"),
        "middle": ("in the middle", "vtk.keyframes.middle:METHOD"),
        "cluster": ("one for each kind of look", "vtk.keyframes.cluster:METHOD"),
        "maxinfo": ("as few as stand for all", "vtk.keyframes.maxinfo:METHOD"),
        "motion": ("where most moves", "vtk.keyframes.motion:METHOD"),
    },
)
