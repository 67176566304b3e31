"""Peak memory of processes on long videos and long streams, beside the limits vtk holds itself to.

    python tests/benchmarks/memory.py [--minutes N] [--spans N]

Prints the peak of `split` on two hours (of `learned` on five minutes), of `retrieve` on 100,000
captioned spans, and of the one-to-one commands on streams of N and of ten times N spans: it must
not grow with the length.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.world import render
from tests.world.long import long_clip

VTK = str(Path(sys.executable).parent / "vtk")
TEXT = """
a rocket lifts off from the pad while clouds of steam roll over water people wave red green blue
train mountain river bridge kitchen knife bread lecture slide graph market street rain
"""
WORDS = TEXT.split()
LEARNED = 24  # times shorter is the film that the network sees whole


def peak(arguments: list[str], stdin: Path | None) -> tuple[float, float, int]:
    """Peak resident memory in MB, seconds, and exit status of a run of vtk."""
    began = time.monotonic()
    high = 0.0
    with open(stdin or os.devnull, "rb") as file:
        process = subprocess.Popen([VTK, *arguments], stdin=file, stdout=subprocess.DEVNULL)
    while process.poll() is None:
        # The kernel's own high-water mark; that of rusage begins with the parent's memory.
        status = Path(f"/proc/{process.pid}/status").read_text()
        if found := re.search(r"VmHWM:\s+(\d+) kB", status):
            high = max(high, int(found[1]) / 1024)
        time.sleep(0.01)
    return high, time.monotonic() - began, process.returncode


def captioned(count: int) -> Iterator[dict[str, object]]:
    """Spans with captions of 25 words, each its own."""
    for i in range(count):
        words = " ".join(WORDS[(i * 7 + j * j + i // 50 * j) % len(WORDS)] for j in range(25))
        yield {
            "video": f"film{i // 1000}.mp4",
            "start": i * 4.0,
            "end": i * 4.0 + 4,
            "kind": "shot",
            "caption": f"Scene {i}: {words}.",
        }


def pieces(path: Path, count: int, seconds: float) -> Iterator[dict[str, object]]:
    """Spans of a real file, over and over, as a long film gives them."""
    for i in range(count):
        start = i * 0.25 % (seconds - 0.5)
        yield {"video": str(path), "start": start, "end": start + 0.25, "kind": "shot"}


def write(path: Path, records: Iterator[dict[str, object]]) -> Path:
    with open(path, "w") as file:
        file.writelines(json.dumps(record) + "\n" for record in records)
    return path


def show(what: str, limit: int, result: tuple[float, float, int]) -> bool:
    memory, seconds, status = result
    good = memory <= limit and status == 0
    print(f"{what:48} {memory:6.0f} MB of {limit} MB  {seconds:7.1f} s  {'ok' if good else 'OVER'}")
    return good


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--minutes", type=int, default=120, help="length of the film to split")
    parser.add_argument("--spans", type=int, default=1000, help="length of the shorter streams")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        film = long_clip(folder, options.minutes).path
        good = [
            show(f"split, {options.minutes} min of 720p", 250, peak(["split", str(film)], None))
        ]
        minutes = max(1, options.minutes // LEARNED)
        result = peak(["split", "--method", "learned", f"{film}#t=0,{60 * minutes}"], None)
        good.append(show(f"split --method learned, {minutes} min of 720p", 250, result))
        stream = write(folder / "captioned.jsonl", captioned(100_000))
        for command in (
            ["retrieve", "rocket over the bridge"],
            ["ground", "rocket over the bridge"],
        ):
            result = peak(command, stream)
            good.append(show(f"{command[0]}, 100,000 captioned spans", 300, result))
        clip = render("many_cuts", folder)
        for command in (["probe"], ["keyframes"], ["caption"], ["show"]):
            for count in (options.spans, 10 * options.spans):
                spans = write(folder / "pieces.jsonl", pieces(clip.path, count, clip.truth.end))
                good.append(show(f"{command[0]}, {count:,} spans", 150, peak(command, spans)))
    sys.exit(0 if all(good) else 1)


if __name__ == "__main__":
    main()
