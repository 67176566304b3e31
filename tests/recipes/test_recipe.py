"""vtk caption --recipe: published ways of captioning, as tables of vtk's own stages."""

import json
import tomllib
from pathlib import Path

import pytest

from tests.command_line import lines, vtk, vtk_process
from tests.models.chat_server import chat_server, said
from tests.prompting.scripted import Scripted, text_of
from tests.world import World
from vtk.caption import caption
from vtk.errors import UsageError
from vtk.recipes.recipe import read_recipe, recipe_names
from vtk.recipes.recipe import recipe_text as recipe_text
from vtk.recipes.span_filter import SpanFilter
from vtk.span import Span


@pytest.mark.parametrize("name", recipe_names())
def test_each_recipe_names_only_what_its_stages_know(name: str) -> None:
    recipe = read_recipe(name)
    shown = vtk("caption", "--recipe", name, "--show-prompt")
    assert shown.returncode == 0, shown.stderr
    prompts = tomllib.loads(shown.stdout.decode())
    own = vtk("caption", "--method", str(recipe.caption["method"]), "--show-prompt")
    assert prompts.keys() == tomllib.loads(own.stdout.decode()).keys()
    assert all(prompts[key].strip() == text.strip() for key, text in recipe.prompts.items())


def test_a_recipe_is_printed_to_be_changed_and_given_back(world: World, tmp_path: Path) -> None:
    printed = vtk("caption", "--recipe", "lvd-2m", "--show-recipe")
    assert printed.stdout.decode() == recipe_text("lvd-2m")
    mine = tmp_path / "mine.toml"
    longest = 2.1
    mine.write_text(f"[keep]\nseconds = [0, {longest}]\n\n[caption]\nmethod = 'facts'\n")
    clip = world("cuts")
    short = [float(s.start) for s in clip.truth.shots if s.end - s.start <= longest]
    assert 0 < len(short) < len(clip.truth.shots)
    run = vtk("caption", "--recipe", mine, clip.path)
    assert [span["start"] for span in lines(run)] == pytest.approx(short)
    assert f"keeps {len(short)} of {len(clip.truth.shots)} spans".encode() in run.stderr
    assert lines(vtk_process("caption", "-j", "2", "--recipe", mine, clip.path)) == lines(run)


def test_options_that_are_given_come_before_those_of_a_recipe(world: World) -> None:
    span = {"video": str(world("one_shot").path), "start": 0, "end": 2}
    with chat_server() as server:
        server.script = lambda asked: said("A thing moves.")
        ran = {}
        for more in ((), ("--method", "plain", "--frames", "2")):
            run = vtk("caption", "--endpoint", server.url, "--recipe", "vript", *more, stdin=[span])
            assert run.returncode == 0, run.stderr
            (found,) = lines(run)
            ran[more] = found["made"][-1]
    recipe, given = ran.values()
    assert (recipe["method"], len(recipe["frames"])) == ("detailed", 5)
    assert (given["method"], len(given["frames"])) == ("plain", 2)


def test_what_moves_is_told_from_what_stands_still(world: World) -> None:
    still = [Span(video=str(world("slides").path), start=1.0, end=3.0)]
    moving = [Span(video=str(world("whip_pan").path), start=0.5, end=2.5)]
    lively = SpanFilter.of("mine", {"motion": [0.02, 1.0]})
    assert list(lively(still)) == []
    (kept,) = lively(moving)
    assert kept["measured"]["motion"] > 0.02
    assert kept["made"][-1]["recipe"] == "mine"


def test_captions_from_speech_need_no_pictures(world: World) -> None:
    event = {"start": 0, "text": "Somebody speaks."}
    model = Scripted(lambda text, warmth: json.dumps({"captions": [event]}))
    recipe = read_recipe("howtocaption")
    clip = world("subtitled")
    spans = [Span(video=str(clip.path), start=0.0, end=2.0)]
    assert recipe.keep
    kept = list(recipe.keep(spans))
    (found,) = caption(kept, model=model, method=str(recipe.caption["method"]))
    assert found["speech"]
    assert not model.asked[0].pictures
    assert found["speech"][0]["text"] in text_of(model.asked[0])
    silent = [Span(video=str(world("silent").path), start=0.0, end=1.0)]
    assert list(recipe.keep(silent)) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[keep]\nmotion = 3\n", "[least, most]"),
        ("[keep]\nmotion = ['a', 'b']\n", "[least, most]"),
        ("[keep]\nspeech = 'no'\n", "[keep] has speech"),
        ("[keep]\nbeauty = [0, 1]\n", "[keep] has speech"),
        ("[split]\nthreshold = 'high'\n", "[split] threshold cannot be 'high'"),
        ("[split]\nevery = true\n", "[split] every cannot be True"),
        ("[split]\non_progress = 1\n", "[split] has no option 'on_progress'"),
        ("[keyframes]\nk = 'three'\n", "[keyframes] k cannot be 'three'"),
        ("[keyframes]\ncount = 3\n", "[keyframes] has no option 'count'"),
        ("[caption]\nframe = 3\n", "[caption] has no option frame"),
        ("[caption]\nrecipe = 'vript'\n", "[caption] has no option recipe"),
        ("[split]\nmin_length = 'x'\n", "[split] min_length: not a duration"),
        ("[prompts]\nkaption = 'x'\n", "not 'kaption'"),
        ("[oven]\nheat = 200\n", "not 'oven'"),
        ("split", "is not TOML"),
    ],
)
def test_a_recipe_that_no_stage_can_follow_is_wrong_usage(
    text: str, told: str, tmp_path: Path
) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text(text)
    run = vtk("caption", "--recipe", mine, "-m", "absent.gguf", "film.mp4")
    assert run.returncode == 2, run.stderr
    assert told in run.stderr.decode()
    assert b"Traceback" not in run.stderr


def test_an_unknown_recipe_is_told_with_those_there_are() -> None:
    with pytest.raises(UsageError, match="sharegpt4video"):
        read_recipe("gpt")


def test_an_empty_name_is_no_recipe() -> None:
    run = vtk("caption", "--recipe", "", "film.mp4")
    assert run.returncode == 2
    assert b"no recipe ''" in run.stderr
