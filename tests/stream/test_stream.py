"""The manners that all commands share: input, output, order, errors, exit statuses."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.command_line import VTK, lines, vtk, vtk_process
from tests.helpers import nothing, slow
from tests.world import World
from vtk.schema import SCHEMA
from vtk.span import Span
from vtk.stream.workers import map_ordered

STARTED = "from vtk.__main__ import main; print('!', end='', flush=True)"
BROKEN = (
    "truncated",
    "truncated_mkv",
    "corrupt",
    "no_moov",
    "empty",
    "not_media",
    "audio_only",
    "no_frames",
)


def test_paths_spans_and_fragments_come_as_arguments_and_on_stdin(world: World) -> None:
    path = str(world("cuts").path)
    inputs = [path, f"{path}#t=1,2", json.dumps({"video": path, "start": 0.5, "end": 1})]
    by_argument = vtk("probe", *inputs)
    by_stdin = vtk("probe", stdin="\n".join(inputs))
    assert by_argument.returncode == by_stdin.returncode == 0
    assert by_argument.stdout == by_stdin.stdout
    assert [record["start"] for record in lines(by_stdin)] == [0, 1, 0.5]


def test_a_file_of_spans_is_read_like_standard_input(world: World, tmp_path: Path) -> None:
    spans = tmp_path / "spans.jsonl"
    spans.write_text(json.dumps({"video": str(world("cuts").path), "mine": 1}) + "\n")
    assert lines(vtk("probe", spans))[0]["mine"] == 1


@pytest.mark.parametrize(
    "name",
    [b"new\nline.mp4", b"quo\"te's.mp4", b"caf\xe9.mp4", b"a: b.mp4", b"-dash.mp4", b"%d.mp4"],
)
def test_an_oddly_named_file_goes_through_the_pipeline(
    world: World, tmp_path: Path, name: bytes
) -> None:
    shutil.copy(os.fsencode(world("silent").path), os.fsencode(tmp_path) + b"/" + name)
    found = vtk("split", "-0", stdin=b"./" + name + b"\0", cwd=tmp_path)
    assert found.returncode == 0, found.stderr
    captioned = vtk("caption", stdin=found.stdout, cwd=tmp_path)
    assert captioned.returncode == 0, captioned.stderr
    assert len(lines(captioned)) == len(world("silent").truth.shots)


@pytest.mark.parametrize("jobs", ["1", "3"])
def test_a_bad_file_becomes_an_error_record_among_the_good_ones(
    world: World, tmp_path: Path, jobs: str
) -> None:
    good = str(world("silent").path)
    names = [good, str(tmp_path / "missing.mp4"), good, str(tmp_path), good]
    result = vtk_process("probe", "--jobs", jobs, *names)
    assert result.returncode == 1
    records = lines(result)
    assert [record["video"] for record in records] == names
    assert [record.get("error", {}).get("type") for record in records] == [
        None, "OpenError", None, "OpenError", None
    ]  # fmt: skip
    assert b"missing.mp4: cannot open: No such file or directory" in result.stderr
    assert b"Traceback" not in result.stderr


def test_a_missing_video_is_told_of_once_and_each_of_its_spans_fails() -> None:
    spans = [{"video": video, "start": s, "end": s + 1} for video in ("a", "b") for s in (0, 1)]
    result = vtk("keyframes", stdin=spans)
    assert [record["error"]["type"] for record in lines(result)] == ["OpenError"] * 4
    told = "".join(f"vtk keyframes: {v}: cannot open: No such file or directory\n" for v in "ab")
    assert result.stderr.decode() == told


@pytest.mark.parametrize("command", ["split", "keyframes", "caption"])
@pytest.mark.parametrize("name", BROKEN)
def test_every_broken_file_is_told_of_and_the_good_ones_come_through(
    world: World, name: str, command: str
) -> None:
    good, bad = str(world("silent").path), str(world(name).path)
    result = vtk(command, good, bad, good)
    assert result.returncode == 1
    assert b"Traceback" not in result.stderr
    assert b"bug" not in result.stderr
    records = lines(result)
    errors = [record for record in records if "error" in record]
    assert [error["video"] for error in errors] == [bad]
    assert errors[0]["error"]["message"].encode() in result.stderr
    shots = len(world("silent").truth.shots)
    assert [r["video"] for r in records[:shots]] == [r["video"] for r in records[-shots:]]
    for record in records:
        jsonschema.validate(record, SCHEMA)


@pytest.mark.parametrize("command", ["chapter", "summarize"])
@pytest.mark.parametrize("name", BROKEN)
def test_what_is_left_of_a_broken_file_is_still_summed_up(
    world: World, name: str, command: str
) -> None:
    good, bad = str(world("silent").path), str(world(name).path)
    result = vtk(command, bad, good)
    assert result.returncode == 1
    records = lines(result)
    assert [r["video"] for r in records if "error" in r] == [bad]
    assert records[-1]["video"] == good
    told = [r for r in records if r["video"] == bad and "error" not in r]
    assert bool(told) == (name in ("truncated", "truncated_mkv", "corrupt"))


def test_shots_before_and_after_the_damage_are_kept(world: World) -> None:
    clip = world("truncated")
    shots = [r for r in lines(vtk("split", clip.path)) if "error" not in r]
    assert shots[0]["start"] == 0
    assert shots[-1]["end"] < clip.truth.end - 1
    clip = world("corrupt")
    shots = [r for r in lines(vtk("split", clip.path)) if "error" not in r]
    assert shots[-1]["end"] == pytest.approx(clip.truth.end, abs=0.05)


@pytest.mark.parametrize(
    ("line", "reason", "named"),
    [
        (b"{broken", b"not JSON", None),
        (b'{"start": 1}', b"has no video", None),
        (b'{"video": "\xff"}', b"not JSON", None),
        (b"x.mp4#t=9,1", b"ends before it starts", None),
        (b"[1, 2]", b"neither an object nor a string", None),
        (b'"x.mp4#t=9,1"', b"ends before it starts", None),
        (b'{"video": "a", "start": 9, "end": 1}', b"before start", {"video": "a"}),
        (b'{"video": "a", "start": 1e300}', b"beyond", {"video": "a"}),
        (
            b'{"video": "a", "start": 1, "end": 2, "cue": {"type": 3}}',
            b"cue.type must be text",
            {"video": "a", "start": 1, "end": 2},
        ),
        (
            b'{"video": "a", "x": ' + b"[" * 300 + b"]" * 300 + b"}",
            b"nested too deeply",
            {"video": "a"},
        ),
    ],
)
def test_a_bad_line_is_named_and_the_good_ones_come_through(
    world: World, line: bytes, reason: bytes, named: dict[str, object] | None
) -> None:
    """What it names, if a video, goes down the stream as an error record."""
    good = os.fsencode(world("cuts").path)
    result = vtk("probe", stdin=b"\n".join([good, line, good]))
    assert result.returncode == 65
    assert b"line 2: " in result.stderr
    assert reason in result.stderr
    first, *between, last = lines(result)
    assert first["media"] == last["media"]
    assert [record.pop("error")["type"] for record in between] == ["InputError"] * bool(named)
    assert between == [named] * bool(named)


def test_statuses_say_what_happened(world: World, tmp_path: Path) -> None:
    assert vtk("probe", world("cuts").path).returncode == 0
    assert vtk("probe", tmp_path / "missing.mp4").returncode == 66
    assert vtk("probe", "--no-such-option").returncode == 2
    assert vtk("no-such-command").returncode == 2
    assert vtk("split", "--every", "soon", world("cuts").path).returncode == 2
    assert vtk("probe", stdin=b"").returncode == 0


def test_error_records_pass_through_every_command_untouched() -> None:
    record = {
        "video": "gone.mp4",
        "start": 1.5,
        "mine": [1, {"a": None}],
        "error": {"command": "vtk split", "type": "OpenError", "message": "gone"},
    }
    for command in (
        ["probe"], ["split"], ["keyframes"], ["caption"], ["chapter"], ["summarize"],
        ["retrieve", "query"], ["ground", "query"],
    ):  # fmt: skip
        result = vtk(*command, stdin=[record])
        assert lines(result) == [record], command
        assert result.returncode in (1, 66), command


@settings(max_examples=5, deadline=None)
@given(st.lists(st.integers(0, 30), max_size=12), st.integers(2, 4))
def test_order_is_kept_however_long_each_record_takes(waits: list[int], jobs: int) -> None:
    spans = [Span(video="a", start=float(i), end=i + 1.0, wait=w) for i, w in enumerate(waits)]
    units = ([span] for span in spans)
    assert list(map_ordered("x", slow, units, jobs, by_video=False, settings=nothing)) == spans


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_order_is_kept_whatever_the_number_of_processes(world: World, jobs: str) -> None:
    path = str(world("many_cuts").path)
    spans = [{"video": path, "start": i / 4, "end": i / 4 + 0.25, "n": i} for i in range(40)]
    result = vtk_process("keyframes", "--jobs", jobs, stdin=spans)
    assert [record["n"] for record in lines(result)] == list(range(40))


def test_the_same_run_gives_the_same_bytes(world: World) -> None:
    path = world("cuts").path
    runs = [vtk("caption", path), vtk_process("caption", path)]
    runs.append(vtk_process("caption", "--jobs", "2", path))
    assert len({run.stdout for run in runs}) == 1


def test_an_output_file_appears_only_when_it_is_whole(world: World, tmp_path: Path) -> None:
    out = tmp_path / "shots.jsonl"
    out.write_text("old")
    feed = subprocess.Popen(
        [VTK, "split", "-o", out], stdin=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert feed.stdin is not None
    feed.stdin.write(os.fsencode(world("cuts").path) + b"\n")
    feed.stdin.flush()
    deadline = time.monotonic() + 20
    while len(list(tmp_path.iterdir())) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    assert out.read_text() == "old"
    feed.kill()
    feed.communicate()
    assert out.read_text() == "old"
    assert vtk("split", "-o", out, world("cuts").path).returncode == 0
    assert len(out.read_text().splitlines()) == len(world("cuts").truth.shots)
    assert out.stat().st_mode & 0o777 == 0o644


def test_an_output_file_outlives_a_night_without_its_input(tmp_path: Path) -> None:
    out = tmp_path / "shots.jsonl"
    out.write_text("yesterday's")
    assert vtk("split", "-o", out, tmp_path / "unmounted.mp4").returncode == 66
    assert out.read_text() == "yesterday's"
    assert list(tmp_path.iterdir()) == [out]


def test_what_is_read_is_not_written_over(world: World, tmp_path: Path) -> None:
    film, shots = tmp_path / "film.mkv", tmp_path / "shots.jsonl"
    shutil.copy(world("cuts").path, film)
    shots.write_bytes(vtk("split", film).stdout)
    for arguments, what in (
        (("split", film, "-o", film), b"is the video itself"),
        (("keyframes", shots, "-o", film), b"is the video itself"),
        (("export", "csv", shots, "-o", shots), b"is read here"),
        (("show", shots, "-o", shots), b"is read here"),
    ):
        before = film.read_bytes(), shots.read_bytes()
        result = vtk(*arguments)
        assert (result.returncode, what in result.stderr) == (2, True), arguments
        assert (film.read_bytes(), shots.read_bytes()) == before
    assert vtk("keyframes", shots, "-o", shots).returncode == 0  # spans of spans: in place
    assert "keyframes" in json.loads(shots.read_text().splitlines()[0])


def test_a_folder_that_is_not_there_is_no_file(world: World, tmp_path: Path) -> None:
    result = vtk("probe", world("cuts").path, "-o", f"{tmp_path}/sub/")
    assert (result.returncode, b"names a folder" in result.stderr) == (74, True)
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not os.path.exists("/dev/stdout"), reason="no such name here")
def test_standard_output_has_a_name_too(world: World) -> None:
    assert lines(vtk_process("probe", "-o", "/dev/stdout", world("cuts").path))[0]["end"] > 0


def test_a_full_disk_is_told_in_one_sentence(world: World) -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full here")
    with open("/dev/full", "wb") as full:
        result = subprocess.run(
            [VTK, "probe", world("cuts").path], stdout=full, stderr=subprocess.PIPE, timeout=60
        )
    assert result.returncode == 74
    assert result.stderr == b"vtk probe: cannot write standard output: No space left on device\n"


@pytest.mark.parametrize(("closed", "status"), [("<&-", 65), (">&-", 74), ("2>&-", 66)])
def test_closed_standard_streams_are_no_bug(world: World, closed: str, status: int) -> None:
    name = {"<&-": "", ">&-": world("cuts").path, "2>&-": "missing.mp4"}[closed]
    result = subprocess.run(
        ["bash", "-c", f"'{VTK}' probe {name} {closed}"], capture_output=True, timeout=60
    )
    assert result.returncode == status
    assert b"Traceback" not in result.stderr


def test_a_video_comes_through_a_pipe_where_its_container_allows(
    world: World, tmp_path: Path
) -> None:
    script = "vtk split <(cat {}) | tail -n 1".replace("vtk", f"'{VTK}'")
    through = {
        name: subprocess.run(
            ["bash", "-c", script.format(world(name).path)], capture_output=True, timeout=60
        )
        for name in ("truncated_mkv", "subtitled", "cuts")
    }
    assert lines(through["subtitled"])[0]["end"] == pytest.approx(
        float(world("subtitled").truth.end), abs=0.1
    )
    assert "needs an input that can seek" in lines(through["cuts"])[0]["error"]["message"]


def test_a_folder_that_is_not_there_is_told_in_one_sentence(world: World, tmp_path: Path) -> None:
    result = vtk("probe", "-o", tmp_path / "no" / "x.jsonl", world("cuts").path)
    assert result.returncode == 74
    assert result.stderr.count(b"\n") == 1


def test_a_reader_that_leaves_ends_the_run_quietly(world: World) -> None:
    names = " ".join(f"'{world('cuts').path}'" for _ in range(200))
    began = time.monotonic()
    result = subprocess.run(
        ["bash", "-c", f"set -o pipefail; '{VTK}' split {names} | head -n 1"],
        capture_output=True,
        timeout=60,
    )
    assert (result.returncode, result.stderr) == (0, b"")
    assert len(result.stdout.splitlines()) == 1
    assert time.monotonic() - began < 20  # 200 clips would take much longer


def test_a_run_into_a_file_needs_no_reader(world: World, tmp_path: Path) -> None:
    out = tmp_path / "shots.jsonl"
    script = f"set -o pipefail; '{VTK}' split -o '{out}' '{world('cuts').path}' | true"
    assert subprocess.run(["bash", "-c", script], timeout=60).returncode == 0
    assert len(out.read_text().splitlines()) == len(world("cuts").truth.shots)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_reader_that_leaves_is_noticed_before_the_next_record(world: World, jobs: str) -> None:
    """Nothing is written between the two: the input hangs, and the run must end all the same."""
    reading, writing = os.pipe()
    feed = subprocess.Popen([VTK, "split", "-j", jobs], stdin=subprocess.PIPE, stdout=writing)
    os.close(writing)
    assert feed.stdin is not None
    feed.stdin.write(os.fsencode(world("cuts").path) + b"\n")
    feed.stdin.flush()
    assert os.read(reading, 1)
    os.close(reading)
    try:
        assert feed.wait(timeout=20) == 0
    finally:
        feed.kill()
        feed.stdin.close()


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_an_interrupt_ends_the_run_with_130(world: World, tmp_path: Path, jobs: str) -> None:
    out = tmp_path / "out.jsonl"
    names = [world("cuts").path] * 300
    run = subprocess.Popen(
        [VTK, "split", "--jobs", jobs, "-o", out, *names], stderr=subprocess.PIPE,
        start_new_session=True,
    )  # fmt: skip
    deadline = time.monotonic() + 20
    while not any(file.stat().st_size for file in tmp_path.iterdir()):  # it is in the middle
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.killpg(run.pid, signal.SIGINT)
    _, messages = run.communicate(timeout=20)
    assert run.returncode == 130
    assert b"Traceback" not in messages
    assert not list(tmp_path.iterdir())


BUSY = """
import hashlib
import sys
from vtk.output import open_sink
from vtk.stream import Stream

def work():
    with open_sink(sys.argv[1]):
        print("!", flush=True)
        hashlib.pbkdf2_hmac("sha256", b"", b"", 2**31 - 1)  # as deaf as a long step of a model

raise SystemExit(Stream("vtk test").status(work))
"""


def test_a_second_interrupt_ends_a_run_whose_model_is_deaf_to_the_first(tmp_path: Path) -> None:
    run = subprocess.Popen(
        [sys.executable, "-c", BUSY, str(tmp_path / "out.jsonl")],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert run.stdout
        assert run.stdout.read(1) == b"!"
        time.sleep(0.3)  # by then it is deaf
        run.send_signal(signal.SIGINT)
        with pytest.raises(subprocess.TimeoutExpired):
            run.wait(timeout=1)
        assert list(tmp_path.iterdir())
        run.send_signal(signal.SIGINT)
        _, messages = run.communicate(timeout=20)
        assert (run.returncode, messages) == (130, b"")
        assert not list(tmp_path.iterdir()), "the unfinished file is removed"
    finally:
        run.kill()


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_an_interrupt_ends_a_run_that_waits_for_input(jobs: str) -> None:
    run = subprocess.Popen(
        [VTK, "split", "-j", jobs], stdin=subprocess.PIPE, stderr=subprocess.PIPE,
        stdout=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    assert run.stdin
    assert run.stderr
    run.stdin.write(b"nonsense {\n")
    run.stdin.flush()
    assert run.stderr.readline()  # it has said what it makes of that, and waits for more
    os.killpg(run.pid, signal.SIGINT)
    _, messages = run.communicate(timeout=20)
    assert (run.returncode, messages) == (130, b"")


def test_an_interrupt_while_the_program_starts_ends_it_without_a_word() -> None:
    """Compiled modules may crash, and Python tells a traceback, where an import is interrupted."""
    for delay in (0.04, 0.06, 0.08, 0.1, 0.12, 0.15, 0.2, 0.3):
        run = subprocess.Popen(
            [sys.executable, "-c", f"{STARTED}; main()", "split"], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        assert run.stdout
        assert run.stdout.read(1) == b"!"  # Python itself has started
        time.sleep(delay)
        run.send_signal(signal.SIGINT)
        _, messages = run.communicate(timeout=20)
        assert (run.returncode, messages) == (130, b"")


def test_a_record_comes_out_while_the_input_stays_open(world: World) -> None:
    for jobs in ("1", "2"):
        run = subprocess.Popen(
            [VTK, "probe", "-j", jobs], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert run.stdin
        assert run.stdout
        run.stdin.write(os.fsencode(world("cuts").path) + b"\n")
        run.stdin.flush()
        assert b'"media"' in run.stdout.readline()
        run.stdin.close()
        assert run.wait(timeout=20) == 0
        run.stdout.close()


def test_an_error_of_the_input_is_not_taken_for_its_end() -> None:
    def units() -> Iterator[list[Span]]:
        yield [Span(video="a", start=0.0, end=1.0, wait=0)]
        raise RuntimeError("the cable was pulled")

    with pytest.raises(RuntimeError, match="cable"):
        list(map_ordered("x", slow, units(), 2, by_video=False, settings=nothing))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_polite_kill_leaves_nothing_half_written(
    world: World, tmp_path: Path, number: signal.Signals
) -> None:
    names = [world("cuts").path] * 300
    run = subprocess.Popen([VTK, "split", "-o", tmp_path / "out.jsonl", *names])
    deadline = time.monotonic() + 20
    while not list(tmp_path.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.02)
    run.send_signal(number)
    assert run.wait(timeout=20) == 128 + number
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["split", "--help"], ["schema"]])
def test_help_into_a_full_disk_is_told_in_one_sentence(arguments: list[str]) -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full here")
    with open("/dev/full", "wb") as full:
        result = subprocess.run([VTK, *arguments], stdout=full, stderr=subprocess.PIPE, timeout=60)
    assert result.returncode == 74
    assert result.stderr.count(b"\n") == 1


def test_a_byte_order_mark_is_no_part_of_the_first_record(tmp_path: Path) -> None:
    spans = tmp_path / "spans.json"
    spans.write_bytes(b'\xef\xbb\xbf{"start": 0, "end": 1, "video": "a", "caption": "A fox."}\n')
    assert lines(vtk("retrieve", "fox", spans))[0]["rank"] == 1
    assert lines(vtk("retrieve", "fox", stdin=spans.read_bytes()))[0]["rank"] == 1


def test_messages_can_be_json_lines(tmp_path: Path) -> None:
    result = vtk("probe", "--log-json", tmp_path / "gone.mp4")
    message, end = [json.loads(line) for line in result.stderr.splitlines()]
    assert message["level"] == "error"
    assert message["command"] == "vtk probe"
    assert message["message"] == f"{message['video']}: cannot open: No such file or directory"
    assert (message["video"], message["type"]) == (str(tmp_path / "gone.mp4"), "OpenError")
    assert datetime.fromisoformat(message["time"]).tzinfo is not None
    assert (end["level"], end["errors"], end["videos"]) == ("info", 1, 1)


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["split", "--log-json", "--evry", "5"], 2),
        (["splt", "--log-json"], 2),
        (["split", "--log-json", "--threshold", "high", "a.mp4"], 2),
        (["split", "--log-json", "--threshold", "7", "a.mp4"], 2),
        (["chapter", "--log-json", "--at", "nowhere.txt", "a.mp4"], 2),
    ],
)
def test_wrong_usage_is_a_line_of_json_where_messages_are(
    arguments: list[str], status: int
) -> None:
    ran = vtk(*arguments)
    (message,) = [json.loads(line) for line in ran.stderr.splitlines()]
    assert (ran.returncode, message["level"]) == (status, "error")
    assert message["command"].startswith("vtk")
    assert message["type"]


def test_help_and_version_are_not_touched_by_messages_in_json() -> None:
    assert vtk("split", "--log-json", "--help").stdout.startswith(b"Usage: vtk split")
    assert vtk("--version").returncode == 0


def test_a_run_tells_what_it_did_where_that_is_asked_for(world: World) -> None:
    film = world("cuts").path
    assert vtk("split", film).stderr == b""
    told = vtk("split", "-v", film, "gone.mp4").stderr.decode()
    shots = len(world("cuts").truth.shots)
    assert f"vtk split: info: {shots} spans of 2 videos, 1 error record, in " in told


def test_a_message_cannot_play_tricks_on_the_terminal(tmp_path: Path) -> None:
    result = vtk("probe", tmp_path / "\x1b[2Jwiped\n.mp4")
    assert b"\x1b" not in result.stderr
    assert result.stderr.count(b"\n") == 1


def test_a_worker_that_dies_takes_only_its_record_with_it(world: World) -> None:
    path = str(world("cuts").path)
    code = (
        "import os, sys\n"
        "from vtk.stream import Stream\n"
        "from tests.helpers import fatal\n"
        "from vtk.stream.job import Job\n"
        "sys.exit(Stream('probe', sys.argv[1:], jobs=2).run(lambda: Job(fatal)))\n"
    )
    names = [f"{path}#t=0,1", f"{path}#t=1,2", f"{path}#t=2,3", f"{path}#t=3,4"]
    result = subprocess.run(
        [os.path.join(os.path.dirname(VTK), "python"), "-c", code, *names],
        capture_output=True, timeout=60, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    records = lines(result)
    assert result.returncode == 1
    assert [record["start"] for record in records] == [0, 1, 2, 3]
    assert [record.get("error", {}).get("type") for record in records] == [
        None, "WorkerError", None, None
    ]  # fmt: skip


def test_an_interrupt_that_a_library_turns_into_an_error_of_its_own_is_one() -> None:
    code = """
import os, signal
from vtk.span import Span
from vtk.stream import Stream
from vtk.stream.job import Job

def loads(spans):
    try:
        os.kill(os.getpid(), signal.SIGINT)
    except KeyboardInterrupt:
        raise TypeError("half loaded") from None
    yield from spans

raise SystemExit(Stream("ocr", inputs=["film.mp4"]).run(lambda: Job(loads)))
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60)
    assert (result.returncode, result.stderr) == (130, b"")


def test_an_interrupt_that_python_loses_ends_the_run_too() -> None:
    code = """
import os, signal
from vtk.stream import Stream
from vtk.stream.job import Job

class Freed:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)
        [None for _ in range(1000)]

def loads(spans):
    Freed()
    yield from spans

raise SystemExit(Stream("split", inputs=["a.mp4", "b.mp4"]).run(lambda: Job(loads)))
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60)
    assert (result.returncode, result.stderr) == (130, b"")


def test_an_old_error_record_is_told_of_and_is_no_input_that_could_not_be_opened() -> None:
    old = Span(video="gone.mp4").with_error("split", "cannot open", "OpenError").dump()
    good = Span(video="a.mp4", start=0.0, end=1.0, caption="A boat.").dump()
    for kind in (b"OpenError", b"InternalError"):
        given = old.replace(b"OpenError", kind)
        ran = vtk("retrieve", "zebra", stdin=good + given)
        assert (ran.returncode, ran.stdout) == (1, given)
        assert b"vtk retrieve: warning: 1 error record of the input passed on\n" in ran.stderr
