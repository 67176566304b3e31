"""Detect shot boundaries by content, with a network for uncertain cuts: method `auto`.

Decisions that `vtk.split.content` is sure of, for or against a cut, are kept. For uncertain ones
TransNetV2 is run on the second on either side, and both probabilities are combined: so the network
sees a few percent of a video instead of all of it, and may remove a cut or add one. It is blind to
slides and pages, so it never removes a cut between these.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vtk.media.image.planes import Thumbnail
from vtk.models.shots.judge import Judge
from vtk.models.shots.transnetv2 import Network, open_network, to_network_input, weights_path
from vtk.span import Span
from vtk.split.boundary import Boundary
from vtk.split.content import OfCut, detect, without_frames
from vtk.split.cuts.evidence import NAMES
from vtk.split.cuts.steps import FrameFeatures, with_features
from vtk.split.methods import THRESHOLD, SplitMethod
from vtk.split.shots import shots
from vtk.split.transitions.slides import PAPER

DOUBT = 0.1, 0.9  # probabilities between which the network is used
GROUND = NAMES.index("paper")
BESIDE = 25  # frames on either side given to the network: a quarter of its own window
NEAR = 3  # frames on either side whose scores count
# Weights of the logits of content and of the network's second head, and the intercept; fitted by
# logistic regression to uncertain steps of rendered films and of real clips unseen by the judge.
CONTENT, NETWORK, BASE = 0.75, 0.5, 1.0
LEAST = 0.002  # added to probabilities to keep their logits finite


def boundaries(
    frames: Iterable[tuple[int, float, Thumbnail]],
    threshold: float = THRESHOLD,
    network: Callable[[], Network] = open_network,
) -> Iterator[Boundary]:
    """Detect the shot boundaries in `frames`, (pts, seconds, thumbnail) in display order.

    Yields them in order, as `vtk.split.content` does, a cut no sooner than BESIDE frames after it.
    `network` is loaded when the first uncertain cut is met. Raises MissingError.
    """
    weights_path()
    of_cut, of_blend = doubting(Judge("cuts"), network), without_frames(Judge("gradual"))
    return detect(with_features(frames), of_cut, of_blend, threshold, BESIDE)


def doubting(judge: Judge, network: Callable[[], Network] = open_network) -> OfCut:
    """Return a function for the probability of a cut: the judge's, with the network in doubt."""
    opened = cache(network)

    def probability(
        known: NDArray[np.float32], frames: Sequence[FrameFeatures], here: int
    ) -> float:
        content = judge.probability(known)
        if not DOUBT[0] < content < DOUBT[1]:
            return content
        return combined(content, network_score(opened(), frames, here), known)

    return probability


def combined(content: float, network: float, known: NDArray[np.float32]) -> float:
    """Combine the probability of a cut by content with the network's score."""
    both = CONTENT * _logit(content) + NETWORK * _logit(network) + BASE
    probability = 1 / (1 + math.exp(-both))
    return max(content, probability) if known[GROUND] >= PAPER else probability


def network_score(network: Network, frames: Sequence[FrameFeatures], here: int) -> float:
    """Return the network's score for a transition at the step to `frames[here]`."""
    numbers = np.clip(np.arange(here - BESIDE, here + BESIDE), 0, len(frames) - 1)
    pictures = np.stack([to_network_input(frames[number].thumbnail) for number in numbers])
    many = network.scores(pictures[None])[0, :, 1]
    return float(many[BESIDE - NEAR : BESIDE + NEAR].max())


def _logit(probability: float) -> float:
    return math.log((probability + LEAST) / (1 - probability + LEAST))


def _shots(*arguments: Any, network: Callable[[], Network]) -> Iterator[Span]:
    finder = partial(boundaries, network=network)
    return shots(*arguments, method="auto", boundaries=finder)


METHOD = SplitMethod(_shots, opens=open_network)
