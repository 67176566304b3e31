"""Rerank candidates by the yes/no score of a language model that sees them or reads their words."""

from collections.abc import Iterable, Iterator, Sequence

from vtk.errors import ModelError
from vtk.models.llm.prompt import YES_NO, LanguageModel, Picture, Prompt

TOLD = "What is said, written and shown in a part of a video:\n"
QUESTION = "Does this show {query}? Answer yes or no."


def relevance(
    model: LanguageModel,
    query: str,
    candidates: Iterable[Sequence[tuple[float, Picture]] | str],
    *,
    question: str = QUESTION,
) -> Iterator[float | ModelError]:
    """Yield the probability, 0 to 1, that each candidate shows the query, in order.

    A candidate is a sequence of frames with times in seconds, or a text about them; `question`
    contains `{query}` as a placeholder. The score is the probability of yes against no, from the
    logits of the first token, as in rerankers based on language models (Nogueira et al. 2020,
    section 3).
    """
    asked = question.replace("{query}", query)
    prompts = (about(model, each, asked) for each in candidates)
    for score in model.scores(prompts, YES_NO):
        yield score if isinstance(score, ModelError) else score[0]


def about(
    model: LanguageModel, candidate: Sequence[tuple[float, Picture]] | str, text: str
) -> Prompt:
    """The prompt that shows a candidate, or tells what is known of it, before a text."""
    if isinstance(candidate, str):
        return Prompt((f"{TOLD}{candidate}\n\n{text}",))
    return Prompt.about(candidate, text, pairs=model.pairs)
