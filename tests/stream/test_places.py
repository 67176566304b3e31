"""Where the files that records name are: beside the file of records, or by an absolute name."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.command_line import VTK, lines, vtk
from tests.export.tape import shots
from tests.world import World


@pytest.fixture
def archive(world: World, tmp_path: Path) -> Path:
    """A folder in which a film was worked on: film.mp4, shots.jsonl, pictures of keyframes."""
    folder = tmp_path / "archive"
    folder.mkdir()
    shutil.copy(world("cuts").path, folder / "film.mp4")
    made = vtk("keyframes", "--images", "frames", "film.mp4", "-o", "shots.jsonl", cwd=folder)
    assert made.returncode == 0
    return folder


def test_a_video_is_looked_for_beside_the_file_of_records(archive: Path) -> None:
    result = vtk("probe", "archive/shots.jsonl", cwd=archive.parent)
    assert result.returncode == 0
    assert {record["video"] for record in lines(result)} == {"archive/film.mp4"}
    told = "film.mp4: found beside archive/shots.jsonl, as archive/film.mp4"
    assert result.stderr.decode() == f"vtk probe: info: {told}\n"
    packed = vtk("export", "webdataset", "out", "archive/shots.jsonl", "-q", cwd=archive.parent)
    assert (packed.returncode, packed.stderr) == (0, b"")  # the pictures are found as well
    images = {entry["image"] for record in lines(packed) for entry in record["keyframes"]}
    assert all((archive.parent / image).is_file() for image in images)


def test_so_it_is_of_records_that_a_shell_puts_on_standard_input(archive: Path) -> None:
    command = f"'{VTK}' show --print '{{video}}' -q < archive/shots.jsonl | sort -u"
    result = subprocess.run(["bash", "-c", command], cwd=archive.parent, capture_output=True)
    assert result.stdout == b"archive/film.mp4\n"


def test_what_is_here_comes_before_what_is_beside_the_records(archive: Path) -> None:
    shutil.copy(archive / "film.mp4", archive.parent / "film.mp4")
    result = vtk("show", "--print", "{video}", "archive/shots.jsonl", cwd=archive.parent)
    assert set(result.stdout.split()) == {b"film.mp4"}
    gone = vtk("probe", "archive/gone.jsonl", stdin=b"", cwd=archive.parent)
    assert gone.returncode == 66


def test_absolute_names_lead_from_any_folder(archive: Path, tmp_path: Path) -> None:
    film = str(archive / "film.mp4")
    command = ["keyframes", "--images", "pictures", "--absolute"]
    first = vtk(*command, "film.mp4", cwd=archive)
    assert {record["video"] for record in lines(first)} == {film}
    image = lines(first)[0]["keyframes"][0]["image"]
    assert image.startswith(f"{archive}/pictures/")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert vtk("probe", stdin=first.stdout, cwd=elsewhere).returncode == 0
    text = vtk("export", "edl", "--absolute", "archive/shots.jsonl", "-q", cwd=tmp_path)
    assert text.stdout.count(f"* SOURCE FILE: {film}\n".encode()) == len(lines(first))


def test_parquet_holds_absolute_names_on_request(archive: Path, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    vtk("export", "parquet", "t.parquet", "--absolute", "archive/shots.jsonl", cwd=tmp_path)
    table = parquet.read_table(tmp_path / "t.parquet")
    assert set(table.column("video").to_pylist()) == {str(archive / "film.mp4")}


def test_urls_and_what_is_not_found_keep_their_names() -> None:
    spans = [*shots(0, 1, 2, video="http://example.org/a.mp4"), *shots(0, 1, 2, video="gone.mp4")]
    result = vtk("show", "--print", "{video}", "--absolute", stdin=spans)
    assert result.stdout.split() == [*[b"http://example.org/a.mp4"] * 2, *[b"gone.mp4"] * 2]
    assert result.stderr.decode().splitlines() == [
        "vtk show: warning: gone.mp4: not found, so that its name stays as it is"
    ]


def test_a_missing_video_is_told_of_once_wherever_its_spans_are(tmp_path: Path) -> None:
    one, two = shots(0, 1, 2, 3, video="a.mp4"), shots(0, 1, 2, 3, video="b.mp4")
    given = [span for pair in zip(one, two, strict=True) for span in pair]
    result = vtk("keyframes", stdin=given, cwd=tmp_path)
    assert len([record for record in lines(result) if "error" in record]) == 6
    assert result.stderr.decode().splitlines() == [
        f"vtk keyframes: {name}: cannot open: No such file or directory"
        for name in ("a.mp4", "b.mp4")
    ]
