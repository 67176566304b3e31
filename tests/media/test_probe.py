"""vtk probe: what it says of a file is what the file was made of."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.video.frame import VideoFrame

from tests.command_line import lines, vtk
from tests.world import CATALOG, Clip, World
from vtk.media.image.files import encode_image
from vtk.media.probe import probe
from vtk.span import Span


def media(clip: Clip) -> dict[str, object]:
    (record,) = lines(vtk("probe", clip.path))
    found = record["media"]
    assert isinstance(found, dict)
    return found


def video_stream(clip: Clip) -> dict[str, object]:
    (stream,) = [s for s in media(clip)["streams"] if s["type"] == "video"]  # type: ignore[attr-defined]
    return dict(stream)


@pytest.mark.parametrize("name", ["cuts", "ntsc", "fifty", "reordered", "late_start", "vp9"])
def test_rate_size_and_extent_are_those_rendered(world: World, name: str) -> None:
    clip = world(name)
    stream = video_stream(clip)
    truth = clip.truth
    assert stream["frame_rate_exact"] == str(truth.rate)
    assert stream["variable_frame_rate"] is False
    assert "alpha" not in stream
    assert (stream["width"], stream["height"]) == (truth.width, truth.height)
    (record,) = lines(vtk("probe", clip.path))
    assert record["start"] == pytest.approx(float(truth.start), abs=1e-3)
    assert record["end"] == pytest.approx(float(truth.end), abs=0.06)
    assert record["kind"] == "video"


@pytest.mark.parametrize("name", ["variable_rate", "variable_rate_mkv"])
def test_a_variable_frame_rate_is_told(world: World, name: str) -> None:
    assert video_stream(world(name))["variable_frame_rate"] is True


@pytest.mark.parametrize(("name", "turn"), [("rotated", 270), ("rotated_180", 180),
                                            ("rotated_270", 90), ("cuts", 0)])  # fmt: skip
def test_rotation_is_the_clockwise_turn_that_shows_it_upright(
    world: World, name: str, turn: int
) -> None:
    assert video_stream(world(name))["rotation"] == turn
    assert -world(name).truth.rotation % 360 == turn  # the truth counts counter-clockwise


@pytest.mark.parametrize("name", ["subtitled", "subtitled_mp4", "dubbed", "sounded", "audio_only"])
def test_streams_and_languages_are_those_muxed(world: World, name: str) -> None:
    clip = world(name)
    found = [(s["type"], s.get("language", "")) for s in media(clip)["streams"]]  # type: ignore[attr-defined]
    wanted = [(s.type, s.language or "") for s in clip.truth.streams]
    assert found == wanted


@pytest.mark.parametrize("name", ["chaptered", "chaptered_mkv"])
def test_chapters_of_the_container_are_listed(world: World, name: str) -> None:
    clip = world(name)
    found = media(clip)["chapters"]
    assert [c["title"] for c in found] == [c.title for c in clip.truth.chapters]  # type: ignore[attr-defined]
    assert [c["start"] for c in found] == [float(c.start) for c in clip.truth.chapters]  # type: ignore[attr-defined]


def test_every_clip_of_the_world_is_probed_without_a_bug(world: World) -> None:
    result = vtk("probe", *[world(name).path for name in CATALOG])
    assert len(lines(result)) == len(CATALOG)
    assert result.returncode == 1  # the broken ones
    assert b"bug" not in result.stderr


def streams(path: Path) -> list[dict[str, Any]]:
    (span,) = probe([Span(video=str(path))])
    found: list[dict[str, Any]] = span["media"]["streams"]
    return found


def grey(pixels: str) -> VideoFrame:
    frame = VideoFrame.from_ndarray(np.full((48, 64, 3), 99, np.uint8), format="rgb24")
    return frame.reformat(format=pixels)


def written(
    path: Path, codec: str, pixels: str, options: dict[str, str], **tags: int
) -> dict[str, Any]:
    """What is told of the only stream of a file made so; `mirror` turns it round."""
    mirror = tags.pop("mirror", 0)
    with av.open(str(path), "w") as out:
        stream = out.add_stream(codec, rate=10, options=options)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 64, 48, pixels
        for name, value in tags.items():
            setattr(stream.codec_context, name, value)
        if mirror:
            stream.set_display_rotation(0, hflip=True)
        out.mux(stream.encode(grey(pixels)))
        out.mux(stream.encode(None))
    (found,) = streams(path)
    return found


def test_colour_depth_and_high_range_are_told(tmp_path: Path) -> None:
    x265 = "log-level=none:pools=none:frame-threads=1:colorprim=bt2020:colormatrix=bt2020nc"
    light = "transfer=smpte2084:max-cll=600,300"
    found = written(
        tmp_path / "pq.mp4", "libx265", "yuv420p10le", {"x265-params": f"{x265}:{light}"}
    )
    wanted = {"bit_depth": 10, "primaries": "bt2020", "transfer": "smpte2084"}
    wanted |= {"matrix": "bt2020nc", "range": "limited", "hdr": "pq", "peak": 600}
    assert found.items() >= wanted.items()
    x265 += ":transfer=arib-std-b67"
    found = written(tmp_path / "hlg.mkv", "libx265", "yuv420p10le", {"x265-params": x265})
    assert (found["transfer"], found["hdr"]) == ("arib-std-b67", "hlg")
    assert "peak" not in found


def test_range_matrix_and_fields_are_told(tmp_path: Path) -> None:
    tags = {"colorspace": 5, "color_range": 2, "color_primaries": 1, "color_trc": 13}
    options = {"x264-params": "interlaced=1"}
    found = written(tmp_path / "tagged.mkv", "libx264", "yuv420p", options, **tags)
    wanted = {"bit_depth": 8, "primaries": "bt709", "transfer": "iec61966-2-1"}
    assert found.items() >= (wanted | {"matrix": "bt470bg", "range": "full"}).items()
    assert found["field_order"] in ("tt", "bb", "tb", "bt")
    found = written(tmp_path / "plain.mkv", "libx264", "yuv420p", {})
    assert found["field_order"] == "progressive"
    assert not {"primaries", "transfer", "matrix", "hdr", "mirrored"} & found.keys()


def test_a_mirrored_picture_is_told(tmp_path: Path) -> None:
    found = written(tmp_path / "mirrored.mp4", "libx264", "yuv420p", {}, mirror=1)
    assert (found["mirrored"], found["rotation"]) == (True, 0)


def test_picture_subtitles_covers_and_attachments_are_named(tmp_path: Path) -> None:
    path = tmp_path / "rich.mkv"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=10)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        subtitles = out.add_stream("dvdsub")
        subtitles.metadata["language"] = "ger"
        cover = encode_image(np.full((48, 64, 3), 99, np.uint8), "jpg")
        out.add_attachment("cover.jpg", "image/jpeg", cover)
        out.add_attachment("type.ttf", "application/x-truetype-font", b"a font")
        out.mux(stream.encode(grey("yuv420p")))
        packet: Any = av.Packet(bytes(40))
        packet.stream, packet.pts, packet.dts, packet.duration = subtitles, 0, 0, 2
        packet.time_base = Fraction(1, 10)
        out.mux(packet)
        out.mux(stream.encode(None))
    film, words, cover_of, font = streams(path)
    assert film["type"] == "video"
    assert words.items() >= {"type": "subtitle", "form": "pictures", "language": "ger"}.items()
    assert (cover_of["codec"], cover_of["cover"]) == ("mjpeg", True)
    wanted = {"type": "attachment", "file": "type.ttf", "mimetype": "application/x-truetype-font"}
    assert font.items() >= wanted.items()


@pytest.mark.parametrize("name", ["subtitled", "subtitled_mp4"])
def test_words_are_told_from_pictures(world: World, name: str) -> None:
    found = [s["form"] for s in streams(world(name).path) if s["type"] == "subtitle"]
    assert found
    assert set(found) == {"text"}
