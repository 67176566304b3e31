"""What texts that have nothing to do with a video score in it: how high is no accident."""

import math

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]

# Everyday things, so different from each other that hardly any video shows more than a few.
TEXTS = (
    "a person rides a bicycle down a street",
    "a cat sleeps on a sofa",
    "waves break on a rocky shore",
    "a chef chops onions in a kitchen",
    "an airplane lands on a runway",
    "children play football in a park",
    "a train crosses a bridge over a river",
    "a woman plays the violin on a stage",
    "snow falls on a forest at night",
    "a dog catches a ball in the air",
    "a surgeon operates in a hospital",
    "a bar chart with numbers and labels",
    "a crowd cheers in a stadium",
    "a horse gallops across a field",
    "a lecturer writes on a whiteboard",
    "fireworks explode over a city",
    "a man repairs the engine of a car",
    "fish swim around a coral reef",
    "a baby laughs in a high chair",
    "a factory robot welds metal",
    "a cup of coffee on a wooden table",
    "rain runs down a window",
    "people dance at a wedding",
    "a climber hangs from a cliff",
    "the moon rises behind a mountain",
    "a newsreader sits at a desk",
    "a market stall full of fruit",
    "lightning strikes a tower",
    "a spreadsheet on a computer screen",
    "an elephant walks through tall grass",
    "a boat sails under a cloudy sky",
    "a hand draws a portrait with a pencil",
    "soldiers march in a parade",
    "a red bus stops at a corner",
    "a potter shapes clay on a wheel",
    "a rocket lifts off from its pad",
    "an empty corridor with many doors",
    "a bee lands on a yellow flower",
    "two people shake hands in an office",
    "a map of a country with arrows",
    "a skater jumps over a stair",
    "smoke rises from a chimney",
    "a judge speaks in a courtroom",
    "a farmer drives a tractor",
    "an orchestra tunes its instruments",
    "a city skyline at sunset",
    "a boxer hits a punching bag",
    "a page of printed text",
)


class Unrelated:
    """The best scores of unrelated texts in a video, as a distribution.

    The highest of many scores follows a Gumbel distribution (Gumbel, Statistics of Extremes, 1958),
    which is fitted by its quartiles: a few texts that are related to the video after all change
    them little.
    """

    def __init__(self, scores: Scores) -> None:
        """`scores` are those of unrelated texts at places of the video: (texts, places)."""
        low, middle, high = np.quantile(scores.max(axis=1), [0.25, 0.5, 0.75]).tolist()
        self._width = max((high - low) / (_height(0.75) - _height(0.25)), 1e-6)
        self._mode = middle - _height(0.5) * self._width

    def share_below(self, score: float) -> float:
        """Return the share of unrelated texts whose best place scores lower: 0 to 1."""
        return round(math.exp(-math.exp(min(700.0, (self._mode - score) / self._width))), 6)


def _height(share: float) -> float:
    """The height below which a share of the standard Gumbel distribution lies."""
    return -math.log(-math.log(share))
