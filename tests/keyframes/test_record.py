"""The pictures that vtk keyframes writes: images, contact sheets, animations."""

from pathlib import Path
from typing import Any

import av
import jsonschema
import numpy as np
import pytest
from PIL import Image

from tests.command_line import lines, vtk, vtk_process
from tests.world import Blank, Clip, Encoding, Scene, Take, World
from tests.world.clips.edits import edit
from vtk.errors import MissingError, UsageError
from vtk.keyframes import Images, keyframes
from vtk.media.image.contact_sheet import GAP, HEIGHT, LINE, PAGE, SCALE, Sheet, _stamped
from vtk.media.image.dots import lettered
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
        sheet.add(np.full((HEIGHT, 192, 3), 100 + number % 100, np.uint8), number, "a.mp4")
    sheet.close()
    assert sorted(file.name for file in (tmp_path / "a").iterdir()) == [
        "over.view-2.png",
        "over.view-3.png",
        "over.view.png",
    ]
    sizes = [_size(file) for file in sorted((tmp_path / "a").iterdir())]
    assert sizes[0] == sizes[2] > sizes[1] == (200, LINE + HEIGHT + 2 * GAP)


def test_the_times_on_a_sheet_can_be_read(world: World, tmp_path: Path) -> None:
    """Each digit drawn is unlike the others, and the label of a cell is that of its time."""
    blank = np.zeros((HEIGHT, 192, 3), np.uint8)
    labels = [_stamped(blank, character).tobytes() for character in "0123456789:."]
    assert len(set(labels)) == 12
    clip = world("cuts")
    spans = [Span(video=str(clip.path), start=s.start, end=s.end) for s in clip.truth.shots[:1]]
    (span,) = keyframes(spans, sheet=tmp_path / "sheet.png")
    with Image.open(tmp_path / "sheet.png") as sheet:
        shown = np.asarray(sheet.convert("RGB"))
    cell = shown[LINE : LINE + HEIGHT, GAP:-GAP]
    label = _stamped(blank, f"0:{int(10 * span['keyframes'][0]['t']) / 10:04.1f}")
    white = label.max(axis=2) == 255
    assert white.sum() > 100
    assert (cell[white] == 255).all()


def named(sheet: Path, text: str) -> list[tuple[int, int]]:
    """Where a line of text is drawn on a sheet: rows and columns of its upper left corner."""
    with Image.open(sheet) as picture:
        white = np.asarray(picture.convert("L")) == 255
    dots = np.kron(lettered(text), np.ones((SCALE, SCALE), bool))[:, : white.shape[1] - 2 * GAP]
    high, wide = dots.shape
    lines = (white[y : y + high, GAP : GAP + wide] for y in range(len(white) - high))
    return [(y, GAP) for y, line in enumerate(lines) if (line == dots).all()]


def test_films_are_apart_on_a_sheet_each_under_its_name(world: World, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.png"
    given = [world("cuts").path, world("rotated").path]
    assert vtk("keyframes", "--sheet", sheet, *given).stderr == b""
    one, two = named(sheet, "cuts.mp4  0:12  320x180"), named(sheet, "rotated.mp4  0:06  180x320")
    assert one == [(GAP, GAP)]
    assert len(two) == 1
    assert two[0][0] == 3 * (HEIGHT + GAP) + LINE + GAP  # below seven pictures in three rows
    # one film again after another is put with its own, and takes no second name
    again = [f"{path}#t={start},{start + 1}" for start in (0, 3) for path in given]
    vtk("keyframes", "--sheet", sheet, *again)
    assert len(named(sheet, "cuts.mp4  0:12  320x180")) == 1


def test_columns_and_height_are_as_asked(world: World, tmp_path: Path) -> None:
    options = ["--sheet", str(tmp_path / "sheet.png"), "--columns", "2", "--cell", "45"]
    assert vtk("keyframes", *options, world("cuts").path).returncode == 0
    assert _size(tmp_path / "sheet.png") == (2 * 84 + GAP, LINE + 4 * (45 + GAP) + GAP)
    assert vtk("keyframes", "--columns", "2", world("cuts").path).returncode == 2


def test_a_folder_gets_a_sheet_for_each_video(world: World, tmp_path: Path) -> None:
    paths = [world("cuts").path, world("rotated").path, world("not_media").path]
    for jobs in ("1", "2"):
        out = tmp_path / jobs
        run = vtk if jobs == "1" else vtk_process
        result = run("keyframes", "--sheet", f"{out}/", "--jobs", jobs, *paths)
        assert result.returncode == 1
        one, two = sorted(out.iterdir())
        assert (one.name[:5], two.name[:8], one.suffix) == ("cuts-", "rotated-", ".jpg")
    assert one.read_bytes() == (tmp_path / "1" / one.name).read_bytes()
    existing = tmp_path / "existing"
    existing.mkdir()
    spans = [f"{path}#t={start},{start + 1}" for start in (0, 2) for path in paths[:2]]
    vtk("keyframes", "--sheet", existing, "--format", "png", *spans)
    assert len(list(existing.glob("*.png"))) == 4  # a film that comes again has a second page
    assert len(list(existing.glob("*-2.png"))) == 2


def test_black_frames_are_left_off_and_better_ones_are_looked_for(tmp_path: Path) -> None:
    """Black with a picture for 0.3 s, which few looks miss; black only; a picture."""
    takes = [
        Take(2.9, Blank("black")), Take(0.3, Scene("blue")), Take(2.8, Blank("black")),
        Take(2.0, Blank("black")), Take(2.0, Scene("red")),
    ]  # fmt: skip
    clip = edit(tmp_path, "film", takes, 0, Encoding())
    spans = [f"{clip.path}#t={low},{high}" for low, high in ((0, 6), (6, 8), (8, 10))]
    result = vtk("keyframes", "--sheet", tmp_path / "sheet.png", *spans)
    told = f"{clip.path}: left off the sheet: 1 keyframe that is all but black"
    assert result.stderr.decode() == f"vtk keyframes: warning: {told}\n"
    found = [record["keyframes"][0] for record in lines(result)]
    assert 2.9 <= found[0]["t"] < 3.2
    assert ["black" in entry for entry in found] == [False, True, False]
    two = (196 + GAP, LINE + 2 * (HEIGHT + GAP) + GAP)  # one below the other
    assert _size(tmp_path / "sheet.png") == two
    for record in lines(result):
        jsonschema.validate(record, SCHEMA)
    asked = vtk("keyframes", "--at", "1,7", "--sheet", tmp_path / "at.png", clip.path)
    assert (asked.stderr, _size(tmp_path / "at.png")) == (b"", two)


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
