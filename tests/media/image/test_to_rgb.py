"""Pictures come out as a player would show them: upright, in shape, in the right colours."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from tests.command_line import lines, vtk
from vtk.media.image.to_rgb import to_rgb
from vtk.media.video import Video

Picture = NDArray[Any]

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)
NAMES = {RED: "R", GREEN: "G", BLUE: "B", WHITE: "W"}
NO_TAGS: Mapping[str, Any] = {}
BT709, BT601, BT2020 = 1, 5, 9  # FFmpeg's numbers of matrices
SCALER = {BT709: "ITU709", BT601: "ITU601", BT2020: "BT2020"}
LIMITED, FULL = 1, 2
PQ, HLG, BT2020_10 = 16, 18, 14  # transfer functions
P3, BT2020_PRIMARIES = 12, 9
# From light in BT.2020's red, green and blue to light in BT.709's (ITU-R BT.2407, annex 2).
TO_BT709 = np.array(
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]]
)


def quarters(width: int = 64, height: int = 48) -> Picture:
    """Red and green above, blue and white below."""
    picture = np.zeros((height, width, 3), np.uint8)
    for row, colours in enumerate(((RED, GREEN), (BLUE, WHITE))):
        for column, colour in enumerate(colours):
            rows = slice(row * height // 2, (row + 1) * height // 2)
            picture[rows, column * width // 2 : (column + 1) * width // 2] = colour
    return picture


def corners(picture: Picture) -> str:
    """The colours in the four corners, row by row."""
    found = [picture[y, x].astype(int) for y in (3, -4) for x in (3, -4)]
    near = [[name for c, name in NAMES.items() if np.abs(f - c).max() < 6] for f in found]
    return "".join(*zip(*near, strict=True))


def write(
    path: Path,
    frames: Sequence[VideoFrame],
    codec: str = "ffv1",
    options: dict[str, str] | None = None,
    matrix: Sequence[int] | None = None,
    tags: Mapping[str, Any] = NO_TAGS,
) -> Path:
    """Frames as a file; `tags` are for the encoder, `matrix` says how to display them."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream(codec, rate=10, options=options or {})
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height = frames[0].width, frames[0].height
        stream.pix_fmt = frames[0].format.name
        for name, value in tags.items():
            setattr(stream.codec_context, name, value)
        if matrix is not None:
            stream.set_display_matrix(matrix)
        for number, frame in enumerate(frames):
            frame.pts, frame.time_base = number, Fraction(1, 10)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def shown(path: Path, height: int | None = None) -> Picture:
    """The first picture of a file as it is displayed."""
    with Video(str(path)) as video:
        frame = next(video.frames())
        return to_rgb(frame.image, video.stream.sample_aspect_ratio, height)


def coded(picture: Picture, pixels: str, matrix: int = BT601, span: int = LIMITED) -> VideoFrame:
    """A picture of RGB in another pixel format, by that matrix and range; nothing is tagged."""
    kind = "rgb24" if picture.dtype == np.uint8 else "rgb48le"
    frame = VideoFrame.from_ndarray(picture, format=kind).reformat(
        format=pixels, dst_colorspace=SCALER[matrix], dst_color_range=span
    )
    frame.colorspace, frame.color_range = 2, 0
    return frame


@pytest.mark.parametrize(
    ("a", "b", "c", "d", "layout"),
    [
        (1, 0, 0, 1, "RGBW"),
        (-1, 0, 0, 1, "GRWB"),  # mirrored, as from a camera on oneself
        (1, 0, 0, -1, "BWRG"),
        (-1, 0, 0, -1, "WBGR"),
        (0, 1, -1, 0, "BRWG"),  # a quarter clockwise, as of a telephone held upright
        (0, -1, 1, 0, "GWRB"),
        (0, 1, 1, 0, "RBGW"),
        (0, -1, -1, 0, "WGBR"),
    ],
)
def test_turned_and_mirrored_as_the_display_matrix_says(
    tmp_path: Path, a: int, b: int, c: int, d: int, layout: str
) -> None:
    one = 1 << 16
    matrix = [a * one, b * one, 0, c * one, d * one, 0, 0, 0, 1 << 30]
    frame = coded(quarters(), "yuv420p")
    path = write(tmp_path / "turned.mp4", [frame], "libx264", {"qp": "1"}, matrix)
    for height in (None, 24):
        picture = shown(path, height)
        assert corners(picture) == layout
        sides = (64, 48) if b else (48, 64)
        scale = 1 if height is None else height / sides[0]
        assert picture.shape == (round(sides[0] * scale), round(sides[1] * scale), 3)


def test_samples_that_are_not_square_are_widened(tmp_path: Path) -> None:
    frame = coded(quarters(), "yuv420p")
    tags = {"sample_aspect_ratio": Fraction(2, 1)}
    path = write(tmp_path / "wide.mkv", [frame], "libx264", {"qp": "1"}, tags=tags)
    assert shown(path).shape == (48, 128, 3)
    assert shown(path, 24).shape == (24, 64, 3)
    assert corners(shown(path)) == "RGBW"


def test_what_the_codec_crops_is_not_shown(tmp_path: Path) -> None:
    """To the sample, also on the left, where decoders crop in steps of many by themselves."""
    picture = np.full((96, 128, 3), 90, np.uint8)
    picture[8:72, 16:96] = quarters(80, 64)
    options = {"qp": "1", "x264-params": "crop-rect=16,8,32,24"}
    path = write(tmp_path / "cropped.mkv", [coded(picture, "yuv420p")], "libx264", options)
    assert shown(path).shape == (64, 80, 3)
    assert corners(shown(path)) == "RGBW"


@pytest.mark.parametrize("span", [LIMITED, FULL])
@pytest.mark.parametrize("matrix", [BT709, BT601, BT2020])
@pytest.mark.parametrize("pixels", ["yuv420p", "yuv422p10le", "yuv444p16le"])
def test_colours_follow_the_matrix_and_range_stated(
    tmp_path: Path, pixels: str, matrix: int, span: int
) -> None:
    colour = (200, 30, 60)
    frame = coded(np.full((48, 64, 3), colour, np.uint8), pixels, matrix, span)
    frame.colorspace, frame.color_range = matrix, span
    tags = {"colorspace": matrix, "color_range": span, "color_primaries": BT709}
    path = write(tmp_path / "stated.mkv", [frame], tags=tags)
    assert np.abs(shown(path).astype(int) - colour).max() <= 3


@pytest.mark.parametrize(
    ("width", "height", "matrix"), [(720, 576, BT601), (1280, 720, BT709), (576, 1024, BT709)]
)
@pytest.mark.parametrize("stated", [2, 3, 8])  # nothing, a reserved number, one unknown to FFmpeg
def test_without_a_matrix_the_size_tells_it(
    width: int, height: int, matrix: int, stated: int
) -> None:
    colour = (200, 30, 60)
    frame = coded(np.full((height, width, 3), colour, np.uint8), "yuv420p", matrix)
    frame.colorspace = stated
    assert np.abs(to_rgb(frame, height=16).astype(int) - colour).max() <= 3


def pq(light: Any) -> Picture:
    """Light in cd/m² as samples of 16 bits (SMPTE ST 2084)."""
    root = (np.asarray(light) / 10000) ** (2610 / 16384)
    samples = ((3424 / 4096 + 2413 / 128 * root) / (1 + 2392 / 128 * root)) ** (2523 / 32)
    return np.round(samples * 65535).astype(np.uint16)


def patches(samples: Picture) -> Picture:
    """Samples, (n,) or (n, 3), as patches side by side."""
    colours = np.broadcast_to(samples.T, (3, len(samples))).T
    return np.repeat(np.repeat(colours[None], 32, 0), 16, 1)


def wide(picture: Picture, path: Path, transfer: int, primaries: int = BT2020_PRIMARIES) -> Path:
    """RGB of BT.2020 or another wide gamut as a file of ten bits that says so."""
    frame = coded(picture, "yuv444p12le", BT2020)
    tags = {"colorspace": BT2020, "color_range": LIMITED}
    tags |= {"color_trc": transfer, "color_primaries": primaries}
    for name, value in tags.items():
        setattr(frame, name, value)
    return write(path, [frame], tags=tags)


def on_screen(light: Any) -> Picture:
    """Light in shares of white as samples of 8 bits on a screen of BT.1886."""
    return np.asarray(255 * np.clip(light, 0, 1) ** (1 / 2.4))


def test_pq_keeps_what_a_screen_can_show_and_rolls_off_the_rest(tmp_path: Path) -> None:
    light = np.array([0, 1, 5, 20, 50, 90, 150, 203, 300, 500, 800, 1000])
    found = shown(wide(patches(pq(light)), tmp_path / "pq.mkv", PQ))[16, 8::16].astype(int)
    assert np.abs(found - found[:, :1]).max() <= 1  # greys stay grey
    low = light <= 90  # the knee for a peak of 1000 cd/m² lies at 92
    assert np.abs(found[low, 0] - on_screen(light[low] / 203)).max() <= 2
    assert (np.diff(found[:-1, 0]) > 0).all()
    assert 220 <= found[7, 0] <= 240  # white is left room above it
    assert found[-1, 0] >= 252


def test_hlg_is_shown_by_its_reference_screen(tmp_path: Path) -> None:
    signal = np.array([0.0, 0.25, 0.5, 0.75, 1.0])
    samples = patches(np.round(signal * 65535).astype(np.uint16))
    found = shown(wide(samples, tmp_path / "hlg.mkv", HLG))[16, 8::16, 0].astype(int)
    light = 1000 * (signal[:3] ** 2 / 3) ** 1.2  # cd/m², ITU-R BT.2100
    assert np.abs(found[:3] - on_screen(light / 203)).max() <= 2
    assert 205 <= found[3] <= 240
    assert found[4] >= 252


COLOURS = np.array([[0.5, 0.1, 0.05], [0.05, 0.4, 0.1], [0.3, 0.3, 0.3], [0.1, 0.1, 0.6]])


def test_colours_of_high_range_stay_what_they_are(tmp_path: Path) -> None:
    light = COLOURS @ np.linalg.inv(TO_BT709).T * 80
    found = shown(wide(patches(pq(light)), tmp_path / "colours.mkv", PQ))[16, 8::16]
    assert np.abs(found - on_screen(COLOURS * 80 / 203)).max() <= 4


def test_a_wide_gamut_of_standard_range_is_mapped(tmp_path: Path) -> None:
    light = COLOURS @ np.linalg.inv(TO_BT709).T
    samples = np.round(65535 * light ** (1 / 2.4)).astype(np.uint16)
    found = shown(wide(patches(samples), tmp_path / "wide.mkv", BT2020_10))[16, 8::16]
    assert np.abs(found - on_screen(COLOURS)).max() <= 3
    plain = shown(wide(patches(samples), tmp_path / "p3.mkv", BT709, P3))[16, 8::16]
    assert np.abs(plain[2] - on_screen(COLOURS[2])).max() <= 2  # grey is grey in all of them


def test_transparent_pictures_lie_on_grey(tmp_path: Path) -> None:
    picture = np.zeros((48, 64, 4), np.uint8)
    picture[:, :, :3] = quarters()
    picture[24:, :32, 3] = 0
    picture[24:, 32:, 3] = 128
    picture[:24, :, 3] = 255
    frame = VideoFrame.from_ndarray(picture, format="rgba").reformat(format="bgra")
    found = shown(write(tmp_path / "layer.mkv", [frame]))
    assert found[3, 3].tolist() == [255, 0, 0]
    assert found[-4, 3].tolist() == [128, 128, 128]
    assert np.abs(found[-4, -4].astype(int) - 192).max() <= 1


@pytest.mark.parametrize(("codec", "name"), [("libvpx", "vp8"), ("libvpx-vp9", "vp9")])
def test_transparency_that_webm_keeps_beside_the_pictures(
    tmp_path: Path, codec: str, name: str
) -> None:
    """A clear bar that moves over red, from every place that decoding may begin at."""
    frames = []
    for number in range(40):
        picture = np.full((48, 64, 4), (200, 0, 0, 255), np.uint8)
        picture[:, number : number + 16, 3] = 0
        frames.append(VideoFrame.from_ndarray(picture, "rgba").reformat(format="yuva420p"))
    options = {"auto-alt-ref": "0", "deadline": "realtime", "cpu-used": "8", "g": "10"}
    path = write(tmp_path / "clear.webm", frames, codec, options)
    (record,) = lines(vtk("probe", path))
    assert record["media"]["streams"][0]["alpha"] is True
    with Video(str(path)) as video:
        assert video.stream.codec_context.name == name
        inturn = {frame.time: to_rgb(frame.image) for frame in video.frames()}
        assert len(inturn) == 40
        found = {frame.time: to_rgb(frame.image) for frame in video.frames_at([0.4, 1.9, 2.0, 3.2])}
        found |= {
            frame.time: to_rgb(frame.image) for frame in video.frames_at([0.1, 1.1, 2.1, 3.1])
        }
    for number, picture in enumerate(inturn.values()):
        assert np.abs(picture[24, number + 8].astype(int) - 128).max() <= 2
        assert np.abs(picture[24, number + 24].astype(int) - (200, 0, 0)).max() <= 12
    assert len(found) == 8
    assert all(np.array_equal(picture, inturn[time]) for time, picture in found.items())


def test_palettes_have_their_colours(tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image")
    whole = image.fromarray(quarters()).quantize(8)
    for name, about in (("still.png", {}), ("clear.png", {"transparency": 0}), ("moving.gif", {})):
        whole.save(tmp_path / name, **about)
        picture = shown(tmp_path / name)
        if about:  # one of the four is see-through
            assert (picture == 128).all(-1).mean() == 0.25
        else:
            assert corners(picture) == "RGBW"


def bars(left: int) -> Picture:
    """A bright bar before fine, still lines."""
    picture = np.full((96, 128, 3), 40, np.uint8)
    picture[60:80:2, :] = 120
    picture[10:50, left : left + 24] = 220
    return picture


def interlaced(path: Path, first: Picture, second: Picture) -> Path:
    """Two pictures as the fields of one frame, the lower first."""
    woven = second.copy()
    woven[1::2] = first[1::2]
    options = {"qp": "1", "x264-params": "interlaced=1"}
    return write(path, [coded(woven, "yuv420p")] * 2, "libx264", options)


def test_moving_interlaced_pictures_are_not_combed(tmp_path: Path) -> None:
    wanted = bars(20)
    found = shown(interlaced(tmp_path / "moving.mkv", wanted, bars(52)))
    upper = np.abs(found[:54].astype(int) - wanted[:54])
    assert upper.mean() < 3
    assert np.abs(found[12:48, 60:76].astype(int) - 40).max() < 12  # where the second field has it


def test_still_interlaced_pictures_keep_their_lines(tmp_path: Path) -> None:
    picture = np.full((96, 128, 3), 40, np.uint8)
    picture[:, 40:90] = 200
    picture[48, :] = 130  # finer than one field can show
    found = shown(interlaced(tmp_path / "still.mkv", picture, picture))
    assert np.abs(found.astype(int) - picture).mean() < 3
    assert np.abs(found[48, 4:30].astype(int) - 130).max() < 8
