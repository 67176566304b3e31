"""The input of a captioning method: a span, its frames, and the prompts to ask the model."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from vtk.caption.options import CaptionOptions
from vtk.models.llm.prompt import Prompt
from vtk.prompting.dialogue import Generate, YesNo, checked
from vtk.prompting.frames import LAYOUTS, Parts, TimedFrame, one_by_one
from vtk.prompting.templates import VALUE, render
from vtk.span import Span
from vtk.text import MARKS

WORDS = ("speech", "screen_text", "caption")  # the values of templates that are words of a span


@dataclass(frozen=True)
class CaptionTask:
    """A span, the frames shown to the model, and `known`, the values that fill the templates."""

    span: Span
    frames: Sequence[TimedFrame]
    prompts: Mapping[str, str]
    known: Mapping[str, str]
    options: CaptionOptions

    @property
    def parts(self) -> Parts:
        """All frames, arranged by the chosen layout, as parts of a prompt."""
        return LAYOUTS[self.options.frames.layout](self.frames, self.options.frames)

    def parts_of(self, frames: Sequence[TimedFrame]) -> Parts:
        """The given frames, one picture after the other, as parts of a prompt."""
        return one_by_one(frames, self.options.frames)

    def generate(
        self,
        step: str,
        parts: Parts,
        *,
        read: Callable[[Any], Any] = checked,
        schema: Mapping[str, Any] | None = None,
        **values: str,
    ) -> Generate:
        """The request for the answer of a step; `values` fill template fields of this step only."""
        sampling = (
            replace(self.options.sampling, schema=schema) if schema else self.options.sampling
        )
        return Generate(self._prompt(step, parts, values), sampling, read)

    def yes_no(self, step: str, parts: Parts, **values: str) -> YesNo:
        """The request for the yes-or-no answer of a step."""
        return YesNo(self._prompt(step, parts, values))

    def has_step(self, step: str) -> bool:
        """Whether a step is enabled: users disable it with an empty prompt."""
        return bool(self.prompts[step].strip())

    def has_words(self, step: str) -> bool:
        """Whether the template of a step inserts words of the span, or wants none."""
        wanted = [name for name in VALUE.findall(self.prompts[step]) if name in WORDS]
        return not wanted or any(self.known[name].strip() for name in wanted)

    def _prompt(self, step: str, parts: Parts, values: Mapping[str, str]) -> Prompt:
        return Prompt((*parts, render(self.prompts[step], {**self.known, **values})))


def join_sentences(texts: Sequence[str]) -> str:
    """Join texts into one, with an end mark after each."""
    return " ".join(_ended(text.strip()) for text in texts if text.strip())


def _ended(text: str) -> str:
    return text if text[-1] in MARKS else text + "."


def sentence(text: str) -> str:
    """A statement as a sentence: with a capital at the beginning and an end mark."""
    bare = text.strip().rstrip(",;")
    return _ended(bare[:1].upper() + bare[1:])


def time_label(seconds: float) -> str:
    """A time in seconds as written in prompts."""
    return f"{seconds:.1f}"
