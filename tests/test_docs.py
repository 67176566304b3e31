"""The pages: links lead somewhere, commands parse, and tables tell what the program says."""

import inspect
import os
import re
import shlex
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from man.commandline import every, read
from man.record import SCORES
from tests.command_line import VTK
from tests.test_house import ORDER
from tests.world import World
from vtk import errors
from vtk.models.hub import catalog
from vtk.schema import KINDS, PROPERTIES
from vtk.stream.exit_status import ExitStatus

HOME = Path(__file__).parents[1]
PAGES = [*sorted(HOME.glob("*.md")), *sorted((HOME / "docs").glob("*.md"))]
README, HOUSE = HOME / "README.md", HOME / "CONTRIBUTING.md"
RECORD, MODELS = HOME / "docs" / "record.md", HOME / "docs" / "models.md"

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
_OPERATORS = {"|", "||", "&&", ";", "(", ")", "<", ">", ">>", "&"}


def prose(page: Path) -> str:
    """The text of a page without its blocks of code."""
    return _FENCE.sub("", page.read_text("utf-8"))


def commands(page: Path) -> Iterator[list[str]]:
    """The words of every command in the shell blocks of a page."""
    for language, block in _FENCE.findall(page.read_text("utf-8")):
        for line in block.splitlines() if language == "sh" else ():
            lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
            lexer.whitespace_split = True
            words: list[str] = []
            for word in [*lexer, ";"]:
                if word not in _OPERATORS:
                    words.append(word)
                    continue
                if words:
                    yield words
                words = []


def tables(page: Path, *titles: str) -> list[list[str]]:
    """The rows of all tables of a page that have these titles, without backticks."""
    head = [*titles]
    rows, within = [], False
    for line in page.read_text("utf-8").splitlines():
        row = [cell.strip().replace("`", "") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        within = row == head or (within and bool(row))
        if within and row != head and not line.startswith("| ---"):
            rows.append(row)
    return rows


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", prose(page), re.M)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def fields(properties: dict[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """Every field of a schema with its type, those inside others by dots, of lists with []."""
    for name, schema in properties.items():
        if "$ref" in schema:
            schema = {"type": PROPERTIES[schema["$ref"].rpartition("/")[2]]["type"]}
        yield before + name, schema["type"]
        many = schema["type"] == "array"
        inner = schema.get("items", {}) if many else schema
        yield from fields(inner.get("properties", {}), f"{before}{name}{'[]' * many}.")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        linked = page.parent / name if name else page
        assert linked.exists(), f"{page.name} links to {target}"
        assert not anchor or anchor in anchors(linked), f"{page.name} links to {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_shown_parse(page: Path) -> None:
    group = import_module("vtk.commands").app()
    for words in (words[1:] for words in commands(page) if words[0] == "vtk"):
        with group.make_context("vtk", list(words)) as root:
            command, rest = group, [*root._protected_args, *root.args]
            while rest and hasattr(command, "commands"):
                found = command.get_command(root, rest[0])
                assert found, f"{page.name}: there is no vtk {rest[0]}"
                command, rest = found, rest[1:]
        if command is not group:
            command.make_context(" ".join(words), list(rest), resilient_parsing=False)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_options_named_exist(page: Path) -> None:
    known = {flag for command in every(read()[1]) for o in command.options for flag in o.flags}
    for code in re.findall(r"`([^`]+)`", prose(page)):
        if not code.startswith(("vtk", "-", *import_module("vtk.commands").COMMANDS)):
            continue
        for flag in re.findall(r"(?<!\S)--?[a-z][a-z-]*", code):
            assert flag in known | {"--help", "--version"}, f"{page.name}: {code}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_named_exist(page: Path) -> None:
    for code in re.findall(r"`([\w./-]+/[\w.-]+\.(?:py|md|toml|sh))`", prose(page)):
        if "NAME" in code:  # a file that a reader is to make
            continue
        assert (HOME / code).exists(), f"{page.name} names {code}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_scripts_shown_are_there_and_have_the_options(page: Path) -> None:
    for words in (words[1:] for words in commands(page) if words[0] == "python"):
        if words[0] == "-m":
            script = HOME / f"{words[1].replace('.', '/')}.py"
        elif words[0].endswith(".py"):
            script = HOME / words[0]
        else:
            continue
        assert script.exists(), f"{page.name}: {words}"
        for flag in (word for word in words[1:] if word.startswith("--")):
            assert f'"{flag}"' in script.read_text("utf-8"), f"{page.name}: {words}"


def test_the_first_screen_of_the_readme_shows_what_comes_out(world: World, tmp_path: Path) -> None:
    (shown,) = (block for kind, block in _FENCE.findall(README.read_text()) if kind == "console")
    prompt, _, output = shown.partition("\n")
    shutil.copy(world("talk").path, tmp_path / "talk.mkv")
    path = f"{Path(VTK).parent}:{os.environ['PATH']}"
    run = subprocess.run(
        ["bash", "-c", prompt.removeprefix("$ ")], cwd=tmp_path, env=os.environ | {"PATH": path},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert run.stdout == output, "the README shows something else"
    assert output.count("\n") <= 8


def test_the_readme_has_every_command() -> None:
    rows = tables(README, "command", "gives", "for example")
    assert sorted(name for name, *_ in rows) == sorted(command.name for command in read()[1])


def test_the_readme_has_every_extra() -> None:
    project = tomllib.loads((HOME / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"].keys() - {"test", "benchmark"}
    named = [name for names, _ in tables(README, "extra", "adds") for name in names.split(", ")]
    assert sorted(named) == sorted(extras)
    assert {name for name, *_ in tables(MODELS, "extra", "brings", "for")} <= extras


def test_models_has_every_kind_key_and_method() -> None:
    assert [kind for kind, *_ in tables(MODELS, "kind", "does", "first choice")] == [*catalog.KINDS]
    assert sorted(key for key, _ in tables(MODELS, "key", "meaning")) == sorted(catalog.KEYS)
    rows = tables(MODELS, "--method", "does", "adds, besides caption")
    (caption,) = (command for command in read()[1] if command.name == "caption")
    (method,) = (option for option in caption.options if "--method" in option.flags)
    assert sorted(name for name, *_ in rows) == sorted({*method.choices} - {"facts"})
    for _, _, name, *_ in rows:
        assert name in PROPERTIES


def test_the_record_has_every_field_and_no_other() -> None:
    rows = tables(RECORD, "field", "type", "unit", "meaning")
    assert all(len(row) == 4 and row[3] for row in rows)
    written = [(name, kind) for name, kind, *_ in rows]
    assert sorted(written) == sorted(fields(PROPERTIES))


def test_the_record_tells_what_scores_are_as_the_manual_does() -> None:
    rows = tables(RECORD, "written by", "score is", "range")
    assert rows == [[writer, *about] for writer, about in SCORES.items()]


def test_the_record_has_every_kind() -> None:
    assert [kind for kind, *_ in tables(RECORD, "kind", "made by", "is")] == KINDS


def test_the_record_has_every_error() -> None:
    kinds = {
        name
        for name, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, errors.VtkError) and kind is not errors.VtkError
    }
    named = [name for name, _ in tables(RECORD, "type", "means")]
    assert sorted(named) == sorted(kinds)


def test_the_record_has_every_exit_status() -> None:
    stated = re.findall(r"= (\d+)  # (.+)", inspect.getsource(ExitStatus))
    assert tables(RECORD, "status", "meaning") == [list(row) for row in stated]


def test_the_record_has_every_variable() -> None:
    manual = (HOME / "man" / "vtk.1").read_text("ascii").partition(".SH ENVIRONMENT")[2]
    told = re.findall(r"^\.TP\n\\fB([A-Z_]+)\\fR", manual, re.M)
    assert sorted(name for name, _ in tables(RECORD, "variable", "does")) == sorted(told)


def test_the_drawing_has_the_order_that_imports_are_held_to() -> None:
    (drawing,) = (
        block for language, block in _FENCE.findall(HOUSE.read_text()) if language == "text"
    )
    assert [word for word in re.findall(r"\w+", drawing) if word in ORDER] == [*reversed(ORDER)]
