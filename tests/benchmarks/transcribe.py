"""What is heard: speech over noise and music, music and silence, against the truth, and the cost.

    python tests/benchmarks/transcribe.py [--seeds N] [--minutes N]

Prints frame F1 (10 ms) of speech by what is behind it and how much louder the speech is, of music
and of silence among noise and speech (`--sounds`), how much of noise is taken for music, and for N
minutes of a talk over music the CPU time and the peak memory of the command. Needs espeak-ng, or
the package espeakng-loader. The exit status is 1 where speech at 10 dB is under 0.95.

How many words are heard wrong, beside other engines, is printed by transcribe_words.py.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.transcribe.played import MUSIC, NOISE, music, noise, over
from tests.transcribe.spoken import RATE, SENTENCES, mixed, say, talk, write_wave
from vtk.span import Span
from vtk.transcribe import audio_events, speech_activity

BEHIND = ("none", "white", "pink", "music")
LEVELS = (20, 10, 5, 0)  # decibels
GRID = 100  # frames a second
LEAST = 0.95
VTK = str(Path(sys.executable).parent / "vtk")

Range = tuple[float, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", type=int, default=4, metavar="N")
    parser.add_argument("--minutes", type=int, default=60, metavar="N")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "x.wav"
        print(f"speech, F1 over {options.seeds} talks" + "".join(f"{n:6} dB" for n in LEVELS))
        worst = 1.0
        for kind in BEHIND:
            scores = {level: speech(file, kind, level, options.seeds) for level in LEVELS}
            print(f"  over {kind:20}" + "".join(f"{score:9.3f}" for score in scores.values()))
            worst = min(worst, scores[10])
        among(file, options.seeds)
        cost(file, options.minutes)
    sys.exit(worst < LEAST)


def speech(file: Path, kind: str, level: float, seeds: int) -> float:
    """F1 of speech over something else."""
    counts = np.zeros(3)
    for seed in range(seeds):
        said, truth = talk(seed)
        sound = mixed(said, truth, kind, level)
        write_wave(file, (sound / max(1.0, float(np.abs(sound).max()))).astype(np.float32))
        found = [(span.start, span.end) for span in speech_activity([Span(video=str(file))])]
        counts += overlap(found, truth, len(sound) / RATE)
    return float(2 * counts[0] / (counts[1] + counts[2]))


def among(file: Path, seeds: int) -> None:
    """F1 of music and of silence among noise and speech, and what of noise is told as music."""
    counts = {"music": np.zeros(3), "silence": np.zeros(3)}
    for seed in range(200, 200 + seeds):
        for kind in MUSIC:
            parts = [
                ("noise", noise(list(NOISE)[seed % len(NOISE)], 4, seed)),
                ("music", over(music(kind, 8, seed), noise("pink", 8, seed), 10)),
                ("silence", np.zeros(3 * RATE, np.float32)),
                ("speech", say(SENTENCES[seed % 4])),
            ]
            write_wave(file, np.concatenate([sound for _, sound in parts]))
            edges = np.cumsum([0, *(len(sound) for _, sound in parts)]) / RATE
            found = told(file)
            for name, count in counts.items():
                place = [part for part, _ in parts].index(name)
                count += overlap(found[name], [(edges[place], edges[place + 1])], edges[-1])
    for name, (both, one, two) in counts.items():
        print(f"{name}, F1 {2 * both / (one + two):.3f}")
    seconds = wrong = 0.0
    for seed in range(300, 300 + seeds):
        for kind in NOISE:
            write_wave(file, noise(kind, 20, seed))
            wrong += sum(end - start for start, end in told(file)["music"])
            seconds += 20
    print(f"music in {seconds:.0f} s of noise: {wrong:.1f} s")


def told(file: Path) -> dict[str, list[Range]]:
    """The stretches of each type that are found."""
    found: dict[str, list[Range]] = {"speech": [], "music": [], "silence": []}
    for span in audio_events([Span(video=str(file))]):
        found[span["cue"]["type"]].append((span.start, span.end))
    return found


def overlap(one: Iterable[Range], two: Iterable[Range], seconds: float) -> NDArray[np.float64]:
    """Frames in both, in the one and in the other."""
    frames = np.zeros((2, int(seconds * GRID) + 1), bool)
    for row, ranges in zip(frames, (one, two), strict=True):
        for start, end in ranges:
            row[round(start * GRID) : round(end * GRID)] = True
    return np.array([frames.all(0).sum(), *frames.sum(1)], np.float64)


def cost(file: Path, minutes: int) -> None:
    """CPU time and peak memory of the command on a long talk."""
    said, truth = talk(0)
    sound = mixed(said, truth, "music", 10)
    sound /= np.float32(max(1.0, float(np.abs(sound).max())))
    write_wave(file, np.tile(sound, -(-minutes * 60 * RATE // len(sound)))[: minutes * 60 * RATE])
    for option in ("--vad-only", "--sounds"):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [
            sys.executable,
            "-c",
            "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, "
            "stdout=subprocess.DEVNULL); "
            "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)",
            VTK,
            "transcribe",
            option,
            str(file),
        ]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        memory = int(done.stdout) / 1024
        print(
            f"vtk transcribe {option}: {minutes} min of sound in {seconds:.1f} s CPU, "
            f"{memory:.0f} MB"
        )


if __name__ == "__main__":
    main()
