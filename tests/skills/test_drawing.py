"""What is drawn can be read and measured."""

import numpy as np
import pytest

from tests.skills.seer import things
from vtk.models.ocr import OcrEngine
from vtk.skills.drawing import COLOURS, PLACES, SHAPES, scene, sign
from vtk.skills.pictures import overlap


def test_the_boxes_of_shapes_are_where_they_are_drawn() -> None:
    for number, colour in enumerate(COLOURS):
        shape = list(SHAPES)[number % len(SHAPES)]
        place = list(PLACES)[number % len(PLACES)]
        rng = np.random.default_rng(number)
        drawn = scene(rng, colour, shape, place, number % 5 + 1)
        found = things(drawn.picture)
        assert len(found) == len(drawn.things)
        for thing in drawn.things:
            (seen,) = (each for each in found if _inside(each.box, thing.x, thing.y))
            assert (seen.colour, seen.shape) == (thing.colour, thing.shape)
            left, top, right, bottom = (edge / len(drawn.picture) for edge in seen.box)
            assert overlap((left, top, right, bottom), thing.box) > 0.93


def _inside(box: tuple[int, int, int, int], x: float, y: float) -> bool:
    return box[0] < x * 448 < box[2] and box[1] < y * 448 < box[3]


def test_a_reader_of_screens_reads_the_signs() -> None:
    pytest.importorskip("rapidocr")
    engine = OcrEngine(threads=1)
    for seed in range(3):
        drawn = sign(np.random.default_rng(seed))
        lines = [engine.text(drawn.picture, quad)[0] for quad in engine.lines(drawn.picture)]
        assert "".join(lines).replace(" ", "") == (drawn.text + drawn.small).replace(" ", "")
