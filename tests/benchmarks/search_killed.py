"""`vtk index add` killed at 20 random moments, and ten readers beside one that writes.

After each kill the index is opened and read whole: each video is there in one state, its old one or
its new one, no span is there twice, what came out of the command is in, and words are found. A
rerun then completes it. Ten processes open the index over and over while it is written, and check
the same. There is no peer: the table says how often each held.
"""

import random
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from vtk.embedding import pack
from vtk.span import Span, load
from vtk.store.index import open_index

SHOTS = 100
READERS = 10
BESIDE = 100  # videos that are written beside them
VTK = [sys.executable, "-m", "vtk", "index", "add"]


def spans(videos: int, state: str) -> bytes:
    """The spans of all videos in a state, as lines; the new state has a shot more."""
    random = np.random.default_rng(0)
    return b"".join(
        Span(
            video=f"v{number:04}.mp4",
            start=float(place),
            end=place + 1.0,
            caption=f"the {state} shot {place} of film {number}",
            embedding=[pack(random.standard_normal(64), "looks", "clip")],
        ).dump()
        for number in range(videos)
        for place in range(SHOTS + (state == "new"))
    )


def whole(place: Path) -> tuple[Counter[str], list[str]]:
    """How many spans each video has, and what is wrong."""
    with open_index(str(place)) as index:
        found = [span for _, span in index.every()]
        new = [span for span in found if "new" in span["caption"]]
        hits = len(index.words(["new"], 0).rows)
        exact = len(index.nearest("looks", "clip", np.eye(64, dtype=np.float32)[0], 0).rows)
    counts = Counter(span.video for span in found)
    states = {(span.video, span["caption"].split()[1]) for span in found}
    wrong = []
    if len({(span.video, span.start) for span in found}) < len(found):
        wrong.append("a span is there twice")
    if len(states) > len(counts) or {*counts.values()} - {SHOTS, SHOTS + 1}:
        wrong.append("a video is in two states, or not whole")
    if hits != len(new) or exact != len(found):
        wrong.append("a search finds more or less than there is")
    return counts, wrong


def run(folder: Path, *, small: bool) -> None:
    """Kill, look, and run again; then read beside a writer."""
    videos, kills = (100, 5) if small else (400, 20)
    old, new = spans(videos, "old"), spans(videos, "new")
    dice, place, out = random.Random(0), folder / "killed.index", folder / "out.jsonl"
    problems: list[str] = []
    states = Counter[str]()

    def add(lines: bytes) -> "subprocess.Popen[bytes]":
        (folder / "spans.jsonl").write_bytes(lines)
        command = [*VTK, str(place), str(folder / "spans.jsonl")]
        with out.open("wb") as file:  # a pipe that nobody reads would make it wait
            return subprocess.Popen(command, stdout=file, stderr=subprocess.PIPE)

    begun = time.perf_counter()
    problems += _failed(add(old))
    took = time.perf_counter() - begun
    for kill in range(kills):
        lines = new if kill % 2 == 0 else old
        writer = add(lines)
        time.sleep(dice.uniform(0, took))
        states["had ended"] += writer.poll() is not None
        writer.kill()
        writer.communicate()
        counts, wrong = whole(place)
        problems += wrong
        want = SHOTS + (lines == new)
        told = {load(line).video for line in out.read_bytes().splitlines()[:-1]}
        if any(counts[video] != want for video in told):
            problems.append("what came out is not in")
        done = sum(count == want for count in counts.values())
        states["nothing" if not done else "all" if done == videos else "a part"] += 1
        if kill % 4 == 3:
            problems += _failed(add(lines))
            counts, wrong = whole(place)
            problems += wrong
            if {*counts.values()} != {want} or len(counts) != videos:
                problems.append("a rerun does not complete it")
    print(f"killed {kills} times, of {took:.1f} s: in the new state then: {dict(states)}")
    print(f"problems: {len(problems)} {sorted({*problems})}")
    problems = []
    place, writes = folder / "read.index", 3 if small else 12
    beside = [spans(BESIDE, state) for state in ("old", "new")]
    problems += _failed(add(beside[0]))
    stop = folder / "written"
    stop.unlink(missing_ok=True)
    with ProcessPoolExecutor(READERS, get_context("spawn")) as readers:
        watches = [readers.submit(_watch, stop, place) for _ in range(READERS)]
        for number in range(1, writes + 1):
            problems += _failed(add(beside[number % 2]))
        stop.touch()
        seen = [watch.result() for watch in watches]
    reads = sum(len(counts) for counts, _ in seen)
    versions = len({count for counts, _ in seen for count in counts})
    problems += [each for _, wrong in seen for each in wrong]
    print(f"{READERS} readers beside {writes} writes: {reads} reads, {versions} different states")
    print(f"problems: {len(problems)} {sorted({*problems})}")


def _failed(writer: "subprocess.Popen[bytes]") -> list[str]:
    _, messages = writer.communicate()
    return [f"add fails: {messages.decode()}"] if writer.returncode else []


def _watch(stop: Path, place: Path) -> tuple[list[int], list[str]]:
    """The spans counted and the problems seen, read after read, until a file is there."""
    counts, problems = [], []
    while not stop.exists():
        found, wrong = whole(place)
        counts.append(sum(found.values()))
        problems += wrong
    return counts, problems
