"""The log-probabilities of given texts as the answers to prompts."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

import numpy as np

from vtk.errors import ModelError
from vtk.models.llm.kv_slots import Slot, Slots, up_to_last_picture
from vtk.models.llm.llama_chunks import Chunk
from vtk.models.llm.llama_cpp import Engine
from vtk.models.llm.prompt import Likelihood

T = TypeVar("T")

AT_ONCE = 64  # tokens whose logits are held at once, four bytes for each token of the vocabulary


@dataclass
class ScoredText:
    """A text in the sequence that holds its prompt, and the log-probability of its first tokens.

    `read` are the tokens to evaluate, each of which predicts the token of `text` in its place.
    """

    slot: Slot
    read: list[int]
    text: list[int]
    log: float = 0.0
    done: int = 0


def begin(engine: Engine, slots: Slots, prompt: list[Chunk], text: list[int]) -> ScoredText:
    """Assign a text to a free sequence and evaluate there what is lacking of its prompt.

    The prompt is kept for other texts. Raises ModelError if the context is too small for both, or
    if there is no text.
    """
    if not text:
        raise ModelError("there is no text whose likelihood could be told")
    if prompt[-1].media:
        raise ModelError("the model's chat template leaves no word after the pictures")
    size = sum(chunk.size for chunk in prompt) + len(text) - 1
    if size > engine.context:
        raise ModelError(
            f"the prompt and the text have {size} tokens and the context {engine.context}: "
            "fewer or smaller pictures, less text or a larger --context"
        )
    slot = slots.assign(prompt)
    slots.fill(slot, up_to_last_picture(prompt))
    slots.fill(slot, prompt[:-1])
    slot.busy = True
    return ScoredText(slot, [int(prompt[-1].key), *text[:-1]], text)


def likelihoods(
    engine: Engine, slots: Slots, asked: Iterable[T], begin: Callable[[T], ScoredText]
) -> Iterator[Likelihood | ModelError]:
    """Yield the likelihood of each text that `begin` puts into a sequence, or its error, in order.

    As many texts as there are sequences are evaluated together, AT_ONCE tokens at a time.
    """
    source = iter(asked)
    while group := list(islice(source, len(slots))):
        found: list[ScoredText | ModelError] = []
        try:
            for each in group:
                try:
                    found.append(begin(each))
                except ModelError as error:
                    found.append(error)
            failure = _evaluate(engine, slots, _begun(found))
        finally:
            for text in _begun(found):
                text.slot.busy = False
        for one in found:
            if isinstance(one, ModelError):
                yield one
            else:
                yield failure or Likelihood(one.log, len(one.text))


def _begun(found: Iterable[ScoredText | ModelError]) -> list[ScoredText]:
    return [one for one in found if isinstance(one, ScoredText)]


def _evaluate(engine: Engine, slots: Slots, texts: list[ScoredText]) -> ModelError | None:
    """Evaluate texts to their ends; return what keeps them all from it."""
    live = texts
    try:
        while live:
            _step(engine, live)
            live = [text for text in live if text.done < len(text.text)]
    except ModelError as error:
        for text in texts:
            slots.empty(text.slot)
        return error
    return None


def _step(engine: Engine, live: Sequence[ScoredText]) -> None:
    batch: list[tuple[int, int, int, bool]] = []
    wanted: list[tuple[ScoredText, int]] = []
    for each in live:
        piece = each.read[each.done : each.done + AT_ONCE - len(batch)]
        number, length = each.slot.number, each.slot.length
        batch += [(token, length + n, number, True) for n, token in enumerate(piece)]
        wanted += [(each, token) for token in each.text[each.done : each.done + len(piece)]]
        each.slot.append([Chunk(token) for token in piece])
        each.done += len(piece)
    engine.evaluate(batch)
    for at, (each, token) in enumerate(wanted):
        logits = engine.logits(at).astype(np.float64)
        logits -= logits.max()
        each.log += float(logits[token] - np.log(np.exp(logits).sum()))


def tokens_after(
    tokens: Callable[..., list[int]], before: str, text: str, *, plain: bool
) -> list[int]:
    """Return the tokens of a text that follows `before`, whose tokens stay as they are alone.

    Tokenizers may put a space before a text that stands alone, or join its first character to what
    stands before it. So the text is tokenized after `before`, and where that would change the
    tokens of `before`, or control tokens in the text would be read (not `plain`), after a line end.
    """
    for context, special in ((before, True), ("\n", False), ("", False)):
        if special and not plain:
            continue
        first, whole = (tokens(each, special=special) for each in (context, context + text))
        if whole[: len(first)] == first:
            break
    return whole[len(first) :]
