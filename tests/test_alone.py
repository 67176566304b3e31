"""Subtitles or sound without pictures, which are inputs of whatever needs none."""

from pathlib import Path

import pytest

from tests.command_line import lines, vtk
from tests.world import World

SAID = [
    "Bread begins with flour and water.",
    "The flour and the water become a dough.",
    "We leave the dough to rise in the warm kitchen.",
    "Then the dough is baked in a hot oven.",
    "Now to another matter, the planets.",
    "Saturn is a planet with rings of ice.",
    "The rings of Saturn were seen by Galileo.",
    "Other planets have rings and moons too.",
]


def subtitles(path: Path) -> Path:
    starts = [f"00:0{n // 2}:{n % 2 * 30:02}" for n in range(len(SAID))]
    ends = [f"00:0{n // 2}:{n % 2 * 30 + 25:02}" for n in range(len(SAID))]
    cues = [
        f"{n}\n{start},500 --> {end},250\n{text}\n"
        for n, (start, end, text) in enumerate(zip(starts, ends, SAID, strict=True), 1)
    ]
    path.write_text("\n".join(cues))
    return path


COMMANDS = {
    "transcribe": 1,
    "split --by speech": 8,
    "chapter": 1,
    "summarize --words 12": 1,
    "retrieve saturn": 2,
    "ground galileo": 1,
}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_of_subtitles_is_read_to_its_last_cue(tmp_path: Path, command: str) -> None:
    result = vtk(*command.split(), subtitles(tmp_path / "talk.srt"))
    assert result.returncode == 0
    found = lines(result)
    assert len(found) >= COMMANDS[command]
    assert max(span["end"] for span in found) <= 235.25
    if command.split()[0] not in ("retrieve", "ground"):
        assert (found[0]["start"], found[-1]["end"]) == (0, 235.25)


def test_sound_with_subtitles_beside_it_lasts_as_long_as_the_sound(
    world: World, tmp_path: Path
) -> None:
    sound = tmp_path / "talk.m4a"
    sound.symlink_to(world("audio_only").path)
    length = lines(vtk("probe", sound))[0]["end"]
    (tmp_path / "talk.srt").write_text(
        "1\n00:00:00,500 --> 00:00:02,000\nBread is baked in ovens.\n"
    )
    for command in ("chapter", "summarize"):
        (found,) = lines(vtk(command, sound))
        assert "error" not in found
        assert found["end"] == pytest.approx(length, abs=0.1)


def test_sound_without_words_says_what_would_give_it_some(world: World) -> None:
    result = vtk("summarize", world("audio_only").path)
    assert result.returncode == 1
    (error,) = lines(result)
    assert "put subtitles beside it" in error["error"]["message"]
    assert "vtk transcribe" in error["error"]["message"]
