"""Keyframes that answer a query, of whole spans."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vtk.models.embed.image_text import ImageTextModel
    from vtk.models.llm.prompt import LanguageModel

DEFAULT = "clips"  # the method
KEYFRAMES = 8  # of a span if no number is given


@dataclass(frozen=True)
class Query:
    """What keyframes are to answer.

    `clip` scores frames; without it the words of the span do, in `language` (English if not given).
    `model` is asked by the methods that do. `tokens` is the most that the pictures of a span may
    cost a vision-language model; `crop` finds a box of interest in each, by `clip`.
    """

    text: str
    clip: "ImageTextModel | None" = None
    model: "LanguageModel | None" = None
    language: str | None = None
    tokens: int | None = None
    crop: bool = False
