"""What each method of summaries asks a model about an hour: questions, and tokens in and out.

`python tests/benchmarks/summarize_cost.py [--context TOKENS]`. No model is needed: one answers that
writes as many sentences of twenty words as it may. A token counts as four letters.
"""

import argparse
import json
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from vtk.models.llm.json_schema import INSTRUCTION
from vtk.models.llm.prompt import Answer, Prompt, Sampling
from vtk.models.openers import Openers
from vtk.span import Span
from vtk.summarize import METHODS, Task, summarize

WORDS_A_MINUTE, SENTENCE = 150, 15  # of a lecture
GOLDEN = 0.618  # multiples of the golden ratio lie all over


class Writer:
    """A `LanguageModel` that quotes the lines which it is told of, in sentences of twenty words."""

    name, settings, sha256, pairs, at_once = "writer", "", None, False, 1

    def __init__(self, context: int) -> None:
        self.context = context

    def answers(
        self, prompts: Iterable[Prompt], sampling: Sampling | None = None
    ) -> Iterator[Answer]:
        """An answer to each prompt."""
        for prompt in prompts:
            told = "".join([prompt.system or "", *(p for p in prompt.parts if isinstance(p, str))])
            text, _, schema = told.rpartition(INSTRUCTION)
            said = json.dumps(answer(text, json.loads(schema)))
            yield Answer(said, len(told) // 4, len(said) // 4)

    def close(self) -> None:
        """Nothing to free."""


def answer(text: str, schema: dict[str, Any]) -> Any:
    """A value that follows a schema of those that summaries ask with."""
    match schema["type"]:
        case "object":
            if "cites" in schema["properties"]:
                return quoted(text, schema["properties"])
            return {name: answer(text, each) for name, each in schema["properties"].items()}
        case "array":
            count = schema["maxItems"] if schema["minItems"] else 0
            return [answer(f"{n}\n{text}", schema["items"]) for n in range(1, count + 1)]
        case "integer":
            return min(schema["maximum"], 7)
    return "Say more of what matters, and in the order of the video."


def quoted(text: str, properties: dict[str, Any]) -> Any:
    """Two lines of the text as one sentence; which ones, its first line tells."""
    number, _, told = text.partition("\n")
    lines = [line.partition(". ")[2] for line in told.splitlines() if line[:1].isdigit()]
    first = int(int(number) * GOLDEN * len(lines))
    places = [(first + n) % len(lines) for n in (0, 1)]
    words = " ".join(lines[place] for place in places).split()[:20]
    said: dict[str, Any] = {"cites": sorted({place + 1 for place in places})[:6]}
    if "section" in properties:
        said["section"] = properties["section"]["enum"][0]
    return {**said, "text": " ".join(words)[: properties["text"]["maxLength"]]}


def lecture(minutes: int = 60) -> Span:
    """A lecture of made-up words, as frequent as words are."""
    rng = np.random.default_rng(23)
    letters = list("abcdefghijklmnoprstuvwz")
    known = ["".join(rng.choice(letters, rng.integers(2, 9))) for _ in range(3000)]
    places = np.minimum(rng.zipf(1.3, minutes * WORDS_A_MINUTE) - 1, len(known) - 1)
    said = [known[place] for place in places]
    step = 60 * SENTENCE / WORDS_A_MINUTE
    speech = [
        {
            "start": step * n,
            "end": step * (n + 1),
            "text": " ".join(said[n * SENTENCE : (n + 1) * SENTENCE]).capitalize() + ".",
        }
        for n in range(len(said) // SENTENCE)
    ]
    return Span(video="lecture.mp4", start=0.0, end=60.0 * minutes, kind="video", speech=speech)


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--context", type=int, nargs="*", default=[4096, 8192, 32768])
    arguments = parser.parse_args()
    print("| method | context | questions | tokens in | tokens out |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for method in METHODS:
        for context in arguments.context if method != "extract" else ():
            models = Openers(language=lambda: Writer(context))  # type: ignore[arg-type, return-value]  # noqa: B023
            (found,) = summarize([lecture()], Task(models=models), method=method)
            made = found["made"][-1]
            told = (made["questions"], made["tokens_in"], made["tokens_out"])
            print(f"| {method} | {context:,} | " + " | ".join(f"{each:,}" for each in told) + " |")


if __name__ == "__main__":
    main()
