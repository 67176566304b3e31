"""What a format is in which chapters are written."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from vtk.media.chapters import Chapter
from vtk.methods import Methods


class Format(NamedTuple):
    """A format of chapters.

    `text` yields pieces of a text from the chapters in order, with times from the first picture
    on, and the name of the media file. `faults` tells what of them other programs will not take.
    """

    ending: str  # extension of its files
    text: Callable[[Sequence[Chapter], str], Iterator[str]]
    faults: Callable[[Sequence[Chapter]], Iterator[str]] = lambda chapters: iter(())
    ends: bool = False  # whether it states ends
    levels: bool = False  # whether it has sections in chapters


FORMATS: Methods[Format] = Methods("export chapters")
