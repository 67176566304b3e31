"""Whether what was measured is a cut or a gradual transition: small networks over measurements.

One hidden layer, trained by `tests/benchmarks/split_train.py`; the weights are numbers in JSON
files, of `vtk.split.cuts.evidence` for cuts and of `vtk.split.transitions.evidence` for gradual
transitions.
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
    """A network with its weights."""

    def __init__(self, weights: str | Mapping[str, Any]) -> None:
        """`weights` are arrays by name, or "cuts" or "gradual" for those that come with vtk."""
        if isinstance(weights, str):
            path = Path(__file__).with_name(f"judge_{weights}.json")
            arrays: Mapping[str, Any] = orjson.loads(path.read_bytes())
        else:
            arrays = weights
        self._weights = {name: np.array(value, np.float32) for name, value in arrays.items()}

    def probability(self, evidence: Floats) -> float:
        """Of what it judges, given its measurements, (n,)."""
        w = self._weights
        inputs = np.clip((evidence - w["mean"]) / w["deviation"], -FURTHEST, FURTHEST)
        hidden = np.maximum(inputs @ w["in"] + w["bias"], 0)
        return float(1 / (1 + np.exp(-(hidden @ w["out"] + w["base"]))))
