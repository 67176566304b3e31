"""Copies of short clips, found in ten hours of world film, beside peers.

200 clips of 2 to 20 s are cut out of ten films of an hour, changed in one or two ways (encoded
anew, scaled, cropped by a tenth, recoloured, faded, 0.9 to 1.1 times as fast) and sought, and so
are 200 from a film that is not among the ten. "Right" are clips whose first result begins within a
second of the true place; "wrong", those whose first result is elsewhere or in the wrong film;
"false", clips of the other film for which there is any result. Peers, which cannot say that nothing
fits, get the threshold at which 1 % of the clips of the other film have a result: difference hash
of 64 bits a frame with a vote over offsets (Hamming distance up to 10), and the nearest frames by
cosine of tiny-clip's pictures with the same vote.

The thresholds of vtk were set on films and clips of other seeds (9000 to 9004, 9100; clips 77).
"""

import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tests.world.copies import EDITS, MORE, copy_of
from tests.world.models.long_film import write_long_film
from tests.world.models.stage import Play, cast
from vtk.embed import embed
from vtk.media.image.files import fitted
from vtk.media.image.planes import thumbnail
from vtk.media.video import Video
from vtk.models.embed.image_text import open_image_text
from vtk.retrieve.copies import Seeker
from vtk.span import Span

SHORTEST, LONGEST = 1.0, 5.0  # seconds of a play
RATE = 2.0  # frames a second that peers look at
REAL = Path(__file__).parents[3] / "shared" / "videos" / "real"
TINY = Path(__file__).parents[1] / "world" / "models" / "tiny-clip"

Array = NDArray[Any]


class Clip(NamedTuple):
    """A clip, and where it is from: the number of the film (-1: none), and the second."""

    path: Path
    film: int
    start: float
    edits: tuple[str, ...]


Answer = tuple[int, float, float]  # film, start in seconds, score
Seek = Callable[[Path], Answer | None]


def run(folder: Path, *, small: bool) -> None:
    """Print how many clips are found, by vtk and by its peers."""
    count, seconds, clips = (3, 120.0, 20) if small else (10, 3600.0, 200)
    films = [folder / f"film{number}.mp4" for number in range(count)]
    began = time.perf_counter()
    for number, path in enumerate(films):
        long_film(path, 100 + number, seconds)
    other = folder / "other.mp4"
    long_film(other, 200, seconds)
    print(f"films written in {time.perf_counter() - began:.0f} s", flush=True)
    rng = np.random.default_rng(300)
    own = make_clips(folder / "own", films, clips, EDITS, rng)
    more = make_clips(folder / "more", films, clips // 5, MORE, rng)
    strange = make_clips(folder / "strange", [other], clips, EDITS, rng)
    compare(films, own, strange, more)
    if REAL.is_dir():
        print("\nreal clips", flush=True)
        videos = [path for path in sorted(REAL.iterdir()) if _fits(path)]
        held, kept = videos[::4], [path for path in videos if path not in videos[::4]]
        own = make_clips(folder / "real", kept, clips // 2, EDITS, rng)
        strange = make_clips(folder / "real-strange", held, clips // 2, EDITS, rng)
        compare(kept, own, strange, [])


def compare(films: list[Path], own: list[Clip], strange: list[Clip], more: list[Clip]) -> None:
    """Print a row for vtk and for each peer."""
    hours = sum(_seconds(path) for path in films) / 3600
    print(f"{len(own)} clips of {hours:.2f} hours, {len(strange)} of other film")
    print("method | right % | wrong % | false % | s a query | s an hour of film")
    for name, make, decides in (
        ("vtk --same", by_signature, True),
        ("difference hash, vote", by_hash, False),
        ("tiny-clip, vote", by_clip, False),
    ):
        began = time.perf_counter()
        seek = make(films)
        made = (time.perf_counter() - began) / hours
        began = time.perf_counter()
        found = [seek(clip.path) for clip in own]
        each = (time.perf_counter() - began) / len(own)
        none = [answer[2] if (answer := seek(clip.path)) else 0.0 for clip in strange]
        least = 1e-9 if decides else float(np.quantile(none, 0.99)) + 1e-9
        right, wrong = _judged(own, found, least)
        false = float(np.mean([score >= least for score in none]))
        shares = " | ".join(f"{100 * share:.1f}" for share in (right, wrong, false))
        print(f"{name} | {shares} | {each:.3f} | {made:.1f}", flush=True)
        if more and decides:
            answers = [seek(clip.path) for clip in more]
            for kinds, clips, given in ((EDITS, own, found), (MORE, more, answers)):
                for edit in kinds:
                    chosen = [n for n, clip in enumerate(clips) if edit in clip.edits]
                    few = _judged([clips[n] for n in chosen], [given[n] for n in chosen], least)
                    print(f"  {edit}: {100 * few[0]:.0f} % right of {len(chosen)}")


def _judged(clips: list[Clip], found: list[Answer | None], least: float) -> tuple[float, float]:
    """The shares of clips that are found at the right second, and elsewhere."""
    given = [answer if answer and answer[2] >= least else None for answer in found]
    right = [
        answer is not None and answer[0] == clip.film and abs(answer[1] - clip.start) <= 1
        for clip, answer in zip(clips, given, strict=True)
    ]
    told = [answer is not None for answer in given]
    return float(np.mean(right)), float(np.mean(told)) - float(np.mean(right))


def long_film(path: Path, seed: int, seconds: float) -> None:
    """Write a film of plays, each of 1 to 5 s, unless it is there."""
    if path.exists():
        return
    rng = np.random.default_rng(seed)
    plays: list[tuple[Play, float]] = []
    total = 0.0
    while total < seconds:
        length = round(float(rng.uniform(SHORTEST, LONGEST)) * 8) / 8
        plays.append((cast(rng, moving=True), length))
        total += length
    part = path.with_suffix(".part.mp4")
    write_long_film(part, plays)
    part.rename(path)


def make_clips(
    folder: Path, films: list[Path], count: int, edits: tuple[str, ...], rng: np.random.Generator
) -> list[Clip]:
    """Clips of 2 to 20 s of films drawn at random, each changed in one or two ways."""
    folder.mkdir(exist_ok=True)
    lengths = [_seconds(path) for path in films]
    clips = []
    for number in range(count):
        film = int(rng.integers(len(films)))
        length = min(float(rng.uniform(2, 20)), lengths[film] - 1)
        start = float(rng.uniform(0, lengths[film] - length - 0.5))
        names = [str(name) for name in rng.choice(edits, int(rng.integers(1, 3)), replace=False)]
        path = folder / f"{number}.mp4"
        own = np.random.default_rng((*rng.integers(1 << 31, size=1).tolist(), number))
        copy_of(str(films[film]), start, start + length, path, names, own)
        clips.append(Clip(path, film, start, tuple(names)))
    return clips


def _seconds(path: Path) -> float:
    with Video(str(path)) as video:
        return video.end - video.start


def _fits(path: Path) -> bool:
    return path.suffix in (".mp4", ".webm", ".m4v", ".avi") and _seconds(path) >= 8


def by_signature(films: list[Path]) -> Seek:
    """What `vtk retrieve --same` does, with the signatures kept between queries."""
    seeker = Seeker()
    for span in embed((Span(video=str(path)) for path in films), signature=True):
        seeker.add(span)
    numbers = {str(path): number for number, path in enumerate(films)}

    def seek(path: Path) -> Answer | None:
        first = next(seeker.copies(Span(video=str(path)), n=1), None)
        if first is None:
            return None
        return numbers[first.video], first.start, float(first["score"])

    return seek


def by_hash(films: list[Path]) -> Seek:
    """Difference hashes (9 by 8 luma samples, each compared with the next) and a vote."""

    def hashes(path: Path) -> tuple[Array, Array]:
        times, lumas = _frames(path, lambda image: thumbnail(image, 9, 8).luma)
        bits = np.packbits((lumas[:, :, 1:] > lumas[:, :, :-1]).reshape(len(lumas), -1), axis=1)
        return times, bits.view(np.uint64)[:, 0]

    def near(query: Array, film: Array) -> Array:
        return 1 - _ones(query[:, None] ^ film) / 64

    return _voting(films, hashes, near, 1 - 10 / 64)


def by_clip(films: list[Path]) -> Seek:
    """Vectors of frames by tiny-clip, and a vote."""
    model = open_image_text(str(TINY))

    def vectors(path: Path) -> tuple[Array, Array]:
        times, pictures = _frames(path, lambda image: fitted(image, None, (96, 96)))
        return times, np.stack(list(model.images(iter(pictures))))

    return _voting(films, vectors, lambda query, film: query @ film.T, 0.9)


def _frames(path: Path, take: Callable[[Any], Any]) -> tuple[Array, Any]:
    times: list[float] = []
    taken: list[Any] = []
    with Video(str(path)) as video:
        for frame in video.frames():
            if not times or frame.time >= times[-1] + 1 / RATE - 1e-6:
                times.append(frame.time)
                taken.append(take(frame.image))
    alike = len({np.shape(each) for each in taken}) == 1
    return np.array(times), np.array(taken) if alike else taken


def _ones(values: Array) -> Array:
    table = np.array([bin(value).count("1") for value in range(256)], np.uint8)
    return np.asarray(table[values.view(np.uint8).reshape(*values.shape, 8)].sum(axis=-1))


def _voting(
    films: list[Path],
    describe: Callable[[Path], tuple[Array, Array]],
    near: Callable[[Array, Array], Array],
    least: float,
) -> Seek:
    """The ten nearest frames of each frame of a clip vote for an offset, by the half second."""
    known = [describe(path) for path in films]

    def seek(path: Path) -> Answer | None:
        times, query = describe(path)
        votes: Counter[tuple[int, int]] = Counter()
        alike = np.concatenate([near(query, own) for _, own in known], axis=1)
        film = np.repeat(np.arange(len(known)), [len(own) for own, _ in known])
        when = np.concatenate([own for own, _ in known])
        for time_, row in zip(times, alike, strict=True):
            best = np.argpartition(-row, min(10, len(row) - 1))[:10]
            voted = {
                (int(film[n]), round(float(when[n] - time_) * 2)) for n in best if row[n] >= least
            }
            votes.update(voted)
        if not votes:
            return None
        (number, offset), count = votes.most_common(1)[0]
        return number, offset / 2, count / len(times)

    return seek
