"""Where the files that a record names are: here, beside the file of records, or by a full name."""

import logging
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from vtk.span import Span

log = logging.getLogger("vtk")

Rename = Callable[[str], str]
KEPT = 4096  # names whose place is remembered

# Fields with the name of a file in a field of them.
INSIDE = (("keyframes", "image"), ("clip", "file"), ("skim", "file"), ("copy", "video"))


def renamed(span: Span, rename: Rename) -> Span:
    """The span, with every file that it names renamed; itself if none has another name."""
    changed: dict[str, Any] = {}
    for key in ("video", "gif"):
        if isinstance(name := span.get(key), str) and (new := rename(name)) != name:
            changed[key] = new
    for key, inner in INSIDE:
        if (known := span.get(key)) and (new := _renamed(known, inner, rename)) is not known:
            changed[key] = new
    return Span(span, **changed) if changed else span


def _renamed(known: Any, key: str, rename: Rename) -> Any:
    if isinstance(known, list):
        entries = [_renamed(entry, key, rename) for entry in known]
        same = all(new is entry for new, entry in zip(entries, known, strict=True))
        return known if same else entries
    name = known.get(key) if isinstance(known, dict) else None
    if not isinstance(name, str) or (new := rename(name)) == name:
        return known
    return {**known, key: new}


@dataclass
class Beside:
    """Finds files beside a file of records, where they are not found from here; tells so once."""

    records: str
    _told: bool = False

    def __post_init__(self) -> None:
        self._folder = os.path.dirname(self.records)
        self._place = lru_cache(KEPT)(self._found)
        with suppress(OSError):  # a folder that is not there has no files
            if self._folder and os.path.samefile(self._folder, os.curdir):
                self._folder = ""

    @property
    def elsewhere(self) -> bool:
        """Whether the file of records is in another folder than this."""
        return bool(self._folder)

    def __call__(self, span: Span) -> Span:
        """The span, with its files named as they are found from here."""
        return renamed(span, self._place)

    def _found(self, name: str) -> str:
        if not _is_relative(name) or _is_there(name):
            return name
        beside = os.path.join(self._folder, name)
        if not _is_there(beside):
            return name
        if not self._told:
            self._told = True
            log.info("%s: found beside %s, as %s", name, self.records, beside)
        return beside


@dataclass
class Absolute:
    """Gives local files their absolute names."""

    _place: Rename = field(default_factory=lambda: lru_cache(KEPT)(_absolute))

    def __call__(self, span: Span) -> Span:
        """The span, with its files named so."""
        return renamed(span, self._place)


def _absolute(name: str) -> str:
    if not _is_relative(name):
        return name
    if not _is_there(name):
        log.warning("%s: not found, so that its name stays as it is", name)
        return name
    return os.path.abspath(name)


def _is_relative(name: str) -> bool:
    return not os.path.isabs(name) and ("://" not in name or os.path.lexists(name))


def _is_there(name: str) -> bool:
    """Whether there is a file of that name, or a folder of numbered pictures (x/%04d.png)."""
    if os.path.lexists(name):
        return True
    folder, last = os.path.split(name.partition("#rate=")[0])
    return ("%" in last or not last) and os.path.isdir(folder or os.curdir)
