"""The methods for captioning a span."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from vtk.methods import Methods

if TYPE_CHECKING:
    from vtk.caption.task import CaptionTask
    from vtk.prompting.dialogue import Dialogue


@dataclass(frozen=True)
class CaptionMethod:
    """A way to caption a span: with a model and the templates in `prompts`, or without a model.

    `words` are the templates where no frame is shown; a method without them needs frames, and one
    without `prompts` shows none. `ask` returns fields of the span; what is under `made` goes into
    its provenance.
    """

    prompts: Mapping[str, str] = field(default_factory=dict)
    ask: "Callable[[CaptionTask], Dialogue] | None" = None  # None where no model is asked
    takes_schema: bool = False  # whether the method supports answers that follow a JSON Schema
    words: Mapping[str, str] = field(default_factory=dict)
    block: float | None = None  # seconds of a stretch, where a model is told all that is said

    def templates(self, layout: str) -> Mapping[str, str]:
        """The templates for a layout of frames."""
        return self.words if layout == "none" or not self.prompts else self.prompts


METHODS = Methods[CaptionMethod]("caption")
