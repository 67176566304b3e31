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


METHODS = Methods[KeyframeMethod]("keyframes")
