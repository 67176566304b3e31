"""The methods that find the shots of a video."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vtk.methods import Methods
from vtk.pipeline import OnProgress
from vtk.span import Span

if TYPE_CHECKING:
    from vtk.split.seen import Seen

THRESHOLD = 0.5  # probability from which a boundary counts

# The shots of a span by boundaries of a probability (0 to 1) from this one on, then an error record
# for what did not decode. `Seen` is given every frame.
Shots = Callable[[Span, OnProgress | None, float, "Seen | None"], Iterator[Span]]


@dataclass(frozen=True)
class SplitMethod:
    """How shots are found, and what that takes.

    A method that does not decode every frame (`decodes_all`) reads the file at several places and
    shows nothing to `Seen`: no file that comes through a pipe can be given to it.
    """

    shots: Shots
    decodes_all: bool = True


METHODS = Methods[SplitMethod](
    "split",
    {
        "content": ("from the pictures, no model", "vtk.split.content:METHOD"),
        "auto": ("content, and a network where it is not sure", "vtk.split.auto:METHOD"),
        "learned": ("by a network, needs [shots]", "vtk.split.learned:METHOD"),
        "fast": ("from packets and keyframes, decodes little", "vtk.split.fast:METHOD"),
    },
)
