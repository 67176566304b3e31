"""Defaults from the user's configuration file."""

from pathlib import Path

import pytest

from tests.command_line import lines, vtk
from tests.world import World


def settings(folder: Path, text: str) -> dict[str, str]:
    (folder / "vtk").mkdir(exist_ok=True)
    (folder / "vtk" / "config.toml").write_text(text)
    return {"XDG_CONFIG_HOME": str(folder)}


def test_options_come_from_the_command_line_then_the_file(world: World, tmp_path: Path) -> None:
    env = settings(tmp_path, "quiet = true\n[keyframes]\nk = 3\n[split]\nevery = '4s'\n")
    span = f"{world('cuts').path}#t=0,1"
    assert len(lines(vtk("keyframes", span, env=env))[0]["keyframes"]) == 3
    assert len(lines(vtk("keyframes", "-k", "2", span, env=env))[0]["keyframes"]) == 2
    assert len(lines(vtk("split", world("cuts").path, env=env))) == 3


def test_a_variable_wins_over_the_file(world: World, tmp_path: Path) -> None:
    env = settings(tmp_path, "language = 'en'\n")
    german = vtk("caption", world("subtitled").path, env=env | {"VTK_LANGUAGE": "de"})
    english = vtk("caption", world("subtitled").path, env=env)
    assert lines(german)[0]["speech"] != lines(english)[0]["speech"]


def test_a_file_that_makes_no_sense_is_wrong_usage(tmp_path: Path) -> None:
    result = vtk("probe", "x.mp4", env=settings(tmp_path, "k = = 3"))
    assert result.returncode == 2
    assert result.stderr.count(b"\n") == 1
    result = vtk("probe", "x.mp4", env=settings(tmp_path, "caption = 'x'"))
    assert b"caption must be a table" in result.stderr
    result = vtk("keyframes", "x.mp4", env=settings(tmp_path, "k = 'many'"))
    assert result.returncode == 2
    assert b"Traceback" not in result.stderr
    result = vtk("split", "x.mp4", env=settings(tmp_path, "scenes = 1.5"))
    assert (result.returncode, b"Traceback" in result.stderr) == (2, False)
    assert vtk("split", "x.mp4", env=settings(tmp_path, "scenes = 1")).returncode == 66


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[keyframe]\nk = 3\n", "there is no command 'keyframe', but 'keyframes', for [keyframe]"),
        ("[keyframes]\nmethid = 'middle'\n", "no option 'methid', but 'method', in [keyframes]"),
        ("[keyframes]\nmin-gapp = 1\n", "no option 'min_gapp', but 'min_gap', in [keyframes]"),
        ("[keyframes]\nxyz = 1\n", "there is no option 'xyz' in [keyframes] of config.toml"),
    ],
)
def test_a_name_that_is_misspelt_is_wrong_usage(tmp_path: Path, text: str, said: str) -> None:
    result = vtk("keyframes", "x.mp4", env=settings(tmp_path, text))
    assert result.returncode == 2
    assert said in result.stderr.decode()


def test_a_table_of_another_command_and_help_are_left_alone(world: World, tmp_path: Path) -> None:
    env = settings(tmp_path, "min-gap = 0.1\n[split]\nevry = '4s'\n[models.list]\nkind = 'vlm'\n")
    span = f"{world('cuts').path}#t=0,1"
    assert len(lines(vtk("keyframes", span, env=env))) == 1
    assert vtk("split", "--help", env=env).returncode == 0
    assert vtk("models", "list", env=env).returncode == 0


@pytest.mark.parametrize(
    ("text", "words", "said"),
    [
        ("k = 'x'\n", ["keyframes"], "config.toml: k: 'x' is not a valid int"),
        ("[keyframes]\nk = 'x'\n", ["keyframes"], "config.toml: [keyframes] k: 'x' is not"),
        (
            "[split]\nmin-length = 'soon'\n",
            ["split"],
            "config.toml: [split] min_length: not a duration: ",
        ),
        ("[split]\nthreshold = 'nan'\n", ["split"], "config.toml: [split] threshold must be"),
        ("[models.list]\nkind = 'x'\n", ["models", "list"], "config.toml: [models.list] kind: "),
        ("langage = 'de'\n", ["split"], "no option 'langage', but 'language', of any command"),
    ],
)
def test_a_wrong_value_is_told_with_its_place_in_the_file(
    tmp_path: Path, text: str, words: list[str], said: str
) -> None:
    inputs = [] if words[0] == "models" else ["x.mp4"]
    result = vtk(*words, *inputs, env=settings(tmp_path, text))
    assert (result.returncode, result.stdout) == (2, b"")
    assert said in result.stderr.decode()
    assert str(tmp_path) in result.stderr.decode() or "langage" in said


def test_a_wrong_value_of_the_command_line_is_not_put_on_the_file(tmp_path: Path) -> None:
    env = settings(tmp_path, "[split]\nmin-length = '2s'\n")
    result = vtk("split", "--min-length", "soon", "x.mp4", env=env)
    assert result.returncode == 2
    assert b"config.toml" not in result.stderr


def test_a_wrong_value_in_a_recipe_is_told_with_the_recipe(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text("[caption]\nframes = 'many'\n")
    result = vtk("caption", "--recipe", "own.toml", "x.mp4", cwd=tmp_path)
    assert result.returncode == 2
    assert "own.toml: [caption] frames: 'many' is not" in result.stderr.decode()
