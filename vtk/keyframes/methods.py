"""The methods for choosing keyframes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vtk.methods import Methods

if TYPE_CHECKING:
    from vtk.keyframes.sampler import Choice, SpanSampler


@dataclass(frozen=True)
class KeyframeMethod:
    """How a method picks at most k frames of a span (in any order), and its properties."""

    choose: "Callable[[SpanSampler, int], list[Choice]]"
    default: int = 1  # keyframes per span if no number is given
    by_time: bool = False  # whether only time matters, so that any number can be chosen at once
    adapts: bool = False  # whether it may choose fewer than asked for if these represent the span


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
