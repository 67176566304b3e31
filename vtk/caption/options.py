"""How captions by a model are wanted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from vtk.models.llm.prompt import Sampling
from vtk.prompting.frames import FrameOptions
from vtk.prompting.templates import PromptContext

if TYPE_CHECKING:
    from vtk.models.embed.clip import ClipModel


@dataclass(frozen=True)
class Tag:
    """What is looked for: its name, and texts that describe it."""

    name: str
    texts: tuple[str, ...]


@dataclass(frozen=True)
class CaptionOptions:
    """How captions are wanted: what the model sees, what it is told, how it answers.

    `timed` notes how many seconds each took, so that no two runs give the same bytes.
    """

    frames: FrameOptions = field(default_factory=FrameOptions)
    context: PromptContext = field(default_factory=PromptContext)
    sampling: Sampling = field(default_factory=Sampling)
    timed: bool = True
    schema: Mapping[str, Any] | None = None  # a JSON Schema of the answer
    tags: tuple[Tag, ...] = ()  # what is judged to be shown or not
    clip: "ClipModel | None" = None  # chooses among candidates, and judges tags
    candidates: int = 3  # captions of which the best stays
    long: int = 0  # words of one text about each video; 0 gives its spans
    names: bool = False  # one name for each thing across the captions of a video
