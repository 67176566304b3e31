"""Skims: whether what is chosen matters, and whether the file is as long as wished and in step.

    python -m tests.benchmarks.skim [--only tvsum,films,clips]

tvsum: the scores that 20 people gave every two seconds of 50 videos (Song et al., CVPR 2015). The
videos are not at hand, so what is tried is only how stretches are chosen by given scores: the mean
of those of the other people, by `vtk.skim.knapsack`; beside it, a knapsack without a price of
jumps, random scores, every seventh stretch, and people against each other. F is that of seconds,
against the summary of each person, 15 % long. Kendall's tau and Spearman's rho of people, at every
15th frame, tell how far they agree at all.
films: world films of 60 s with three marked moments that move, sound or look unlike the rest. Told
is how many of the moments are shown (half or more of each), how much of the skim lies in them, and
the same of random stretches and of even ones.
clips: real clips. Told are the length against the wish, how far sound and pictures are apart by
comparing both with the clip (the most over all stretches), and warnings of FFmpeg.
"""

import argparse
import os
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import av.logging
import numpy as np
from numpy.typing import NDArray

from tests.world.encode import Encoding, Tracks, write_clip
from tests.world.looks import Scene
from tests.world.sound import SoundTrack, Tone
from tests.world.timeline import Take, Timeline
from vtk.media.audio.track import AudioTrack
from vtk.media.image.planes import thumbnail
from vtk.media.video import Video
from vtk.skim import Wish, skim
from vtk.skim.knapsack import Unit, choose
from vtk.span import Span

SHARED = Path(__file__).parents[2].parent / "shared"
TVSUM = SHARED / "evaluation" / "tvsum" / "ydata-tvsum50.mat"
RATIO, STRETCH = 0.15, 2.0  # the length of a summary, and seconds that a person scores at once
CLIPS = ("tears_of_steel_battle.webm", "nasa_13013.mp4", "real/ad_amex.mp4", "real/mdn_crystal.mp4")
Scores = NDArray[np.float64]


def main() -> None:
    os.environ.setdefault("VTK_SPLIT", "content")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="tvsum,films,clips")
    for part in parser.parse_args().only.split(","):
        print(f"## {part}", flush=True)
        {"tvsum": tvsum, "films": films, "clips": clips}[part]()


def tvsum() -> None:
    """Print how people and ways to choose agree with people."""
    import h5py
    from scipy.stats import kendalltau, rankdata, spearmanr

    rng = np.random.default_rng(0)
    found: dict[str, list[float]] = {}
    with h5py.File(TVSUM) as file:
        table = file["tvsum50"]
        for number in range(50):
            scores = file[table["user_anno"][number, 0]][()]
            seconds = float(file[table["length"][number, 0]][()].item())
            people = _by_stretch(scores, seconds)
            for name, values in _agreement(people, seconds, rng).items():
                found.setdefault(name, []).append(values)
            sampled = [rankdata(-each) for each in scores[:, ::15]]
            pairs = [(a, b) for n, a in enumerate(sampled) for b in sampled[n + 1 :]]
            for name, measure in (("tau", kendalltau), ("rho", spearmanr)):
                mean = np.mean([measure(a, b)[0] for a, b in pairs])
                found.setdefault(f"{name} of people", []).append(float(mean))
    print("what | figure")
    print("--- | ---")
    for name, each in found.items():
        print(f"{name} | {np.mean(each):.4f}", flush=True)


def _by_stretch(scores: Scores, seconds: float) -> Scores:
    """Return the scores of each person, (people, stretches)."""
    count = max(1, round(seconds / STRETCH))
    edges = np.linspace(0, scores.shape[1], count + 1).astype(int)
    return np.add.reduceat(scores, edges[:-1], axis=1) / np.diff(edges)


def _agreement(people: Scores, seconds: float, rng: np.random.Generator) -> dict[str, float]:
    """Return the mean F of each way to choose, against the summary of each person."""
    count = people.shape[1]
    truth = [_summary(each, seconds, 0.0) for each in people]
    even = np.arange(count) % 7 == 0
    found: dict[str, list[float]] = {}
    for n, wanted in enumerate(truth):
        rest = np.delete(np.arange(len(people)), n)
        others: Scores = people[rest].mean(axis=0)
        ways = {
            "F of people, each against each": [truth[other] for other in rest],
            "F of vtk, by the mean of the others": [_summary(others, seconds, 0.5)],
            "F of a knapsack, by the mean of the others": [_summary(others, seconds, 0.0)],
            "F of random scores": [_summary(rng.random((count,)), seconds, 0.0) for _ in range(3)],
            "F of every seventh stretch": [even],
        }
        for name, chosen in ways.items():
            found.setdefault(name, []).extend(_f(each, wanted) for each in chosen)
    return {name: float(np.mean(each)) for name, each in found.items()}


def _summary(scores: Scores, seconds: float, jump: float) -> NDArray[np.bool_]:
    """Return which stretches a summary of RATIO has; a price of a jump counts in mean scores."""
    step = seconds / len(scores)
    units = [Unit(n * step, (n + 1) * step, score * step) for n, score in enumerate(scores)]
    chosen = np.zeros(len(scores), np.bool_)
    chosen[choose(units, RATIO * seconds, jump * float(scores.mean()))] = True
    return chosen


def _f(one: NDArray[np.bool_], two: NDArray[np.bool_]) -> float:
    return 2 * float((one & two).sum()) / max(float(one.sum() + two.sum()), 1.0)


def films(count: int = 8) -> None:
    """Print how much of marked moments skims of films show."""
    still = Scene("blue", "medium", movers=0, grain=0.0)
    rng = np.random.default_rng(5)
    rows: dict[str, list[tuple[float, float]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(count):
            truth = [(a + float(rng.uniform(0, 8)), 4.0) for a in (3.0, 23.0, 43.0)]
            moving = replace(still, movers=6, speed=200.0)
            kinds = [moving, replace(still, colour="orange", light="bright"), still]
            takes, tones, at = [], [Tone(0.0, 0.1)], 0.0
            for (start, wide), scene in zip(truth, rng.permutation(np.array(kinds)), strict=True):
                takes += [Take(start - at, still), Take(wide, scene)]
                tones += [Tone(start, start + wide)] if scene == still else []
                at = start + wide
            takes.append(Take(60.0 - at, still))
            path = Path(folder, f"{number}.mp4")
            timeline = Timeline(takes, (96, 54), Fraction(1, 10), 1)
            form = Encoding(width=96, height=54, rate=Fraction(10))
            write_clip(path, timeline, form, Tracks((SoundTrack(tuple(tones)),)))
            (found,) = skim([Span(video=str(path), start=0.0, end=60.0, speech=[])], Wish(0.2))
            stretches = [(s["start"], s["end"]) for s in found["skim"]["stretches"]]
            marked = [(start, start + wide) for start, wide in truth]
            rows.setdefault("vtk", []).append(_shown(stretches, marked))
            begun = rng.permutation(30)[:6] * 2.0
            rows.setdefault("random", []).append(_shown([(b, b + 2) for b in begun], marked))
            even = [(b, b + 2.0) for b in np.arange(4, 60, 10.0)]
            rows.setdefault("even", []).append(_shown(even, marked))
    print("skim of 12 s | moments shown | of the skim in moments")
    print("--- | --- | ---")
    for name, each in rows.items():
        print(f"{name} | " + " | ".join(f"{value:.2f}" for value in np.mean(each, axis=0)))


def _shown(
    stretches: Sequence[tuple[float, float]], marked: Sequence[tuple[float, float]]
) -> tuple[float, float]:
    """Return the share of marked moments shown by half or more, and that of the skim in any."""
    shared = np.array([[max(min(b, d) - max(a, c), 0.0) for a, b in stretches] for c, d in marked])
    lengths = np.array([end - start for start, end in marked])
    total = sum(end - start for start, end in stretches)
    return float((shared.sum(axis=1) >= lengths / 2).mean()), float(shared.sum() / total)


def clips() -> None:
    """Print the length of skims of real clips, how far they are out of step, and warnings."""
    print("clip | wished, s | skim, s | off | stretches | apart, ms | warnings")
    print(" | ".join(["---"] * 7))
    with tempfile.TemporaryDirectory() as folder:
        for name in CLIPS:
            path, target = SHARED / "videos" / name, Path(folder, "skim.mp4")
            with Video(str(path)) as video:
                wide = video.clamp(0.0, float("inf"))[1] - max(video.start, 0.0)
            wished = 0.3 * wide
            (found,) = skim([Span(video=str(path))], Wish(0.3, file=str(target)))
            av.logging.set_level(av.logging.WARNING)
            with av.logging.Capture() as told, av.open(str(target)) as file:
                seconds = float(file.duration or 0) / av.time_base
                for _ in file.decode(file.streams.video[0], *file.streams.audio[:1]):
                    pass
            av.logging.set_level(None)
            apart = _apart(str(path), str(target), found["skim"]["stretches"])
            cells = f"{wished:.2f} | {seconds:.2f} | {abs(seconds / wished - 1):.1%}"
            count = len(found["skim"]["stretches"])
            print(f"{path.name} | {cells} | {count} | {apart} | {len(told)}", flush=True)


def _apart(video: str, skimmed: str, stretches: Sequence[dict[str, float]]) -> str:
    """Return by how much sound and pictures are apart at most, in milliseconds.

    Sound is compared by correlation with that of the clip; a picture of the skim with those of the
    clip around the time at which it should be.
    """
    with Video(video) as one, Video(skimmed) as two:
        seen = []
        for each in stretches:
            middle = (each["end"] - each["start"]) / 2
            (shown,) = two.frames_at([each["at"] + middle])
            luma = thumbnail(shown.image).luma
            at = each["start"] + shown.time - each["at"]
            near = list(one.frames(at - 0.3, at + 0.3))
            differences = [float(np.abs(thumbnail(f.image).luma - luma).mean()) for f in near]
            best = min(differences)
            # Where little moves, several pictures are as like: the nearest in time counts.
            alike = [f.time for f, d in zip(near, differences, strict=True) if d <= best + 0.05]
            seen.append(min((time - at for time in alike), key=abs))
    try:
        lags = [_lag(video, skimmed, each) for each in stretches]
    except Exception as error:
        return str(error)
    both = [1000 * abs(s - h) for s, h in zip(seen, lags, strict=True)]
    return f"{max(both):.1f}"


def _lag(video: str, skimmed: str, stretch: dict[str, float]) -> float:
    """Return by how many seconds the sound of a stretch comes late in the skim."""
    rate = 8000
    middle = (stretch["end"] - stretch["start"]) / 2
    one = _heard(video, stretch["start"] + middle - 0.5, 1.0, rate)
    two = _heard(skimmed, stretch["at"] + middle - 0.4, 0.8, rate)
    fits = np.correlate(one, two, "valid")
    return 0.1 - float(np.argmax(np.abs(fits))) / rate


def _heard(name: str, start: float, seconds: float, rate: int) -> NDArray[np.float64]:
    """Return the first channel of sound, resampled by interpolation."""
    track = AudioTrack(name)
    try:
        chunks = list(track.between(max(start, 0.0), start + seconds))
    finally:
        track.close()
    samples = np.concatenate([chunk.samples[0] for chunk in chunks])
    at = np.arange(round(seconds * rate)) / rate * chunks[0].rate
    heard: NDArray[np.float64] = np.interp(at, np.arange(len(samples)), samples)
    return heard


if __name__ == "__main__":
    main()
