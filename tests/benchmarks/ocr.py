"""Text on screen: characters, times and roles against the truth, and how often the networks run.

    python tests/benchmarks/ocr.py [--fonts N] [--sizes 24,32,48] [--rate 2] [--threads N]
    python tests/benchmarks/ocr.py --clip FILE ...     # real clips: what is read, and the cost

Renders clips of 640x360 with lines of text in N fonts of this machine and of Pillow: on a still
ground, over a moving picture, fading, rolling, running across. Prints the character error rate by
size and by kind, the largest error of first and last times, lines read twice or not at all, and the
calls of the networks a minute beside those that reading every frame would take, which are counted
on frames spread over each clip. Limits: 2 % of characters, 0.2 s, nothing twice, a tenth of calls.
"""

import argparse
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.world import titles
from tests.world.encode import Encoding
from tests.world.looks import Blank, Scene
from tests.world.timeline import Take
from tests.world.titles import BLACK, WHITE, Titled, Words, box, fonts, titled
from tests.world.truth import Clip
from vtk.media.image.to_rgb import to_rgb
from vtk.media.video import Video
from vtk.models.ocr import OcrEngine
from vtk.ocr import OcrSettings, ocr
from vtk.span import Span

CHARACTERS, SECONDS, FEWER = 0.02, 0.2, 10
SAMPLED = 6  # frames of a clip on which the calls of reading every frame are counted
PARTS = """
the river rises in cold hills|A Short History of Time|population 48,213 in 2019
Prof. Maria Olsen, Oslo|what makes a bridge stand?|BREAKING NEWS TONIGHT
Chapter 7: Harvest|every winter the lake froze over|Temperature: -12.5 °C
Copyright 1998 Northern Films|two thirds of all voters agreed|"No," she said, "never."
"""
SENTENCES = [part for line in PARTS.strip().splitlines() for part in line.split("|")]


@dataclass
class Tally:
    """What was measured of the lines of one kind."""

    wrong: int = 0  # characters to change, to put in, to take out
    characters: int = 0
    starts: list[float] = field(default_factory=list)
    ends: list[float] = field(default_factory=list)
    missing: int = 0
    twice: int = 0
    extra: int = 0
    lines: int = 0


def distance(one: str, other: str) -> int:
    """Edits of single characters that make one text of the other (Levenshtein 1966)."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        above, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (a != b))
    return row[-1]


def pages(folder: Path, count: int, sizes: Sequence[int]) -> Iterator[tuple[str, Clip]]:
    """Clips with one page of lines for each font: half over moving pictures, half on a ground."""
    rng = np.random.default_rng(7)
    for number, font in enumerate(fonts(count)):
        moving = number % 2 == 1
        ground = ("white", "black", "blue")[number % 3]
        under = Scene("blue", "dark", movers=2) if moving else Blank(ground)
        ink = BLACK if ground == "white" and not moving else WHITE
        words, top = [], 20.0
        for i, size in enumerate(sizes):
            text = SENTENCES[(number * len(sizes) + i) % len(SENTENCES)]
            line = Words(text, 0.0, 0.0, 24, top, size, font, ink, rim=2 * moving)
            while box(line)[2] > 620:  # a wide font: fewer words
                text = text.rsplit(" ", 1)[0]
                line = Words(text, 0.0, 0.0, 24, top, size, font, ink, rim=2 * moving)
            start = round(float(rng.uniform(0.2, 1.2)), 2)
            end = round(start + float(rng.uniform(1.5, 2.5)), 2)
            fade = 0.3 * (i % 2)
            words.append(Words(text, start, end, 24, top, size, font, ink, 2 * moving, fade))
            top += size * 1.9
        takes = [Take(4.5, Titled(under, tuple(words)))]
        encoding = Encoding(width=640, height=360, rate=Fraction(24), gop=48)
        kind = "over a moving picture" if moving else "on a still ground"
        yield kind, titled(folder / f"page{number}.mp4", takes, encoding, {}, number)


def judge(words: list[dict[str, Any]], found: list[dict[str, Any]], tally: Tally) -> None:
    """Put each line that was read beside the line of the truth that it is most like."""
    left, repeated = list(found), list[dict[str, Any]]()
    for word in words:
        at = [e for e in left if e["end"] > word["start"] - 1 and e["start"] < word["end"] + 1]
        near = sorted(at, key=lambda entry: distance(word["text"], entry["text"]))
        tally.lines += 1
        tally.characters += len(word["text"])
        if not near or distance(word["text"], near[0]["text"]) > len(word["text"]) / 2:
            tally.missing += 1
            tally.wrong += len(word["text"])
            print(f"    missing: {word['text']!r} {word['size']} px {Path(word['font']).name}")
            continue
        best = near[0]
        left.remove(best)
        wrong = distance(word["text"], best["text"])
        tally.wrong += wrong
        tally.starts.append(abs(best["start"] - word["start"]))
        tally.ends.append(abs(best["end"] - word["end"]))
        again = [e for e in near[1:] if nearest(e["text"], words) is word]
        tally.twice += len(again)
        repeated += again
        if wrong or max(tally.starts[-1], tally.ends[-1]) > SECONDS or again:
            times = f"{best['start'] - word['start']:+.2f} {best['end'] - word['end']:+.2f} s"
            print(f"    {word['text']!r} -> {best['text']!r} {times}", end=" ")
            print(f"{word['size']} px {Path(word['font']).name}", *(e["text"] for e in again))
    extra = [e for e in left if e not in repeated]
    tally.extra += len(extra)
    for entry in extra:
        print(f"    not there: {entry['text']!r} {entry['start']:.2f} {entry['end']:.2f} s")


def nearest(text: str, words: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The line of the truth that a reading is of, by its characters; None where it is of none."""
    best = min(words, key=lambda word: distance(word["text"], text))
    return best if 2 * distance(best["text"], text) <= len(best["text"]) else None


def every_frame(engine: OcrEngine, clip: Path) -> tuple[float, float]:
    """Pictures and lines a minute that the networks would see if every frame were read."""
    before = engine.found
    with Video(str(clip)) as video:
        times = np.linspace(video.start, video.end, SAMPLED + 2)[1:-1]
        lines = [
            len(engine.lines(to_rgb(frame.image, video.stream.sample_aspect_ratio)))
            for frame in video.frames_at(times.tolist())
        ]
        rate = float(video.stream.average_rate or 25)
    engine.found = before
    return 60 * rate, 60 * rate * float(np.mean(lines))


class Cost:
    """Calls of the networks, and what they would be for every frame."""

    def __init__(self, engine: OcrEngine) -> None:
        self.engine = engine
        self.seconds = self.spent = self.found = self.read = 0.0
        self.all_found = self.all_read = 0.0

    def read_clip(self, path: Path, seconds: float, settings: OcrSettings) -> list[dict[str, Any]]:
        found, read, began = self.engine.found, self.engine.read, time.monotonic()
        span = Span(video=str(path), start=0.0, end=seconds)
        (result,) = ocr([span], settings, engine=self.engine)
        if result.failed:
            sys.exit(f"{path}: {result['error']['message']}")
        self.spent += time.monotonic() - began
        self.seconds += seconds
        self.found += self.engine.found - found
        self.read += self.engine.read - read
        pictures, lines = every_frame(self.engine, path)
        self.all_found += pictures * seconds / 60
        self.all_read += lines * seconds / 60
        entries: list[dict[str, Any]] = result["screen_text"]
        return entries

    def show(self) -> bool:
        minutes = self.seconds / 60
        print(f"{self.seconds:.0f} s of video in {self.spent:.0f} s; calls a minute:")
        good = True
        for name, ours, all_frames in (
            ("pictures searched", self.found, self.all_found),
            ("lines read", self.read, self.all_read),
        ):
            fewer = all_frames / max(ours, 1)
            good &= fewer >= FEWER
            print(f"  {name:20} {ours / minutes:8.0f}", end="")
            print(f"   every frame {all_frames / minutes:8.0f}   {fewer:5.1f} times fewer")
        return good


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--fonts", type=int, default=20)
    parser.add_argument("--sizes", default="24,32,48")
    parser.add_argument("--rate", type=float, default=2.0)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--clip", type=Path, nargs="+", help="real clips to read instead")
    options = parser.parse_args()
    cost = Cost(OcrEngine(threads=options.threads))
    settings = OcrSettings(rate=options.rate)
    for path in options.clip or ():
        with Video(str(path)) as video:
            end = video.end
        for entry in cost.read_clip(path, end, settings):
            print(f"{entry['start']:8.2f} {entry['end']:8.2f}  {entry['role']:8}", end="")
            print(f"{entry['score']:.2f}  {entry['text']}")
    if options.clip:
        cost.show()
        return
    sizes = [int(size) for size in options.sizes.split(",")]
    tallies: defaultdict[str, Tally] = defaultdict(Tally)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clips = list(pages(folder, options.fonts, sizes))
        for make in (titles.captions, titles.credits, titles.ticker, titles.slide):
            clips.append((make.__name__, make(folder)))
        for kind, clip in clips:
            words = clip.truth.about["words"]
            judge(words, cost.read_clip(clip.path, clip.truth.end, settings), tallies[kind])
    verdicts = [verdict(kind, tally) for kind, tally in tallies.items()]
    print(f"{len(set(fonts(options.fonts)))} fonts, sizes {options.sizes} px")
    sys.exit(0 if cost.show() and all(verdicts) else 1)


def verdict(kind: str, tally: Tally) -> bool:
    """Print a row; whether it holds to the limits."""
    share = tally.wrong / max(tally.characters, 1)
    first, last = max(tally.starts, default=0), max(tally.ends, default=0)
    good = share <= CHARACTERS and max(first, last) <= SECONDS and not tally.twice
    print(
        f"{kind:24} {tally.lines:3} lines  {100 * share:5.2f} % of characters wrong  first "
        f"{first:.2f} s  last {last:.2f} s  {tally.missing} missing  {tally.twice} twice  "
        f"{tally.extra} extra  {'ok' if good else 'OVER'}"
    )
    return good


if __name__ == "__main__":
    main()
