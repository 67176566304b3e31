"""Contact sheets: pages of many small images, each labelled with its time."""

from pathlib import Path
from typing import cast

import numpy as np

from vtk.errors import UsageError
from vtk.media.image.files import ENCODERS, Format, check_format, make_folder, write_image
from vtk.media.image.to_rgb import RGB
from vtk.times import clock

HEIGHT = 108  # pixels, of each image on a contact sheet
PAGE = 120  # images per page
GAP = 4  # pixels between images
SCALE = 2  # pixels per dot of the digits
# A 5 by 7 dot font: one byte per row from top to bottom, the leftmost dot in bit 4.
_DOTS = {
    "0": "0e11131519110e",
    "1": "040c040404040e",
    "2": "0e11010204081f",
    "3": "1f02040201110e",
    "4": "02060a121f0202",
    "5": "1f101e0101110e",
    "6": "0608101e11110e",
    "7": "1f010204080808",
    "8": "0e11110e11110e",
    "9": "0e11110f01020c",
    ":": "000c0c000c0c00",
    ".": "00000000000c0c",
}


class Sheet:
    """A contact sheet in one or more files. Memory holds one page."""

    def __init__(self, path: Path) -> None:
        """Name the pages `path`, then NAME-2, NAME-3, … with the same extension.

        Raises UsageError if the extension is no image format, MissingError without its encoder.
        """
        ending = path.suffix.lower().removeprefix(".").replace("jpeg", "jpg")
        if ending not in ENCODERS:
            known = ", ".join(f".{name}" for name in ENCODERS)
            raise UsageError(
                f"a contact sheet is a picture: its name must end in {known}, not {path}"
            )
        check_format(ending)
        self.path, self.format = path, cast(Format, ending)
        self.pages = 0  # pages written so far
        self.pictures: list[RGB] = []  # images of the current page

    def add(self, picture: RGB, time: float) -> None:
        """Add an image HEIGHT pixels high, shown at `time` seconds. Raises OutputError."""
        self.pictures.append(_stamped(picture, clock(time, decimals=1)))
        if len(self.pictures) == PAGE:
            self._write()

    def close(self) -> None:
        """Write the last page; an empty page if there was no image. Raises OutputError."""
        if self.pictures or not self.pages:
            self._write()

    def _write(self) -> None:
        self.pages += 1
        name = f"{self.path.stem}-{self.pages}{self.path.suffix}"
        make_folder(self.path.parent)
        write_image(
            self.path if self.pages == 1 else self.path.with_name(name), self._page(), self.format
        )
        self.pictures = []

    def _page(self) -> RGB:
        """Arrange the images of a page in rows, with an aspect ratio of about 1.6."""
        width = max((p.shape[1] for p in self.pictures), default=HEIGHT)
        count = max(len(self.pictures), 1)
        columns = min(max(round((count * 1.6 * HEIGHT / width) ** 0.5), 1), count)
        cell = (HEIGHT + GAP, width + GAP)
        rows = -(-count // columns)
        page = np.full((rows * cell[0] + GAP, columns * cell[1] + GAP, 3), 32, np.uint8)
        for place, shown in enumerate(self.pictures):
            y, x = GAP + place // columns * cell[0], GAP + place % columns * cell[1]
            left = x + (width - shown.shape[1]) // 2
            page[y : y + shown.shape[0], left : left + shown.shape[1]] = shown
        return page


def _stamped(picture: RGB, text: str) -> RGB:
    """Draw text, white on black, into the lower left corner of an image, clipped to its size."""
    rows = [bytes.fromhex(_DOTS[character]) for character in text]
    dots = np.unpackbits(np.array([list(row) for row in rows], np.uint8)[..., None], axis=2)
    line = np.pad(np.concatenate(dots[:, :, 2:], axis=1), 1)  # bit 5, always 0, is the gap
    label = np.kron(line, np.full((SCALE, SCALE), 255, np.uint8))
    label = label[-picture.shape[0] :, : picture.shape[1]]
    stamped = picture.copy()
    stamped[picture.shape[0] - label.shape[0] :, : label.shape[1]] = label[..., None]
    return stamped
