"""yesno: a vision-language model is asked of single frames whether they help to answer.

SeViLA (Yu et al., "Self-Chained Image-Language Model for Video Localization and Question
Answering", NeurIPS 2023, without its tuning): of FRAMES frames, those are taken for
which the model most likely answers yes. The published frames are evenly spaced; here they are those
that bolt takes where an image-text model or words say where to look.
"""

import numpy as np

from vtk.errors import UsageError
from vtk.keyframes.query.bolt import METHOD as SAMPLER
from vtk.keyframes.query.grid import Picks
from vtk.keyframes.query.methods import QueryMethod, Search

FRAMES = 32  # frames that the model is asked of
EACH = 4  # frames for each wanted, if these are more
QUESTION = (
    "Does the information in this frame help to answer or to find the following? {query}\n"
    "Answer yes or no."
)


def choose(search: Search) -> Picks:
    """Choose moments; `yes` is the probability of the answer yes."""
    if search.asked is None:
        raise UsageError("the method yesno needs a model: --model NAME or --endpoint URL")
    asked, k = search.asked, search.k
    first = SAMPLER.choose(Search(search.query, max(FRAMES, EACH * k), search.grid))
    scores = asked.scores(sorted(first))
    while np.isfinite(scores).sum() < k and not asked.seen.all():
        scores = asked.scores([*np.flatnonzero(asked.seen), *np.flatnonzero(~asked.seen)[:k]])
    known = asked.known()
    order = np.argsort(-known.scores, kind="stable")[:k]
    return {int(known.places[at]): {"yes": float(known.scores[at])} for at in order}


METHOD = QueryMethod(choose, asks=True)
