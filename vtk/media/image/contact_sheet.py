"""Contact sheets: pages of many small images with their times, the films apart from each other."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import numpy as np

from vtk.errors import UsageError
from vtk.media.image.dots import HIGH, WIDE, lettered
from vtk.media.image.files import (
    ENCODERS,
    LARGEST,
    Format,
    check_format,
    make_folder,
    safe_stem,
    write_image,
)
from vtk.media.image.to_rgb import RGB
from vtk.times import clock

HEIGHT = 108  # pixels, of each image on a contact sheet
PAGE = 120  # images per page
GAP = 4  # pixels between images
SCALE = 2  # pixels per dot of the letters
LINE = SCALE * (HIGH + 2) + GAP  # pixels, of the header of a film
GREY = 32  # between the images
SHAPE = 1.6  # width of a page by its height


@dataclass(frozen=True)
class Look:
    """How a contact sheet is laid out."""

    height: int = HEIGHT  # pixels, of each image
    columns: int | None = None  # images in a row; None makes the page about SHAPE


@dataclass
class _Part:
    """The images of one film on a page."""

    header: str
    pictures: list[RGB] = field(default_factory=list)

    @property
    def width(self) -> int:
        """Pixels of a cell, with the gap beside it."""
        return GAP + max(int(picture.shape[1]) for picture in self.pictures)


class Sheet:
    """A contact sheet in one or more files. Memory holds one page."""

    def __init__(self, path: Path, look: Look | None = None, pages: int = 0) -> None:
        """Name the pages `path`, then NAME-2, NAME-3, … with the same extension.

        `pages` are there already. Raises UsageError if the extension is no image format,
        MissingError without its encoder.
        """
        ending = path.suffix.lower().removeprefix(".").replace("jpeg", "jpg")
        if ending not in ENCODERS:
            known = ", ".join(f".{name}" for name in ENCODERS)
            raise UsageError(
                f"a contact sheet is a picture: its name must end in {known}, not {path}; "
                "or a folder, as in sheets/, with a sheet for each video"
            )
        check_format(ending)
        self.path, self.format, self.look = path, cast(Format, ending), look or Look()
        self.pages = pages  # pages written so far
        self._parts: dict[str, _Part] = {}  # of the current page, by film

    def add(self, picture: RGB, time: float, film: str = "", about: str = "") -> None:
        """Add an image of a film, as high as the look says, shown at `time` seconds.

        `about` is what the header says of the film beside its name. Raises OutputError.
        """
        name = Path(film).name or film
        part = self._parts.setdefault(film, _Part("  ".join(filter(None, (name, about)))))
        part.pictures.append(_stamped(picture, clock(time, decimals=1)))
        if sum(len(part.pictures) for part in self._parts.values()) == PAGE:
            self._write()

    def close(self) -> None:
        """Write the last page; an empty page if there was no image. Raises OutputError."""
        if self._parts or not self.pages:
            self._write()

    def _write(self) -> None:
        self.pages += 1
        name = f"{self.path.stem}-{self.pages}{self.path.suffix}"
        make_folder(self.path.parent)
        write_image(
            self.path if self.pages == 1 else self.path.with_name(name), self._page(), self.format
        )
        self._parts = {}

    def _page(self) -> RGB:
        """Arrange the films of a page one under another, each under its name."""
        parts = [*self._parts.values()]
        if not parts:
            return np.full((HEIGHT + 2 * GAP, HEIGHT + 2 * GAP, 3), GREY, np.uint8)
        count, widest = sum(len(part.pictures) for part in parts), max(p.width for p in parts)
        most = max(len(part.pictures) for part in parts)
        usual = min(max(round((count * SHAPE * self.look.height / widest) ** 0.5), 1), most)
        width = min((self.look.columns or usual) * widest, LARGEST - GAP) + GAP
        each = [self._rows(part, width) for part in parts]
        page = np.concatenate(each)
        if page.shape[0] + GAP > LARGEST:
            raise UsageError("the sheet would be too large for a picture: fewer --columns, or more")
        return np.pad(page, ((0, GAP), (0, 0), (0, 0)), constant_values=GREY)

    def _rows(self, part: _Part, width: int) -> RGB:
        """The header and the images of a film, as wide as the page."""
        columns = self.look.columns or max((width - GAP) // part.width, 1)
        high = max(picture.shape[0] for picture in part.pictures) + GAP
        rows = -(-len(part.pictures) // columns)
        top = LINE if part.header else 0
        shown = np.full((GAP * (not top) + top + rows * high, width, 3), GREY, np.uint8)
        if part.header:
            _write_line(shown, part.header)
        for place, picture in enumerate(part.pictures):
            y = (top or GAP) + place // columns * high
            x = GAP + place % columns * part.width
            left = x + (part.width - GAP - picture.shape[1]) // 2
            shown[y : y + picture.shape[0], left : left + picture.shape[1]] = picture
        return shown


class Sheets:
    """A contact sheet for each film, in a folder. Memory holds one page of the latest film."""

    def __init__(self, name: Callable[[str], Path], look: Look | None = None) -> None:
        """`name` gives the path of the sheet of a film."""
        self._name, self.look = name, look or Look()
        self._sheet: Sheet | None = None
        self._film = ""
        self._pages: dict[str, int] = {}  # pages written of each film that came before

    def add(self, picture: RGB, time: float, film: str, about: str = "") -> None:
        """Add an image of a film, as `Sheet.add`."""
        if self._sheet is None or film != self._film:
            self.close()
            path, self._film = self._name(film), film
            self._sheet = Sheet(path, self.look, self._pages.get(film, 0))
        self._sheet.add(picture, time, film, about)

    def close(self) -> None:
        """Write the last page. Raises OutputError."""
        if self._sheet is not None:
            self._sheet.close()
            self._pages[self._film] = self._sheet.pages
            self._sheet = None


def sheet_in(folder: Path, form: str, film: str) -> Path:
    """Return the path of the sheet of a film in a folder."""
    return folder / f"{safe_stem(film)}.{form}"


def _write_line(shown: RGB, text: str) -> None:
    """Draw the header of a film at the top; a name that is too long is cut off in its middle."""
    room = (shown.shape[1] - 2 * GAP) // (SCALE * WIDE)
    if len(text) > room:
        text = text[: max(room - room // 3 - 2, 0)] + ".." + text[-max(room // 3, 1) :]
    dots = np.kron(lettered(text), np.ones((SCALE, SCALE), bool))[:, : shown.shape[1] - 2 * GAP]
    place = shown[GAP : GAP + dots.shape[0], GAP : GAP + dots.shape[1]]
    place[dots[: place.shape[0]]] = 255


def _stamped(picture: RGB, text: str) -> RGB:
    """Draw text, white on black, into the lower left corner of an image, widened if need be."""
    line = np.pad(lettered(text), 1)
    label = np.kron(line, np.full((SCALE, SCALE), 255, np.uint8)).astype(np.uint8)
    label = label[-picture.shape[0] :]
    more = max(label.shape[1] - picture.shape[1], 0)
    edges = ((0, 0), (more // 2, more - more // 2), (0, 0))
    stamped = np.pad(picture, edges, constant_values=GREY)
    stamped[picture.shape[0] - label.shape[0] :, : label.shape[1]] = label[..., None]
    return stamped
