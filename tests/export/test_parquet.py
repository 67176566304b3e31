"""vtk export parquet: what is read back, and what a run that fails leaves."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import VTK, lines, vtk, vtk_process
from tests.world import World
from vtk.export import parquet as module
from vtk.export.parquet import COLUMNS, parquet
from vtk.span import Span

pq = pytest.importorskip("pyarrow.parquet")

SPANS = [
    {
        "video": "a.b c.mp4", "start": 0, "end": 1.5, "kind": "shot", "index": 0, "score": 1,
        "caption": "A bee.\nIt hums. é日", "mine": {"deep": [1, None, "x"]},
        "keyframes": [{"t": 0.25, "pts": 6000}, {"t": 1.0}],
        "speech": [{"start": 0, "end": 1, "text": "Hello"}, {"start": 1, "end": 2, "text": "you."}],
        "screen_text": [{"t": 0.25, "text": "Lecture 3"}],
    },
    {"video": "b.mp4", "start": 2.0, "end": 3, "title": "Bees", "summary": "Bees fly."},
]  # fmt: skip
ERROR = {
    **{"video": "gone.mp4", "start": 0, "end": 1},
    "error": {"command": "vtk split", "type": "OpenError", "message": "gone"},
}


def read(file: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(file).to_pylist()
    return rows


def test_a_row_has_the_columns_and_the_whole_record(tmp_path: Path) -> None:
    file = tmp_path / "shots.parquet"
    result = vtk("export", "parquet", file, stdin=SPANS)
    assert (result.returncode, result.stderr) == (0, b"")
    first, second = read(file)
    assert list(first) == list(COLUMNS)
    assert (first["start"], first["end"], first["index"], first["score"]) == (0, 1.5, 0, 1)
    assert first["caption"] == "A bee.\nIt hums. é日"
    assert (first["speech"], first["screen_text"]) == ("Hello you.", "Lecture 3")
    assert first["keyframes"] == [0.25, 1.0]
    assert [json.loads(row["record"]) for row in (first, second)] == SPANS
    assert (second["title"], second["summary"], second["caption"]) == ("Bees", "Bees fly.", None)


def test_spans_go_on_with_a_note_of_what_was_done(tmp_path: Path) -> None:
    found = lines(vtk("export", "parquet", tmp_path / "x.parquet", stdin=SPANS))
    assert [record.pop("made")[-1]["by"] for record in found] == ["vtk export parquet"] * 2
    assert found == SPANS


def test_error_records_go_on_and_are_no_rows(tmp_path: Path) -> None:
    file = tmp_path / "x.parquet"
    result = vtk("export", "parquet", file, stdin=[SPANS[0], ERROR, SPANS[1]])
    assert result.returncode == 1
    assert b"vtk export parquet: warning: left out 1 error record\n" in result.stderr
    assert lines(result)[1] == ERROR
    assert [row["video"] for row in read(file)] == ["a.b c.mp4", "b.mp4"]


def test_a_file_outlives_a_run_that_has_only_errors(tmp_path: Path) -> None:
    file = tmp_path / "x.parquet"
    file.write_bytes(b"yesterday's")
    assert vtk("export", "parquet", file, stdin=[ERROR]).returncode == 66
    assert file.read_bytes() == b"yesterday's"
    assert vtk("export", "parquet", file, stdin=b"").returncode == 0
    assert read(file) == []


def test_the_same_spans_give_the_same_bytes(tmp_path: Path) -> None:
    names = [tmp_path / "1.parquet", tmp_path / "2.parquet"]
    for name in names:
        assert vtk_process("export", "parquet", name, stdin=SPANS * 50).returncode == 0
    assert names[0].read_bytes() == names[1].read_bytes()


def test_rows_are_written_in_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GROUP", 2)
    spans = [Span(video="a.mp4", start=float(i), end=i + 1.0) for i in range(5)]
    for _ in parquet(spans, tmp_path / "x.parquet"):
        pass
    assert pq.ParquetFile(tmp_path / "x.parquet").num_row_groups == 3
    assert [row["start"] for row in read(tmp_path / "x.parquet")] == [0, 1, 2, 3, 4]
    monkeypatch.setattr(module, "GROUP_BYTES", 1)
    list(parquet(spans, tmp_path / "x.parquet"))
    assert pq.ParquetFile(tmp_path / "x.parquet").num_row_groups == 5


def test_an_index_that_no_column_holds_is_in_the_record(tmp_path: Path) -> None:
    span = {**SPANS[1], "index": 2**64 - 1}
    assert vtk("export", "parquet", tmp_path / "x.parquet", stdin=[span]).returncode == 0
    (row,) = read(tmp_path / "x.parquet")
    assert (row["index"], json.loads(row["record"])["index"]) == (None, 2**64 - 1)


def test_a_whole_video_is_split_first(world: World, tmp_path: Path) -> None:
    clip = world("cuts")
    assert vtk("export", "parquet", tmp_path / "x.parquet", clip.path).returncode == 0
    starts = [row["start"] for row in read(tmp_path / "x.parquet")]
    assert starts == [shot.start for shot in clip.truth.shots]


def test_a_caller_who_stops_early_leaves_nothing(tmp_path: Path) -> None:
    rows = parquet([Span(span) for span in SPANS], tmp_path / "x.parquet")
    next(rows)
    rows.close()  # type: ignore[attr-defined]
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_written_is_one_sentence_and_a_status(tmp_path: Path) -> None:
    (tmp_path / "folder.parquet").mkdir()
    (tmp_path / "shots.jsonl").write_text(json.dumps(SPANS[0]))
    cases = [
        ("none/x.parquet", 74, "No such file or directory"),
        ("folder.parquet", 74, "it is a folder"),
        ("shots.jsonl", 2, "the file to write comes first"),
    ]
    for name, status, words in cases:
        result = vtk("export", "parquet", name, stdin=SPANS, cwd=tmp_path)
        text = result.stderr.decode()
        assert (result.returncode, text.count("\n")) == (status, 1), text
        assert text.startswith("vtk export parquet: ")
        assert words in text
    assert json.loads((tmp_path / "shots.jsonl").read_text()) == SPANS[0]


def test_a_full_disk_leaves_no_file(tmp_path: Path) -> None:
    stdin = b"".join(json.dumps({**SPANS[1], "n": n}).encode() + b"\n" for n in range(20_000))
    result = subprocess.run(
        ["bash", "-c", f"ulimit -f 4; exec '{VTK}' export parquet x.parquet > /dev/null"],
        input=stdin, capture_output=True, cwd=tmp_path, timeout=60,
    )  # fmt: skip
    assert result.returncode == 74
    assert result.stderr == b"vtk export parquet: cannot write x.parquet: File too large\n"
    assert list(tmp_path.iterdir()) == []


def test_without_pyarrow_the_fix_is_told(tmp_path: Path) -> None:
    missing = "raise ModuleNotFoundError('gone', name='pyarrow')\n"
    for text, words in ((missing, "needs pyarrow"), ("raise ImportError('odd')", "not load (odd)")):
        (tmp_path / "pyarrow.py").write_text(text)
        env = {"PYTHONPATH": str(tmp_path)}
        result = vtk_process("export", "parquet", tmp_path / "x.parquet", stdin=SPANS, env=env)
        assert (result.returncode, result.stderr.count(b"\n")) == (69, 1)
        assert words in result.stderr.decode()
        assert b"pip install 'video-text-kit[parquet]'" in result.stderr
    assert not (tmp_path / "x.parquet").exists()
