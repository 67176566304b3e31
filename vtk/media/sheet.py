"""Contact sheets: many pictures on one."""

from pathlib import Path

import numpy as np

from vtk.media.picture import make_folder, write
from vtk.media.shown import RGB

HEIGHT = 108  # pixels of a picture on a contact sheet
MOST = 240  # at most; of more, every second, fourth, … is shown


class Sheet:
    """A contact sheet: pictures side by side, row by row. Memory does not grow with the film."""

    def __init__(self) -> None:
        self.pictures: list[RGB] = []
        self.stride = 1
        self.count = 0

    def add(self, picture: RGB) -> None:
        """Take a picture of HEIGHT pixels of height."""
        if self.count % self.stride == 0:
            self.pictures.append(picture)
            if len(self.pictures) > MOST:
                self.pictures = self.pictures[::2]
                self.stride *= 2
        self.count += 1

    def write(self, path: Path) -> None:
        """Write the sheet as JPEG or, by the name's end, WebP. Raises OutputError."""
        make_folder(path.parent)
        write(path, self.picture(), "webp" if path.suffix.lower() == ".webp" else "jpg")

    def picture(self, gap: int = 4) -> RGB:
        """All pictures on one, about as wide as two thirds more than it is high."""
        width = max((p.shape[1] for p in self.pictures), default=HEIGHT)
        count = max(len(self.pictures), 1)
        columns = min(max(round((count * 1.6 * HEIGHT / width) ** 0.5), 1), count)
        rows = -(-count // columns)
        cell = (HEIGHT + gap, width + gap)
        sheet = np.full((rows * cell[0] + gap, columns * cell[1] + gap, 3), 32, np.uint8)
        for place, shown in enumerate(self.pictures):
            y, x = gap + place // columns * cell[0], gap + place % columns * cell[1]
            left = x + (width - shown.shape[1]) // 2
            sheet[y : y + shown.shape[0], left : left + shown.shape[1]] = shown
        return sheet
