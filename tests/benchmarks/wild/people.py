"""People who walk and talk, drawn at any size, and the vehicles among them."""

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, pi, sin

from PIL import ImageDraw

from tests.benchmarks.wild.stage import Dice, any_colour, chance, near, oval
from tests.world.looks import Size
from tests.world.paint import Colour


@dataclass(frozen=True)
class Person:
    """Somebody who can be drawn at any size and in any pose."""

    skin: Colour
    hair: Colour
    shirt: Colour
    legs: Colour
    build: float = 1.0

    def draw(
        self, pen: ImageDraw.ImageDraw, x: float, feet: float, tall: float, pose: "Pose"
    ) -> None:
        """Standing at (x, feet), `tall` pixels high."""
        hip, neck = feet - tall * 0.47, feet - tall * 0.82
        girth = max(1, round(tall * 0.07 * self.build))
        for way, swing in ((-1, pose.leg), (1, -pose.leg)):
            foot = (
                x + tall * (0.05 * way + 0.22 * sin(swing)),
                feet - tall * 0.1 * abs(sin(swing)),
            )
            pen.line(((x + way * tall * 0.04, hip), foot), fill=self.legs, width=girth)
        wide = tall * 0.12 * self.build
        pen.rounded_rectangle(
            (x - wide, neck, x + wide, hip + tall * 0.02), tall * 0.05, self.shirt
        )
        for way, lift in ((-1, pose.left), (1, pose.right)):
            shoulder = (x + way * wide, neck + tall * 0.05)
            elbow = (
                shoulder[0] + way * tall * 0.16 * cos(lift),
                shoulder[1] + tall * 0.16 * sin(lift),
            )
            bend = lift - pose.bend
            hand = (elbow[0] + way * tall * 0.16 * cos(bend), elbow[1] + tall * 0.16 * sin(bend))
            pen.line((shoulder, elbow, hand), fill=self.shirt, width=girth, joint="curve")
            r = girth * 0.6
            pen.ellipse((hand[0] - r, hand[1] - r, hand[0] + r, hand[1] + r), fill=self.skin)
        self._head(pen, x + tall * 0.02 * pose.turn, neck - tall * 0.07, tall * 0.085, pose)

    def _head(self, pen: ImageDraw.ImageDraw, x: float, y: float, r: float, pose: "Pose") -> None:
        pen.ellipse((x - r * 0.9, y - r * 1.2, x + r * 0.9, y + r * 0.9), fill=self.hair)
        pen.rectangle((x - r * 0.3, y + r * 0.5, x + r * 0.3, y + r * 1.4), fill=self.skin)
        pen.ellipse((x - r * 0.75, y - r * 0.85, x + r * 0.75, y + r), fill=self.skin)
        look, dark = r * 0.25 * pose.turn, (25, 20, 20)
        for way in (-1, 1):
            eye = x + look + way * r * 0.3
            shut = r * (0.02 if pose.blink else 0.09)
            pen.ellipse((eye - r * 0.1, y - shut, eye + r * 0.1, y + shut), fill=dark)
        mouth = r * (0.03 + 0.22 * pose.mouth)
        at = y + r * 0.5
        pen.ellipse(
            (x + look - r * 0.25, at - mouth, x + look + r * 0.25, at + mouth), fill=(95, 30, 35)
        )


@dataclass(frozen=True)
class Pose:
    """Angles of the limbs (0: level, pi / 2: hanging), mouth open 0..1, head turned -1..1."""

    leg: float = 0.0
    left: float = 1.3
    right: float = 1.3
    bend: float = 0.2
    mouth: float = 0.0
    turn: float = 0.0
    blink: bool = False


def some_person(rng: Dice) -> Person:
    tan = rng.uniform(0.3, 1)
    skin = (int(235 * tan + 15), int(190 * tan + 5), int(160 * tan))
    return Person(
        skin,
        near(rng, (50, 35, 25), 30),
        any_colour(rng),
        any_colour(rng, 10, 130),
        rng.uniform(0.8, 1.4),
    )


def acting(rng: Dice, busy: float = 1.0) -> Callable[[float], Pose]:
    """Talks, nods and moves the hands, the busier the wilder."""
    pace, phase = rng.uniform(0.5, 2.5, 6), rng.uniform(0, 6, 6)
    walks = chance(rng, 0.4)

    def pose(t: float) -> Pose:
        wave = [sin(pace[i] * 2 * pi * t + phase[i]) for i in range(6)]
        return Pose(
            leg=0.6 * wave[0] * busy if walks else 0.0,
            left=1.3 - 0.5 * busy * wave[1],
            right=1.3 - 0.5 * busy * wave[2],
            bend=0.3 + 0.6 * wave[3] * busy,
            mouth=max(0.0, wave[4] * sin(21 * t + phase[4])),
            turn=wave[5] * min(1.0, busy),
            blink=sin(1.7 * t + phase[0]) > 0.97,
        )

    return pose


EdgeActivity = tuple[float, float, float]  # across and down, shares of the picture, and scale
HERE: EdgeActivity = (0.0, 0.0, 1.0)


@dataclass(frozen=True)
class Mover:
    """A person or a thing that crosses the picture; places and sizes are shares of it."""

    who: Person | Colour
    pose: Callable[[float], Pose]
    x: float
    feet: float
    tall: float
    speed: float = 0.0  # of the picture's width a second

    def draw(
        self, pen: ImageDraw.ImageDraw, size: Size, t: float, moved: EdgeActivity = HERE
    ) -> None:
        """As the camera sees it; `moved` says by how much that has moved the mover."""
        width, height = size
        across, down, scale = moved
        x = (0.5 + (self.x + self.speed * t + across - 0.5) * scale) * width
        feet = (0.5 + (self.feet + down - 0.5) * scale) * height
        tall = self.tall * height * scale
        if isinstance(self.who, Person):
            self.who.draw(pen, x, feet, tall, self.pose(t))
            return
        wide, low = tall * 1.9, feet - tall * 0.15
        pen.rounded_rectangle((x - wide / 2, feet - tall, x + wide / 2, low), tall * 0.2, self.who)
        glass = (x - wide / 3, feet - tall * 0.85, x + wide / 4, feet - tall * 0.5)
        pen.rectangle(glass, fill=(40, 50, 60))
        for wheel in (x - wide * 0.3, x + wide * 0.3):
            oval(pen, wheel, feet - tall * 0.2, tall * 0.2, tall * 0.2, (20, 20, 20))


def some_mover(rng: Dice) -> Mover:
    who = some_person(rng) if chance(rng, 0.7) else any_colour(rng)
    tall = rng.uniform(0.25, 0.8)
    if isinstance(who, Person) and chance(rng, 0.3):  # from near
        tall = rng.uniform(1.2, 2.6)
    feet = rng.uniform(0.75, 1.0) + max(0.0, tall - 0.8)
    speed = rng.normal(0, 0.15) if chance(rng, 0.6) else 0.0
    return Mover(
        who, acting(rng, rng.uniform(0.2, 1.2)), rng.uniform(0.15, 0.85), feet, tall, speed
    )
