"""What is told once of a server of OpenAI's chat protocol in a run."""

import logging
from collections.abc import Callable, Sequence
from typing import Any

from vtk.models.llm.llama_server import ServerProps, is_same_model
from vtk.models.llm.prompt import Answer

log = logging.getLogger("vtk")


class ServerNotes:
    """Warns, once of each, of what a server at `place` does otherwise than asked.

    `model` is the one that it was asked for; `redacted` hides keys in what the server says.
    """

    def __init__(self, model: str, place: str, redacted: Callable[[str], str]) -> None:
        self._model, self._place, self._redacted = model, place, redacted
        self._told: set[str] = set()

    def of_answer(self, answer: Answer, most: int, props: ServerProps | None) -> None:
        """Warn of an answer by another model, and of one cut off before `most` tokens."""
        self.of_model(answer.model)
        if not answer.whole and 0 < answer.tokens_out < most:
            full = props and answer.tokens_in + answer.tokens_out >= props.context - 1
            why = "the context of a slot is full" if full else "it took too long"
            self._warn("%s cut off an answer after %d tokens: %s", answer.tokens_out, why)

    def of_model(self, told: Any) -> None:
        """Warn of an answer by another model."""
        if isinstance(told, str) and told and not is_same_model(self._model, told):
            model = self._redacted(told)
            self._warn("%s answers with the model %s, not with %s", model, self._model)

    def of_spoken(self, choices: Sequence[str]) -> None:
        """Warn that choices are taken from what the model says, as it lists no probabilities."""
        named = " and ".join(choices)
        self._warn("%s lists no log-probabilities: %s are taken from its answer as 1 or 0", named)

    def _warn(self, message: str, *values: Any) -> None:
        if message not in self._told:
            self._told.add(message)
            log.warning(message, self._place, *values)
