"""Method content over whole films: hard ones rendered here, and real clips where they are."""

import json
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from tests.benchmarks.split import Tally, decode, nearest, ours, score
from tests.benchmarks.split_clips import Label
from tests.benchmarks.split_wild import KINDS, wild_clip, wild_label
from tests.conftest import REAL

SECONDS = 6.0
FIRST = 100  # of the films: no network has learnt from these


def total(films: Iterable[tuple[Path, Label]]) -> Tally:
    whole = Tally()
    for path, label in films:
        number = partial(nearest, np.array(decode(path)))
        cuts, gradual = ours(path, "content")
        whole.add(
            score(list(map(number, cuts)), [(number(a), number(b)) for a, b in gradual], label)
        )
    return whole


def test_few_of_the_jumps_within_shots_are_cuts(tmp_path: Path) -> None:
    """Of panes, drawings that move in steps, repeated pictures, shaking hands and the like."""
    numbers = range(FIRST, FIRST + 2 * len(KINDS))
    whole = total(wild_label(wild_clip(tmp_path, number, SECONDS)) for number in numbers)
    assert whole.hits[1] >= 0.8 * whole.predicted
    assert whole.hits[1] >= 0.6 * whole.labelled


@pytest.mark.skipif(not (REAL / "real").exists(), reason="the real clips are not here")
def test_real_clips_of_nine_kinds() -> None:
    labels = json.loads((REAL / "real" / "cuts.json").read_text())
    whole = total((REAL / "real" / name, label) for name, label in labels.items())
    assert whole.hits[1] >= 0.93 * whole.labelled
    assert whole.hits[1] >= 0.93 * whole.predicted
    assert whole.gradual_right >= 0.85 * whole.gradual_predicted
    assert whole.gradual_found >= 0.8 * whole.gradual_labelled
