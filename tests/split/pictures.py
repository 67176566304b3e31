"""Small pictures made here, and what method content finds in them."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from vtk.media.image.planes import Thumbnail
from vtk.split.boundary import Boundary
from vtk.split.content import boundaries

RATE = 24.0
Picture = np.ndarray[Any, Any]  # (27, 48), luma 0..255


def world(seed: int, level: float = 120, contrast: float = 1.0) -> Picture:
    """A random scene larger than the picture, (81, 384): patches at several scales."""
    rng = np.random.default_rng(seed)
    total = np.full((81, 384), float(level))
    for cell, deviation in ((27, 30), (9, 20), (3, 12), (1, 4)):
        coarse = rng.normal(0, deviation * contrast, (81 // cell + 1, 384 // cell + 1))
        total += np.kron(coarse, np.ones((cell, cell)))[:81, :384]
    return np.asarray(np.clip(total, 16, 235))


def view(scene: Picture, x: float = 100, y: float = 27) -> Picture:
    return scene[int(y) : int(y) + 27, int(x) : int(x) + 48]


def still(seed: int, count: int, **about: float) -> list[Picture]:
    """A steady camera: one picture with a little noise on it."""
    rng = np.random.default_rng(seed + 1000)
    picture = view(world(seed, **about))
    return [picture + rng.normal(0, 1, picture.shape) for _ in range(count)]


def pan(seed: int, count: int, speed: float) -> list[Picture]:
    scene = world(seed)
    return [view(scene, 10 + speed * i) for i in range(count)]


def small(picture: Picture) -> Thumbnail:
    gray = np.full((14, 24), 128, np.float32)
    return Thumbnail(np.clip(picture, 0, 255).astype(np.float32), gray, gray)


def frames(
    pictures: Iterable[Picture], rate: float = RATE
) -> Iterator[tuple[int, float, Thumbnail]]:
    for count, picture in enumerate(pictures):
        yield count, count / rate, small(picture)


def found(pictures: Iterable[Picture]) -> list[Boundary]:
    return list(boundaries(frames(pictures)))


def cuts(pictures: Iterable[Picture]) -> list[int]:
    """Numbers of the frames after cuts, where nothing else was found."""
    result = found(pictures)
    assert all(boundary.type == "cut" for boundary in result)
    return [boundary.pts for boundary in result]


def slide(seed: int) -> Picture:
    """White with a few lines of text."""
    rng = np.random.default_rng(seed)
    picture = np.full((27, 48), 235.0)
    for row in range(3, 25, 3):
        picture[row, 4 : rng.integers(12, 44)] = 150
    return picture
