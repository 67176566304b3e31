"""Films: plays of the stage one after another, in a real video file, with what happens when.

    made = film(Path("film.mp4"), seed=1, shots=6, acts=2)
    made.shots[3][1].play               # the second act of the fourth shot

A shot is one or more acts by the same actors on the same background. Each act begins where the
one before ended; an actor that vanished does not come back.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from tests.world.encode import create
from tests.world.models.forms import BACKGROUNDS, COLOURS, FORMS
from tests.world.models.stage import HEADINGS, MOTIONS, SIZES, Actor, Picture, Play, cast, held_out
from tests.world.timeline import exact

Name = tuple[str, str]  # the colour and the shape of an actor
SMALLEST, LARGEST = 0.09, 0.19  # radii that shrinking and growing end with
GRAIN = 1.5  # little, since every frame has its own and it is costly to encode
ENCODER = {"preset": "veryfast", "crf": "14", "x264-params": "threads=1"}
GOP = 60
CHANCES = np.array([{"appears": 0, "vanishes": 1}.get(motion, 4) for motion in MOTIONS])
TRIES = 200  # drafts of an act before the shot is cast anew


@dataclass(frozen=True)
class Act:
    """A play that runs from share 0 at `start` to 1 at `end`, seconds in the film."""

    start: float
    end: float
    play: Play

    def share(self, time: float) -> float:
        """How far the play is at a time, 0 to 1."""
        return min(1.0, max(0.0, (time - self.start) / (self.end - self.start)))


@dataclass(frozen=True)
class Film:
    """A video file and its shots, each one or more acts."""

    path: Path
    shots: list[list[Act]]

    @property
    def acts(self) -> list[Act]:
        """All acts in order."""
        return [act for shot in self.shots for act in shot]


@dataclass(frozen=True)
class Continued(Actor):
    """An actor that goes on where an earlier act left it, with the radius it had there."""

    radius: float = SIZES["small"]

    def at(self, share: float) -> tuple[float, float, float]:
        """Centre and radius; growing and shrinking start from the radius it had."""
        x, y, radius = super().at(share)
        if self.motion in ("grows", "shrinks"):
            goal = LARGEST if self.motion == "grows" else SMALLEST
            return x, y, self.radius + share * (goal - self.radius)
        return x, y, self.radius if radius else 0.0


def sizes_of(actor: Actor) -> set[str]:
    """The sizes it may be said to have: both while it grows or shrinks."""
    return set(SIZES) if actor.motion in ("grows", "shrinks") else {actor.size}


def places_of(actor: Actor) -> set[str]:
    """The places it passes through, the one where it starts among them."""
    points = [actor.at(number / 8)[:2] for number in range(9)]
    return {replace(actor, x=x, y=y).place for x, y in points}


def film(
    path: Path,
    seed: int,
    shots: int = 6,
    acts: int = 1,
    seconds: float = 3.0,
    side: int = 128,
    rate: int = 12,
    held: bool = True,
    moving: bool = True,
) -> Film:
    """A film of so many shots of `seconds` each, every one cast anew; the same for a seed.

    With `held`, the first actor of each shot has a colour and shape never seen together in
    training. Neighbouring shots differ in background. `acts` share a shot's time evenly; without
    `moving`, nothing happens in the first of them.
    """
    rng = np.random.default_rng((seed, 0))
    plays = _shots(shots, acts, lambda _: cast(rng, moving=moving, held=held), rng)
    return _filmed(path, plays, exact(seconds), side, rate)


def recurring_film(
    path: Path,
    seed: int,
    shots: int = 30,
    actors: int = 4,
    acts: int = 1,
    seconds: float = 3.0,
    side: int = 128,
    rate: int = 12,
    held: bool = True,
    moving: bool = True,
) -> Film:
    """A film in which the same few actors come again and again, one to three in a shot.

    No two actors share a colour or a shape; with `held`, none was seen in training. Each leads
    one shot in every `actors`.
    """
    rng = np.random.default_rng((seed, 1))
    names = characters(rng, actors, held=held)

    def draw(number: int) -> Play:
        lead = names[number % actors]
        others = [names[n] for n in rng.permutation(actors) if names[n] != lead]
        return cast_of(rng, [lead, *others[: int(rng.integers(3))]], moving=moving)

    return _filmed(path, _shots(shots, acts, draw, rng), exact(seconds), side, rate)


def characters(rng: np.random.Generator, count: int, *, held: bool = True) -> list[Name]:
    """So many actors, at most twelve, of which no two share a colour or a shape."""
    while True:
        colours = rng.permutation(list(COLOURS))[:count].tolist()
        shapes = rng.permutation(list(FORMS))[:count].tolist()
        if held:
            shapes = [next(s for s in FORMS if held_out(colour, s)) for colour in colours]
        names = list(zip(colours, shapes, strict=True))
        if all(held_out(*name) == held for name in names):
            return names


def cast_of(rng: np.random.Generator, names: Sequence[Name], *, moving: bool = True) -> Play:
    """A play drawn at random whose actors, up to three, are of the given colours and shapes."""
    play = cast(rng, moving=moving, actors=len(names))
    order = rng.permutation(len(names))
    actors = [
        replace(actor, colour=names[number][0], shape=names[number][1])
        for actor, number in zip(play.actors, order, strict=True)
    ]
    return replace(play, actors=tuple(actors))


def continued(rng: np.random.Generator, play: Play, *, last: bool = True) -> Play | None:
    """The act after a play, in which at least one actor does something new.

    Nothing where no draft leaves the actors apart. Unless it is the `last`, someone stays to the
    end.
    """
    before = [actor for actor in play.actors if actor.at(1)[2]]
    for _ in range(TRIES if before else 0):
        after = [_goes_on(rng, actor, 0.72 if play.word else 0.9) for actor in before]
        new = [
            now.motion
            for then, now in zip(before, after, strict=True)
            if now.motion not in (then.motion, "stays")
        ]
        left = last or any(actor.at(1)[2] for actor in after)
        if new and left and _apart(after):
            after.sort(key=lambda actor: (actor.x, actor.y))
            return replace(play, actors=tuple(after))
    return None


def _goes_on(rng: np.random.Generator, actor: Actor, floor: float) -> Continued:
    """The actor from where it ended, with something to do that it did not just do, or staying."""
    x, y, radius = actor.at(1)
    while True:
        motion = str(rng.choice(MOTIONS, p=CHANCES / CHANCES.sum()))
        heading = HEADINGS.get(motion.removeprefix("moves "), (0, 0))
        reach = float(rng.uniform(0.25, 0.5))
        across, down = heading[0] * reach, heading[1] * reach
        possible = {
            "grows": radius <= SIZES["small"],
            "shrinks": radius >= SIZES["large"],
            "stays": True,
        }.get(motion, motion != actor.motion)
        inside = 0.1 <= x + across <= 0.9 and 0.1 <= y + down <= floor
        if possible and (inside or motion in ("stays", "grows", "shrinks", "vanishes")):
            break
    size = min(SIZES, key=lambda name: abs(SIZES[name] - radius))
    return Continued(
        actor.colour,
        actor.shape,
        size,
        x,
        y,
        motion,
        across,
        down,
        actor.tint,
        float(rng.uniform(0.05, 0.95)),
        radius,
    )


def _apart(actors: Sequence[Actor]) -> bool:
    """Whether no two actors ever come so near each other that one hides the other."""
    return all(
        np.hypot(x - u, y - v) >= 0.85 * (max(r, 0.12) + max(s, 0.12))
        for number, first in enumerate(actors)
        for second in actors[number + 1 :]
        for (x, y, r), (u, v, s) in ((first.at(n / 8), second.at(n / 8)) for n in range(9))
    )


def _shots(
    count: int, acts: int, draw: Callable[[int], Play], rng: np.random.Generator
) -> list[list[Play]]:
    """The plays of each shot; neighbours differ in background."""
    found: list[list[Play]] = []
    while len(found) < count:
        first = draw(len(found))
        if found and first.background == found[-1][0].background:
            others = [name for name in BACKGROUNDS if name != first.background]
            first = replace(first, background=str(rng.choice(others)))
        plays = [first]
        while len(plays) < acts:
            after = continued(rng, plays[-1], last=len(plays) == acts - 1)
            if after is None:
                break
            plays.append(after)
        else:
            found.append(plays)
    return found


def _filmed(
    path: Path, plays: Sequence[Sequence[Play]], seconds: Fraction, side: int, rate: int
) -> Film:
    if seconds * rate % 1:
        raise ValueError(f"{float(seconds)} s are not whole frames at {rate} a second")
    shots = [
        [
            Act(
                float(seconds * (number + Fraction(nth, len(shot)))),
                float(seconds * (number + Fraction(nth + 1, len(shot)))),
                play,
            )
            for nth, play in enumerate(shot)
        ]
        for number, shot in enumerate(plays)
    ]
    write_pictures(path, _pictures(plays, int(seconds * rate), side), side, rate)
    return Film(path, shots)


def _pictures(plays: Sequence[Sequence[Play]], frames: int, side: int) -> Iterator[Picture]:
    """So many frames of each shot."""
    for shot in plays:
        for number in range(frames):
            act, past = divmod(Fraction(number * len(shot), frames), 1)
            yield shot[act].picture(float(past), side, grain=GRAIN)


def write_pictures(path: Path, pictures: Iterator[Picture], side: int, rate: int) -> None:
    """Encode square pixels at exact times, the same bytes for the same pictures."""
    with create(path) as out:
        stream = out.add_stream("libx264", rate=rate, options=ENCODER)
        stream.width = stream.height = side
        stream.pix_fmt = "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, rate * 1000)
        stream.codec_context.thread_count = 1
        stream.gop_size = GOP
        stream.max_b_frames = 0
        for number, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame = frame.reformat(format="yuv420p")
            frame.time_base, frame.pts = Fraction(1, rate * 1000), number * 1000
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
