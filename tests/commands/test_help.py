"""Help, and what is said to who misspells a command."""

import pytest

from tests.command_line import vtk


@pytest.mark.parametrize("group", ["", "export", "index", "models"])
def test_no_line_of_a_list_of_commands_is_cut_off(group: str) -> None:
    listed = vtk(*group.split(), "--help").stdout.decode().split("Commands:\n")[1]
    assert "..." not in listed
    assert listed.rstrip().endswith(".")


@pytest.mark.parametrize(
    ("typed", "meant"), [("splt", "split"), ("export webvt", "webvtt"), ("index vrify", "verify")]
)
def test_a_misspelt_command_is_told_how_it_is_spelt(typed: str, meant: str) -> None:
    result = vtk(*typed.split())
    assert result.returncode == 2
    assert f"Did you mean '{meant}'?".encode() in result.stderr
