"""What a container says is not meant to be seen is in no picture that comes out."""

import struct
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from tests.command_line import lines, vtk
from tests.media.films import remuxed
from tests.world import World
from vtk.errors import OpenError
from vtk.media.image.planes import planes_of, thumbnail
from vtk.media.image.to_rgb import to_rgb
from vtk.media.probe import probe
from vtk.media.video import Video, clip
from vtk.media.video.gops import GopReader
from vtk.span import Span
from vtk.split import split

LEFT, TOP, RIGHT, BOTTOM = 16, 20, 33, 13
ENCLOSING = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd")


def aperture(data: bytes, *values: int) -> bytes:
    """An MP4, its index at the end and its pictures first, with a clean aperture.

    Width, height, and how far its centre lies right of and below that of the picture, each a
    numerator and a denominator (ISO/IEC 14496-12, 12.1.4).
    """
    box = struct.pack(">I4s8i", 40, b"clap", *values)
    at, places = data.rindex(b"moov"), []
    for name in ENCLOSING:
        at = data.index(name, at)
        places.append(at - 4)
    entry = at + 12
    end = entry + struct.unpack_from(">I", data, entry)[0]
    changed = bytearray(data[:end] + box + data[end:])
    for place in [*places, entry]:
        size = struct.unpack_from(">I", changed, place)[0]
        struct.pack_into(">I", changed, place, size + len(box))
    return bytes(changed)


def cropped(path: Path, folder: Path, ending: str = "mp4") -> Path:
    """A copy of a file whose container crops the margins above."""
    if path.suffix not in (".mp4", ".mov"):
        path = remuxed(path, folder / f"{path.stem}.mp4")
    with av.open(path) as whole:
        width, height = whole.streams.video[0].width, whole.streams.video[0].height
    inner = width - LEFT - RIGHT, 1, height - TOP - BOTTOM, 1
    data = aperture(path.read_bytes(), *inner, LEFT - RIGHT, 2, TOP - BOTTOM, 2)
    copy = folder / f"cropped-{path.stem}.mp4"
    copy.write_bytes(data)
    return copy if ending == "mp4" else remuxed(copy, copy.with_suffix(f".{ending}"))


def film(path: Path, picture: Callable[[int], NDArray[Any]], codec: str = "libx264") -> Path:
    """Forty pictures, RGB, ten a second."""
    with av.open(path, "w") as out:
        stream = out.add_stream(codec, rate=10)
        assert isinstance(stream, av.VideoStream)
        stream.height, stream.width = picture(0).shape[:2]
        stream.pix_fmt = (stream.codec_context.codec.video_formats or [])[0].name
        for number in range(40):
            frame = VideoFrame.from_ndarray(picture(number), "rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 10)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def inner(image: VideoFrame) -> list[NDArray[Any]]:
    """The samples of a picture within the margins, by plane."""
    found = []
    for number, plane in enumerate(planes_of(image) or ()):
        across, down = (image.width // plane.shape[1], image.height // plane.shape[0])
        place = slice(TOP // down, -(BOTTOM // down)), slice(LEFT // across, -(RIGHT // across))
        found.append(plane[place] if number else plane[TOP:-BOTTOM, LEFT:-RIGHT])
    return found


def alike(whole: VideoFrame, part: VideoFrame) -> None:
    assert (part.width, part.height) == (whole.width - LEFT - RIGHT, whole.height - TOP - BOTTOM)
    pairs = list(zip(inner(whole), planes_of(part) or (), strict=True))
    assert pairs
    for wanted, found in pairs:
        assert np.array_equal(wanted, found)
    for name in ("colorspace", "color_range", "color_trc", "interlaced_frame", "rotation"):
        assert getattr(whole, name) == getattr(part, name)
    # MP4 and Matroska count differently.
    assert (part.time or 0) == pytest.approx(whole.time or 0, abs=1e-3)


@pytest.mark.parametrize("ending", ["mp4", "mkv"])
@pytest.mark.parametrize("name", ["reordered", "hevc", "av1", "ten_bit", "mpeg4", "rotated"])
def test_pictures_are_the_inner_part_of_the_whole_to_the_bit(
    world: World, tmp_path: Path, name: str, ending: str
) -> None:
    path = cropped(world(name).path, tmp_path, ending)
    wanted = {}
    with Video(str(world(name).path)) as whole, Video(str(path)) as part:
        for number, (one, two) in enumerate(zip(whole.frames(), part.frames(), strict=True)):
            if number % 7 == 0:
                alike(one.image, two.image)
                wanted[two.time] = inner(one.image)
        found = list(part.frames_at(wanted))  # by several readers side by side
    assert [frame.time for frame in found] == list(wanted)
    for frame, planes in zip(found, wanted.values(), strict=True):
        for plane, same in zip(planes_of(frame.image) or (), planes, strict=True):
            assert np.array_equal(plane, same)


def test_the_picture_shown_and_the_size_told_are_cropped_before_it_is_turned(
    world: World, tmp_path: Path
) -> None:
    whole, part = world("rotated").path, cropped(world("rotated").path, tmp_path)
    with Video(str(whole)) as video:
        picture = to_rgb(next(video.frames()).image)
        wide, tall = video.stream.width, video.stream.height
    with Video(str(part)) as video:
        found = to_rgb(next(video.frames()).image)
    (span,) = probe([Span(video=str(part))])
    stream = span["media"]["streams"][0]
    assert (stream["width"], stream["height"]) == (wide - LEFT - RIGHT, tall - TOP - BOTTOM)
    # Turned by 270 degrees clockwise: what was right is above, what was above is left.
    assert stream["rotation"] == 270
    wanted = picture[RIGHT:-LEFT, TOP:-BOTTOM].astype(int)
    assert found.shape == wanted.shape
    assert (
        np.abs(found - wanted)[1:-1, 1:-1].mean() < 3
    )  # scaled at other places, colours differ a little


@pytest.mark.parametrize("codec", ["png", "qtrle", "v210", "mjpeg", "prores_ks"])
def test_codecs_of_quicktime_are_cropped_too(tmp_path: Path, codec: str) -> None:
    path = film(tmp_path / "whole.mov", restless, codec)
    whole, part = to_rgb(first(path)), to_rgb(first(cropped(path, tmp_path)))
    assert part.shape == (96 - TOP - BOTTOM, 144 - LEFT - RIGHT, 3)
    wanted = whole[TOP:-BOTTOM, LEFT:-RIGHT].astype(int)
    assert np.median(np.abs(part - wanted)) < 4  # where colours meet, they are scaled otherwise


def first(path: Path) -> VideoFrame:
    with Video(str(path)) as video:
        return next(video.frames()).image


@pytest.mark.parametrize(
    "values",
    [
        (500, 1, 64, 1, 0, 1, 0, 1),  # wider than the picture
        (80, 1, 64, 1, 500, 1, 0, 1),  # beside it
        (80, 1, 64, 1, -40, 1, 0, 1),  # half beside it
        (0, 1, 0, 1, 0, 1, 0, 1),
        (-80, 1, -64, 1, 0, 1, 0, 1),
        (80, 0, 64, 0, 0, 0, 0, 0),
        (2**31 - 1, 1, 2**31 - 1, 1, 2**31 - 1, 1, -(2**31), 1),
    ],
)
def test_what_leaves_no_picture_or_lies_outside_is_ignored(
    tmp_path: Path, values: tuple[int, ...]
) -> None:
    for codec in ("libx264", "png"):
        path = film(tmp_path / f"{codec}.mov", noise, codec)
        whole = to_rgb(first(path))
        path.write_bytes(aperture(path.read_bytes(), *values))
        assert np.array_equal(to_rgb(first(path)), whole)


def test_matroska_that_crops_more_than_there_is_is_damaged(tmp_path: Path) -> None:
    path = cropped(film(tmp_path / "film.mp4", noise), tmp_path, "mkv")
    data = path.read_bytes()
    assert data.count(bytes((0x54, 0xCC, 0x81, LEFT))) == 1
    path.write_bytes(data.replace(bytes((0x54, 0xCC, 0x81, LEFT)), b"\x54\xcc\x81\xff"))
    with pytest.raises(OpenError, match="damaged at its start"):
        first(path)


def noise(seed: int) -> NDArray[Any]:
    return np.random.default_rng(seed).integers(0, 255, (96, 144, 3), np.uint8)


def restless(number: int) -> NDArray[Any]:
    """A still picture in margins that change every second."""
    picture = np.full((96, 144, 3), (30, 220, 90, 160)[number // 10], np.uint8)
    still = np.kron(np.random.default_rng(0).integers(0, 255, (9, 12, 3)), np.ones((8, 8, 1)))
    picture[TOP:-BOTTOM, LEFT:-RIGHT] = still[: 96 - TOP - BOTTOM, : 144 - LEFT - RIGHT]
    return picture


@pytest.fixture
def films(tmp_path: Path) -> tuple[Path, Path]:
    """Margins that are seen, and the same film with them cropped."""
    whole = film(tmp_path / "restless.mp4", restless)
    return whole, cropped(whole, tmp_path)


def test_margins_that_are_not_seen_are_not_measured(films: tuple[Path, Path]) -> None:
    whole, part = films
    for method in ("content", "fast"):
        assert len(list(split([Span(video=str(whole))], method=method))) > 1
        assert len(list(split([Span(video=str(part))], method=method))) == 1
    with GopReader(str(part), loop_filter=False) as packets, Video(str(part)) as video:
        heads = {small.pts: small.picture for group in packets.groups() for small in group.head}
        frames = {frame.pts: thumbnail(frame.image) for frame in video.frames()}
        assert heads
        for pts, small in heads.items():
            assert np.abs(small.luma - frames[pts].luma).mean() < 3  # without the loop filter


def test_images_sheets_and_clips_are_cropped(films: tuple[Path, Path], tmp_path: Path) -> None:
    _, part = films
    size = 144 - LEFT - RIGHT, 96 - TOP - BOTTOM
    folder = tmp_path / "images"
    run = vtk("keyframes", part, "-k", "2", "--images", folder, "--format", "png")
    (record,) = [r for r in lines(run) if r["kind"] != "video"] or lines(run)
    assert "error" not in record
    for entry in record["keyframes"]:
        image = first(Path(entry["image"]))
        assert (image.width, image.height) == size
    with Video(str(part)) as video:
        (tmp_path / "cut.mp4").write_bytes(clip.encode_clip(video, 0.0, 1.0))
    cut = first(tmp_path / "cut.mp4")
    assert (cut.width, cut.height) == (size[0] - size[0] % 2, size[1] - size[1] % 2)
