"""The methods for finding the shots of a video."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from vtk.methods import Methods
from vtk.pipeline import OnProgress
from vtk.span import Span

if TYPE_CHECKING:
    from vtk.split.regroup.frame_stats import FrameStats

THRESHOLD = 0.5  # minimum probability of a boundary

# Yields the shots of a span, divided at the boundaries whose probability (0 to 1) is at least the
# given one, then error records for parts that did not decode. Pushes every frame to `FrameStats`.
Shots = Callable[[Span, OnProgress | None, float, "FrameStats | None"], Iterator[Span]]


@dataclass(frozen=True)
class SplitMethod:
    """A method of finding shots, and its requirements.

    A method with `decodes_all` False reads the file at several positions, so the file cannot be a
    pipe, and does not push frames to `FrameStats`. `opens` loads the network that `shots` needs;
    `shots` receives it as its argument `network`.
    """

    shots: Callable[..., Iterator[Span]]
    decodes_all: bool = True
    opens: Callable[[], Any] | None = None

    def for_run(self) -> Shots:
        """Return `shots` with its network bound, which is loaded once, on first use."""
        return partial(self.shots, network=cache(self.opens)) if self.opens else self.shots


METHODS = Methods[SplitMethod]("split")
