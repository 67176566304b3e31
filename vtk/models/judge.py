"""Whether a step from frame to frame is a cut: a small network over `vtk.split.evidence`.

One hidden layer, trained by `tests/benchmarks/split_train.py`; its weights are numbers in a JSON
file.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

Floats = NDArray[np.float32]

FURTHEST = 3.0  # standard deviations from the mean that a measurement counts as at the most


class Judge:
    """The network with its weights."""

    def __init__(self, weights: Mapping[str, Any] | None = None) -> None:
        """`weights` are those that come with vtk, if not given: arrays by name."""
        if weights is None:
            weights = orjson.loads(Path(__file__).with_name("judge.json").read_bytes())
        self._weights = {name: np.array(value, np.float32) for name, value in weights.items()}

    def probability(self, evidence: Floats) -> float:
        """Of a cut, given the measurements of `vtk.split.evidence.NAMES`, (n,)."""
        w = self._weights
        inputs = np.clip((evidence - w["mean"]) / w["deviation"], -FURTHEST, FURTHEST)
        hidden = np.maximum(inputs @ w["in"] + w["bias"], 0)
        return float(1 / (1 + np.exp(-(hidden @ w["out"] + w["base"]))))
