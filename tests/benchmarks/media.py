"""Frames out of long videos: vtk beside torchcodec, plain PyAV and ffmpeg.

    python tests/benchmarks/media.py                 # an hour of 720p H.264, rendered first
    python tests/benchmarks/media.py --minutes 12    # a shorter one
    python tests/benchmarks/media.py --rounds 1      # instead of the best of three

Every task is done by all in turn, so that a busy moment of the machine meets all of them; times are
the best of some rounds, ratios those to vtk. torchcodec needs FFmpeg's shared libraries, ffmpeg its
program; what is not installed is absent. All use as many threads as there are cores but those
that are named after one.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from typing import Any

import av

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.world.long import long_clip
from vtk.keyframes import keyframes
from vtk.media.video import Video
from vtk.media.video.decoder import Decoder
from vtk.media.video.keyframe_index import index_from_container
from vtk.span import Span

CORES = os.cpu_count() or 1
SPREAD = 32  # frames over the whole file
SHEET = 60  # pictures on the contact sheet
Task = Callable[[], object]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--minutes", type=int, default=60, help="length of the film")
    parser.add_argument("--rounds", type=int, default=3, help="of which the best counts")
    parser.add_argument("--skip-end", action="store_true", help="do not decode to the end")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(f"rendering {options.minutes} minutes of 720p", file=sys.stderr)
        path = long_clip(Path(folder), options.minutes).path
        length = options.minutes * 60.0
        ten = min(600.0, length)
        run = partial(measure, rounds=options.rounds)
        times = [(number + 0.5) * length / SPREAD for number in range(SPREAD)]
        run(f"{SPREAD} frames over {options.minutes} minutes", few(path, times))
        if not options.skip_end:
            whole = {
                "vtk": partial(ours, path, times),
                "decoding to the end": partial(to_time, path, length),
            }
            measure(f"{SPREAD} frames, beside all", whole, rounds=1)
        run(
            f"{ten / 60:g} minutes at 1 frame a second",
            few(path, [float(t) for t in range(int(ten))]),
        )
        run(f"{ten / 60:g} minutes at 24 frames a second", dense(path, ten))
        # The sheet of a film: its pictures from all over, each scaled and put in its place.
        sheet = {
            "vtk": partial(contact_sheet, path, Path(folder) / "sheet.png", length),
            "real-time decoding": partial(to_time, path, length),
        }
        if not options.skip_end:
            measure(f"contact sheet of {options.minutes} minutes", sheet, rounds=1)


def few(path: Path, times: list[float]) -> dict[str, Task | None]:
    """The ways to the frames at some times."""
    codec = find_spec("torchcodec") is not None
    return {
        "vtk": partial(ours, path, times),
        "vtk, one decoder": partial(in_turn, path, times, 0),
        "vtk, one thread": partial(in_turn, path, times, 1),
        "torchcodec": partial(theirs, path, times, "exact") if codec else None,
        "torchcodec approximate": partial(theirs, path, times, "approximate") if codec else None,
        "PyAV, seeking": partial(plain, path, times),
    }


def dense(path: Path, seconds: float) -> dict[str, Task | None]:
    """The ways to all frames of a beginning."""
    every = [number / 24 for number in range(int(24 * seconds))]
    codec = find_spec("torchcodec") is not None
    return {
        "vtk": partial(drain_frames, path, seconds),
        "vtk at()": partial(ours, path, every),
        "ffmpeg -f null": partial(ffmpeg, path, seconds) if which("ffmpeg") else None,
        "torchcodec": partial(theirs, path, every, "exact") if codec else None,
        "PyAV": partial(to_time, path, seconds),
    }


def measure(title: str, tasks: dict[str, Any], rounds: int) -> None:
    """Print the best wall time of each task and what it is to that of the first."""
    best: dict[str, float] = {}
    failed: dict[str, str] = {}
    for _ in range(rounds):
        for name, task in tasks.items():
            if task is None or name in failed:
                continue
            began = time.perf_counter()
            try:
                task()
            except (RuntimeError, ImportError, OSError) as error:  # libraries of a peer
                failed[name] = str(error).strip().splitlines()[0][:60]
                continue
            now = time.perf_counter() - began
            best[name] = min(now, best.get(name, now))
    print(title)
    base = best[next(iter(tasks))]
    for name in tasks:
        if name in best:
            print(f"  {name:24} {best[name]:8.2f} s  {best[name] / base:7.2f}")
        else:
            print(f"  {name:24}   absent  {failed.get(name, '')}")


def drain(frames: Iterable[object]) -> int:
    """How many there are; each is let go at once."""
    return sum(1 for _ in frames)


def ours(path: Path, times: list[float]) -> None:
    with Video(str(path)) as video:
        assert drain(video.frames_at(times)) == len(times)


def in_turn(path: Path, times: list[float], threads: int) -> None:
    """The same plan with a single decoder."""
    with Decoder(str(path), threads=threads) as decoder:
        decoder.keyframes = index_from_container(decoder.container, decoder.stream, decoder.end)
        assert drain(decoder.frames_at_serial(times)) == len(times)


def drain_frames(path: Path, seconds: float) -> None:
    with Video(str(path)) as video:
        drain(video.frames(end=seconds))


def theirs(path: Path, times: list[float], mode: str) -> None:
    decoder = import_module("torchcodec.decoders").VideoDecoder(
        str(path), seek_mode=mode, num_ffmpeg_threads=CORES
    )
    for begin in range(0, len(times), 64):  # more at once would fill the memory
        decoder.get_frames_played_at(times[begin : begin + 64])


def plain(path: Path, times: list[float]) -> None:
    """What people write with PyAV: seek to the time, decode up to it."""
    with av.open(path) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        assert stream.time_base
        for moment in times:
            pts = round(moment / stream.time_base)
            container.seek(pts, stream=stream)
            for frame in container.decode(stream):
                if frame.pts is not None and frame.pts >= pts:
                    break


def to_time(path: Path, seconds: float) -> None:
    """Decodes from the start with PyAV."""
    with av.open(path) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        for frame in container.decode(stream):
            if frame.time is not None and frame.time >= seconds:
                break


def ffmpeg(path: Path, seconds: float) -> None:
    line = ["ffmpeg", "-v", "quiet", "-t", str(seconds), "-i", str(path)]
    subprocess.run([*line, "-map", "0:v:0", "-f", "null", "-"], check=True)


def contact_sheet(path: Path, sheet: Path, length: float) -> None:
    parts = (
        Span(video=str(path), start=number * length / SHEET, end=(number + 1) * length / SHEET)
        for number in range(SHEET)
    )
    drain(keyframes(parts, method="uniform", sheet=sheet))


if __name__ == "__main__":
    main()
