"""Shot boundaries by content, with a network for what is in doubt: method `auto`.

What `vtk.split.content` is sure of, for or against, stays. Of what it doubts TransNetV2 looks at
the second on either side, and both are weighed: so the network sees a few percent of a video
instead of all of it, may take back a cut and may make one. To slides and pages it is blind: of
these it takes back none.
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

DOUBT = 0.1, 0.9  # probabilities between which the network is asked
GROUND = NAMES.index("paper")
BESIDE = 25  # frames on either side that it sees: a quarter of its own window
NEAR = 3  # of these, the frames whose scores count
# Fitted by logistic regression to steps in doubt, of rendered films and of real clips that the
# judge had not seen: what the logits of content and of the network's second head count.
CONTENT, NETWORK, BASE = 0.75, 0.5, 1.0
LEAST = 0.002  # of a probability, so that its logit is finite


def boundaries(
    frames: Iterable[tuple[int, float, Thumbnail]],
    threshold: float = THRESHOLD,
    network: Callable[[], Network] = open_network,
) -> Iterator[Boundary]:
    """Finds the shot boundaries in `frames`, (pts, seconds, thumbnail) in display order.

    Yields them in order, as `vtk.split.content` does, a cut no sooner than BESIDE frames after it.
    `network` is opened at the first doubt. Raises MissingError.
    """
    weights_path()
    of_cut, of_blend = doubting(Judge("cuts"), network), without_frames(Judge("gradual"))
    return detect(with_features(frames), of_cut, of_blend, threshold, BESIDE)


def doubting(judge: Judge, network: Callable[[], Network] = open_network) -> OfCut:
    """The probability of a cut by a judge, and by the network where the judge is in doubt."""
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
    """The probability of a cut by that of content and the score of the network."""
    both = CONTENT * _logit(content) + NETWORK * _logit(network) + BASE
    probability = 1 / (1 + math.exp(-both))
    return max(content, probability) if known[GROUND] >= PAPER else probability


def network_score(network: Network, frames: Sequence[FrameFeatures], here: int) -> float:
    """The network's score of a transition at the step to `frames[here]`."""
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
