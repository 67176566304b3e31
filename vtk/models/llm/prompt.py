"""What is asked of a language model and what it answers, whatever backend runs it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from vtk.errors import ModelError

Picture = NDArray[np.uint8]
"""Height x width x 3, RGB, one byte a channel, C-contiguous."""

YES_NO = ("yes", "no")
THOUGHT = ("<think>", "</think>")  # around what Qwen3, DeepSeek and others think before they answer


@dataclass(frozen=True)
class Prompt:
    """One turn of a user: texts and pictures in the order in which the model meets them.

    Prompts that are alike up to their last picture share its encoding (`LanguageModel`).
    """

    parts: tuple[str | Picture, ...]
    system: str | None = None

    @classmethod
    def about(
        cls, frames: Iterable[tuple[float, Picture]], text: str, *, system: str | None = None
    ) -> Self:
        """A text about frames, each frame with its time in seconds before it."""
        return cls((*with_times(frames), text), system)

    @property
    def pictures(self) -> list[Picture]:
        """The pictures in order."""
        return [part for part in self.parts if not isinstance(part, str)]


def with_times(frames: Iterable[tuple[float, Picture]]) -> Iterator[str | Picture]:
    """Each frame after its time as text, `<12.5 seconds>`, as Qwen3-VL writes it (section 2)."""
    for seconds, picture in frames:
        yield f"<{seconds:.1f} seconds>"
        yield picture


@dataclass(frozen=True)
class Sampling:
    """How an answer is generated: greedy with temperature 0, else drawn with the seed.

    `schema` is a JSON Schema that the answer follows to the letter.
    """

    max_tokens: int = 256
    temperature: float = 0.0
    top_p: float = 0.95
    seed: int = 0
    schema: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Answer:
    """A generated text; `whole` is False where it ended at the limit of tokens."""

    text: str
    tokens_in: int
    tokens_out: int
    whole: bool = True

    @classmethod
    def of(cls, said: str, tokens_in: int, tokens_out: int, whole: bool) -> Self:
        """The answer in what a model said: without what it thought aloud before it.

        Raises ModelError where it was still thinking at the limit of tokens.
        """
        _, ended, answer = said.rpartition(THOUGHT[1])
        if not ended and said.lstrip().startswith(THOUGHT[0]):
            raise ModelError(
                f"the model was still thinking after {tokens_out} tokens: give it more, with "
                "--max-tokens where the command has it, or take a model that answers at once"
            )
        return cls((answer if ended else said).strip(), tokens_in, tokens_out, whole)


class LanguageModel(Protocol):
    """A language model, with eyes or without, in this process or behind a server."""

    name: str
    at_once: int  # prompts that are worked on together
    settings: str  # what besides the weights decides its answers: how it was loaded

    def answers(
        self, prompts: Iterable[Prompt], sampling: Sampling = ...
    ) -> Iterator[Answer | ModelError]:
        """An answer to each prompt, in order; a prompt that fails gives its error instead.

        Prompts are read a few ahead, as many as the backend works on at once.
        """

    def scores(
        self, prompts: Iterable[Prompt], choices: Sequence[str] = YES_NO
    ) -> Iterator[list[float] | ModelError]:
        """The probability of each choice as the answer to each prompt, in order, summing to 1.

        Read from the logits of the first token, all spellings of a choice together: the choices
        must differ in their first token. Raises UsageError where they do not.
        """

    @property
    def sha256(self) -> str | None:
        """The SHA-256 of the model's file, where it is here."""

    def close(self) -> None:
        """Free what the model holds; it is not used again."""
