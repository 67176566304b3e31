"""Rerank candidates by the yes/no score of a vision-language model."""

from collections.abc import Iterable, Iterator, Sequence

from vtk.errors import ModelError
from vtk.models.llm.prompt import YES_NO, LanguageModel, Picture, Prompt

QUESTION = "Does this show {query}? Answer yes or no."


def relevance(
    model: LanguageModel,
    query: str,
    candidates: Iterable[Sequence[tuple[float, Picture]]],
    *,
    question: str = QUESTION,
) -> Iterator[float | ModelError]:
    """Yield the probability, 0 to 1, that each candidate shows the query, in order.

    A candidate is a sequence of frames with times in seconds; `question` contains `{query}` as a
    placeholder. The score is the probability of yes against no, from the logits of the first
    token, as in rerankers based on language models (Nogueira et al. 2020, section 3).
    """
    asked = question.replace("{query}", query)
    prompts = (Prompt.about(frames, asked, pairs=model.pairs) for frames in candidates)
    for score in model.scores(prompts, YES_NO):
        yield score if isinstance(score, ModelError) else score[0]
