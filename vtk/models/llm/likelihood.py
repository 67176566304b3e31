"""The log-probability of a given text as the answer to a prompt."""

from collections.abc import Callable

import numpy as np

from vtk.errors import ModelError
from vtk.models.llm.kv_slots import Slots, up_to_last_picture
from vtk.models.llm.llama_chunks import Chunk
from vtk.models.llm.llama_cpp import Engine
from vtk.models.llm.prompt import Likelihood

AT_ONCE = 64  # tokens whose logits are held at once, four bytes for each token of the vocabulary


def likelihood(engine: Engine, slots: Slots, prompt: list[Chunk], text: list[int]) -> Likelihood:
    """Return the log-probability of the tokens `text` after a prompt.

    Every token of the text is evaluated once, the prompt as far as no sequence holds it already: it
    is kept for the next text. Raises ModelError if the context is too small or there is no text.
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
    read = [int(prompt[-1].key), *text[:-1]]  # each predicts the token of `text` in its place
    total = 0.0
    try:
        for start in range(0, len(text), AT_ONCE):
            piece = read[start : start + AT_ONCE]
            engine.evaluate([(t, slot.length + n, slot.number, True) for n, t in enumerate(piece)])
            slot.append([Chunk(token) for token in piece])
            for at, token in enumerate(text[start : start + AT_ONCE]):
                logits = engine.logits(at).astype(np.float64)
                logits -= logits.max()
                total += float(logits[token] - np.log(np.exp(logits).sum()))
    except ModelError:
        slots.empty(slot)
        raise
    return Likelihood(total, len(text))


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
