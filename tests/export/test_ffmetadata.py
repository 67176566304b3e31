"""vtk export ffmetadata: chapters as FFmpeg reads them."""

import tempfile
from pathlib import Path
from typing import Any

import av
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.command_line import vtk
from tests.export.tape import TEXT, shots, written
from tests.world import World
from vtk.export.ffmetadata import ffmetadata


def chapters(path: Path) -> list[tuple[float, float, str]]:
    def seconds(chapter: Any, key: str) -> float:
        return float(chapter[key] * chapter["time_base"])

    with av.open(path, format="ffmetadata") as container:
        return [
            (seconds(c, "start"), seconds(c, "end"), c["metadata"]["title"])
            for c in container.chapters()
        ]


def test_ffmpeg_reads_the_chapters(world: World, tmp_path: Path) -> None:
    spans = shots(0, 1.5, 12, video=str(world("cuts").path))
    spans[0]["title"], spans[1]["caption"] = "Bees; #1 = \\o/", "A hive.\n[CHAPTER]"
    path = tmp_path / "chapters.txt"
    result = vtk("export", "ffmetadata", "-o", path, stdin=spans)
    assert (result.returncode, result.stdout, result.stderr) == (0, b"", b"")
    assert chapters(path) == [(0, 1.5, "Bees; #1 = \\o/"), (1.5, 12, "A hive. [CHAPTER]")]


def test_chapters_count_from_the_first_picture(world: World, tmp_path: Path) -> None:
    path = tmp_path / "chapters.txt"
    late = shots(5, 6, 11, video=str(world("late_start").path))
    assert vtk("export", "ffmetadata", "-o", path, stdin=late).returncode == 0
    assert chapters(path) == [(0, 1, "Shot 1"), (1, 6, "Shot 2")]


@settings(deadline=None)
@given(st.lists(TEXT, min_size=1, max_size=4))
def test_whatever_is_told_ffmpeg_reads_it_as_titles(texts: list[str]) -> None:
    spans = [s for n, text in enumerate(texts) for s in shots(n, n + 0.5, caption=text)]
    with tempfile.TemporaryDirectory() as folder:
        written(ffmetadata, spans, folder=folder)
        found = chapters(Path(folder) / "written")
    assert [(start, end) for start, end, _ in found] == [(s.start, s.end) for s in spans]
    for (_, _, title), told in zip(found, texts, strict=True):
        assert title.isprintable()
        if told.isprintable():
            wanted = " ".join(told.split()) or "Shot 1"
            assert title == wanted + " " * wanted.endswith("\\")
