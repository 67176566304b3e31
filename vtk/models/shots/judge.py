"""Small networks that tell cuts and gradual transitions from other changes by measurements.

One hidden layer, trained by `tests/benchmarks/split_train.py`; the weights are stored as JSON. The
inputs are `vtk.split.cuts.evidence` for cuts and `vtk.split.transitions.evidence` for gradual
transitions.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

Floats = NDArray[np.float32]

FURTHEST = 3.0  # standard deviations from the mean at which inputs are clipped


class Judge:
    """A binary classifier with its weights."""

    def __init__(self, weights: str | Mapping[str, Any]) -> None:
        """Load `weights`: arrays by name, or "cuts" or "gradual" for those bundled with vtk."""
        if isinstance(weights, str):
            path = Path(__file__).with_name(f"judge_{weights}.json")
            arrays: Mapping[str, Any] = orjson.loads(path.read_bytes())
        else:
            arrays = weights
        self._weights = {name: np.array(value, np.float32) for name, value in arrays.items()}

    def probability(self, evidence: Floats) -> float:
        """Return the probability, 0 to 1, of a cut or transition given measurements (n,)."""
        w = self._weights
        inputs = np.clip((evidence - w["mean"]) / w["deviation"], -FURTHEST, FURTHEST)
        hidden = np.maximum(inputs @ w["in"] + w["bias"], 0)
        return float(1 / (1 + np.exp(-(hidden @ w["out"] + w["base"]))))
