"""Chapters that a file has already, or a text beside it."""

from pathlib import Path

from tests.world import World
from tests.world.lecture import LINE_SECONDS, SPOKEN_SECONDS, TOPICS
from vtk.chapter import Task, chapter
from vtk.media.chapter_copy import copy_with_chapters
from vtk.media.chapters import Chapter
from vtk.span import Span

NOTES = """Some notes of a lecture.

0:00 How volcanoes erupt
0:38 Chapter 2
1:15 Why bridges stand
9:59:59 Never
"""


def talk(world: World, folder: Path, name: str = "talk") -> Span:
    """A copy of the lecture, so that texts may stand beside it, and what is said in it."""
    path = folder / f"{name}.mkv"
    if not path.exists():
        path.write_bytes(world("lecture").path.read_bytes())
    lines = [line for topic in TOPICS for line in topic.narration]
    times = [LINE_SECONDS * n for n in range(len(lines))]
    speech = [
        {"start": t, "end": t + SPOKEN_SECONDS, "text": line}
        for t, line in zip(times, lines, strict=True)
    ]
    return Span(video=str(path), start=0.0, end=150.0, kind="shot", speech=speech)


def test_a_description_is_checked_snapped_and_titled(world: World, tmp_path: Path) -> None:
    spans = [talk(world, tmp_path)]
    (tmp_path / "talk.description").write_text(NOTES)
    found = list(chapter(spans, method="existing"))
    assert [span["title"] for span in found][::2] == ["How volcanoes erupt", "Why bridges stand"]
    assert found[1]["title"] != "Chapter 2"
    assert [span.start for span in found] == [0, 37.5, 75]  # with the sentences
    made = found[0]["made"][-1]
    assert made["file"] == "talk.description"
    assert made["mended"] == {"outside": 1, "snapped": 1}
    again = list(chapter(found))
    assert again == found
    new = list(chapter(found, Task(replace=True)))
    assert new[0]["made"][-1]["method"] == "text"


def test_chapters_of_the_file_come_first_and_none_is_told(world: World, tmp_path: Path) -> None:
    told = talk(world, tmp_path)
    (failed,) = chapter([told], method="existing")
    assert "no chapters are in it" in failed["error"]["message"]
    own = tmp_path / "own.mkv"
    copy_with_chapters(told.video, [Chapter(0.0, "Fire"), Chapter(75.0, "Steel")], own)
    (tmp_path / "own.description").write_text(NOTES)
    found = list(chapter([talk(world, tmp_path, "own")], method="existing"))
    assert [(span.start, span["title"]) for span in found] == [(0, "Fire"), (75, "Steel")]


def test_sound_with_chapters_needs_no_word(world: World, tmp_path: Path) -> None:
    sound, podcast = world("audio_only").path, tmp_path / "podcast.m4b"
    copy_with_chapters(str(sound), [Chapter(0.0, "Intro", 1.0), Chapter(1.0, "Bees")], podcast)
    found = list(chapter([Span(video=str(podcast))], method="existing"))
    assert [(span["title"], round(span.start, 1)) for span in found] == [("Intro", 0), ("Bees", 1)]
