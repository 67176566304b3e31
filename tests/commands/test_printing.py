"""--print: lines of your own instead of spans, from every command that gives spans."""

from importlib import import_module
from pathlib import Path

import pytest

from tests.command_line import lines, vtk
from tests.export.tape import ERROR, shots
from tests.world import World

PRINTING = import_module("vtk.commands.stream_options").PRINTING
OWN = {"export clips": ["out"], "index duplicates": []}


@pytest.mark.parametrize("words", [w for w in PRINTING if w != "index duplicates"])
def test_every_command_of_spans_prints_by_a_template(
    world: World, tmp_path: Path, words: str
) -> None:
    more = ["--signature"] if words == "embed" else OWN.get(words, [])
    given = f"{world('subtitled_mp4').path}#t=0,2"
    command = [*words.split(), *more, given, "-q"]
    records = [] if words == "show" else lines(vtk(*command, cwd=tmp_path))
    shown = vtk(*command, "--print", r"{kind}\t{start:hms}|{name}", cwd=tmp_path)
    assert shown.returncode == 0
    times = [record["start"] for record in records] or [0.0]
    kinds = [record.get("kind", "") for record in records] or [""]
    assert shown.stdout.decode().splitlines() == [
        f"{kind}\t0:{time:06.3f}|subtitled_mp4.mp4" for kind, time in zip(kinds, times, strict=True)
    ]


def test_a_template_leaves_error_records_out_and_tells_of_what_no_span_has() -> None:
    result = vtk("show", "--print", "{start} {nosuch}", stdin=[*shots(0, 1), ERROR])
    assert (result.returncode, result.stdout) == (1, b"0.0 \n")
    assert b"'nosuch': see vtk schema" in result.stderr


def test_what_is_no_template_or_cannot_be_resumed_is_wrong_usage(tmp_path: Path) -> None:
    assert vtk("probe", "--print", "{start", "x.mp4").returncode == 2
    resumed = ["embed", "--signature", "--resume", "-o", str(tmp_path / "o.jsonl")]
    result = vtk(*resumed, "--print", "{start}", "x.mp4")
    assert (result.returncode, result.stderr.count(b"\n")) == (2, 1)
    assert b"leave out --print" in result.stderr
    assert list(tmp_path.iterdir()) == []
