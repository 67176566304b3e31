"""Films for keyframes: shots that are black, white or out of focus most of the time."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageFilter

from tests import world
from tests.world.looks import Camera, Painter, Size

COLOURS = ["red", "green", "orange", "blue", "purple", "teal", "brown", "grey", "yellow"]
KINDS = ("black", "white", "blurred")
HALF = 1 / 48  # seconds, half a frame
GOOD = 0.3  # share of a shot in which it is as it should be


@dataclass(frozen=True)
class Spoiled:
    """A scene that is spoiled but from `good` on for GOOD of the `seconds` of its shot."""

    scene: world.Scene
    kind: str
    seconds: float
    good: float

    @property
    def colour(self) -> str:
        return self.scene.colour

    @property
    def light(self) -> str:
        return self.scene.light

    text = ""
    builds = ()

    def open(self, size: Size, camera: Camera, span: Any, rng: np.random.Generator) -> Painter:
        clear = self.scene.open(size, camera, span, rng)

        def paint(seconds: float) -> Any:
            picture = clear(seconds)
            if self.good <= seconds < self.good + GOOD * self.seconds:
                return picture
            if self.kind == "blurred":
                return np.array(Image.fromarray(picture).filter(ImageFilter.GaussianBlur(6)))
            return picture // 16 + (235 if self.kind == "white" else 0)

        return paint


def spoiled(folder: Path, shots: int = 9, seed: int = 3) -> tuple[world.Clip, list[Any]]:
    """A film, and the (start, end) in seconds between which each shot is as it should be."""
    rng = np.random.default_rng(seed)
    looks = []
    for number in range(shots):
        seconds = round(rng.uniform(2, 4), 2)
        good = round(rng.uniform(0.1, 0.6) * seconds, 2)
        scene = world.Scene(COLOURS[number % len(COLOURS)])
        looks.append(Spoiled(scene, KINDS[number % 3], seconds, good))
    takes = [world.Take(look.seconds, look) for look in looks]
    encoding = world.Encoding()
    timeline = world.Timeline(takes, (320, 180), 1 / encoding.rate, seed)
    clip = world.write_clip(folder / "spoiled.mp4", timeline, encoding)
    return clip, [
        (shot.start + look.good - HALF, shot.start + look.good + GOOD * look.seconds - HALF)
        for shot, look in zip(clip.truth.shots, looks, strict=True)
    ]
