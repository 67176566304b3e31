"""A model that reads the numbered lines of a prompt, for what is asked about summaries."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from tests.prompting.scripted import Scripted
from vtk.errors import ModelError
from vtk.models.llm.json_schema import INSTRUCTION
from vtk.models.llm.prompt import Answer, Prompt, Sampling

LINE = re.compile(r"^(\d+)\. (?:\([^)]*\) )?(.+)$", re.M)

Answers = Callable[[str, dict[str, Any]], Any]


class Reader(Scripted):
    """Answers by the properties that the schema asks for; what is not in `says` it does not know.

    `room` are the letters of a prompt that it takes in; its answers quote lines.
    """

    def __init__(
        self, says: dict[str, Answers] | None = None, *, room: int = 10**9, at_once: int = 1
    ) -> None:
        super().__init__(self._said, at_once=at_once)
        self.says = {"sentences": quotes(), **(says or {})}
        self.room = room
        self.kinds: list[str] = []
        self.told: list[str] = []

    def answers(
        self, prompts: Iterable[Prompt], sampling: Sampling | None = None
    ) -> Iterator[Answer | ModelError]:
        """What it says, with a token for four letters."""
        for answer in super().answers(prompts, sampling or Sampling()):
            if isinstance(answer, Answer):
                told, given = len(self.told[-1]) // 4, len(answer.text) // 4
                answer = replace(answer, tokens_in=told, tokens_out=given)
            yield answer

    def _said(self, text: str, warmth: float) -> str | ModelError:
        if len(text) > self.room:
            return ModelError("the prompt is too long")
        told, _, schema = text.rpartition(INSTRUCTION)
        properties = json.loads(schema)["properties"]
        kind = next(name for name in self.says if name in properties)
        self.kinds.append(kind)
        self.told.append(told)
        answer = self.says[kind](told, properties)
        return answer if isinstance(answer, str | ModelError) else json.dumps(answer)


def numbered(text: str) -> list[tuple[int, str]]:
    """The numbered lines of a prompt."""
    return [(int(number), line) for number, line in LINE.findall(text)]


def quotes(most: int = 3) -> Answers:
    """Answer with lines as they are, from all over the text, each citing itself."""

    def answer(text: str, properties: dict[str, Any]) -> Any:
        lines = numbered(text)
        asked = properties["sentences"]
        count = min(most, asked["maxItems"], len(lines))
        chosen = [lines[n * len(lines) // count] for n in range(count)]
        return {"sentences": [_sentence(asked, [number], line) for number, line in chosen]}

    return answer


def writes(*told: tuple[str, Sequence[int]]) -> Answers:
    """Answer with these sentences and what they cite."""
    return lambda text, properties: {
        "sentences": [_sentence(properties["sentences"], cites, line) for line, cites in told]
    }


def _sentence(asked: dict[str, Any], cites: Sequence[int], text: str) -> dict[str, Any]:
    section = asked["items"]["properties"].get("section")
    longest = asked["items"]["properties"]["text"]["maxLength"]
    found: dict[str, Any] = {"section": section["enum"][-1]} if section else {}
    return {**found, "cites": list(cites), "text": text[:longest]}
