"""Copies of a stretch of a video, changed as copies are: cropped, recoloured, faded, …

copy_of("film.mp4", 62.0, 70.0, Path("copy.mp4"), ["crop", "speed"], np.random.default_rng(1))
"""

import colorsys
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from tests.world.encode import create
from vtk.media.video import Video

Picture = NDArray[np.uint8]  # (height, width, 3), RGB
Edit = Callable[[Picture, float], Picture]  # of the picture at a share of the clip, 0 to 1

EDITS = ("encode", "scale", "crop", "recolour", "fade", "speed")
MORE = ("letterbox", "logo", "rate", "mirror")
HIGHEST = 240  # pixels that pictures are shrunk to
SPEEDS = (0.9, 1.1)
X264 = {"preset": "veryfast", "x264-params": "threads=1"}
FINE = {**X264, "crf": "23"}
ROUGH = {"libx264": {**X264, "crf": "34"}, "mpeg4": {"qmin": "12", "qmax": "16"}}


def copy_of(
    video: str,
    start: float,
    end: float,
    path: Path,
    edits: Sequence[str],
    rng: np.random.Generator,
) -> float:
    """Write a changed copy of [start, end) seconds; return its speed.

    Each is encoded anew; "encode" does so coarsely. A speed above 1 makes the copy shorter.
    """
    frames, rate = _pictures(video, start, end)
    speed = float(rng.uniform(*SPEEDS)) if "speed" in edits else 1.0
    if "rate" in edits:
        rate *= float(rng.choice([0.6, 0.75, 1.25, 2]))
    changes = [_DRAWN[name](rng) for name in edits if name in _DRAWN]
    times = np.array([time for time, _ in frames])
    seconds = (end - start) / speed
    pictures = []
    for number in range(round(seconds * rate)):
        now = number / rate
        place = int(np.searchsorted(times, start + now * speed + 1e-6, side="right")) - 1
        picture = frames[max(place, 0)][1]
        for change in changes:
            picture = change(picture, now / seconds)
        pictures.append(picture)
    if "encode" in edits:
        codec = str(rng.choice(list(ROUGH)))
        write_clip(path, pictures, rate, codec, ROUGH[codec])
    else:
        write_clip(path, pictures, rate)
    return speed


def joined(parts: Sequence[tuple[str, float, float]], path: Path) -> None:
    """Write stretches of videos, from start to end in seconds, one after the other."""
    taken = [_pictures(*part) for part in parts]
    write_clip(path, [picture for frames, _ in taken for _, picture in frames], taken[0][1])


def _pictures(video: str, start: float, end: float) -> tuple[list[tuple[float, Picture]], float]:
    """The times and pictures of a stretch, and the frames a second of its video."""
    with Video(video) as opened:
        shrunk = min(1.0, HIGHEST / opened.stream.height)
        height, width = (round(n * shrunk) for n in (opened.stream.height, opened.stream.width))
        frames = [
            (frame.time, frame.image.reformat(width, height, "rgb24").to_ndarray().astype(np.uint8))
            for frame in opened.frames(start, end)
        ]
        return frames, float(opened.rate)


def write_clip(
    path: Path,
    pictures: Sequence[Picture],
    rate: float,
    codec: str = "libx264",
    options: dict[str, str] = FINE,
) -> None:
    """Encode pictures of one size."""
    base = Fraction(1, 1000 if codec == "mpeg4" else 90_000)
    with create(path) as out:
        stream: Any = out.add_stream(
            codec, rate=Fraction(rate).limit_denominator(1000), options=options
        )
        stream.height, stream.width = (side // 2 * 2 for side in pictures[0].shape[:2])
        stream.pix_fmt = "yuv420p"
        stream.codec_context.thread_count = 1
        stream.codec_context.max_b_frames = 0
        stream.time_base = stream.codec_context.time_base = base
        for number, picture in enumerate(pictures):
            whole: Any = np.ascontiguousarray(picture[: stream.height, : stream.width])
            frame = av.VideoFrame.from_ndarray(whole, format="rgb24").reformat(format="yuv420p")
            frame.time_base, frame.pts = base, round(number / rate / base)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


def _scaled(picture: Picture, width: int, height: int) -> Picture:
    return np.asarray(Image.fromarray(picture).resize((width, height), Image.Resampling.BILINEAR))


def _scale(rng: np.random.Generator) -> Edit:
    """Half to twice the size, and up to a fifth wider or narrower."""
    factor, aspect = float(2 ** rng.uniform(-1, 1)), float(rng.uniform(0.83, 1.2))

    def change(picture: Picture, share: float) -> Picture:
        height, width = picture.shape[:2]
        return _scaled(picture, round(width * factor * aspect), round(height * factor))

    return change


def _crop(rng: np.random.Generator) -> Edit:
    """A tenth of the width and of the height is cut off, at one side or shared by both."""
    left, top = (float(value) for value in rng.uniform(0, 0.1, 2))

    def change(picture: Picture, share: float) -> Picture:
        height, width = picture.shape[:2]
        y, x = round(top * height), round(left * width)
        return picture[y : y + round(0.9 * height), x : x + round(0.9 * width)]

    return change


def _recolour(rng: np.random.Generator) -> Edit:
    """Brighter or darker, more or less contrast, and another hue or none."""
    bright, contrast = float(rng.uniform(-40, 40)), float(rng.uniform(0.6, 1.4))
    matrix = np.full((3, 3), [0.299, 0.587, 0.114]) if rng.random() < 0.3 else _hue(rng)

    def change(picture: Picture, share: float) -> Picture:
        values = (picture.astype(np.float32) - 128) @ matrix.T.astype(np.float32)
        return np.asarray(np.clip(values * contrast + 128 + bright, 0, 255), np.uint8)

    return change


def _hue(rng: np.random.Generator) -> NDArray[np.float64]:
    """A rotation of the chroma plane of YIQ by up to 60 degrees, as a matrix on RGB."""
    yiq = np.array([colorsys.rgb_to_yiq(*unit) for unit in np.eye(3)]).T
    angle = float(rng.uniform(-np.pi / 3, np.pi / 3))
    turn = np.array(
        [[1, 0, 0], [0, np.cos(angle), -np.sin(angle)], [0, np.sin(angle), np.cos(angle)]]
    )
    return np.asarray(np.linalg.inv(yiq) @ turn @ yiq)


def _fade(rng: np.random.Generator) -> Edit:
    """From black in the first quarter and to black in the last."""

    def change(picture: Picture, share: float) -> Picture:
        return (picture * min(1.0, 4 * share, 4 * (1 - share))).astype(np.uint8)

    return change


def _letterbox(rng: np.random.Generator) -> Edit:
    """Black bars above and below, or at both sides."""
    part, axis = float(rng.uniform(0.08, 0.2)), int(rng.integers(2))

    def change(picture: Picture, share: float) -> Picture:
        bars = [(0, 0)] * 3
        bars[axis] = (round(part * picture.shape[axis]),) * 2
        return np.pad(picture, bars)

    return change


def _logo(rng: np.random.Generator) -> Edit:
    """A bright badge with a dark letter, a seventh of the height, in one of the corners."""
    right, low = (int(value) for value in rng.integers(2, size=2))

    def change(picture: Picture, share: float) -> Picture:
        image = Image.fromarray(picture)
        width, height = image.size
        size = height / 7
        x = width - 1.3 * size if right else 0.3 * size
        y = height - 1.3 * size if low else 0.3 * size
        drawing = ImageDraw.Draw(image)
        drawing.ellipse((x, y, x + size, y + size), fill=(250, 250, 250))
        drawing.rectangle(
            (x + 0.4 * size, y + 0.2 * size, x + 0.6 * size, y + 0.8 * size), (20, 20, 90)
        )
        return np.asarray(image)

    return change


def _mirror(rng: np.random.Generator) -> Edit:
    return lambda picture, share: picture[:, ::-1]


_DRAWN: dict[str, Callable[[np.random.Generator], Edit]] = {
    "scale": _scale,
    "crop": _crop,
    "recolour": _recolour,
    "fade": _fade,
    "letterbox": _letterbox,
    "logo": _logo,
    "mirror": _mirror,
}
