"""Order by what a vision-language model says of each candidate: yes or no, by score."""

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
    """The probability, 0 to 1, that each candidate shows the query, in order.

    A candidate is its frames with their times in seconds; `question` has `{query}` where the query
    stands. The score is that of yes against no, read from the logits of the first token, as
    rerankers made of language models do (Nogueira et al. 2020, section 3).
    """
    asked = question.replace("{query}", query)
    prompts = (Prompt.about(frames, asked) for frames in candidates)
    for score in model.scores(prompts, YES_NO):
        yield score if isinstance(score, ModelError) else score[0]
