"""vtk export csv and tsv: rows that are read back, and that no spreadsheet takes for formulas."""

import csv
import io
import re
import subprocess
import tempfile
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.command_line import VTK, vtk
from tests.export.tape import ERROR, TEXT, shots, tape, written
from tests.world import World
from vtk.export.table import table

FOUND = ("query", "evidence")


def read(text: str, delimiter: str = ",") -> list[list[str]]:
    return [*csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)]


def test_the_columns_are_the_fields_that_vtk_knows_best() -> None:
    spans = [{**shots(0, 1.5)[0], "score": 0.25, "title": 'A "bee", here'}, *shots(2, 3, video="b")]
    result = vtk("export", "csv", stdin=spans)
    assert (result.returncode, result.stderr) == (0, b"")
    assert read(result.stdout.decode()) == [
        ["video", "start", "end", "kind", "index", "cue.type", "score", "title", "caption", *FOUND],
        ["none/film.mp4", "0.0", "1.5", "shot", "0", "", "0.25", 'A "bee", here', "", "", ""],
        ["b", "2.0", "3.0", "shot", "0", "", "", "", "", "", ""],
    ]


def test_a_moment_comes_with_its_query_and_the_words_it_rests_on() -> None:
    said = [
        {"start": n, "end": n + 1, "text": text} for n, text in enumerate(("The knob", "turns."))
    ]
    span = {**shots(0, 2)[0], "query": "knob", "evidence": said}
    head, row = read(vtk("export", "csv", stdin=[span]).stdout.decode())
    assert dict(zip(head, row, strict=True))["evidence"] == "The knob turns."
    assert dict(zip(head, row, strict=True))["query"] == "knob"


def test_a_field_that_there_is_none_of_is_an_error_that_names_those_there_are(
    tmp_path: Path,
) -> None:
    spans = [shots(0, 1)[0], {**shots(1, 2)[0], "mine": {"rating": 5}}]
    good = vtk("export", "csv", "--fields", "mine.rating,title,transition.type", stdin=spans)
    assert (good.returncode, good.stderr) == (0, b"")
    (tmp_path / "t.csv").write_text("yesterday's")
    for wrong in ("nosuch", "mine.no", "transition.no"):
        result = vtk(
            "export", "csv", "--fields", f"start,{wrong}", "-o", tmp_path / "t.csv", stdin=spans
        )
        assert result.returncode == 2
        assert result.stderr.decode() == (
            f"vtk export csv: no span has the field '{wrong}': "
            "there are video, start, end, kind, index, mine\n"
        )
    assert (tmp_path / "t.csv").read_text() == "yesterday's"
    said = {**shots(0, 1)[0], "speech": [{"start": 0, "end": 1, "text": "Hello"}]}
    each = ["--each", "speech", "--fields"]
    assert vtk("export", "tsv", *each, "text,speaker", stdin=[said]).returncode == 0
    assert vtk("export", "tsv", *each, "text,caption", stdin=[said]).returncode == 2


def test_fields_are_chosen_by_their_names() -> None:
    span = {
        **shots(-2, 1)[0], "transition": {"type": "cut"}, "a.b": True, "tags": [{"tag": "x"}],
        "speech": [{"start": 0, "end": 1, "text": "Hello"}, {"start": 1, "end": 2, "text": "you."}],
    }  # fmt: skip
    fields = "start, transition.type,transition.why,a.b,speech,tags,caption"
    result = vtk("export", "csv", "--fields", fields, stdin=[span])
    assert read(result.stdout.decode())[1] == [
        *("-2.0", "cut", "", "true", "Hello you.", '[{"tag":"x"}]', "")
    ]
    assert vtk("export", "csv", "--fields", "start,,end", stdin=[span]).returncode == 2


def test_timecodes_are_those_of_the_file(tmp_path: Path) -> None:
    path = tape(tmp_path / "x.mov", Fraction(30000, 1001), timecode="00:00:59;20")
    fields = ["--timecode", "--fields", "start"]
    result = vtk("export", "csv", *fields, f"{path}#t=0,1.001")
    assert read(result.stdout.decode()) == [
        ["start", "start_timecode", "end_timecode"],
        ["0.0", "00:00:59;20", "00:01:00;22"],
    ]
    named = vtk("export", "tsv", *fields, "--rate", "50", stdin=shots(0, 2.5))
    assert named.stdout == b"start\tstart_timecode\tend_timecode\n0.0\t00:00:00:00\t00:00:02:25\n"


@pytest.mark.parametrize("name", ["cuts", "late_start", "variable_rate"])
def test_a_list_of_scenes_counts_the_frames_of_the_file(world: World, name: str) -> None:
    shown = world(name).truth.shots
    spans = shots(*(s.start for s in shown), shown[-1].end, video=str(world(name).path))
    result = vtk("export", "csv", "--scene-list", stdin=spans)
    head, *rows = read(result.stdout.decode())
    assert head[:5] == [
        *("Scene Number", "Start Frame", "Start Timecode", "Start Time (seconds)", "End Frame")
    ]
    assert (rows[0][:4], len(rows)) == (["1", "1", "00:00:00.000", "0.000"], len(shown))
    frames = [(int(row[1]), int(row[4]), int(row[7])) for row in rows]
    assert all(last - first + 1 == count for first, last, count in frames)
    assert [first for first, _, _ in frames[1:]] == [last + 1 for _, last, _ in frames[:-1]]
    assert frames[-1][1] == {"cuts": 288, "late_start": 144, "variable_rate": 102}[name]
    both = vtk("export", "csv", "--scene-list", "--timecode", stdin=spans)
    assert (both.returncode, both.stderr.count(b"\n")) == (2, 1)


@settings(deadline=None)
@given(st.lists(TEXT, min_size=1, max_size=4))
def test_csv_is_read_back_and_nothing_in_it_is_a_formula(texts: list[str]) -> None:
    spans = [span for text in texts for span in shots(-1, 2, caption=text)]
    with tempfile.TemporaryDirectory() as folder:
        text = written(table, spans, folder=folder, fields="start,caption")
    _, *rows = read(text)
    assert [row[0] for row in rows] == ["-1.0"] * len(texts)
    for (_, cell), told in zip(rows, texts, strict=True):
        assert cell in (told, f"'{told}")
        assert cell == told or re.match(r"[\t\r\n]|\s*[=+\-@＝＋－＠]", told)
        assert not re.match(r"\s*[=+\-@＝＋－＠]", cell)


@settings(deadline=None)
@given(st.lists(TEXT, min_size=1, max_size=4))
def test_a_line_of_tsv_is_a_row(texts: list[str]) -> None:
    spans = [span for text in texts for span in shots(0, 2, caption=text)]
    with tempfile.TemporaryDirectory() as folder:
        text = written(table, spans, folder=folder, fields="caption,end", form="tsv")
    assert text.count("\n") == len(text.splitlines()) == len(texts) + 1
    assert all(line.count("\t") == 1 for line in text.splitlines())
    for (cell, end), told in zip(read(text, "\t")[1:], texts, strict=True):
        assert end == "2.0"
        assert cell.removeprefix("'").split() == told.removeprefix("'").split()


def test_rows_come_out_as_spans_come_in() -> None:
    with subprocess.Popen(
        [VTK, "export", "csv", "--fields", "start"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as run:
        assert run.stdin
        assert run.stdout
        run.stdin.write(shots(0, 1)[0].dump())
        run.stdin.flush()
        assert [run.stdout.readline() for _ in range(2)] == [b"start\n", b"0.0\n"]
        run.stdin.close()


def test_without_good_spans_there_is_only_the_head() -> None:
    result = vtk("export", "csv", "--fields", "start,=end", stdin=[ERROR])
    assert result.returncode == 66
    assert result.stdout == b"start,'=end\n"
    assert result.stderr == b"vtk export csv: warning: left out 1 error record\n"
