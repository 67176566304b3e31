"""Keyframes: how many of the scenes each method shows, and what it should not have taken.

    python tests/benchmarks/keyframes.py --world N         # renders N random clips of known truth
    python tests/benchmarks/keyframes.py FOLDER            # labelled clips with cuts.json
    python tests/benchmarks/keyframes.py --world 8 --clip siglip2-b

Coverage is the share of the distinct scenes (shots) of which a keyframe shows a clear frame, over
whole videos that are not split, with k the number of scenes, and with half as many (then of k).
"in joins" are keyframes inside a dissolve, fade or wipe, "split" those when vtk splits the video
first, one keyframe a shot, "mixed" those of "split" whose picture is neither that before the join
nor that behind it: a wipe shows the new slide alone long before its edge has left an empty margin.
"spoiled" are keyframes that are black, flashed or out of focus, one of
each shot of a film whose shots are so for two thirds of their time. `cluster` must beat `uniform`:
the exit status is 1 where it does not.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np

from tests.benchmarks.split_clips import world_clip
from tests.keyframes.films import spoiled
from vtk.keyframes import keyframes
from vtk.keyframes.methods import METHODS
from vtk.media.image.planes import thumbnail
from vtk.media.video import Video
from vtk.media.video.frame_index import frame_index
from vtk.span import Span
from vtk.split import split

Stretch = tuple[float, float]  # seconds

BESIDE = 0.05  # seconds from a join to the pictures beside it
NOISE = 10.0  # luma, 0..255, by which an encoder changes a sample of a thumbnail


@dataclass
class Film:
    """A file, its scenes without the joins between them, and these joins."""

    path: Path
    scenes: list[Stretch]
    joins: list[Stretch]


@dataclass
class Tally:
    """Counts of one method over all films."""

    scenes: int = 0
    shown: int = 0
    half: int = 0  # half as many keyframes as scenes
    half_shown: int = 0
    picked: int = 0
    in_joins: int = 0
    split_picked: int = 0
    split_in_joins: int = 0
    mixed: int = 0
    seconds: float = 0.0
    coverages: list[float] = field(default_factory=list)

    @property
    def coverage(self) -> float:
        return self.shown / max(self.scenes, 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, help="labelled clips with cuts.json")
    parser.add_argument("--world", type=int, default=0, metavar="N", help="clips to render")
    parser.add_argument("--clip", metavar="NAME", help="compare by this open_clip model as well")
    parser.add_argument("--each", action="store_true", help="a line for each film")
    options = parser.parse_args()
    if not (options.folder or options.world):
        parser.error("give a folder of labelled clips or --world N")
    ways: dict[str, dict[str, Any]] = {method: {"method": method} for method in METHODS}
    if options.clip:
        from vtk.models.embed.clip import ClipModel

        model = ClipModel(options.clip)
        for method in ("cluster", "maxinfo", "sharp"):
            ways[f"{method}, clip"] = {"method": method, "clip": model}
    with tempfile.TemporaryDirectory() as folder:
        films = list(_films(options.folder, options.world, Path(folder)))
        tallies = {name: tally(films, way, options.each) for name, way in ways.items()}
        bad = {name: spoilt(Path(folder), way) for name, way in ways.items()}
    print(f"{len(films)} films, {tallies['uniform'].scenes} scenes")
    print(f"{'':16} coverage  at half  picked  in joins    split  mixed  spoiled  seconds")
    for name, t in tallies.items():
        print(
            f"{name:16} {100 * t.coverage:7.1f}% {100 * t.half_shown / max(t.half, 1):7.1f}% "
            f"{t.picked:7} {t.in_joins:9} {t.split_in_joins:4}/{t.split_picked:<4}{t.mixed:6}  "
            f"{bad[name][0]:4}/{bad[name][1]:<3} {t.seconds:8.2f}"
        )
    sys.exit(tallies["cluster"].coverage <= tallies["uniform"].coverage)


def tally(films: list[Film], way: dict[str, Any], each: bool) -> Tally:
    """What a method shows of every film."""
    total = Tally()
    for film in films:
        whole = Span(video=str(film.path), start=film.scenes[0][0], end=film.scenes[-1][1])
        count = len(film.scenes)
        began = time.perf_counter()
        times = _times([whole], way | {"k": count})
        total.seconds += time.perf_counter() - began
        shown = _shown(film.scenes, times)
        total.shown += shown
        total.scenes += count
        total.half += max(count // 2, 1)
        total.half_shown += _shown(film.scenes, _times([whole], way | {"k": max(count // 2, 1)}))
        total.picked += len(times)
        total.in_joins += _inside(film.joins, times)
        once = _times(split([Span(video=str(film.path))], method="content"), way | {"k": 1})
        total.split_picked += len(once)
        total.split_in_joins += _inside(film.joins, once)
        total.mixed += sum(_mixed(film, time) for time in once)
        if each:
            print(f"{way['method']:10} {film.path.name:28} {shown:3} of {count}")
    return total


def spoilt(folder: Path, way: dict[str, Any]) -> tuple[int, int]:
    """Keyframes that are black, flashed or out of focus, and all of them."""
    clip, good = spoiled(folder)
    spans = [Span(video=str(clip.path), start=s.start, end=s.end) for s in clip.truth.shots]
    times = _times(spans, way | {"k": 1})
    return len(times) - _inside(good, times), len(times)


def _times(spans: Any, options: dict[str, Any]) -> list[float]:
    return [entry["t"] for span in keyframes(spans, **options) for entry in span["keyframes"]]


def _shown(scenes: list[Stretch], times: list[float]) -> int:
    return sum(any(start <= t < end for t in times) for start, end in scenes)


def _inside(stretches: list[Stretch], times: list[float]) -> int:
    return sum(any(start <= t < end for start, end in stretches) for t in times)


def _mixed(film: Film, time: float) -> bool:
    """Whether the picture at a time is of a join, and like neither of the two that it joins."""
    for start, end in film.joins:
        if start <= time < end:
            with Video(str(film.path)) as video:
                frames = video.frames_at([max(start - BESIDE, 0.0), time, end + BESIDE])
                old, here, new = (thumbnail(frame.image).luma for frame in frames)
            return bool(min(np.abs(here - old).max(), np.abs(here - new).max()) > NOISE)
    return False


def _films(folder: Path | None, world: int, aside: Path) -> Iterator[Film]:
    for number in range(world):
        truth = (clip := world_clip(aside, number)).truth
        yield Film(
            clip.path,
            [(shot.start, shot.end) for shot in truth.shots],
            [(join.start, join.end) for join in truth.transitions],
        )
    if folder is None:
        return
    for name, label in json.loads((folder / "cuts.json").read_text()).items():
        index = frame_index(str(folder / name))
        at = [float(pts * index.time_base) for pts in index.pts] + [float("inf")]
        joins = [(first, last + 1) for first, last in label["gradual"]]
        edges = sorted([(cut, cut) for cut in label["cuts"]] + joins)
        starts = [0, *(end for _, end in edges)]
        ends = [*(start for start, _ in edges), len(index.pts) - 1]
        yield Film(
            folder / name,
            [(at[a], at[b]) for a, b in zip(starts, ends, strict=True) if b > a],
            [(at[a], at[b]) for a, b in joins],
        )


if __name__ == "__main__":
    main()
