"""The pictures that vtk keyframes writes: images, contact sheets, animations."""

from pathlib import Path
from typing import Any

import av
import jsonschema
import numpy as np
import pytest
from PIL import Image

from tests.command_line import lines, vtk
from tests.world import Clip, World
from vtk.errors import MissingError, UsageError
from vtk.keyframes import Images, keyframes
from vtk.media.image.contact_sheet import HEIGHT, PAGE, Sheet, _stamped
from vtk.media.image.files import parse_size
from vtk.schema import SCHEMA
from vtk.span import Span

NAMES = {"jpg": "JPEG", "webp": "WEBP", "png": "PNG", "avif": "AVIF"}


def _size(file: Path) -> tuple[int, int]:
    with Image.open(file) as shown:
        return shown.size


def first(clip: Clip, **options: Any) -> Any:
    (span,) = keyframes([Span(video=str(clip.path), start=0.0, end=1.0)], **options)
    return span["keyframes"][0]


@pytest.mark.parametrize("file_format", NAMES)
def test_pictures_show_the_frame_upright(world: World, tmp_path: Path, file_format: Any) -> None:
    clip = world("rotated")
    entry = first(clip, images=Images(tmp_path / "new" / "folder", file_format))
    with av.open(str(clip.path)) as container:
        frame = next(f for f in container.decode(video=0) if f.pts == entry["pts"])
        upright = np.rot90(frame.to_ndarray(format="rgb24"), round(frame.rotation / 90))
    with Image.open(entry["image"]) as shown:
        assert shown.format == NAMES[file_format]
        assert shown.size == (180, 320)
        difference = np.abs(np.asarray(shown.convert("RGB"), float) - upright).mean()
        assert difference < (0.5 if file_format == "png" else 6)


def test_the_quality_asked_for_tells_in_bytes(world: World, tmp_path: Path) -> None:
    for file_format in ("jpg", "webp", "avif"):
        sizes = []
        for quality in (20, 95):
            images = Images(tmp_path / str(quality), file_format, quality=quality)
            sizes.append(Path(first(world("cuts"), images=images)["image"]).stat().st_size)
        assert 1.3 * sizes[0] < sizes[1], file_format


@pytest.mark.parametrize(
    ("name", "size", "expected"),
    [
        ("cuts", "160", (160, 90)),
        ("cuts", "320x45", (80, 45)),
        ("cuts", "4000", (320, 180)),  # never larger than the video
        ("rotated", "160", (90, 160)),
    ],
)
def test_pictures_fit_into_the_size_asked_for(
    world: World, tmp_path: Path, name: str, size: str, expected: tuple[int, int]
) -> None:
    words = ["--images", str(tmp_path), "--format", "png", "--size", size]
    (record,) = lines(vtk("keyframes", *words, f"{world(name).path}#t=0,1"))
    with Image.open(record["keyframes"][0]["image"]) as shown:
        assert shown.size == expected


def test_sizes_that_are_none_are_refused() -> None:
    assert parse_size("640") == (640, 640)
    assert parse_size("640x360") == (640, 360)
    for text in ("", "0", "640x", "x360", "-5", "1e3", "99999", "640x0"):
        with pytest.raises(UsageError):
            parse_size(text)


def test_an_encoder_that_is_not_there_is_named(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(av, "codecs_available", {"mjpeg"})
    with pytest.raises(MissingError, match="libsvtav1"):
        first(world("cuts"), images=Images(tmp_path, "avif"))


def test_a_whole_video_gives_one_entry_per_shot_and_a_contact_sheet(
    world: World, tmp_path: Path
) -> None:
    clip = world("many_cuts")
    result = vtk("keyframes", "--sheet", tmp_path / "sheet.webp", clip.path)
    assert result.stderr == b""
    records = lines(result)
    assert len(records) == len(clip.truth.shots)
    for record in records:
        jsonschema.validate(record, SCHEMA)
    with Image.open(tmp_path / "sheet.webp") as sheet:
        assert sheet.format == "WEBP"
        assert sheet.width * sheet.height >= len(records) * 108 * 192


def test_a_sheet_goes_on_page_after_page(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path / "a" / "over.view.png")
    for number in range(2 * PAGE + 1):
        sheet.add(np.full((HEIGHT, 192, 3), 100 + number % 100, np.uint8), number)
    sheet.close()
    assert sorted(file.name for file in (tmp_path / "a").iterdir()) == [
        "over.view-2.png",
        "over.view-3.png",
        "over.view.png",
    ]
    sizes = [_size(file) for file in sorted((tmp_path / "a").iterdir())]
    assert sizes[0] == sizes[2] > sizes[1] == (200, 116)


def test_the_times_on_a_sheet_can_be_read(world: World, tmp_path: Path) -> None:
    """Each digit drawn is unlike the others, and the label of a cell is that of its time."""
    blank = np.zeros((HEIGHT, 192, 3), np.uint8)
    labels = [_stamped(blank, character).tobytes() for character in "0123456789:."]
    assert len(set(labels)) == 12
    clip = world("cuts")
    spans = [Span(video=str(clip.path), start=s.start, end=s.end) for s in clip.truth.shots[:1]]
    (span,) = keyframes(spans, sheet=tmp_path / "sheet.png")
    with Image.open(tmp_path / "sheet.png") as sheet:
        cell = np.asarray(sheet.convert("RGB"))[4 : 4 + HEIGHT, 4:-4]
    label = _stamped(blank, f"0:{int(10 * span['keyframes'][0]['t']) / 10:04.1f}")
    white = label.max(axis=2) == 255
    assert white.sum() > 100
    assert (cell[white] == 255).all()


def test_a_sheet_of_no_picture_and_of_no_format(tmp_path: Path) -> None:
    assert list(keyframes([], sheet=tmp_path / "none.jpeg")) == []
    with Image.open(tmp_path / "none.jpeg") as sheet:
        assert sheet.format == "JPEG"
    result = vtk("keyframes", "--sheet", tmp_path / "sheet.txt", "x.mp4")
    assert result.returncode == 2
    assert b".avif" in result.stderr


def test_an_animation_shows_the_span(world: World, tmp_path: Path) -> None:
    path = world("colours").path
    words = ["keyframes", "--gif", "moving", f"{path}#t=0,3", f"{path}#t=3,4.5"]
    records = lines(vtk(*words, cwd=tmp_path))
    for record in records:
        jsonschema.validate(record, SCHEMA)
        with Image.open(tmp_path / record["gif"]) as shown:
            seconds = record["end"] - record["start"]
            assert shown.format == "GIF"
            assert shown.size == (320, 180)
            assert getattr(shown, "n_frames", 0) == int(4 * seconds)
            assert shown.info["duration"] == 250
    with Image.open(tmp_path / records[0]["gif"]) as shown:  # dark blue, then bright yellow
        start = np.asarray(shown.convert("RGB"), float).mean(axis=(0, 1))
        shown.seek(11)
        end = np.asarray(shown.convert("RGB"), float).mean(axis=(0, 1))
    assert start[2] > start[0]
    assert end[2] < end[0]
