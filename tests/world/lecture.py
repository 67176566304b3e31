"""A narrated slide lecture on four topics, two and a half minutes long.

The narration is an embedded subtitle track; a tone sounds while a line is spoken. Each topic has
its own words, slide colours and filmed insert, so its boundaries can be found by ear and by eye.
The container carries no chapters: those in the truth are what a tool should find.
"""

from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from tests.world.encode import Encoding, Tracks, write_clip
from tests.world.looks import Scene, Slide
from tests.world.sound import SoundTrack, Tone
from tests.world.text import Line, SubtitleTrack
from tests.world.timeline import Take, Timeline
from tests.world.truth import Chapter, Clip

LINE_SECONDS = 3.75  # from the start of one line to the start of the next
SPOKEN_SECONDS = 3.3


@dataclass(frozen=True)
class Topic:
    """A topic: ten spoken lines, a title slide, a slide, a filmed insert, another slide."""

    title: str
    words: tuple[str, ...]  # the words that mark this topic and occur in no other
    paper: str
    accent: str
    film: Scene
    first: tuple[str, tuple[str, ...]]  # title and lines of the first slide
    second: tuple[str, tuple[str, ...]]
    narration: tuple[str, ...]


TOPICS = (
    Topic(
        "How volcanoes erupt",
        ("volcano", "magma", "lava", "ash", "crater", "eruption"),
        "black",
        "orange",
        Scene("red", "medium", movers=3),
        (
            "Magma",
            ("Rock melts in the mantle", "Gas is dissolved in it", "It rises through cracks"),
        ),
        ("An eruption", ("Bubbles burst the magma", "Lava flows from the crater", "Ash falls")),
        (
            "Welcome to this lecture. We begin with how a volcano works.",
            "Deep below the ground, heat melts rock into magma.",
            "Magma is lighter than the solid rock around it, so it rises.",
            "It collects in a chamber a few kilometres under the volcano.",
            "Gas dissolved in the magma keeps building up pressure.",
            "Here you see lava glowing as it flows down the slope.",
            "When the pressure is too high, an eruption breaks the crater open.",
            "Thin lava runs far, thick lava piles up into a steep dome.",
            "Ash from a large eruption can travel around the whole planet.",
            "Farmers return, because old ash turns into rich soil.",
        ),
    ),
    Topic(
        "Life in a beehive",
        ("bee", "hive", "honey", "nectar", "queen", "pollen"),
        "white",
        "yellow",
        Scene("yellow", "bright", movers=5, speed=90.0),
        (
            "The colony",
            ("One queen lays the eggs", "Workers build the comb", "Drones fly in summer"),
        ),
        ("From nectar to honey", ("Bees gather nectar", "They fan it dry", "Wax seals the honey")),
        (
            "Our second subject is smaller and much busier: the honey bee.",
            "A hive in summer holds about fifty thousand workers.",
            "A single queen lays every egg, up to two thousand a day.",
            "Young bees clean the comb, older bees fly out for pollen.",
            "A forager tells her sisters the way to nectar with a dance.",
            "In this picture the bees circle in front of the hive.",
            "Back home they pass the nectar from mouth to mouth.",
            "Then they fan their wings until it thickens into honey.",
            "The honey feeds the colony and its queen through the winter.",
            "Without bees carrying pollen, most orchards would bear no fruit.",
        ),
    ),
    Topic(
        "Why bridges stand",
        ("bridge", "arch", "cable", "beam", "steel", "deck"),
        "grey",
        "blue",
        Scene("blue", "medium", movers=1, landmarks=14),
        ("Three kinds", ("The beam rests on piers", "The arch pushes outward", "The cable pulls")),
        ("Loads", ("Traffic moves on the deck", "Wind twists the deck", "Heat stretches steel")),
        (
            "Now let us turn to engineering and ask why a bridge stands.",
            "The simplest bridge is a beam that rests on two piers.",
            "A beam bends: its top is squeezed and its bottom is stretched.",
            "An arch carries the same weight by pushing against its banks.",
            "Roman builders made an arch of stone without any mortar.",
            "This view shows a suspension bridge across a wide river.",
            "Each cable is spun from thousands of thin steel wires.",
            "The cable hangs from towers and holds the deck from above.",
            "Wind can twist a light deck, so engineers test it in a tunnel.",
            "Joints leave room for the steel to grow on a hot day.",
        ),
    ),
    Topic(
        "The Moon and the tides",
        ("moon", "tide", "ocean", "gravity", "orbit", "shore"),
        "teal",
        "white",
        Scene("purple", "dark", movers=2, speed=20.0),
        ("Gravity", ("The Moon pulls the ocean", "Water bulges on two sides", "The Earth turns")),
        ("Spring and neap", ("Full moon: high tide", "Half moon: low range", "The orbit widens")),
        (
            "The last part of the lecture looks up, to the Moon.",
            "Its gravity pulls on the ocean and raises a bulge of water.",
            "A second bulge forms on the far side of the Earth.",
            "As the Earth turns, each shore meets high tide twice a day.",
            "The Sun helps: at full moon the tide is highest.",
            "Watch how the moon moves along its orbit at night.",
            "At half moon the two pull at right angles and the tide is weak.",
            "In a narrow bay the ocean can rise by fifteen metres.",
            "Tides also brake the Earth and push the orbit of the Moon outward.",
            "That slow drift, measured with lasers, closes our lecture.",
        ),
    ),
)


SHORT = 3  # lines that are spoken on each topic of `talk`


def takes(seconds: float) -> list[Take]:
    """The lecture's shots: per topic, of so many seconds, a title, a slide, a film, a slide."""
    found = []
    pace = seconds / 37.5
    for number, topic in enumerate(TOPICS, 1):
        paper, accent = topic.paper, topic.accent
        written = (4.0 * pace, 8.0 * pace)
        found += [
            Take(6 * pace, Slide(f"{number}. {topic.title}", (), (), accent, paper)),
            Take(12.5 * pace, Slide(*topic.first, written, paper, accent)),
            Take(6.5 * pace, topic.film),
            Take(12.5 * pace, Slide(*topic.second, written, paper, accent)),
        ]
    return found


def lecture(directory: Path, seed: int = 0) -> Clip:
    """A narrated slide lecture of 150 s on four topics: Matroska, 640x360, SubRip, AAC."""
    return _rendered(directory / "lecture.mkv", len(TOPICS[0].narration), seed)


def talk(directory: Path, seed: int = 0) -> Clip:
    """The lecture in 45 s: the first lines of each topic, and its pictures quicker."""
    return _rendered(directory / "talk.mkv", SHORT, seed)


def _rendered(path: Path, count: int, seed: int) -> Clip:
    """The lecture with the first `count` lines on each topic."""
    encoding = Encoding("mkv", width=640, height=360, rate=Fraction(12), gop=120)
    size = (encoding.width, encoding.height)
    length = LINE_SECONDS * count
    timeline = Timeline(takes(length), size, 1 / encoding.rate, seed)
    said = [line for topic in TOPICS for line in topic.narration[:count]]
    spoken = tuple(
        Line(index * LINE_SECONDS, index * LINE_SECONDS + SPOKEN_SECONDS, line)
        for index, line in enumerate(said)
    )
    tones = tuple(Tone(line.start, line.end, 180 + 7 * (i % 5)) for i, line in enumerate(spoken))
    tracks = Tracks(
        (SoundTrack(tones, "aac", "eng"),), (SubtitleTrack(spoken, "subrip", "eng"),), ()
    )
    clip = write_clip(path, timeline, encoding, tracks)
    chapters = tuple(
        Chapter(index * length, (index + 1) * length, topic.title, False)
        for index, topic in enumerate(TOPICS)
    )
    about = {"topics": [{"title": t.title, "words": list(t.words)} for t in TOPICS]}
    return Clip(clip.path, replace(clip.truth, chapters=chapters, about=about))
