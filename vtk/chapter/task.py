"""What a method of chapters is given: how many, how long, what is known already, and models."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal, Protocol, get_args

from vtk.errors import UsageError
from vtk.models.openers import Openers
from vtk.span import Span
from vtk.text import Analyzer

Snap = Literal["sentence", "silence", "shot"]
TitleBy = Literal["model", "phrases", "slide", "line"]

SHARE = 1 / 60  # of the video: the shortest chapter, unless a length is given
SHORTEST, LONGEST = 10.0, 120.0  # seconds: limits of that


@dataclass(frozen=True)
class Mark:
    """Where a chapter begins, in seconds, with what is known of it; it ends where the next begins.

    `score` is the strength of the boundary, 0 to 1. `level` is 1 for a chapter, 2 for a section
    within the last chapter.
    """

    start: float
    title: str | None = None
    score: float | None = None
    level: int = 1


@dataclass(frozen=True)
class Task:
    """Which chapters are wanted. Raises UsageError for invalid values.

    `at` are boundaries that are given, to be titled; `titles` are titles that are given, in order,
    whose boundaries are to be found.
    """

    count: int | None = None  # of chapters; None: as the content has them
    min_length: float | None = None  # seconds of a chapter; None: see `shortest`
    max_length: float | None = None  # seconds; None: any
    language: str | None = None  # of the words, ISO 639; None: see `guessed`
    levels: int = 1  # 2: sections within the chapters
    snap: Snap = "sentence"  # where a chapter may begin
    title_by: TitleBy | None = None  # None: as the method does
    at: tuple[Mark, ...] = ()
    titles: tuple[str, ...] = ()
    steps: bool = False  # of a procedure, instead of chapters
    replace: bool = False  # chapters of the file that vtk did not make
    timed: bool = False  # tell in `made` how many seconds a video took
    models: Openers = field(default_factory=Openers)
    guessed: str | None = None  # language told from the words of a video; None: English

    def __post_init__(self) -> None:
        Analyzer(self.spoken)  # refuses what is no code of a language
        if self.count is not None and self.count < 1:
            raise UsageError(f"the number of chapters must be at least 1, not {self.count}")
        low, high = self.min_length, self.max_length
        if low is not None and not 0 <= low < math.inf:
            raise UsageError(f"the length of a chapter must be 0 seconds or more, not {low}")
        if high is not None and not max(low or 0.0, 0.0) < high:
            least = "" if low is None else f" at least {low:g} s (--min-length) and"
            raise UsageError(f"chapters cannot be{least} at most {high:g} s (--max-length) long")
        if self.levels not in (1, 2):
            raise UsageError(f"there are 1 or 2 levels of chapters, not {self.levels}")
        for name, value, known in (("snap", self.snap, Snap), ("title", self.title_by, TitleBy)):
            if value is not None and value not in get_args(known):
                raise UsageError(f"no {name} {value!r}; there are {', '.join(get_args(known))}")
        if self.at and self.titles:
            raise UsageError("boundaries and titles are both given: nothing is left to find")
        if self.titles and self.count not in (None, len(self.titles)):
            raise UsageError(
                f"{len(self.titles)} titles are given, and {self.count} chapters asked"
            )

    @property
    def spoken(self) -> str:
        """The code of the language of the words."""
        return self.language or self.guessed or "en"

    def shortest(self, seconds: float) -> float:
        """The least length of a chapter, in seconds, in a video of a duration."""
        if self.min_length is not None:
            return self.min_length
        least = min(max(SHORTEST, SHARE * seconds), LONGEST)
        return least if self.max_length is None else min(least, self.max_length / 2)


class ChapterMethod(Protocol):
    """Joins the spans of videos into chapters."""

    def __call__(self, source: Iterable[Span], task: Task) -> Iterator[Span]:
        """Yield the chapters of one video after the other, and error records as they come.

        What a span lacks, the method fills. One video is held in memory at a time.
        """
