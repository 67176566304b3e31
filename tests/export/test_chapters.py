"""vtk export chapters: chapters of a video in the formats of other programs."""

import shutil
import tempfile
from functools import partial
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.command_line import lines, vtk
from tests.export.tape import TEXT, shots, written
from tests.world import World
from vtk.chapter_files import Chapter, parse, read
from vtk.export.chapters import chapters


def test_a_description_is_written_as_a_platform_takes_it(world: World) -> None:
    spans = shots(0, 30, 75, 3700, video=str(world("cuts").path), title="Bees")
    result = vtk("export", "chapters", stdin=spans)
    assert (result.returncode, result.stderr) == (0, b"")
    assert result.stdout.decode() == "0:00 Bees\n0:30 Bees\n1:15 Bees\n"


def test_what_readers_would_refuse_is_told(world: World) -> None:
    film = str(world("cuts").path)
    spans = [*shots(1, 30, video=film), *shots(33, 36, 90, video=film)]
    result = vtk("export", "chapters", stdin=spans)
    assert result.returncode == 0
    told = [line.partition(f"{film}: ")[2] for line in result.stderr.decode().splitlines()]
    assert told == [
        "the first chapter begins at 0:01, not at 0:00",
        "1 chapter is shorter than 10 seconds",
        "there are gaps between chapters, which description cannot tell",
    ]
    unordered = vtk("export", "chapters", "--format", "ogm", stdin=[spans[2], spans[0]])
    assert b"the chapters are not in order of time" in unordered.stderr
    assert vtk("export", "chapters", "--format", "webvtt", stdin=spans).stderr == b""
    assert vtk("export", "chapters", "--format", "tape", stdin=spans).returncode == 2
    assert vtk("export", "chapters", "--replace", stdin=spans).returncode == 2


def test_sections_links_and_pictures_go_where_there_is_a_place_for_them(world: World) -> None:
    (span,) = shots(0, 60, video=str(world("cuts").path))
    span |= {"title": "A", "url": "https://a.example", "image": "a.jpg"}
    parts = [{"start": 0.0, "end": 20.0, "kind": "shot"}]
    span["parts"] = [{"start": 0.0, "end": 30.0, "kind": "section", "title": "A.1"}, *parts]
    nested = vtk("export", "chapters", "--format", "matroska", stdin=[span])
    assert nested.stderr == b""
    assert parse(nested.stdout.decode()).chapters == [
        *(Chapter(0, "A", 60), Chapter(0, "A.1", 30, level=2))
    ]
    flat = vtk("export", "chapters", "--format", "podcast", stdin=[span])
    assert b"left out 1 section: podcast has one level" in flat.stderr
    assert parse(flat.stdout.decode()).chapters == [
        Chapter(0, "A", 60, "https://a.example", "a.jpg")
    ]


def test_times_count_from_the_first_picture(world: World, tmp_path: Path) -> None:
    path = tmp_path / "chapters.txt"
    late = shots(5, 6, 11, video=str(world("late_start").path))
    command = ("export", "chapters", "--format", "ffmetadata", "-o", path)
    assert vtk(*command, stdin=late).returncode == 0
    assert read(str(path)).chapters == [Chapter(0, "Shot 1", 1), Chapter(1, "Shot 2", 6)]


def test_whole_videos_are_divided_into_chapters(world: World) -> None:
    film = world("cuts").path
    text = vtk("export", "chapters", "--format", "webvtt", film).stdout.decode()
    wanted = [(span["start"], span["title"]) for span in lines(vtk("chapter", film))]
    assert [(round(c.start, 6), c.title) for c in parse(text).chapters] == wanted


@settings(deadline=None)
@given(st.lists(TEXT, min_size=1, max_size=4))
def test_whatever_is_told_ffmpeg_reads_it_as_titles(texts: list[str]) -> None:
    spans = [s for n, text in enumerate(texts) for s in shots(n, n + 0.5, caption=text)]
    with tempfile.TemporaryDirectory() as folder:
        written(partial(chapters, "ffmetadata"), spans, folder=folder)
        found = read(str(Path(folder) / "written")).chapters
    assert [(c.start, c.end) for c in found] == [(s.start, s.end) for s in spans]
    for chapter, told in zip(found, texts, strict=True):
        assert chapter.title.isprintable()
        if told.isprintable():
            assert chapter.title == (" ".join(told.split()) or "Shot 1")


def test_copies_have_the_chapters_and_never_replace_their_video(
    world: World, tmp_path: Path
) -> None:
    film = tmp_path / "late.mp4"
    shutil.copy(world("late_start").path, film)
    before = film.read_bytes()
    late = shots(5, 6, 11, video=str(film), title="Bees")
    command = ("export", "chapters", "--embed", "-o")
    assert vtk(*command, f"{tmp_path}/copies/", stdin=late).returncode == 0
    (copy,) = (tmp_path / "copies").iterdir()
    assert [(c.title, c.end) for c in read(str(copy)).chapters][:1] == [("Bees", 6)]
    again = [{**span, "video": str(copy)} for span in late]
    refused = vtk(*command, tmp_path / "x.mp4", stdin=again)
    assert refused.returncode == 1
    assert b"it has 2 chapters already: replace them with --replace" in refused.stderr
    assert vtk(*command, film, stdin=late).returncode == 2
    assert film.read_bytes() == before
    assert not (tmp_path / "x.mp4").exists()


def test_notes_in_markdown_are_read_as_chapters(world: World, tmp_path: Path) -> None:
    spans = shots(0, 4, 8, 12, video=str(world("cuts").path))
    for span, title in zip(spans, ("Bees & *hives*", "1. [Wax]", "0:30 <b>"), strict=True):
        span["title"], span["kind"] = title, "chapter"
        span["speech"] = [{"start": span.start, "end": span.end, "text": "At 7:30 we begin."}]
    assert vtk("export", "markdown", "-o", f"{tmp_path}/notes/", stdin=spans).returncode == 0
    (page,) = (tmp_path / "notes").rglob("*.md")
    assert [(c.start, c.title) for c in read(str(page)).chapters] == [
        *((0, "Bees & *hives*"), (4, "1. [Wax]"), (8, "0:30 <b>"))
    ]
