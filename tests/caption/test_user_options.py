"""What a user gives to vtk caption, and what is said of it where it cannot be meant."""

import json
from pathlib import Path

import pytest

from tests.caption.test_written import shots
from tests.command_line import Ran, vtk
from tests.prompting.scripted import Scripted
from tests.world import World
from vtk.caption import caption
from vtk.caption.options import CaptionOptions
from vtk.caption.tags import tags_of


def run(*options: str | Path) -> Ran:
    """A run that gets as far as the options are good, and then finds no model."""
    return vtk("caption", "-m", "no-such-model", *options, stdin=b"")


def test_a_value_that_nothing_fills_in_is_told_once() -> None:
    told = run("--prompt", 'Say {speach} and {speech} as {"title": "…"}').stderr.decode()
    assert told.count("names what nothing fills in: {speach}; there are {title}, {speech}, ") == 1
    assert "nothing fills in" not in run("--prompt", "Say {speech}, {caption}").stderr.decode()


def test_an_empty_prompt_is_refused_where_it_is_the_question(tmp_path: Path) -> None:
    refused = run("--prompt", " ")
    assert (refused.returncode, refused.stderr.count(b"\n")) == (2, 1)
    assert b"the prompt caption is empty" in refused.stderr
    (tmp_path / "prompts.toml").write_text('mood = ""\nmerge = ""\n')
    allowed = run("--method", "detailed", "--prompt-file", tmp_path / "prompts.toml")
    assert b"is empty" not in allowed.stderr


@pytest.mark.parametrize("options", [[], ["-m", "x", "--method", "facts"]])
def test_facts_do_not_leave_the_picture_out(options: list[str]) -> None:
    refused = vtk("caption", *options, "--layout", "none", "gone.mp4")
    assert refused.returncode == 2
    assert b"--layout none are for captions by a language model" in refused.stderr


@pytest.mark.parametrize(
    "schema",
    [
        {"enum": []},
        {"properties": {"a": False}, "required": ["a"]},
        {"properties": {"a": {"type": "array", "minItems": 2, "maxItems": 1}}, "required": ["a"]},
        {
            "$schema": "https://example.org/x",
            "required": ["a"],
            "additionalProperties": False,
        },
    ],
)
def test_a_schema_that_nothing_can_follow_is_refused(schema: object, tmp_path: Path) -> None:
    pytest.importorskip("llguidance")
    file = tmp_path / "schema.json"
    file.write_text(json.dumps(schema))
    refused = run("--schema", file)
    assert refused.returncode == 2
    assert f"no answer can follow {file}: " in refused.stderr.decode()


def test_an_empty_object_says_nothing(world: World) -> None:
    model = Scripted(lambda text, warmth: "{}")
    options = CaptionOptions(schema={"type": "object"})
    (span,) = caption(shots(world("cuts"), 1), model=model, options=options)
    assert span["error"]["message"] == "the model said nothing: {}"
    assert len(model.asked) == 2


@pytest.mark.parametrize("option", ["--schema", "--prompt-file", "--glossary", "--tags"])
def test_standard_input_is_not_taken_for_a_file(option: str) -> None:
    refused = run(option, "-")
    assert refused.returncode == 2
    assert b"standard input holds videos and spans: name a file" in refused.stderr


def test_a_tag_that_is_listed_twice_is_one(tmp_path: Path) -> None:
    (tmp_path / "tags.txt").write_text("dog\nred: a ball; a red ball\ndog\nred: a ball; a car\n")
    dog, red = tags_of(tmp_path / "tags.txt")
    assert (dog.name, dog.texts) == ("dog", ("dog",))
    assert (red.name, red.texts) == ("red", ("a ball", "a red ball", "a car"))
