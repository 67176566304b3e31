"""How results are given: fragments, lines by a template, files cut out."""

import json
from pathlib import Path

import pytest

from tests.command_line import vtk
from tests.world import World


@pytest.fixture
def spans(world: World, tmp_path: Path) -> str:
    clip = world("cuts")
    file = tmp_path / "shots.jsonl"
    shot = {"video": str(clip.path), "start": 1.0, "end": 2.0, "caption": "A rocket lifts off."}
    file.write_text(json.dumps(shot) + "\n" + json.dumps(shot | {"start": 6.0, "end": 7.0}) + "\n")
    return str(file)


@pytest.mark.parametrize("command", ["retrieve", "ground"])
def test_fragments_are_read_by_the_next_command(spans: str, command: str) -> None:
    found = vtk(command, "rocket", spans, "--format", "uri").stdout.decode().splitlines()
    assert [line.partition("#")[2] for line in found] == ["t=1,2", "t=6,7"]
    windows = vtk("split", "--every", "1", stdin="\n".join(found).encode()).stdout.splitlines()
    assert [json.loads(line)["start"] for line in windows] == [1.0, 6.0]


def test_a_template_gives_a_line_a_result_and_clips_are_cut_out(spans: str, tmp_path: Path) -> None:
    folder = tmp_path / "found"
    line = "{rank} {start:hms} {clip.file} {clip.start} {clip.end}"
    found = vtk("ground", "rocket", spans, "--clips", str(folder), "--exact", "--print", line)
    assert found.stderr == b""
    files = sorted(folder.iterdir())
    assert found.stdout.decode().splitlines() == [
        f"1 0:01.000 {files[0]} 1.0 2.0",
        f"2 0:06.000 {files[1]} 6.0 7.0",
    ]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--exact"], b"--clips DIR"),
        (["--print", "{start"], b"is not a template"),
        (["--print", "{start}", "--format", "uri"], b"give one of them"),
    ],
)
def test_wrong_wishes_are_wrong_usage(spans: str, options: list[str], told: bytes) -> None:
    result = vtk("retrieve", "rocket", spans, *options)
    assert result.returncode == 2
    assert told in result.stderr
