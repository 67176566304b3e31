"""The clips that the benchmark of `split` renders: films of random shots, and one for speed."""

import sys
from bisect import bisect_left
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.video.frame import VideoFrame

from tests import world
from tests.world.clips.streams import variable_times

Label = dict[str, Any]  # as in cuts.json

FILES = (  # of --world: container, encoder, frames a second or 0 (variable), from key to key, B
    ("mp4", "libx264", Fraction(24), 250, 0),
    ("mp4", "libx264", Fraction(30), 60, 3),
    ("mkv", "libx265", Fraction(24000, 1001), 48, 0),
    ("webm", "libvpx-vp9", Fraction(24), 120, 0),
    ("mov", "libx264", Fraction(50), 100, 2),
    ("mp4", "libx264", Fraction(0), 250, 0),
    ("mkv", "mpeg4", Fraction(25), 12, 0),
    ("mp4", "libsvtav1", Fraction(24), 96, 0),
)
COLOURS = "red orange yellow green teal blue purple brown grey"
MOVES = "still still still still left right up down in out"
JOINS = "cut cut cut cut cut cut dissolve dissolve fade wipe"  # the shares of each
WORDS = "Graph Tree Search Path Proof Limit Field Group Ring Wave Heat Light Cell Gene Star"


def world_clip(folder: Path, number: int) -> world.Clip:
    """Renders random takes with random joins; the same number gives the same clip."""
    rng = np.random.default_rng([27, number])
    container, codec, rate, gop, reordered = FILES[number % len(FILES)]
    takes: list[world.Take] = []
    for _ in range(rng.integers(6, 13)):
        takes.append(some_take(rng, takes[-1] if takes else None))
    encoding = world.Encoding(
        container, codec, rate=rate or FILES[0][2], gop=gop, b_frames=reordered
    )
    timeline = world.Timeline(takes, (320, 180), 1 / encoding.rate, number)
    times = None if rate else variable_times(float(timeline.seconds), number)
    return world.write_clip(folder / f"{number}.{container}", timeline, encoding, times=times)


def some_take(rng: np.random.Generator, before: world.Take | None) -> world.Take:
    """A take of 0.4 to 4 s, often a slide after a slide or in the colours of the one before."""
    seconds = round(rng.uniform(0.4, 4), 2)
    old = before.look if before else None
    look: world.Slide | world.Scene
    camera = world.Camera()
    if rng.random() < (0.5 if isinstance(old, world.Slide) else 0.15):
        lines = tuple(
            " ".join(one(rng, WORDS) for _ in range(3)) for _ in range(rng.integers(1, 5))
        )
        appear = (round(seconds / 2, 2),) if len(lines) > 1 and rng.random() < 0.5 else ()
        paper = old.paper if isinstance(old, world.Slide) else one(rng, "white black yellow")
        look = world.Slide(one(rng, WORDS), lines, appear, paper)
    else:
        colour, light = one(rng, COLOURS), one(rng, "dark medium bright")
        if isinstance(old, world.Scene) and rng.random() < 0.3:
            colour, light = old.colour, old.light
        movers, speed, landmarks = rng.integers(0, 5), rng.uniform(10, 160), rng.integers(3, 16)
        grain = rng.uniform(0.3, 4)
        look = world.Scene(colour, light, int(movers), speed, int(landmarks), grain)
        move = one(rng, MOVES)
        camera = world.Camera(move, rng.uniform(*((0.05, 0.4) if move in "in out" else (20, 240))))
    flashes: tuple[world.Flash, ...] = ()
    if seconds > 1 and rng.random() < 0.25:
        at = round(rng.uniform(0.4, seconds - 0.5), 2)
        flashes = (world.Flash(at, int(rng.integers(1, 4))),)
    kind = one(rng, JOINS)
    length = 0.0 if kind == "cut" else round(rng.uniform(0.4, 1.5), 2)
    return world.Take(seconds, look, camera, flashes, world.Transition(kind, length))


def one(rng: np.random.Generator, words: str) -> str:
    return str(rng.choice(words.split()))


def labelled(clip: world.Clip) -> tuple[Path, Label]:
    """The clip's truth as the numbers of its frames."""

    def frames(span: Any) -> tuple[int, int]:
        first, end = (bisect_left(clip.truth.frame_pts, p) for p in (span.start_pts, span.end_pts))
        return first, end - 1

    return clip.path, {
        "cuts": [cut.frame for cut in clip.truth.cuts],
        "gradual": [frames(transition) for transition in clip.truth.transitions],
        # The frame after a flash too: either edge may be taken for a cut.
        "hard_negatives": [
            number
            for flash in clip.truth.flashes
            for number in range(frames(flash)[0], frames(flash)[1] + 2)
        ],
    }


def render(path: Path, height: int = 720, seconds: int = 60, rate: int = 24, shot: int = 4) -> Path:
    """Writes an H.264 clip of 16:9: moving textures, a cut every `shot` seconds."""
    rng = np.random.default_rng(1)
    width = 2 * round(height * 8 / 9)
    print(f"rendering {seconds} s of {height}p", file=sys.stderr)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=rate)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for count in range(seconds * rate):
            since = count % (shot * rate)
            if not since:
                rows, columns = height // 2 * 3, width // 2 * 3
                planes = [texture(rng, rows, columns)]
                planes += [texture(rng, rows // 2, columns // 2) for _ in range(2)]
                speed_x, speed_y = (
                    rng.uniform(0, 6) * height / 720,
                    rng.uniform(0, 3) * height / 720,
                )
            x, y = 2 * int(speed_x * since / 2), 2 * int(speed_y * since / 2)
            frame = VideoFrame(width, height, "yuv420p")
            for plane, whole, part in zip(frame.planes, planes, (1, 2, 2), strict=True):
                shown = whole[y // part :, x // part :][: plane.height, : plane.width]
                lines = np.zeros((plane.height, plane.line_size), np.uint8)
                lines[:, : plane.width] = shown
                plane.update(lines.tobytes())
            frame.pts, frame.time_base = count, Fraction(1, rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def texture(rng: np.random.Generator, rows: int, columns: int) -> np.ndarray[Any, Any]:
    """A random picture with detail at every scale, (rows, columns) uint8."""
    total = np.full((rows, columns), rng.uniform(70, 180))
    for cell in (240, 60, 20, 6, 2):
        coarse = rng.normal(0, 4 + cell / 8, (-(-rows // cell), -(-columns // cell)))
        total += np.kron(coarse, np.ones((cell, cell)))[:rows, :columns]
    return np.asarray(np.clip(total, 16, 235), np.uint8)
