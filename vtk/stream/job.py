"""What a command comes to: an ability with its options, and how it is to be run."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from vtk.span import Span
from vtk.stream.writer import Lines, Writer


@dataclass(frozen=True)
class Job:
    """A pure value: nothing is opened, read or written before a stream runs it."""

    ability: Callable[..., Iterator[Span]]  # of an iterator of spans, and of what is said below
    by_video: bool = False  # it needs the spans of a video together
    processes: bool = True  # whether several processes may run it side by side, as --jobs says
    tells_progress: bool = False  # it takes `on_progress`: video, seconds done, seconds in all
    resumes: bool = False  # it takes `journal`: what an earlier run with the same output finished
    writer: Writer = field(default_factory=Lines)
    inputs: Sequence[str] | None = None  # read in place of those that the user gives
    hint: str = ""  # said once on a terminal
