"""The videos of a folder that is given as an input."""

import logging
import os
import re

# The ends of names by which videos are known.
ENDINGS = (
    *("3gp", "asf", "avi", "flv", "m2ts", "m4v", "mkv", "mov", "mp4", "mpeg", "mpg", "mts"),
    *("mxf", "ogv", "ts", "vob", "webm", "wmv"),
)

log = logging.getLogger("vtk")

_PIECES = re.compile(r"([^0-9]*)([0-9]*)")


def videos_in(folder: str) -> list[str]:
    """Return the paths of the videos in a folder and those inside it, and tell how many there are.

    They come in natural order: take 2 before take 10. Names that begin with a dot are left out, and
    links to folders are not followed. What cannot be read is told.
    """
    found: list[tuple[str, ...]] = []
    others = 0
    for place, folders, files in os.walk(folder, onerror=_tell):
        folders[:] = [name for name in folders if not name.startswith(".")]
        within = os.path.relpath(place, folder)
        parts = () if within == os.curdir else tuple(within.split(os.sep))
        shown = [name for name in files if not name.startswith(".")]
        videos = [name for name in shown if name.lower().rpartition(".")[2] in ENDINGS]
        found += [(*parts, name) for name in videos if "." in name]
        others += len(shown) - len(videos)
    if found:
        left = f", {others} other file{'s' * (others != 1)} left out" if others else ""
        log.info("%s: %d video%s%s", folder, len(found), "s" * (len(found) != 1), left)
    return [os.path.join(folder, *parts) for parts in sorted(found, key=_natural)]


def _natural(parts: tuple[str, ...]) -> list[list[tuple[str, int, str]]]:
    """The names of a path for comparing, with their numbers as numbers."""
    return [
        [(text.casefold(), int(digits or 0), digits) for text, digits in _PIECES.findall(name)]
        for name in parts
    ]


def _tell(error: OSError) -> None:
    log.warning("%s: cannot read the folder: %s", error.filename, error.strerror)
