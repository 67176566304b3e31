"""The hard films of the benchmark are what their labels say: decoded back and compared."""

from collections import defaultdict
from fractions import Fraction
from functools import cache
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.benchmarks.split_clips import Label
from tests.benchmarks.split_wild import KINDS, wild_clip, wild_label
from tests.world import Encoding, Take, write_clip
from tests.world.effects import EFFECTS, Effect
from tests.world.film import Film, Shot, at_rate
from tests.world.paint import Picture

SECONDS, ROUNDS = 6.0, 2  # of every kind so many films of about that length
NUMBERS = range(ROUNDS * len(KINDS))


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("wild")


@cache
def rendered(folder: Path, number: int) -> tuple[Path, Label]:
    return wild_label(wild_clip(folder, number, SECONDS))


def thumbnails(path: Path) -> NDArray[np.float32]:
    """Shape (frames, 54, 96, 3), RGB."""
    with av.open(str(path)) as container:
        frames = container.decode(video=0)
        small = [frame.to_ndarray(width=96, height=54, format="rgb24") for frame in frames]
    return np.stack(small).astype(np.float32)


def flat(value: int) -> Picture:
    return np.full((90, 160, 3), value, np.uint8)


@pytest.mark.parametrize("number", NUMBERS)
def test_labels_lie_where_the_picture_changes(folder: Path, number: int) -> None:
    path, label = rendered(folder, number)
    small = thumbnails(path)
    steps = np.abs(np.diff(small, axis=0))
    assert label["kind"] == list(KINDS)[number % len(KINDS)]
    assert label["cuts"] == sorted(set(label["cuts"]))
    for cut in label["cuts"]:
        assert 0 < cut < len(small)
        assert (steps[cut - 1].max(axis=2) > 12).mean() > 0.01, f"nothing changes at {cut}"
    for first, last in label["gradual"]:
        assert 0 <= first <= last < len(small)
        assert not [cut for cut in label["cuts"] if first <= cut <= last]
        assert steps[max(0, first - 1) : last + 1].max() > 8, f"nothing changes in {first}-{last}"
    for jump in label["hard_negatives"]:
        assert 0 < jump < len(small)
        assert jump not in label["cuts"]


def test_every_kind_has_something_to_find_and_something_to_leave(folder: Path) -> None:
    found: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for number in NUMBERS:
        _, label = rendered(folder, number)
        found[label["kind"]][0] += len(label["cuts"]) + len(label["gradual"])
        found[label["kind"]][1] += len(label["hard_negatives"])
    assert set(found) == set(KINDS)
    assert all(to_find for to_find, _ in found.values())
    assert all(to_leave for kind, (_, to_leave) in found.items() if kind not in ("live", "gradual"))


def test_a_number_is_a_film(folder: Path, tmp_path: Path) -> None:
    for number in (1, 5):
        path, label = rendered(folder, number)
        again = wild_label(wild_clip(tmp_path, number, SECONDS))
        assert again[0].read_bytes() == path.read_bytes()
        assert again[1] == label


def test_a_slow_film_cuts_where_its_next_picture_is_due(tmp_path: Path) -> None:
    takes = [
        Take(0.5, Shot(lambda t: flat(round(40 + 60 * t)), jumps=(0.21,))),
        Take(0.5, Shot(lambda t: flat(round(200 + 40 * t)))),
    ]
    film = Film(takes, (160, 90), Fraction(1, 24), 0, at_rate(Fraction(8)))
    clip = write_clip(tmp_path / "slow.mp4", film, Encoding(width=160, height=90))
    greys = thumbnails(clip.path).mean(axis=(1, 2, 3))
    changed = np.flatnonzero(np.abs(np.diff(greys)) > 2) + 1
    assert changed.tolist() == [3, 6, 9, 12, 15, 18, 21]
    assert [cut.frame for cut in clip.truth.cuts] == [12]
    assert [change.pts for change in clip.truth.slide_changes] == [clip.truth.frame_pts[6]]


@pytest.mark.parametrize("name", EFFECTS)
def test_effects_lead_from_one_picture_to_the_other(name: str) -> None:
    rng = np.random.default_rng(1)
    old, new = (rng.integers(low, low + 60, (90, 160, 3)).astype(np.uint8) for low in (20, 170))
    for seed in range(4):
        effect = Effect(name, 1.0, seed)
        shown = [effect.picture(old, new, amount) for amount in (0.02, 0.5, 0.98)]
        assert all(picture.shape == old.shape and picture.dtype == np.uint8 for picture in shown)
        if name not in ("glitch", "blank"):
            first, last = (np.abs(p - old.astype(float)).mean() for p in (shown[0], shown[2]))
            assert first < last / 2
