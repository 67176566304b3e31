"""Rendered films of the kinds of footage on which shot detectors fail, with their true cuts.

A cut is a change of the camera or of the whole slide, page or scene. What appears in a picture, or
changes within a part of it, is a hard negative.
"""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from tests import world
from tests.benchmarks.split_clips import FILES, Label, labelled
from tests.benchmarks.wild.cartoon import cartoon
from tests.benchmarks.wild.gradual import gradual
from tests.benchmarks.wild.handheld import unsteady
from tests.benchmarks.wild.kinetic import kinetic
from tests.benchmarks.wild.live import low_rate, ordinary
from tests.benchmarks.wild.motion import motion
from tests.benchmarks.wild.screens import screen
from tests.benchmarks.wild.slides import slides
from tests.benchmarks.wild.stage import Dice, Plan, Stage, grainy, pick, some_stage
from tests.world.film import Film
from tests.world.paint import Picture

KINDS: dict[str, Callable[[Dice, Stage], Plan]] = {
    "low rate": low_rate,
    "cartoon": cartoon,
    "kinetic": kinetic,
    "hand-held": unsteady,
    "screen": screen,
    "slides": slides,
    "motion": motion,
    "gradual": gradual,
    "live": ordinary,
}


def wild_clip(folder: Path, number: int, longest: float = 60.0) -> world.Clip:
    """Renders the film of a number, of the kind `number % len(KINDS)`.

    It lasts 10 to 25 s, or `longest`, until its last shot ends.
    """
    rng = np.random.default_rng([113, number])
    kind = list(KINDS)[number % len(KINDS)]
    stage = some_stage(rng)
    stage.seconds = min(stage.seconds, longest)
    size = (stage.size[0] + 2 * stage.border[0], stage.size[1] + 2 * stage.border[1])
    plan = KINDS[kind](rng, stage)
    container, codec, _, gop, reordered = pick(rng, FILES)
    encoding = world.Encoding(
        container, codec, width=size[0], height=size[1], rate=stage.rate or Fraction(24), gop=gop,
        b_frames=reordered, options=_quality(rng, codec),
    )  # fmt: skip
    film = Film(
        plan.takes, stage.size, 1 / encoding.rate, number, plan.held,
        _finished(stage, plan, int(rng.integers(1 << 30))), plan.jumps,
    )  # fmt: skip
    times = None if stage.rate else _uneven(rng, float(film.seconds))
    clip = world.write_clip(folder / f"{number}.{container}", film, encoding, times=times)
    return replace(clip, truth=replace(clip.truth, about={"kind": kind}))


def wild_label(clip: world.Clip) -> tuple[Path, Label]:
    """The clip's truth as the numbers of its frames, with its kind."""
    path, label = labelled(clip)
    pts = clip.truth.frame_pts
    jumps = {bisect_left(pts, change.pts) for change in clip.truth.slide_changes}
    ends = [(-1, 0), (len(pts), len(pts)), *((cut - 1, cut + 1) for cut in label["cuts"])]
    ends += [(first - 2, last + 2) for first, last in label["gradual"]]
    label["hard_negatives"] = [
        jump for jump in sorted(jumps) if not any(a <= jump <= b for a, b in ends)
    ]
    return path, label | {"kind": clip.truth.about["kind"]}


def _uneven(rng: Dice, seconds: float) -> list[Fraction]:
    """Frame times of a telephone or of a recorder: nearly even, in pairs, or with gaps."""
    tick, pattern = (
        24000 / rng.uniform(12, 60),
        pick(rng, ((1.0,), (1.0, 2.0), (1.0, 1.0, 1.0, 4.0))),
    )
    jitter, clock = rng.uniform(0, 0.3), 0
    times = []
    while clock < seconds * 24000:
        times.append(Fraction(clock, 24000))
        clock += max(200, round(tick * pick(rng, pattern) * (1 + jitter * rng.normal())))
    return times


def _finished(stage: Stage, plan: Plan, seed: int) -> Callable[[Picture, float], Picture]:
    """What the film lays over all, then the camera's noise, then black borders."""
    across, down = stage.border

    def over(picture: Picture, seconds: float) -> Picture:
        picture = plan.over(picture, seconds)
        if plan.noise > 0.5:
            picture = grainy(picture, seconds, seed, plan.noise)
        if across or down:
            picture = np.pad(picture, ((down, down), (across, across), (0, 0)))
        return picture

    return over


def _quality(rng: Dice, codec: str) -> dict[str, str]:
    """Encoder options, from near lossless to what a small download looks like."""
    loss = rng.uniform(0, 1)
    match codec:
        case "libx264":
            return {"crf": str(round(18 + 18 * loss))}
        case "libx265":
            return {"crf": str(round(20 + 18 * loss))}
        case "libvpx-vp9":
            return {"crf": str(round(20 + 35 * loss)), "b": "0"}
        case "libsvtav1":
            return {"crf": str(round(25 + 30 * loss))}
    quality = str(round(2 + 14 * loss))
    return {"qmin": quality, "qmax": quality}
