"""Spans with words and embeddings, and indexes of them."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vtk.embedding import pack
from vtk.span import Span
from vtk.store.index import open_writer

THINGS = ("horse", "rocket", "glacier", "lecture", "violin", "bridge", "market")


def unit(*shape: int, seed: int) -> NDArray[np.float32]:
    """Random unit vectors."""
    found = np.random.default_rng(seed).standard_normal(shape, np.float32)
    lengths: NDArray[np.float32] = np.linalg.norm(found, axis=-1, keepdims=True)
    return (found / lengths).astype(np.float32)


def shots(video: str, count: int = 12, *, said: str = "", dim: int = 16) -> list[Span]:
    """Shots of a second: a caption, speech, a vector, and of every third those of keyframes."""
    found = []
    for i in range(count):
        seed = sum(video.encode()) * 1000 + i
        fields: dict[str, Any] = {
            "kind": "scene" if i % 4 == 3 else "shot",
            "caption": f"A {THINGS[(seed) % len(THINGS)]} in view {i}. {said}".strip(),
            "speech": [{"start": i, "end": i + 1, "text": f"We see the {THINGS[i % 7]}."}],
            "tags": [{"tag": tag} for tag in ("day", "it's")[: i % 3]],
            "embedding": [pack(unit(dim, seed=seed), "looks", "clip", "ab")],
        }
        if i % 3 == 0:
            frames = [unit(dim, seed=seed + 500), unit(dim, seed=seed + 700)]
            fields["keyframes"] = [
                {"t": i + t, "embedding": [pack(frame, "looks", "clip")]}
                for t, frame in zip((0.25, 0.75), frames, strict=True)
            ]
        if i % 2:
            fields["embedding"].append(pack(unit(8, seed=seed + 900), "words", "mini"))
        found.append(Span(video=video, start=float(i), end=float(i + 1), **fields))
    return found


def made(folder: Path, *videos: Iterable[Span], **settings: Any) -> str:
    """Add spans to the index `index` in a folder, and return its name."""
    place = str(folder / "index")
    spans = [span for video in videos for span in video]
    assert list(open_writer(place, **settings).add(spans)) == spans
    return place
