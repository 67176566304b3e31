"""What a method of captioning is given: a span, its frames, and the words to ask with."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from vtk.caption.options import CaptionOptions
from vtk.models.llm.prompt import Prompt
from vtk.prompting.dialogue import Generate, YesNo, checked
from vtk.prompting.frames import LAYOUTS, Parts, TimedFrame, one_by_one
from vtk.prompting.templates import render
from vtk.span import Span


@dataclass(frozen=True)
class CaptionTask:
    """A span with the frames that are shown of it, and what is known to be told of it."""

    span: Span
    frames: Sequence[TimedFrame]
    prompts: Mapping[str, str]
    known: Mapping[str, str]
    options: CaptionOptions

    @property
    def parts(self) -> Parts:
        """All frames as the layout has them."""
        return LAYOUTS[self.options.frames.layout](self.frames, self.options.frames)

    def parts_of(self, frames: Sequence[TimedFrame]) -> Parts:
        """Some of the frames, one after the other."""
        return one_by_one(frames, self.options.frames)

    def generate(
        self,
        step: str,
        parts: Parts,
        *,
        read: Callable[[str], Any] = checked,
        schema: Mapping[str, Any] | None = None,
        **values: str,
    ) -> Generate:
        """The prompt of a step about pictures; `values` are what only this step knows."""
        sampling = (
            replace(self.options.sampling, schema=schema) if schema else self.options.sampling
        )
        return Generate(self._prompt(step, parts, values), sampling, read)

    def yes_no(self, step: str, parts: Parts, **values: str) -> YesNo:
        """The question of a step to be answered by yes or no."""
        return YesNo(self._prompt(step, parts, values))

    def has_step(self, step: str) -> bool:
        """Whether a step is wanted: a user turns it off by an empty prompt."""
        return bool(self.prompts[step].strip())

    def _prompt(self, step: str, parts: Parts, values: Mapping[str, str]) -> Prompt:
        return Prompt((*parts, render(self.prompts[step], {**self.known, **values})))


MARKS = ".!?…。！？"  # that end a sentence


def join_sentences(texts: Sequence[str]) -> str:
    """Texts as one, each a sentence of its own."""
    return " ".join(_ended(text.strip()) for text in texts if text.strip())


def _ended(text: str) -> str:
    return text if text[-1] in MARKS else text + "."


def sentence(text: str) -> str:
    """A statement as a sentence of its own: a capital at its beginning, a mark at its end."""
    bare = text.strip().rstrip(",;")
    return _ended(bare[:1].upper() + bare[1:])


def time_label(seconds: float) -> str:
    """A time as it is told to a model."""
    return f"{seconds:.1f}"
