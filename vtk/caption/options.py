"""Options of captions by a model."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from vtk.errors import UsageError
from vtk.models.llm.json_schema import check_schema
from vtk.models.llm.prompt import Sampling
from vtk.prompting.frames import FrameOptions
from vtk.prompting.templates import PromptContext

if TYPE_CHECKING:
    from vtk.models.embed.image_text import ImageTextModel


@dataclass(frozen=True)
class Tag:
    """Something to look for: its name, and texts that describe it."""

    name: str
    texts: tuple[str, ...]


@dataclass(frozen=True)
class CaptionOptions:
    """Options of captions: what the model sees, what it is told, how it answers.

    `timed` records how many seconds each caption took, so that no two runs give the same bytes.
    Raises UsageError for a schema that is none or refers to what is not in it, and for tags without
    pictures.
    """

    frames: FrameOptions = field(default_factory=FrameOptions)
    context: PromptContext = field(default_factory=PromptContext)
    sampling: Sampling = field(default_factory=Sampling)
    timed: bool = True
    schema: Mapping[str, Any] | None = None  # a JSON Schema of the answer
    tags: tuple[Tag, ...] = ()  # things judged to be shown or not
    clip: "ImageTextModel | None" = None  # chooses among candidates, and judges tags
    candidates: int = 3  # number of captions from which the best is chosen
    long: int = 0  # words of a single text about each video; 0 captions its spans
    names: bool = False  # whether a thing has the same name in all captions of a video

    def __post_init__(self) -> None:
        if self.schema is not None:
            check_schema(self.schema)
        if self.tags and self.frames.layout == "none":
            raise UsageError("tags are judged by pictures, and the layout none shows none")
