"""The methods for choosing the keyframes that answer a query."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps

from vtk.keyframes.query.grid import FLAT, Curve, Grid, Picks, spread
from vtk.methods import Methods
from vtk.models.llm.prompt import LanguageModel
from vtk.passages import Passage

log = logging.getLogger("vtk")


@dataclass(frozen=True)
class Search:
    """What is looked for in a span, where, and with what.

    `asked` scores moments by the answers of a vision-language model, `passages` are the texts known
    of the span with their times, `language` is a language model.
    """

    query: str
    k: int  # keyframes wanted, 1 or more
    grid: Grid
    asked: Grid | None = None
    passages: Sequence[Passage] = ()
    language: LanguageModel | None = None
    warn: Callable[[str], object] = log.warning  # tells what is missing, once a run


@dataclass(frozen=True)
class QueryMethod:
    """How moments are chosen: exactly `k` of those that show a frame, in any order, if there are.

    What is known of each pick are the measurements for `why`. `asks` says that the method cannot do
    without a vision-language model, `reads` that it has a use for a language model, `rewrites` that
    this is to say the query as a caption, which pictures are then compared with.
    """

    choose: Callable[[Search], Picks]
    asks: bool = False
    reads: bool = False
    rewrites: bool = False


QUERY_METHODS = Methods[QueryMethod]("keyframes --query")


def of_curve(pick: Callable[[Curve, int], Picks]) -> Callable[[Search], Picks]:
    """A method that looks at every moment: `pick` gets a curve and how many of it to choose.

    Of a curve that says nothing, because all scores are equal, moments at even distances are taken.
    `pick` returns indices of the curve, and is called only with more moments than are wanted.
    """

    @wraps(pick)
    def choose(search: Search) -> Picks:
        curve = search.grid.everything()
        count = len(curve.places)
        if count <= search.k or curve.scores.max() - curve.scores.min() <= FLAT:
            found: Picks = {place: {} for place in spread(count, search.k)}
        else:
            found = pick(curve, search.k)
        return {int(curve.places[place]): why for place, why in found.items()}

    return choose
