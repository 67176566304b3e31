"""Questions about one video to a language model: in batches, within a budget, resumed, counted."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from vtk.errors import GoneError, MissingError, ModelError
from vtk.models.llm.prompt import LanguageModel, Prompt, Sampling
from vtk.prompting.dialogue import Dialogue, Generate, Outcome, raise_if_gone, run_dialogues
from vtk.prompting.windows import LETTERS_PER_TOKEN
from vtk.span import Span

if TYPE_CHECKING:
    from vtk.store.journal import ResumeJournal

ROUNDS = 2  # questions in flight for each prompt that the model works on at once


class SpentError(ModelError):
    """A question was not asked, as its answer might exceed the budget of tokens."""


@dataclass(frozen=True)
class Question:
    """A question about a stretch of the video in seconds, and the JSON Schema of its answer.

    `check` raises ModelError for an answer that follows the schema and is still to be asked for
    again.
    """

    text: str
    schema: Mapping[str, Any]
    max_tokens: int
    start: float
    end: float
    check: Callable[[Any], None] = lambda value: None
    system: str | None = None


class Asker:
    """Asks a model about one video, and counts what that takes.

    With `budget`, no question is asked whose answer might bring the tokens of all prompts and
    answers over it. Answers that `journal` has from an earlier run are not asked for again.
    """

    def __init__(
        self,
        model: LanguageModel,
        video: str,
        *,
        budget: int | None = None,
        seed: int = 0,
        journal: "ResumeJournal | None" = None,
    ) -> None:
        self.model, self.video, self.budget = model, video, budget
        self._seed, self._journal = seed, journal
        self.questions = self.tokens_in = self.tokens_out = self.unasked = 0
        self.served: str | None = None
        self._letters = 0  # in the prompts whose tokens are known

    def cost(self, question: Question) -> int:
        """The most tokens that a question should take, by what the ones before it took."""
        rate = self._letters / self.tokens_in if self.tokens_in else LETTERS_PER_TOKEN
        return round(_size(question) / rate) + question.max_tokens

    def values(self, questions: Sequence[Question], *, reserve: int = 0) -> list[Any]:
        """The values that were answered, in order, or the ModelError of a question without one.

        `reserve` tokens of the budget are left for later questions. A question for which the rest
        does not suffice has a SpentError. Raises MissingError if the model is gone, which is no
        answer that could be done without.
        """
        found: dict[int, Any] = {}
        waiting = []
        for number, question in enumerate(questions):
            if (known := self._known(question)) is not None:
                found[number] = known
            else:
                waiting.append(number)
        size = ROUNDS * self.model.at_once
        for first in range(0, len(waiting), size):
            some = self._affordable(waiting[first : first + size], questions, reserve)
            outcomes = run_dialogues(self.model, (_dialogue(self._ask(questions[n])) for n in some))
            for number, outcome in zip(some, outcomes, strict=True):
                found[number] = self._taken(questions[number], outcome)
            try:
                raise_if_gone(outcomes)
            except GoneError as error:
                raise MissingError(str(error)) from None
        state = "is spent" if self.questions else "does not suffice for the first question"
        spent = SpentError(f"the budget of {self.budget} tokens {state}")
        return [found.get(number, spent) for number in range(len(questions))]

    def value(self, question: Question) -> Any:
        """The value that was answered. Raises ModelError if there is none."""
        (found,) = self.values([question])
        if isinstance(found, ModelError):
            raise found
        return found

    def _affordable(
        self, numbers: Sequence[int], questions: Sequence[Question], reserve: int
    ) -> Sequence[int]:
        """The questions for which the rest of the budget suffices; the others are counted."""
        if self.budget is None:
            return numbers
        left = self.budget - self.tokens_in - self.tokens_out - reserve
        some = []
        for number in numbers:
            left -= self.cost(questions[number])
            if left >= 0:
                some.append(number)
        self.unasked += len(numbers) - len(some)
        return some

    def _ask(self, question: Question) -> Generate:
        def read(value: Any) -> Any:
            question.check(value)
            return value

        sampling = Sampling(question.max_tokens, seed=self._seed, schema=question.schema)
        return Generate(Prompt((question.text,), question.system), sampling, read)

    def _step(self, question: Question) -> Span:
        """The record of an answer in the journal, without the answer."""
        told: list[Any] = [question.system, question.text, dict(question.schema)]
        told += [question.max_tokens, self._seed]
        told += [self.model.name, self.model.settings, self.model.sha256]
        step = hashlib.sha256(orjson.dumps(told)).hexdigest()[:16]
        times = {"start": question.start, "end": question.end}
        return Span(video=self.video, **times, kind="window", step=step)

    def _known(self, question: Question) -> Any | None:
        """The answer that the journal has, if it has one; its tokens count."""
        found = self._journal.lookup(self._step(question), {}) if self._journal else None
        if found is None:
            return None
        made = found["made"][-1]
        self._count(question, made["tokens_in"], made["tokens_out"])
        return found["fields"]

    def _taken(self, question: Question, outcome: Outcome) -> Any:
        """The answer or the error of an outcome, counted, and noted in the journal."""
        self._count(question, outcome.tokens_in, outcome.tokens_out)
        self.served = outcome.served or self.served
        if outcome.error is not None:
            return outcome.error
        if self._journal is not None:
            step = Span({**self._step(question), "fields": outcome.fields})
            made = step.with_provenance(
                "summarize", tokens_in=outcome.tokens_in, tokens_out=outcome.tokens_out
            )
            self._journal.append(made)
        return outcome.fields

    def _count(self, question: Question, tokens_in: int, tokens_out: int) -> None:
        self.questions += 1
        self.tokens_in += tokens_in
        self.tokens_out += tokens_out
        self._letters += _size(question) if tokens_in else 0


def _size(question: Question) -> int:
    """Letters of a question with its schema, which the model is told too."""
    schema = orjson.dumps(dict(question.schema))
    return len(question.system or "") + len(question.text) + len(schema)


def _dialogue(asked: Generate) -> Dialogue:
    (answer,) = yield [asked]
    return answer  # type: ignore[no-any-return]
