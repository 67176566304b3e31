"""How the models that an ability may use are opened, each when it is needed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vtk.errors import MissingError

if TYPE_CHECKING:
    from vtk.models.embed.image_text import ImageTextModel
    from vtk.models.embed.text_model import TextModel
    from vtk.models.llm.prompt import LanguageModel


@dataclass(frozen=True)
class Openers:
    """How to open each kind of model; None where none is named. Who opens one closes it."""

    clip: "Callable[[], ImageTextModel] | None" = None  # pictures and texts
    embedder: "Callable[[], TextModel] | None" = None  # texts
    language: "Callable[[], LanguageModel] | None" = None  # asks about texts and pictures

    def need_language(self) -> "Callable[[], LanguageModel]":
        """The opener of the language model. Raises MissingError if none is named."""
        if self.language is None:
            raise MissingError("this method asks a model: --model NAME or --endpoint URL")
        return self.language
