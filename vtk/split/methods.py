"""The methods that find the shots of a video."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from vtk.methods import Methods
from vtk.pipeline import OnProgress
from vtk.span import Span

if TYPE_CHECKING:
    from vtk.split.regroup.frame_stats import FrameStats

THRESHOLD = 0.5  # probability from which a boundary counts

# The shots of a span by boundaries of a probability (0 to 1) from this one on, then an error record
# for what did not decode. `FrameStats` is given every frame.
Shots = Callable[[Span, OnProgress | None, float, "FrameStats | None"], Iterator[Span]]


@dataclass(frozen=True)
class SplitMethod:
    """How shots are found, and what that takes.

    A method that does not decode every frame (`decodes_all`) reads the file at several places and
    shows nothing to `FrameStats`: no file that comes through a pipe can be given to it. `opens`
    opens what `shots` needs besides, and takes as its `network`.
    """

    shots: Callable[..., Iterator[Span]]
    decodes_all: bool = True
    opens: Callable[[], Any] | None = None

    def for_run(self) -> Shots:
        """`shots` with what it needs, which is opened once, when it is first asked for."""
        return partial(self.shots, network=cache(self.opens)) if self.opens else self.shots


METHODS = Methods[SplitMethod](
    "split",
    {
        "content": ("from the pictures, no model", "vtk.split.content:METHOD"),
        "auto": ("content, and a network where it is not sure", "vtk.split.auto:METHOD"),
        "learned": ("by a network, needs [shots]", "vtk.split.learned:METHOD"),
        "fast": ("from packets and keyframes, decodes little", "vtk.split.fast:METHOD"),
    },
)
