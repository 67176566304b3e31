"""Long videos made cheaply: a minute is encoded once, its packets are written again and again."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TypeVar

import av

from tests.world.catalog import render_as
from tests.world.encode import Encoding, Packets, Tracks, create, write_clip
from tests.world.looks import Camera, Scene, Size, Slide
from tests.world.sound import SoundTrack, Tone
from tests.world.timeline import Take, Timeline, Transition
from tests.world.truth import Clip, Cut, Shot, Sound, Truth
from tests.world.truth import Transition as Gradual

MINUTE = 60.0
Span = TypeVar("Span", Shot, Gradual)


def long_clip(
    directory: Path, minutes: int, seed: int = 0, width: int = 1280, height: int = 720
) -> Clip:
    """A video of `minutes`, H.264 and AAC in MP4, 24 frames a second, kept like `render` does.

    Every minute shows the same 15 shots; the join of two minutes is a hard cut.
    """
    name = f"long_{minutes}m_{width}x{height}"
    minute = f"minute_{width}x{height}"
    base = render_as(
        minute, directory, seed, lambda aside: _minute(aside, minute, (width, height), seed)
    )
    return render_as(name, directory, seed, lambda aside: _repeated(aside, name, base, minutes))


def _minute(directory: Path, name: str, size: Size, seed: int) -> Clip:
    width, height = size
    encoding = Encoding(
        width=width, height=height, gop=96, options={"preset": "superfast", "crf": "30"}
    )
    timeline = Timeline(_takes(), size, 1 / encoding.rate, seed)
    tones = tuple(Tone(at + 0.5, at + 3.5, 220.0 + 10 * at) for at in range(0, 60, 5))
    path = directory / f"{name}.mp4"
    return write_clip(path, timeline, encoding, Tracks((SoundTrack(tones),)))


def _takes() -> list[Take]:
    """Twelve scenes and three slides, 60 s together, one dissolve and one fade among the joins."""
    colours = ("blue", "orange", "green", "red", "teal", "purple")
    light = ("medium", "bright", "dark")
    takes = []
    for index in range(12):
        move = Camera("right", 60.0) if index % 4 == 2 else Camera()
        scene = Scene(colours[index % 6], light[index % 3], movers=2, speed=120.0, grain=0.0)
        takes.append(Take(4.0, scene, move))
    for index in (3, 7, 11):
        slide = Slide(f"Part {index}", ("What we saw", "What it means"), (2.0,))
        takes.insert(index, Take(3.0, slide))
    takes[0] = replace(takes[0], then=Transition("dissolve", 1.0))
    takes[8] = replace(takes[8], then=Transition("fade", 2.0))
    return takes


def _repeated(directory: Path, name: str, base: Clip, minutes: int) -> Clip:
    path = directory / f"{name}.mp4"
    with create(path) as out, av.open(base.path) as first:
        streams = [out.add_stream_from_template(stream) for stream in first.streams]
        ends: dict[int, int] = {}  # the latest dts of each stream
        for minute in range(minutes):
            for packet in _shifted(base.path, minute):
                # AAC starts a frame early, so the last sounds of a minute overlap the next one.
                index = packet.stream_index
                assert packet.dts is not None
                if packet.dts <= ends.get(index, packet.dts - 1):
                    continue
                ends[index] = packet.dts
                packet.stream = streams[index]
                out.mux(packet)
    return Clip(path, _repeated_truth(base.truth, name, path, minutes))


def _shifted(path: Path, minute: int) -> Packets:
    """The packets of a minute, moved to its place in the long clip."""
    with av.open(path) as source:
        for packet in source.demux():
            if packet.dts is None or packet.pts is None:
                continue
            shift = round(minute * MINUTE / packet.time_base)
            packet.dts += shift
            packet.pts += shift
            yield packet


def _repeated_truth(base: Truth, name: str, path: Path, minutes: int) -> Truth:
    unit = base.time_base
    assert unit
    ticks = round(Fraction(MINUTE) / unit)
    assert base.end_pts - base.frame_pts[0] == ticks, "a minute lasts exactly 60 s"
    shots: list[Shot] = []
    cuts: list[Cut] = []
    gradual: list[Gradual] = []
    sounds: list[Sound] = []
    for minute in range(minutes):
        seconds, pts, frames = minute * MINUTE, minute * ticks, minute * len(base.frame_pts)
        if minute:
            cuts.append(Cut(seconds, pts, frames, "cut"))
        for shot in base.shots:
            moved = _moved(shot, seconds, pts)
            shots.append(replace(moved, index=len(shots)))
        cuts += [Cut(c.seconds + seconds, c.pts + pts, c.frame + frames, c.kind) for c in base.cuts]
        gradual += [_moved(transition, seconds, pts) for transition in base.transitions]
        sounds += [replace(s, start=s.start + seconds, end=s.end + seconds) for s in base.sounds]
    return replace(
        base,
        name=name,
        file=path.name,
        end=minutes * MINUTE,
        end_pts=minutes * ticks,
        frame_pts=tuple(p + m * ticks for m in range(minutes) for p in base.frame_pts),
        shots=tuple(shots),
        cuts=tuple(cuts),
        transitions=tuple(gradual),
        slide_changes=tuple(
            replace(change, seconds=change.seconds + m * MINUTE, pts=change.pts + m * ticks)
            for m in range(minutes)
            for change in base.slide_changes
        ),
        sounds=tuple(sounds),
    )


def _moved(span: Span, seconds: float, pts: int) -> Span:
    return replace(
        span,
        start=span.start + seconds,
        end=span.end + seconds,
        start_pts=span.start_pts + pts,
        end_pts=span.end_pts + pts,
    )
