"""The manual: current, whole, and clean roff."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from man.commandline import Command, every, read
from man.record import SCORES
from man.roff import escape
from vtk.schema import PROPERTIES
from vtk.stream.exit_status import ExitStatus

HOME = Path(__file__).parents[1]
PAGES = sorted((HOME / "man").glob("*.[1-9]"))
GROUP, COMMANDS = read()

groff = pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")


def _groff(roff: str, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["groff", "-ww", "-man", "-Tutf8", "-P-cbou", *options],
        input=roff,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_pages_are_current() -> None:
    run = subprocess.run(
        [sys.executable, "man/render.py", "--check"],
        cwd=HOME,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_check_names_the_command_to_run(tmp_path: Path) -> None:
    shutil.copytree(HOME / "man", tmp_path / "man")
    (tmp_path / "man" / "vtk-split.1").unlink()
    (tmp_path / "man" / "vtk-gone.1").write_text("a page of a command that is no more\n")
    check = [sys.executable, str(tmp_path / "man" / "render.py"), "--check"]
    run = subprocess.run(check, capture_output=True, text=True, timeout=60)
    assert run.returncode == 1, run.stderr
    assert run.stdout.splitlines() == [
        "man/vtk-split.1 is not current: run python man/render.py",
        "man/vtk-gone.1 is not current: run python man/render.py",
    ]
    subprocess.run(check[:-1], check=True, timeout=60)
    assert sorted(p.name for p in (tmp_path / "man").glob("*.[1-9]")) == [p.name for p in PAGES]


def test_every_command_has_a_page() -> None:
    names = {"vtk.1", "vtk-span.5", *(f"vtk-{command.name}.1" for command in COMMANDS)}
    assert {page.name for page in PAGES} == names


@groff
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages_are_clean_roff(page: Path) -> None:
    run = _groff(page.read_text("ascii"), "-z")
    assert (run.returncode, run.stderr) == (0, "")


@groff
@pytest.mark.parametrize(
    "command", dict.fromkeys([*COMMANDS, *every(COMMANDS)]), ids=lambda command: command.name
)
def test_pages_tell_what_help_tells(command: Command) -> None:
    page = _groff(
        (HOME / "man" / f"vtk-{command.name.split()[0]}.1").read_text("ascii"),
        "-rHY=0",
        "-rLL=200n",
    )
    lines = [line.strip() for line in page.stdout.splitlines()]
    text = " ".join(page.stdout.split())
    assert command.summary[1:] in text
    for option in command.options:
        value = option.metavar or "|".join(option.choices)
        tag = f"{', '.join(option.flags)} {value}".strip()
        assert any(line.startswith(tag) for line in lines), tag
        assert option.details in text
    for argument in command.arguments:
        assert any(line.startswith(argument.metavar) for line in lines)
    for paragraph in command.paragraphs:
        if paragraph.startswith("\b"):
            examples = [line.strip() for line in paragraph.splitlines()[2:]]
            assert "\n".join(examples) in "\n".join(lines)
        else:
            assert " ".join(paragraph.split()).replace("`", "") in text


def test_overview_names_every_command_status_and_variable() -> None:
    page = (HOME / "man" / "vtk.1").read_text("ascii")
    for command in COMMANDS:
        assert rf"\fBvtk\-{command.name}\fR(1)" in page
    for status in ExitStatus:
        assert rf"\fB{status.value}\fR" in page
    sources = [*(HOME / "vtk").rglob("*.py"), *(HOME / "commands").rglob("*.py")]
    for variable in re.findall(r"\bVTK_[A-Z_]+\b", "".join(p.read_text("utf-8") for p in sources)):
        assert variable in page, f"{variable} is read and not in the manual"


@groff
def test_the_page_of_the_record_has_every_field_with_its_meaning() -> None:
    text = _groff((HOME / "man" / "vtk-span.5").read_text("ascii"), "-rHY=0", "-rLL=200n").stdout
    lines = [" ".join(line.split()) for line in text.splitlines()]
    for name, schema in PROPERTIES.items():
        place = lines.index(f"{name} ({schema['type']})")
        told = " ".join(lines[place + 1 : place + 3])
        assert schema["description"].replace("`", "") in told
    assert "speech[].words[].text (string)" in lines
    for writer, (meaning, _) in SCORES.items():
        assert lines[lines.index(f"vtk {writer}") + 1].startswith(meaning)


def test_help_names_every_exit_status() -> None:
    statuses = next(text for text in GROUP.paragraphs if text.startswith("Exit status:"))
    assert re.findall(r"\b\d+\b", statuses) == [str(status.value) for status in ExitStatus]


@groff
def test_escaped_text_comes_out_letter_for_letter() -> None:
    text = "\n".join([r"a\nb \fB \\", ".dot", "'quote'", '"double"', "--x-y", "`~^`", "é ü … – 日"])
    page = _groff(f".TH A 1\n.SH B\n.EX\n{escape(text)}\n.EE\n")
    assert page.stderr == ""
    assert text in "\n".join(line.strip() for line in page.stdout.splitlines())
