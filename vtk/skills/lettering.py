"""Capital letters and digits drawn as strokes, at any size."""

from itertools import pairwise

import numpy as np

from vtk.models.llm.prompt import Picture

# Strokes of a letter, drawn from point to point; a point is two digits, the column (0 to 4) and
# the row (0 to 6) of a grid.
STROKES = {
    "A": "06 02 20 42 46|04 44",
    "B": "00 30 41 42 33 03|33 44 45 36 06 00",
    "C": "41 30 10 01 05 16 36 45",
    "D": "00 20 42 44 26 06 00",
    "E": "40 00 06 46|03 33",
    "F": "40 00 06|03 33",
    "G": "41 30 10 01 05 16 36 45 43 23",
    "H": "00 06|40 46|03 43",
    "I": "10 30|20 26|16 36",
    "J": "40 45 36 16 05",
    "K": "00 06|40 03 46",
    "L": "00 06 46",
    "M": "06 00 23 40 46",
    "N": "06 00 46 40",
    "O": "10 30 41 45 36 16 05 01 10",
    "P": "06 00 30 41 42 33 03",
    "Q": "10 30 41 45 36 16 05 01 10|24 46",
    "R": "06 00 30 41 42 33 03|23 46",
    "S": "41 30 10 01 02 13 33 44 45 36 16 05",
    "T": "00 40|20 26",
    "U": "00 05 16 36 45 40",
    "V": "00 26 40",
    "W": "00 16 23 36 40",
    "X": "00 46|40 06",
    "Y": "00 23 40|23 26",
    "Z": "00 40 06 46",
    "0": "10 30 41 45 36 16 05 01 10",
    "1": "11 20 26|16 36",
    "2": "01 10 30 41 42 06 46",
    "3": "00 40 22 33 44 45 36 16 05",
    "4": "36 30 04 44",
    "5": "40 00 03 33 44 45 36 16 05",
    "6": "30 10 01 05 16 36 45 44 33 13 04",
    "7": "00 40 16",
    "8": "10 30 41 42 33 13 02 01 10|13 04 05 16 36 45 44 33",
    "9": "43 13 02 01 10 30 41 45 36 16",
    " ": "",
}
COLUMNS, ROWS = 5, 7  # units of a letter; a unit of space lies between letters
STROKE = 0.45  # half the width of a stroke, in units


def draw_text(picture: Picture, text: str, left: float, top: float, height: float) -> None:
    """Draw `text` in black, with its upper left corner and the height of letters in pixels.

    Raises KeyError for what is neither a capital letter nor a digit nor a space.
    """
    unit = height / ROWS
    for number, letter in enumerate(text):
        x = left + number * (COLUMNS + 1) * unit
        for stroke in filter(None, STROKES[letter].split("|")):
            points = [
                (x + (int(point[0]) + 0.5) * unit, top + (int(point[1]) + 0.5) * unit)
                for point in stroke.split()
            ]
            for (x1, y1), (x2, y2) in pairwise(points):
                _line(picture, x1, y1, x2, y2, STROKE * unit)


def text_width(text: str, height: float) -> float:
    """Return the width of a drawn text in pixels, for letters of `height` pixels."""
    return (len(text) * (COLUMNS + 1) - 1) * height / ROWS


def _line(picture: Picture, x1: float, y1: float, x2: float, y2: float, half: float) -> None:
    """Draw a line with round ends and an edge one pixel soft; `half` is half its width."""
    reach = half + 1
    left, right = int(max(min(x1, x2) - reach, 0)), int(max(x1, x2) + reach) + 1
    top, bottom = int(max(min(y1, y2) - reach, 0)), int(max(y1, y2) + reach) + 1
    window = picture[top:bottom, left:right]
    rows, columns = np.indices(window.shape[:2])
    across, down = columns + left + 0.5 - x1, rows + top + 0.5 - y1
    along = (x2 - x1, y2 - y1)
    length = along[0] ** 2 + along[1] ** 2
    part = np.clip((across * along[0] + down * along[1]) / max(length, 1e-9), 0, 1)
    far = np.hypot(across - part * along[0], down - part * along[1])
    cover = np.clip(half + 0.5 - far, 0, 1)[:, :, None]
    window[:] = np.minimum(window, 255 * (1 - cover)).astype(np.uint8)
