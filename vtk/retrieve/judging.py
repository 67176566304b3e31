"""Searches that ask a language model: it judges candidates again, or rewrites the query first."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from vtk.errors import GoneError, ModelError, UsageError
from vtk.models.llm.prompt import LanguageModel, Prompt
from vtk.models.llm.rerank import QUESTION, about, relevance
from vtk.passages import passages
from vtk.prompting.frames import FrameOptions, TimedFrame
from vtk.prompting.loader import FrameLoader
from vtk.prompting.query_caption import as_caption
from vtk.query import Query
from vtk.retrieve.channel import Candidate, read
from vtk.span import Span
from vtk.store.collection import Collection

log = logging.getLogger("vtk")

LONGEST = 2000  # most characters of a span that a model is told
ALPHA = 1.0  # how much of the prior is taken off a likelihood
CAPTION = "Write a caption of this part of the video in one sentence."
BLIND = ": it does not see, and they have no words that it could read (vtk caption, transcribe)"
ASKED_BY = ("yesno", "likelihood")

Shown = Sequence[TimedFrame] | str


@dataclass(frozen=True)
class Rerank:
    """Gives the first `n` candidates new scores by a model, and leaves out the others.

    By "yesno", the probability that the model says yes when asked whether a span shows the query;
    by "likelihood", how much likelier its caption is the query than without the span, as natural
    logarithm a token: log p(query | span) - log p(query), the normalised likelihood of BLiM (Ko et
    al. 2025, section 3.3, CPN, whose alpha is 0.8 to 1 for texts). The model is shown some frames,
    or, if it does not see, told the words of the span. Raises UsageError for invalid values.
    """

    model: LanguageModel
    n: int
    by: str = "yesno"
    frames: FrameOptions = FrameOptions()  # noqa: RUF009

    def __post_init__(self) -> None:
        if self.by not in ASKED_BY:
            raise UsageError(f"a model judges by {' or '.join(ASKED_BY)}, not {self.by!r}")

    def __call__(
        self, collection: Collection, query: Query, candidates: list[Candidate]
    ) -> list[Candidate]:
        """The first candidates by their new scores; equal ones keep their order."""
        first = candidates[: self.n]
        shown = list(self._shown(read(collection, first)))
        asked = [(each, what) for each, what in zip(first, shown, strict=True) if what is not None]
        judge = self._by_answer if self.by == "yesno" else self._by_likelihood
        judged = []
        failed = len(first) - len(asked)
        for (each, _), score in zip(
            asked, judge(query.wanted, [what for _, what in asked]), strict=True
        ):
            if isinstance(score, GoneError):
                raise score
            if isinstance(score, ModelError):
                log.warning("%s: %s", each.span.fragment if each.span else "", score)
                failed += 1
                continue
            judged.append(replace(each, score=score, why={**each.why, "before": each.score}))
        if failed and not judged:
            hint = "" if getattr(self.model, "has_vision", False) else BLIND
            raise ModelError(f"{self.model.name} can judge none of the spans found{hint}")
        if failed:
            log.warning("left out, as %s cannot judge them: %d", self.model.name, failed)
        return sorted(judged, key=lambda each: -each.score)

    def _shown(self, spans: Sequence[Span]) -> Iterator[Shown | None]:
        """What the model gets of each span; None if there is nothing."""
        if getattr(self.model, "has_vision", False):
            for loaded in FrameLoader("retrieve", self.frames)(map(Span, spans)):
                yield None if loaded.passed else loaded.frames
            return
        for span in spans:
            told = "\n".join(passage.text for passage in passages(span))[:LONGEST]
            yield told or None

    def _by_answer(self, query: str, shown: Sequence[Shown]) -> Iterator[float | ModelError]:
        sees = getattr(self.model, "has_vision", False)
        question = QUESTION if sees else QUESTION.replace("show", "answer the search for", 1)
        return relevance(self.model, query, shown, question=question)

    def _by_likelihood(self, query: str, shown: Sequence[Shown]) -> Iterator[float | ModelError]:
        prompts: Iterable[Prompt] = [about(self.model, each, CAPTION) for each in shown]
        asked = [(Prompt((CAPTION,)), query), *((prompt, query) for prompt in prompts)]
        prior, *found = self.model.likelihoods(asked)
        if isinstance(prior, ModelError):
            raise prior
        for each in found:
            if isinstance(each, ModelError):
                yield each
            else:
                yield (each.log - ALPHA * prior.log) / max(each.tokens, 1)


def rewritten(query: Query, model: LanguageModel) -> Query:
    """The query with its free text also as a caption by a model, which vectors are compared with.

    See `vtk.prompting.query_caption`. Words are searched for as typed. A query that the model
    cannot rewrite stays as it is, with a warning, as does one whose answers are to follow each
    other in time.
    """
    free = query.free
    if free is None or len(query.steps) > 1:
        log.warning(
            "%r is searched for as it is: it has no text that could be rewritten", query.text
        )
        return query
    return replace(query, rewritten=as_caption(free.text, model))
