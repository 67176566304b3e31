"""The clips by name, rendered once per directory, seed and version of this package."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Protocol

import av

from tests.world.clips import damaged, edits, streams
from tests.world.lecture import lecture, talk
from tests.world.truth import Clip, Truth


class Render(Protocol):
    """Writes a clip into a folder."""

    __name__: str

    def __call__(self, directory: Path, seed: int = 0) -> Clip: ...


CLIPS: tuple[Render, ...] = (
    edits.cuts,
    edits.similar_cuts,
    edits.many_cuts,
    edits.gradual,
    edits.flashes,
    edits.slides,
    edits.camera,
    edits.whip_pan,
    edits.colours,
    edits.blank,
    edits.one_shot,
    streams.subtitled,
    streams.subtitled_mp4,
    streams.subtitled_webm,
    streams.sidecar,
    streams.chaptered,
    streams.chaptered_mkv,
    streams.late_start,
    streams.late_start_mkv,
    streams.variable_rate,
    streams.variable_rate_mkv,
    streams.ntsc,
    streams.fifty,
    streams.reordered,
    streams.rotated,
    streams.rotated_180,
    streams.rotated_270,
    streams.ten_bit,
    streams.hevc,
    streams.vp9,
    streams.av1,
    streams.mpeg4,
    streams.odd_size,
    streams.padded,
    streams.silent,
    streams.quiet,
    streams.sounded,
    streams.dubbed,
    streams.audio_only,
    damaged.truncated,
    damaged.truncated_mkv,
    damaged.no_moov,
    damaged.corrupt,
    damaged.empty,
    damaged.not_media,
    damaged.no_frames,
    damaged.one_frame,
    lecture,
    talk,
)

CATALOG: dict[str, Render] = {clip.__name__: clip for clip in CLIPS}


def render(name: str, directory: Path, seed: int = 0) -> Clip:
    """The clip of a name in `directory` (for a seed other than 0, in a folder of that seed).

    What is already there from the same seed and version is used again. Several processes may ask
    for the same clip at once: each renders aside and moves whole files into place, and since all
    render the same bytes it does not matter who is last.

    Raises KeyError if the catalog has no such clip.
    """
    make = CATALOG[name]
    return _kept(name, Path(directory), seed, lambda aside: make(aside, seed))


def render_as(name: str, directory: Path, seed: int, make: Callable[[Path], Clip]) -> Clip:
    """`render` for a clip that is not in the catalog; `make` writes it into the folder given."""
    return _kept(name, Path(directory), seed, make)


def truth_path(clip: Path) -> Path:
    """Where the truth of a rendered clip is kept: `NAME.truth.json` beside it."""
    return clip.with_name(f"{clip.stem}.truth.json")


@cache
def version() -> str:
    """A digest of this package's source and of PyAV's version."""
    digest = hashlib.sha256(av.__version__.encode())
    for source in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:12]


def _kept(name: str, directory: Path, seed: int, make: Callable[[Path], Clip]) -> Clip:
    home = directory if seed == 0 else directory / f"seed-{seed}"
    home.mkdir(parents=True, exist_ok=True)
    found = _found(home, name, seed)
    if found:
        return found
    aside = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=home))
    try:
        clip = make(aside)
        record = aside / f"{name}.truth.json"
        record.write_text(clip.truth.to_json(), encoding="utf-8")
        stamp = aside / f".{name}.version"
        stamp.write_text(version())
        # The stamp goes last: it says that everything else is in place.
        stale = home / stamp.name
        stale.unlink(missing_ok=True)
        for file in sorted(aside.iterdir(), key=lambda file: file == stamp):
            os.replace(file, home / file.name)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return Clip(home / clip.path.name, clip.truth)


def _found(home: Path, name: str, seed: int) -> Clip | None:
    try:
        if (home / f".{name}.version").read_text() != version():
            return None
        truth = Truth.from_json((home / f"{name}.truth.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    path = home / truth.file
    return Clip(path, truth) if truth.seed == seed and path.exists() else None
