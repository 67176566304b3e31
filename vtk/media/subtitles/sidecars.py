"""Subtitle files that belong to a video by their names: beside it, or in a folder Subs."""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from vtk.media.subtitles.files import SIDECARS
from vtk.media.subtitles.languages import same_language

FOLDERS = {"subs", "subtitles"}  # names of folders of subtitles, in any case
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_]\w+)?")  # talk.en.srt, talk.pt-BR.forced.srt


class Sidecar(NamedTuple):
    """A subtitle file, and the language in its name (ISO 639); None if it names none."""

    path: str
    language: str | None = None

    @property
    def forced(self) -> bool:
        """Whether it holds only what another language needs, such as signs."""
        return ".forced." in os.path.basename(self.path).lower()


def find_sidecars(path: str, language: str | None = None) -> list[Sidecar]:
    """Return the subtitle files of a video file, the one to be taken first.

    These are, for ``talk.mp4``, ``talk.srt``, ``Talk.srt``, ``talk.mp4.srt`` and ``talk.en.srt``,
    beside it or in a folder ``Subs`` there, and all in a folder ``Subs/talk``. Files of the very
    name of the video come before others, those beside it before those in folders, and forced ones
    last. With `language`, only those of it and, after them, those that name none.
    """
    stem = Path(path).stem
    ranked = []
    for place, found in _candidates(path):
        for exact, name in _rests(Path(found).stem, stem, os.path.basename(path), place):
            code = next((part for part in name.split(".") if _LANGUAGE.fullmatch(part)), None)
            if (name and not code) or (code and language and not same_language(code, language)):
                continue
            known = Sidecar(found, code)
            last = (code is None) if language else (code is not None)
            ranked.append(((known.forced, last, place, not exact, found), known))
            break
    return [known for _, known in sorted(ranked)]


def _candidates(path: str) -> Iterator[tuple[int, str]]:
    """Yield files of subtitles with their place: 0 beside the video, 1 in Subs, 2 in Subs/talk."""
    above = os.path.dirname(path)
    for entry in _entries(above):
        if entry.name.lower() not in FOLDERS or not entry.is_dir():
            if _is_subtitles(entry):
                yield 0, os.path.join(above, entry.name)
            continue
        for inner in _entries(entry.path):
            if _is_subtitles(inner):
                yield 1, os.path.join(above, entry.name, inner.name)
            elif inner.name.casefold() == Path(path).stem.casefold() and inner.is_dir():
                own = filter(_is_subtitles, _entries(inner.path))
                yield from ((2, os.path.join(above, entry.name, inner.name, f.name)) for f in own)


def _entries(folder: str) -> list["os.DirEntry[str]"]:
    with suppress(OSError), os.scandir(folder or ".") as found:
        return sorted(found, key=lambda entry: entry.name)
    return []


def _is_subtitles(entry: "os.DirEntry[str]") -> bool:
    return entry.name.lower().endswith(SIDECARS) and entry.is_file()


def _rests(name: str, stem: str, whole: str, place: int) -> Iterator[tuple[bool, str]]:
    """Yield what a name without its ending adds to that of the video, such as ``en.forced``.

    With it goes whether the letters of the rest are the very ones of the video's name.
    """
    for base in (whole, stem):
        if name.casefold() == base.casefold() or name.casefold().startswith(f"{base}.".casefold()):
            yield name.startswith(base), name[len(base) + 1 :]
    if place == 2:  # a name may be "2_English" or "en"
        yield False, name if _LANGUAGE.fullmatch(name.split(".")[0]) else ""
