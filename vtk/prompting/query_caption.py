"""A query as the caption of what is looked for, in the words of a language model.

DATE (Yuan et al., "DATE: Dynamic Absolute Time Enhancement for Long Video Understanding", 2025,
TASS): a query that is enriched to a caption is nearer to the vectors of the frames that answer it.
The published code asks for at most WORDS words.
"""

import logging

from vtk.errors import GoneError, ModelError
from vtk.models.llm.prompt import LanguageModel, Prompt, Sampling

WORDS = 30  # most words of the caption
REWRITE = (
    "Someone searches videos for: {query}\n"
    "Write what is seen there as a caption of at most {words} words. Answer with the caption alone."
)

log = logging.getLogger("vtk")


def as_caption(query: str, model: LanguageModel) -> str | None:
    """The query as a caption; None, with a warning, if the model cannot say it.

    Raises GoneError if the server of the model is gone.
    """
    asked = REWRITE.format(query=query, words=WORDS)
    (answer,) = model.answers([Prompt((asked,))], Sampling(max_tokens=3 * WORDS))
    if isinstance(answer, GoneError):
        raise answer
    said = "" if isinstance(answer, ModelError) else " ".join(answer.text.strip('"“” ').split())
    if not said:
        why = answer if isinstance(answer, ModelError) else f"{model.name} answered nothing"
        log.warning("%r is searched for as it is: %s", query, why)
        return None
    return " ".join(said.split()[:WORDS])
