"""What a method of summaries is given: what is summed up, in which form and length, and models."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol, get_args

from vtk.errors import UsageError
from vtk.models.openers import Openers
from vtk.span import Span
from vtk.text import Analyzer, words

if TYPE_CHECKING:
    from vtk.store.journal import ResumeJournal

By = Literal["video", "chapter"]
Style = Literal["brief", "long", "bullets", "abstract", "minutes", "recipe-steps", "study-notes"]


@dataclass(frozen=True)
class Task:
    """Which summaries are wanted. Raises UsageError for invalid values.

    A summary has at most `sentences` sentences, and `words` words or up to a tenth more or less.
    """

    by: By = "video"  # what is summed up: whole videos, or their chapters one by one
    style: Style = "brief"
    sentences: int | None = None
    words: int | None = None
    focus: str | None = None  # what alone is told of, in words
    language: str | None = None  # of the words, ISO 639; None: see `guessed`
    budget: int | None = None  # tokens of a language model for a video; None: any
    models: Openers = field(default_factory=Openers)
    timed: bool = True  # whether the record says how long a model took, which differs each time
    guessed: str | None = None  # language told from the words; None: English
    journal: "ResumeJournal | None" = field(default=None, compare=False)  # of an earlier run

    def __post_init__(self) -> None:
        Analyzer(self.spoken)  # refuses what is no code of a language
        for name, number in (("sentences", self.sentences), ("words", self.words)):
            if number is not None and number < 1:
                raise UsageError(f"the number of {name} must be at least 1, not {number}")
        if self.budget is not None and self.budget < 1:
            raise UsageError(f"a budget of tokens must be at least 1, not {self.budget}")
        if self.focus is not None and not words(self.focus):
            raise UsageError(f"the focus {self.focus!r} has no words")
        for name, value, known in (("style", self.style, Style), ("by", self.by, By)):
            if value not in get_args(known):
                raise UsageError(f"no {name} {value!r}; there are {', '.join(get_args(known))}")

    @property
    def spoken(self) -> str:
        """The code of the language of the words."""
        return Analyzer(self.language or self.guessed or "en").language


class SummaryMethod(Protocol):
    """Sums up videos or chapters."""

    def __call__(self, source: Iterable[Span], task: Task) -> Iterator[Span]:
        """Yield the summaries of one video after the other, and error records as they come.

        `vtk.summarize.result` has what is summed up, and makes a record of a summary. One video is
        held in memory at a time.
        """
