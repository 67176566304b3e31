"""The job of a command: an ability with its options, and how to run it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from vtk.span import Span
from vtk.stream.writer import Lines, Writer


@dataclass(frozen=True)
class Job:
    """A pure value: nothing is opened, read or written before a stream runs it."""

    ability: Callable[..., Iterator[Span]]  # takes an iterator of spans, and arguments as below
    # What is done with the input here, in its order, before --jobs divides it.
    before: Callable[[Iterator[Span]], Iterator[Span]] | None = None
    by_video: bool = False  # the ability needs all spans of a video together
    processes: bool = True  # whether --jobs may run it in several worker processes
    tells_progress: bool = False  # it takes `on_progress(video, seconds done, seconds in all)`
    tells_losses: bool = False  # it takes `lost()`: how many lines were no spans and named none
    resumes: bool = False  # it takes `journal`: records finished by an earlier run (--resume)
    keeps: bool = False  # --resume of any other ability: finished units are not made again
    writer: Writer = field(default_factory=Lines)
    inputs: Sequence[str] | None = None  # replace the inputs that the user gives
    fails_empty: bool = False  # the exit status tells that no span came out
    hint: str = ""  # shown once on a terminal
