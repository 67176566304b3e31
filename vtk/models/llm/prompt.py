"""Prompts, sampling, answers and the language model interface, independent of the backend."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from vtk.errors import ModelError
from vtk.text import without_controls

Picture = NDArray[np.uint8]
"""Height x width x 3, RGB, one byte a channel, C-contiguous; or two such frames, 2 x height x width
x 3, a pair that a model whose `pairs` is true merges into one picture."""

YES_NO = ("yes", "no")
THOUGHT = ("<think>", "</think>")  # delimiters of the reasoning of Qwen3, DeepSeek and others


@dataclass(frozen=True)
class Prompt:
    """A single user turn: texts and pictures in the order in which the model reads them.

    Prompts with the same parts up to their last picture share its encoding (see `LocalModel`).
    """

    parts: tuple[str | Picture, ...]
    system: str | None = None

    @classmethod
    def about(
        cls,
        frames: Iterable[tuple[float, Picture]],
        text: str,
        *,
        system: str | None = None,
        pairs: bool = False,
    ) -> Self:
        """Return a prompt of frames, each (or each pair) after its time, followed by a text."""
        return cls((*with_time_labels(frames, pairs=pairs), text), system)

    @property
    def pictures(self) -> list[Picture]:
        """The pictures of the prompt, in order."""
        return [part for part in self.parts if not isinstance(part, str)]

    @property
    def paired(self) -> bool:
        """Whether two successive frames are shown as one picture."""
        return any(picture.ndim == 4 for picture in self.pictures)


def with_time_labels(
    frames: Iterable[tuple[float, Picture]], *, pairs: bool = False
) -> Iterator[str | Picture]:
    """Yield each frame after its time as text, `<12.5 seconds>`, as in Qwen3-VL (section 2).

    With `pairs`, two successive frames of one size become one part after the mean of their times:
    Qwen3-VL was trained with one such text for each temporal patch of two frames (its processor in
    transformers). A last odd frame, and frames of other sizes, stay alone.
    """
    waiting = list(frames)
    while waiting:
        (seconds, picture), *waiting = waiting
        if pairs and waiting and waiting[0][1].shape == picture.shape:
            (later, other), *waiting = waiting
            seconds, picture = (seconds + later) / 2, np.stack((picture, other))
        yield f"<{seconds:.1f} seconds>"
        yield picture


@dataclass(frozen=True)
class Sampling:
    """Sampling parameters: greedy at temperature 0, else random with the seed.

    `schema` is a JSON Schema that constrains decoding as far as the backend can;
    `run_dialogues` tells it to the model and checks the answers against it.
    """

    max_tokens: int = 256
    temperature: float = 0.0
    top_p: float = 0.95
    seed: int = 0
    schema: Mapping[str, Any] | None = None
    count: int = 1


@dataclass(frozen=True)
class Answer:
    """A generated text; `whole` is False if it was cut off at the token limit.

    `tokens_cached` of `tokens_in` were evaluated before, for another prompt; None if that is not
    told. `model` is the name of the model that answered, if a server tells it.
    """

    text: str
    tokens_in: int
    tokens_out: int
    whole: bool = True
    tokens_cached: int | None = None
    model: str | None = None

    @classmethod
    def of(
        cls,
        said: str,
        tokens_in: int,
        tokens_out: int,
        whole: bool,
        tokens_cached: int | None = None,
        model: str | None = None,
    ) -> Self:
        """Return the answer in a generated text, without reasoning before it, control characters.

        Raises ModelError if the model was still reasoning at the token limit.
        """
        _, ended, answer = said.rpartition(THOUGHT[1])
        if not ended and said.lstrip().startswith(THOUGHT[0]):
            raise ModelError(
                f"the model was still thinking after {tokens_out} tokens: give it more, with "
                "--max-tokens where the command has it, or take a model that answers at once"
            )
        text = without_controls(answer if ended else said).strip()
        return cls(text, tokens_in, tokens_out, whole, tokens_cached, model)


@dataclass(frozen=True)
class Likelihood:
    """The natural logarithm of the probability of a text, and its number of tokens."""

    log: float
    tokens: int


class LanguageModel(Protocol):
    """A language model, with or without vision, in this process or on a server."""

    name: str
    at_once: int  # prompts evaluated concurrently
    settings: str  # what determines the answers besides the weights: how the model was loaded
    pairs: bool  # whether it is shown two successive frames as one picture

    def answers(
        self, prompts: Iterable[Prompt], sampling: Sampling = ...
    ) -> Iterator[Answer | ModelError]:
        """Yield an answer to each prompt, in order, or the error of a prompt that fails.

        With `sampling.count` above 1, as many for each prompt, one after the other.

        Prompts are read ahead, as many as the backend evaluates at once.
        """

    def scores(
        self, prompts: Iterable[Prompt], choices: Sequence[str] = YES_NO
    ) -> Iterator[list[float] | ModelError]:
        """Yield the probabilities of the choices, summing to 1, for each prompt, in order.

        Computed from the logits of the first token, summed over all spellings of a choice. Raises
        UsageError if the choices do not differ in their first token.
        """

    def likelihoods(self, texts: Iterable[tuple[Prompt, str]]) -> Iterator[Likelihood | ModelError]:
        """Yield how likely the model is to answer each prompt with the given text, in order.

        The end of the answer is not counted. Texts that follow each other on the same prompt share
        its evaluation. Raises UsageError if the backend cannot score given texts.
        """

    @property
    def sha256(self) -> str | None:
        """The SHA-256 of the model file, if it is local."""

    @property
    def context(self) -> int | None:
        """How many tokens a prompt and its answer may have together, if that is known."""

    def close(self) -> None:
        """Free all resources; the model must not be used afterwards."""
