"""What an index knows of videos, and their files."""

import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from vtk.span import local_path
from vtk.store.cache import fingerprint
from vtk.store.index.columns import Model, models
from vtk.store.index.where import among


@dataclass
class Known:
    """The spans of a video in the index."""

    digests: dict[bytes, bytes] = field(default_factory=dict)  # of their records, by id
    fingerprints: set[str] = field(default_factory=set)


def known(table: Any, names: Iterable[str], fingerprints: set[str]) -> dict[str, Known]:
    """Return what the index has of videos with one of these names or fingerprints."""
    found: dict[str, Known] = {}
    conditions = [among("video", names)]
    if own := fingerprints - {""}:
        conditions.append(among("fingerprint", sorted(own)))
    columns = ["id", "digest", "video", "fingerprint"]
    for condition in conditions:
        for batch in table.scanner(columns=columns, filter=condition).to_batches():
            rows = zip(*(batch[name].to_pylist() for name in columns), strict=True)
            for key, digest, name, own_fingerprint in rows:
                video = found.setdefault(name, Known())
                video.digests[key] = digest
                video.fingerprints.add(own_fingerprint)
    return found


def embedded(table: Any, names: Iterable[str]) -> dict[Model, dict[str, set[bytes]]]:
    """Return the ids of the spans of some videos that have vectors, by model and video."""
    found: dict[Model, dict[str, set[bytes]]] = {}
    condition = among("video", names)
    for model, column in models(table.schema).items():
        held = f"{condition} AND {column.one} IS NOT NULL"
        rows = table.scanner(columns=["video", "id"], filter=held).to_table()
        own = found.setdefault(model, {})
        for name, key in zip(rows["video"].to_pylist(), rows["id"].to_pylist(), strict=True):
            own.setdefault(name, set()).add(key)
    return found


def fingerprint_of(name: str) -> str:
    """Return the fingerprint of a video's file; empty if it cannot be read here."""
    path = local_path(name)
    with suppress(OSError, ValueError):
        return fingerprint(path) if path else ""
    return ""


def is_gone(name: str, now: str | None = None) -> bool:
    """Whether there is no file of a name, or only the one that is named `now` otherwise.

    Of what is named by a URL nobody knows: it counts as there.
    """
    path = local_path(name)
    if path is None:
        return False
    if not os.path.lexists(path):
        return True
    new = local_path(now) if now else None
    with suppress(OSError):
        return new is not None and os.path.samefile(path, new)
    return False
