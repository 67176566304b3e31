"""Clips whose truth lies in the pictures: cuts, transitions, flashes, slides, camera, colour."""

from pathlib import Path

from tests.world.encode import Encoding, write_clip
from tests.world.looks import Blank, Camera, Scene, Slide
from tests.world.timeline import Flash, Take, Timeline, Transition
from tests.world.truth import Clip


def edit(directory: Path, name: str, takes: list[Take], seed: int, encoding: Encoding) -> Clip:
    """Encode takes, without sound, as NAME with the container's ending."""
    size = (encoding.width, encoding.height)
    timeline = Timeline(takes, size, 1 / encoding.rate, seed)
    return write_clip(directory / f"{name}.{encoding.container}", timeline, encoding)


def cuts(directory: Path, seed: int = 0) -> Clip:
    """Seven shots of 0.5 to 3 s, hard cuts between them."""
    colours = ("blue", "red", "green", "orange", "purple", "teal", "brown")
    seconds = (2.0, 1.5, 3.0, 0.5, 2.0, 1.0, 2.0)
    takes = [Take(length, Scene(name)) for length, name in zip(seconds, colours, strict=True)]
    return edit(directory, "cuts", takes, seed, Encoding())


def similar_cuts(directory: Path, seed: int = 0) -> Clip:
    """Hard cuts between shots of one colour and light: only texture and shapes change."""
    takes = [Take(2.0, Scene("grey")) for _ in range(5)]
    return edit(directory, "similar_cuts", takes, seed, Encoding())


def gradual(directory: Path, seed: int = 0) -> Clip:
    """Two dissolves, a fade through black, a wipe, and one hard cut."""
    takes = [
        Take(2.0, Scene("blue"), then=Transition("dissolve", 1.0)),
        Take(2.0, Scene("orange"), then=Transition("fade", 1.5)),
        Take(2.0, Scene("green"), then=Transition("wipe", 0.75)),
        Take(2.0, Scene("red")),
        Take(2.0, Scene("teal"), then=Transition("dissolve", 0.5)),
        Take(2.0, Scene("purple", "bright")),
    ]
    return edit(directory, "gradual", takes, seed, Encoding())


def flashes(directory: Path, seed: int = 0) -> Clip:
    """Flashes of one, two and three white frames, and two hard cuts."""
    takes = [
        Take(3.0, Scene("blue", "dark"), flashes=(Flash(1.0, 1), Flash(2.0, 2))),
        Take(3.0, Scene("green"), flashes=(Flash(1.5, 3),)),
        Take(2.0, Scene("brown", "bright"), flashes=(Flash(0.5, 1),)),
    ]
    return edit(directory, "flashes", takes, seed, Encoding())


def slides(directory: Path, seed: int = 0) -> Clip:
    """Five white slides one after another; in three of them a line appears on its own."""
    takes = [
        Take(4.0, Slide("Graphs", ("Nodes and edges", "Directed or not", "Weights"), (1.5, 2.5))),
        Take(3.0, Slide("Trees", ("No cycles", "One root"))),
        Take(4.0, Slide("Search", ("Depth first", "Breadth first"), (2.0,))),
        Take(3.0, Slide("Shortest paths", ("Dijkstra", "Bellman and Ford"))),
        Take(3.0, Slide("Summary", ("Graphs model relations", "Trees are graphs"), (1.0,))),
    ]
    return edit(directory, "slides", takes, seed, Encoding(width=480, height=270))


def camera(directory: Path, seed: int = 0) -> Clip:
    """Seven shots: pans in four directions at 60 or 40 pixels a second, two zooms, one still."""
    moves = [
        ("left", 60.0),
        ("right", 60.0),
        ("up", 40.0),
        ("down", 40.0),
        ("in", 0.2),
        ("out", 0.2),
        ("still", 0.0),
    ]
    colours = ("blue", "orange", "green", "purple", "teal", "red", "grey")
    takes = [
        Take(2.5, Scene(colour, movers=0, landmarks=12), Camera(*move))
        for colour, move in zip(colours, moves, strict=True)
    ]
    return edit(directory, "camera", takes, seed, Encoding())


def whip_pan(directory: Path, seed: int = 0) -> Clip:
    """One shot with a pan of 480 pixels a second, then a hard cut to a still one."""
    takes = [
        Take(2.0, Scene("green", movers=0, landmarks=30), Camera("right", 480.0)),
        Take(2.0, Scene("brown")),
    ]
    return edit(directory, "whip_pan", takes, seed, Encoding())


def colours(directory: Path, seed: int = 0) -> Clip:
    """Shots of a named colour and light: dark blue, bright yellow, medium green and so on."""
    pairs = [
        ("blue", "dark"),
        ("yellow", "bright"),
        ("green", "medium"),
        ("red", "dark"),
        ("grey", "bright"),
        ("purple", "medium"),
    ]
    takes = [Take(1.5, Scene(colour, light)) for colour, light in pairs]
    return edit(directory, "colours", takes, seed, Encoding())


def blank(directory: Path, seed: int = 0) -> Clip:
    """Black throughout, three seconds."""
    return edit(directory, "blank", [Take(3.0, Blank("black"))], seed, Encoding())


def one_shot(directory: Path, seed: int = 0) -> Clip:
    """A single shot of four seconds: nothing to split."""
    return edit(directory, "one_shot", [Take(4.0, Scene("teal", movers=3))], seed, Encoding())


def many_cuts(directory: Path, seed: int = 0) -> Clip:
    """Forty shots of 0.4 to 1.2 s in changing colours and light, hard cuts, 160x90."""
    names = ("blue", "red", "green", "orange", "purple", "teal", "brown", "grey", "yellow")
    light = ("medium", "dark", "bright")
    takes = [
        Take(0.4 + 0.1 * (index * 5 % 9), Scene(names[index % 9], light[index % 3]))
        for index in range(40)
    ]
    return edit(directory, "many_cuts", takes, seed, Encoding(width=160, height=90))
