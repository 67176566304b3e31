"""The part of a keyframe that answers the query best.

Free Video-LLM (Han et al., "Free Video-LLM: Prompt-guided Visual Perception for Efficient
Training-free Video LLMs", 2024) crops frames to the region most similar to the prompt.
Here an image-text model compares the query with windows of two sizes and with the whole picture.
"""

from collections.abc import Iterable, Iterator
from itertools import product

import numpy as np

from vtk.keyframes.query.grid import Vectors
from vtk.media.image.to_rgb import RGB
from vtk.models.embed.image_text import ImageTextModel
from vtk.prompting.crops import crop

SIZES = (0.5, 0.75)  # sides of a window, as shares of the picture
ACROSS = 3  # windows of a size in a row, and rows
PIXELS = 448  # longest side of a window for the model
Box = list[float]  # left, top, right, bottom as fractions of the picture

WHOLE: Box = [0.0, 0.0, 1.0, 1.0]
PLACES = np.linspace(0, 1, ACROSS).tolist()  # of windows, as shares of the room that is left
CORNERS = [(x * (1 - s), y * (1 - s), s) for s in SIZES for y, x in product(PLACES, PLACES)]
WINDOWS: list[Box] = [WHOLE, *([x, y, x + s, y + s] for x, y, s in CORNERS)]


def boxes(pictures: Iterable[RGB], model: ImageTextModel, query: Vectors) -> Iterator[Box]:
    """Yield the window of each displayed picture that is most similar to the query (dim,)."""
    windows = (crop(picture, window, PIXELS) for picture in pictures for window in WINDOWS)
    scores: list[float] = []
    for vector in model.images(windows):
        scores.append(float(vector @ query))
        if len(scores) == len(WINDOWS):
            yield [round(value, 4) for value in WINDOWS[int(np.argmax(scores))]]
            scores = []
