"""What a skill is, the questions that check it, and the row that its answers make."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from vtk.errors import ModelError
from vtk.models.llm.prompt import YES_NO, Answer, Prompt, Sampling
from vtk.skills.statistics import auc, brier, interval, tail

LEVEL = 0.05  # a share that chance reaches with at least this probability is at chance
QUOTED = 200  # most characters of an error in a row

Marks = tuple[bool, ...]  # whether an answer is right, in each way to read it
Judge = Callable[[Answer], Marks]


@dataclass(frozen=True)
class Skill:
    """Something that a model can do.

    `chance` is the share right of a model that answers without looking. Better shares are ok from
    `enough` of the way between chance and all. The answers may be read in several `ways`, of which
    the one with the most right answers counts, and chance is given as many tries.
    """

    name: str
    chance: float
    enough: float = 0.5
    ways: tuple[str, ...] = ("",)


@dataclass(frozen=True)
class Question:
    """A prompt, and what is right.

    With `choices` it is answered by their likelihoods, of which `right` must be the highest, for
    the one `skill`. Else the model writes, and each of `judges`, by skill, reads the answer.
    """

    prompt: Prompt
    skill: str = ""
    choices: tuple[str, ...] = ()
    right: str = ""
    judges: Mapping[str, Judge] = field(default_factory=dict)
    sampling: Sampling = field(default_factory=Sampling)

    @property
    def skills(self) -> set[str]:
        """The skills that the question checks."""
        return {self.skill} if self.choices else set(self.judges)


@dataclass(frozen=True)
class Row:
    """The result for one skill.

    `low` and `high` are the interval of 95 % of `share`; `p` is the probability of so many right
    answers by chance. `verdict` is ok, weak, at chance, failed (no question was answered) or not
    checked. `auc`, `yes_share` and
    `brier` are of the probabilities of yes; `way` is how the answers were read, `failed` how many
    prompts gave an error and `note` the first one, or why nothing was checked.
    """

    model: str
    skill: str
    verdict: str
    right: int = 0
    asked: int = 0
    share: float | None = None
    low: float | None = None
    high: float | None = None
    chance: float | None = None
    p: float | None = None
    auc: float | None = None
    yes_share: float | None = None
    brier: float | None = None
    way: str | None = None
    failed: int = 0
    note: str | None = None


class Tally:
    """Counts the answers to the questions about one skill."""

    def __init__(self, skill: Skill) -> None:
        self.skill = skill
        self._marks: list[Marks] = []
        self._yes: list[float] = []  # probabilities of yes where that is right
        self._no: list[float] = []
        self._errors: list[ModelError] = []

    def add(self, question: Question, reply: Answer | list[float] | ModelError) -> None:
        """Count the reply to a question; an error is not right in any way."""
        if isinstance(reply, ModelError):
            self.fail(reply)
        elif isinstance(reply, Answer):
            self._marks.append(question.judges[self.skill.name](reply))
        else:
            best = reply.index(max(reply))
            self._marks.append((question.choices[best] == question.right,))
            if question.choices == YES_NO:
                (self._yes if question.right == YES_NO[0] else self._no).append(reply[0])

    def fail(self, error: ModelError) -> None:
        """Count a question that only gave an error."""
        self._errors.append(error)
        self._marks.append((False,) * len(self.skill.ways))

    def add_all(self, right: Iterable[Any]) -> None:
        """Count answers that are known to be right (true) or wrong."""
        self._marks += [(bool(each),) for each in right]

    def row(self, model: str) -> Row:
        """Return the result for the model of that name."""
        note = str(self._errors[0])[:QUOTED] if self._errors else None
        if self._errors and len(self._errors) == len(self._marks):
            return Row(model, self.skill.name, "failed", failed=len(self._errors), note=note)
        sums = [sum(column) for column in zip(*self._marks, strict=True)]
        right, asked, chance = max(sums), len(self._marks), self.skill.chance
        p = min(tail(right, asked, chance) * len(sums), 1.0)
        low, high = interval(right, asked)
        enough = right / asked >= chance + self.skill.enough * (1 - chance)
        both = self._yes and self._no
        said = sum(p > 0.5 for p in self._yes + self._no)
        return Row(
            model,
            self.skill.name,
            "at chance" if p >= LEVEL else "ok" if enough else "weak",
            right,
            asked,
            round(right / asked, 4),
            round(low, 4),
            round(high, 4),
            round(chance, 4),
            float(f"{p:.3g}"),
            auc=round(auc(self._yes, self._no), 4) if both else None,
            yes_share=round(said / (len(self._yes) + len(self._no)), 4) if both else None,
            brier=round(brier(self._yes, self._no), 4) if both else None,
            way=self.skill.ways[sums.index(right)] or None if right else None,
            failed=len(self._errors),
            note=note,
        )


@dataclass(frozen=True)
class Family:
    """Skills that are checked on the same pictures or texts.

    `subjects(seed, count)` yields the questions about each of them; it is also told those of
    `options`: `pairs`, whether the model merges two frames, and `ocr_prompt`, the only text that a
    model which reads may be asked. `pictures` tells whether the model has to see.
    """

    skills: tuple[Skill, ...]
    subjects: Callable[..., Iterator[list[Question]]]
    pictures: bool = True
    options: tuple[str, ...] = ()
