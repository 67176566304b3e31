"""Method fast beside content: speed over plain decoding, and F1.

    python tests/benchmarks/split_fast.py             # renders two films of 720p, x264 defaults
    python tests/benchmarks/split_fast.py FILE...     # the same on files
    python tests/benchmarks/split_fast.py --world N   # F1 on N random clips of known truth

Times are the best of some runs, one method after the other in every round.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from pathlib import Path
from shutil import which

import av
import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.split import Tally, cpu_seconds, decode, nearest, score
from tests.benchmarks.split_clips import labelled, render, world_clip
from vtk.span import Span
from vtk.split.methods import METHODS as WAYS
from vtk.split.methods import THRESHOLD

ROUNDS = 3
Shots = Callable[[Span], Iterator[Span]]


def _shots(method: str, span: Span) -> Iterator[Span]:
    return WAYS.load(method).shots(span, None, THRESHOLD, None)


METHODS: dict[str, Shots] = {name: partial(_shots, name) for name in ("content", "fast")}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("files", nargs="*", type=Path, help="videos to measure the speed on")
    parser.add_argument("--world", type=int, metavar="N", help="clips to render and measure")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if options.world:
            quality(Path(folder), options.world)
        elif options.files:
            for path in options.files:
                speed(path)
        else:
            speed(film(Path(folder) / "film.mp4"))
            speed(render(Path(folder) / "720p.mp4", 720))  # two thirds of it are its keyframes


def plain(path: Path) -> None:
    """Decodes everything as `ffmpeg -f null` does: that where it is installed, else PyAV."""
    if which("ffmpeg"):
        line = ["ffmpeg", "-v", "quiet", "-i", str(path), "-map", "0:v:0", "-f", "null", "-"]
        subprocess.run(line, check=True)
    else:
        decode(path)


def speed(path: Path) -> None:
    runs: dict[str, Callable[[], object]] = {"plain": partial(plain, path)}
    runs |= {name: partial(found, shots, path) for name, shots in METHODS.items()}
    best: dict[str, tuple[float, float]] = {}
    for _ in range(ROUNDS):
        for name, run in runs.items():
            wall, cpu = time.perf_counter(), cpu_seconds()
            run()
            now = (time.perf_counter() - wall, cpu_seconds() - cpu)
            best[name] = min(now, best.get(name, now))
    every, few = (found(shots, path) for shots in METHODS.values())
    same = sorted({shot.start for shot in every} & {shot.start for shot in few})
    method = few[0]["made"][-1]["method"]
    print(
        f"{path.name}: shots {len(every)}, by fast {len(few)}, same start {len(same)}, by {method}"
    )
    for name, (wall, cpu) in best.items():
        times = best["plain"][0] / wall
        print(f"  {name:8} {wall:7.2f} s wall {cpu:7.2f} s CPU {times:6.1f} times plain decoding")


def found(shots: Shots, path: Path) -> list[Span]:
    return [shot for shot in shots(Span(video=str(path))) if not shot.failed]


def quality(folder: Path, count: int) -> None:
    totals = {name: Tally() for name in METHODS}
    left = 0
    for number in range(count):
        path, label = labelled(world_clip(folder, number))
        times = np.array(decode(path))
        for name, shots in METHODS.items():
            all_shots = found(shots, path)
            left += name == "fast" and all_shots[0]["made"][-1]["method"] != "fast"
            begun = [(shot.start, shot["transition"]) for shot in all_shots[1:]]
            cuts = [nearest(times, at) for at, how in begun if how["type"] == "cut"]
            gradual = [
                (nearest(times, how["start"]), nearest(times, how["end"]))
                for _, how in begun
                if how["type"] != "cut"
            ]
            totals[name].add(score(cuts, gradual, label))
        path.unlink()
    print(f"{count} clips, of which fast left {left} to content")
    print("precision, recall and F1 of cuts, exact; of cuts, 1 frame; of gradual transitions")
    for name, tally in totals.items():
        print(tally.row("world", name))


def film(path: Path, seconds: int = 120, rate: int = 24) -> Path:
    """Writes 1280x720 H.264: moving textures with grain, shots of 1.5 to 9 s, hard cuts."""
    print(f"rendering {seconds} s of 720p", file=sys.stderr)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=rate)
        stream.width, stream.height, stream.pix_fmt = 1280, 720, "yuv420p"
        for number, picture in enumerate(pictures(seconds * rate, rate)):
            frame = av.VideoFrame.from_ndarray(picture, "yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def pictures(count: int, rate: int) -> Iterator[np.ndarray]:
    """(1080, 1280) uint8 each: the planes of yuv420p below one another."""
    rng = np.random.default_rng(2)
    grain = rng.normal(0, 2, (2000, 2560))
    left = since = 0
    for _ in range(count):
        if not left:
            left, since = int(rng.uniform(1.5, 9) * rate), 0
            planes = [soft(rng, *size) for size in ((1080, 2560), (540, 1280), (540, 1280))]
            along, down = rng.uniform(0, 5), rng.uniform(0, 1.5)
        x, y = 2 * int(along * since / 2), 2 * int(down * since / 2)
        i, j = rng.integers(0, 1280, 2)
        luma = planes[0][y : y + 720, x : x + 1280] + grain[i : i + 720, j : j + 1280]
        parts = [luma.clip(16, 235).astype(np.uint8)]
        parts += [plane[y // 2 :, x // 2 :][:360, :640] for plane in planes[1:]]
        yield np.concatenate([part.ravel() for part in parts]).reshape(1080, 1280)
        left, since = left - 1, since + 1


def soft(rng: np.random.Generator, rows: int, columns: int) -> np.ndarray:
    """A random picture of smooth patches of many sizes, (rows, columns) uint8."""
    total = np.full((rows, columns), rng.uniform(70, 180))
    for cell in (270, 90, 30, 10):
        coarse = rng.normal(0, 4 + cell / 8, (rows // cell, columns // cell)).astype(np.float32)
        total += np.asarray(
            Image.fromarray(coarse).resize((columns, rows), Image.Resampling.BICUBIC)
        )
    return total.clip(16, 235).astype(np.uint8)


if __name__ == "__main__":
    main()
