"""What is said and what is written in the picture both count, wherever words do."""

import re
from typing import Any

import pytest

from tests.command_line import lines, vtk
from tests.world import World

SAID = "Glaciers carve deep valleys in the mountains of the north."
WRITTEN = "Fluvial transport moves sediment to the sea."


def spans(said: str = "", written: str = "") -> list[dict[str, Any]]:
    """Three minutes of which the second holds the words."""
    found: list[dict[str, Any]] = [
        {"video": "talk.mp4", "start": 60.0 * n, "end": 60.0 * n + 60, "caption": "A lake."}
        for n in range(3)
    ]
    for key, text in (("speech", said), ("screen_text", written)):
        if text:
            found[1][key] = [{"start": 70.0, "end": 80.0, "text": text, "score": 0.99}]
    return found


@pytest.mark.parametrize(
    ("key", "query"), [("said", "carving valleys"), ("written", "fluvial sediment")]
)
def test_words_are_found(key: str, query: str) -> None:
    given = spans(**{key: SAID if key == "said" else WRITTEN})
    (best, *_) = lines(vtk("retrieve", query, stdin=given))
    assert (best["start"], best["end"]) == (60.0, 120.0)
    (moment, *_) = lines(vtk("ground", query, stdin=given))
    assert (moment["start"], moment["end"]) == (70.0, 80.0)


@pytest.mark.parametrize(("key", "text"), [("said", SAID), ("written", WRITTEN)])
def test_words_are_summed_up_and_make_titles(key: str, text: str) -> None:
    given = spans(**{key: text})
    (summary,) = lines(vtk("summarize", stdin=given))
    assert text in summary["summary"]
    titles = " ".join(chapter["title"] for chapter in lines(vtk("chapter", stdin=given)))
    assert text.split()[0] in titles


@pytest.mark.parametrize("words", [SAID, ""])
@pytest.mark.parametrize(
    ("key", "none"), [("speech", []), ("screen_text", []), ("caption", ""), ("parts", None)]
)
@pytest.mark.parametrize(
    "command", [["retrieve", "valleys"], ["ground", "valleys"], ["chapter"], ["summarize"]]
)
def test_an_index_is_read_without_its_videos(
    command: list[str], key: str, none: object, words: str
) -> None:
    """Where words were looked for and there are none, nobody looks once more: no video is here."""
    given = spans(said=words)
    for number, span in enumerate(given):
        del span["caption"]
        if key == "parts":
            span[key] = [{"start": 60.0 * number, "end": 60.0 * number + 60, "speech": []}]
        else:
            span.setdefault(key, none)
    result = vtk(*command, stdin=given)
    assert result.returncode == 0
    found = lines(result)
    assert (b"nothing found" in result.stderr) == (
        command[0] in ("retrieve", "ground") and not found
    )
    assert b"talk.mp4" not in re.sub(rb"talk\.mp4: no words(?: to sum up|, so)", b"", result.stderr)
    assert not any("error" in record for record in found)
    assert bool(found) == bool(words or command[0] in ("chapter", "summarize"))


@pytest.mark.parametrize("command", [["retrieve", "valleys"], ["chapter"]])
def test_spans_in_which_nobody_looked_for_words_are_captioned(command: list[str]) -> None:
    result = vtk(*command, stdin=[{"video": "gone.mp4", "start": 0, "end": 5, "kind": "shot"}])
    assert result.returncode == 66
    assert b"cannot open" in result.stderr


def test_what_is_only_measured_is_not_found(world: World) -> None:
    captioned = vtk("caption", world("cuts").path)
    assert b"mostly" in captioned.stdout
    for command in ("retrieve", "ground"):
        result = vtk(command, "mostly", stdin=captioned.stdout)
        assert (result.returncode, result.stdout) == (0, b"")
        assert b"nothing found" in result.stderr
