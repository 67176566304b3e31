"""The progress bar, as somebody at a terminal sees it."""

import json
import os
import re
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest
from rich.cells import cell_len

from tests.command_line import vtk, vtk_process
from tests.terminal import Terminal
from tests.world import World
from vtk.stream.meter import Facts, Speed, fit_columns, lasting

BAR = r"vtk (\w+)  .*(left|so far)"


@pytest.fixture
def here(world: World, tmp_path: Path) -> Path:
    """A folder with film.mp4 and a named pipe."""
    shutil.copy(world("cuts").path, tmp_path / "film.mp4")
    os.mkfifo(tmp_path / "pipe")
    return tmp_path


@contextmanager
def feeding(folder: Path, name: str = "pipe") -> Iterator[IO[bytes]]:
    """The named pipe, to hand a run its input bit by bit; opens when the run reads it."""
    with open(folder / name, "wb", buffering=0) as file:
        yield file


def span(start: float, end: float) -> bytes:
    """A span of film.mp4, which lasts 12 s."""
    return json.dumps({"video": "film.mp4", "start": start, "end": end}).encode() + b"\n"


def bars(terminal: Terminal) -> set[str]:
    """The commands that have drawn a bar."""
    drawn = re.findall(rb"\rvtk (\w+)  [^\r\n]*(?:left|so far)", terminal.written)
    return {name.decode() for name in drawn}


def is_clean(terminal: Terminal) -> bool:
    """Whether the cursor is shown, at the left edge below what is written."""
    cursor = terminal.screen.cursor
    below = 0 if terminal.lines == [""] else len(terminal.lines)
    return not cursor.hidden and (cursor.x, cursor.y) == (0, below)


def test_a_bar_tells_percent_while_a_pipeline_runs_and_is_gone_at_its_end(here: Path) -> None:
    with Terminal("vtk keyframes -o out < pipe", folder=here) as terminal:
        with feeding(here) as file:
            file.write(span(0, 3))
            terminal.until(r"^vtk keyframes  .*25% of film\.mp4.* 1 span$")
            file.write(span(3, 6))
            line = terminal.until(r"^vtk keyframes  .*50% of film\.mp4.* 2 spans$")
            assert re.search(r"[━─]{20}  50% of film.mp4  [\d.]+x real time  \d+ s left", line)
        assert terminal.end() == 0
        assert terminal.lines == [""]
        assert is_clean(terminal)


def test_records_on_the_terminal_are_not_mixed_with_the_bar(here: Path) -> None:
    command = "vtk probe -o - < pipe"
    expected = vtk("probe", "film.mp4", cwd=here).stdout.decode().strip()
    with Terminal(command, columns=len(expected) + 1, folder=here) as terminal:
        with feeding(here) as file:
            for count in range(3):
                file.write(b"film.mp4\n")
                terminal.until(BAR)
                while len(terminal.lines) < count + 2 or not terminal.lines[-1].startswith("vtk"):
                    terminal.until(f"{count + 1} span")
                assert terminal.lines[:-1] == [expected] * (count + 1)
        assert terminal.end() == 0
        assert terminal.lines == [expected] * 3
        assert is_clean(terminal)


def test_what_show_prints_is_all_that_stays(here: Path) -> None:
    records = [{"video": "film.mp4", "start": n, "end": n + 1, "title": f"T{n}"} for n in range(9)]
    expected = vtk("show", stdin=records).stdout.decode().splitlines()
    with Terminal("vtk show < pipe", folder=here) as terminal:
        with feeding(here) as file:
            for record in records:
                file.write(json.dumps(record).encode() + b"\n")
            terminal.until(BAR)
        assert terminal.end() == 0
        assert terminal.lines == expected
        assert is_clean(terminal)


def test_a_table_printed_on_the_terminal_has_no_bar_in_it(here: Path) -> None:
    records = [{"video": "film.mp4", "start": n, "end": n + 1, "title": f"T{n}"} for n in range(3)]
    expected = vtk("export", "csv", stdin=records, cwd=here).stdout.decode().splitlines()
    with Terminal("vtk export csv < pipe", folder=here) as terminal:
        with feeding(here) as file:
            for record in records:
                file.write(json.dumps(record).encode() + b"\n")
            terminal.until("T1")
        assert terminal.end() == 0
        assert terminal.lines == expected
        assert bars(terminal) == set()


def test_of_a_pipeline_the_last_command_draws(here: Path) -> None:
    command = "vtk split < pipe | vtk keyframes | vtk caption -o out"
    with Terminal(command, folder=here) as terminal:
        with feeding(here) as file:
            file.write(b"film.mp4\n")
            terminal.until(r"vtk caption  .*\d+% of film.mp4")
        assert terminal.end() == 0
        assert bars(terminal) == {"caption"}
        (hint,) = terminal.lines
        assert hint.startswith("vtk caption: info: without a model")
        assert is_clean(terminal)
    assert (here / "out").stat().st_size


def test_no_bar_gets_into_what_another_program_prints(here: Path) -> None:
    plain = vtk("probe", stdin="film.mp4\n" * 2, cwd=here).stdout.decode().splitlines()
    with Terminal("vtk probe < pipe | cat", columns=len(plain[0]) + 1, folder=here) as terminal:
        with feeding(here) as file:
            file.write(b"film.mp4\n" * 2)
            terminal.until("film.mp4")
        assert terminal.end() == 0
        assert terminal.lines == plain
        assert bars(terminal) == set()


def test_of_runs_side_by_side_one_draws_and_then_the_other(here: Path) -> None:
    os.mkfifo(here / "other")
    command = "vtk probe -o 1 < pipe & vtk keyframes -o 2 < other & wait"
    with Terminal(command, folder=here) as terminal:
        with feeding(here) as one, feeding(here, "other") as other:
            one.write(b"film.mp4\n")
            other.write(b"film.mp4\n")
            first = terminal.until(BAR).split()[1]
            assert len(bars(terminal)) == 1
            (one if first == "probe" else other).close()
            second = "keyframes" if first == "probe" else "probe"
            terminal.until(f"vtk {second}  ")
        assert terminal.end() == 0
        assert terminal.lines == [""]


def test_a_job_in_the_background_draws_nothing(here: Path) -> None:
    command = "set -m; vtk keyframes -o out < pipe & vtk probe -o 1 < other; fg"
    os.mkfifo(here / "other")
    with Terminal(command, folder=here) as terminal:
        with feeding(here) as file:
            file.write(span(0, 3))
            with feeding(here, "other"):
                terminal.until("vtk probe  ")
                assert bars(terminal) == {"probe"}
            terminal.until("vtk keyframes  .*25% of film.mp4")  # brought to the foreground
        assert terminal.end() == 0


def test_messages_of_any_command_go_above_the_bar(here: Path) -> None:
    command = "vtk probe < pipe | vtk keyframes -o out"
    with Terminal(command, folder=here) as terminal:
        with feeding(here) as file:
            file.write(span(0, 2) + b"{'\n")
            terminal.until("vtk probe: standard input, line 2: ")
            terminal.until(BAR)
            assert terminal.lines[0].startswith("vtk probe: standard input, line 2: not JSON")
            assert terminal.lines[1].startswith("vtk keyframes  ")
            file.write(b'{"video": "gone.mp4", "start": 0, "end": 1}\n')
            terminal.until("gone.mp4: cannot open")
            while not terminal.lines[-1].startswith("vtk keyframes  "):
                terminal.until(BAR)
            assert [line.startswith("vtk probe: ") for line in terminal.lines] == [
                True, True, False
            ]  # fmt: skip
        terminal.end()
        assert len(terminal.lines) == 3
        assert "1 error record of the input passed on" in terminal.lines[2]
        assert is_clean(terminal)


def test_messages_of_worker_processes_go_above_the_bar(here: Path) -> None:
    with Terminal("vtk keyframes -j 2 -o out < pipe", folder=here) as terminal:
        with feeding(here) as file:
            file.write(span(0, 3) + span(3, 6))
            terminal.until("50% of film.mp4")
            file.write(b"gone.mp4\n")
            terminal.until("vtk keyframes: gone.mp4: cannot open")
            terminal.until(BAR)
            assert terminal.lines[0].startswith("vtk keyframes: gone.mp4: cannot open")
            assert re.match(BAR, terminal.lines[1])
        assert terminal.end() == 1
        assert len(terminal.lines) == 1
        assert is_clean(terminal)


@pytest.mark.parametrize(("key", "status"), [("\x03", 130), ("", 128 + signal.SIGTERM)])
def test_an_interrupted_run_leaves_no_bar_and_shows_the_cursor(
    here: Path, key: str, status: int
) -> None:
    with Terminal("exec vtk keyframes -o out < pipe", folder=here) as terminal, feeding(here) as f:
        f.write(span(0, 1))
        terminal.until(BAR)
        if key:
            terminal.types(key)
        else:
            terminal.run.terminate()
        assert terminal.end() == status
        assert "vtk keyframes  " not in "".join(terminal.lines)
        assert not terminal.screen.cursor.hidden
        assert terminal.screen.cursor.x == 0


def test_a_run_that_is_deaf_to_ctrl_c_leaves_no_bar_at_the_second(here: Path) -> None:
    code = (
        "import signal, threading\n"
        "from vtk.stream import Stream\n"
        "from vtk.stream.job import Job\n"
        "def deaf(spans):\n"
        "    while True:\n"
        "        try:\n"
        "            threading.Event().wait()\n"
        "        except KeyboardInterrupt:\n"
        "            pass\n"
        "    yield\n"
        "Stream('probe', ['film.mp4'], output='out').run(lambda: Job(deaf))\n"
    )
    (here / "deaf.py").write_text(code)
    with Terminal("exec python deaf.py", folder=here) as terminal:
        terminal.until(BAR)
        terminal.types("\x03")
        terminal.until("press Ctrl-C again to stop now")
        terminal.until(BAR)
        terminal.types("\x03")
        assert terminal.end() == 130
        assert len(terminal.lines) == 1
        assert not terminal.screen.cursor.hidden


def test_an_output_that_fails_leaves_its_message_and_no_bar(here: Path) -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full here")
    with Terminal("vtk probe -o /dev/full < pipe", folder=here) as terminal, feeding(here) as file:
        terminal.until(BAR)
        file.write(b"film.mp4\n")
        assert terminal.end() == 74
        (message,) = terminal.lines
        assert "No space left" in message
        assert is_clean(terminal)


def test_a_closed_pipe_leaves_nothing_on_the_terminal(here: Path) -> None:
    with Terminal("vtk split film.mp4 | head -c 1", folder=here) as terminal:
        assert terminal.end() == 0
        assert terminal.lines == ["{"]


@pytest.mark.parametrize(
    ("option", "env"), [("-q", {}), ("--log-json", {}), ("", {"TERM": "dumb"})]
)
def test_no_bar_where_none_is_wanted_or_possible(
    here: Path, option: str, env: dict[str, str]
) -> None:
    with Terminal(f"vtk keyframes {option} -o out < pipe", folder=here, env=env) as terminal:
        with feeding(here) as file:
            file.write(span(0, 1) + b"{'\n")
            terminal.until("not JSON")
        assert terminal.end() == 65
        assert b"left" not in terminal.written
        assert b"so far" not in terminal.written
        if option != "-q":
            assert b"\x1b" not in terminal.written
        if option == "--log-json":
            levels = [json.loads(line)["level"] for line in terminal.lines]
            assert levels == ["error", "info"]  # at the end, what was done


def test_no_bar_disturbs_the_typing_of_input(here: Path) -> None:
    with Terminal("vtk split -o out", folder=here) as terminal:
        terminal.until("end with Ctrl-D")
        terminal.types("film.mp4\n" * 3 + "\x04")
        assert terminal.end() == 0
        assert bars(terminal) == set()


def test_without_colour_and_on_a_narrow_terminal_the_bar_stays_one_plain_line(here: Path) -> None:
    name = f"{'映画' * 20}.mp4"
    shutil.copy(here / "film.mp4", here / name)
    with Terminal(
        "vtk keyframes -o out < pipe", columns=40, folder=here, env={"NO_COLOR": "1"}
    ) as terminal:
        with feeding(here) as file:
            file.write(span(0, 3).replace(b"film.mp4", name.encode()))
            terminal.until("^vtk keyframes  25%  .* so far  1 span$")
            assert len(terminal.lines) == 1
        assert terminal.end() == 0
        assert terminal.lines == [""]
        assert not re.search(rb"\x1b\[[\d;]*m", terminal.written)


def test_a_whole_film_is_told_within_and_many_by_their_number(here: Path) -> None:
    code = (
        "import os\n"
        "from vtk.stream import Stream\n"
        "from vtk.stream.job import Job\n"
        "stream = Stream('split', ['film.mp4', 'film.mp4'], output='out')\n"
        "def work(spans, on_progress):\n"
        "    for span in spans:\n"
        "        on_progress(span.video, 2.0, 4.0)\n"
        "        os.read(0, 1)\n"
        "        yield span\n"
        "stream.run(lambda: Job(work, tells_progress=True))\n"
    )
    (here / "work.py").write_text(code)
    with Terminal("python work.py < pipe", folder=here) as terminal:
        with feeding(here) as file:
            terminal.until("25%  .*film.mp4")
            file.write(b"1")
            terminal.until("75%  .*film.mp4")
            file.write(b"1")
        assert terminal.end() == 0


def test_a_file_of_spans_is_told_by_how_much_of_it_is_read(here: Path) -> None:
    code = (
        "import os\n"
        "from vtk.stream import Stream\n"
        "from vtk.stream.job import Job\n"
        "def work(spans):\n"
        "    for span in spans:\n"
        "        os.read(0, 1)\n"
        "        yield span\n"
        "Stream('show', ['spans.jsonl'], output='out').run(lambda: Job(work))\n"
    )
    (here / "work.py").write_text(code)
    (here / "spans.jsonl").write_bytes(span(0, 1) * 4)
    with Terminal("python work.py < pipe", folder=here) as terminal:
        with feeding(here) as file:
            for percent in (25, 50, 75):
                file.write(b"1")
                terminal.until(f" {percent}%  .*{percent // 25} span.*film.mp4")
            file.write(b"1")
        assert terminal.end() == 0


FACTS = Facts(0.45, "3.2x real time", "12 min left", "1,234 spans", "a film.mp4")


def test_at_every_width_the_bar_fits_and_tells_percent() -> None:
    for columns in range(1, 140):
        for of_all in (True, False):
            for name in ("film.mp4", "映画" * 30, ""):
                facts = Facts(0.45, FACTS.speed, FACTS.lasts, FACTS.amount, name, of_all)
                line = fit_columns("vtk caption", facts, columns)
                assert cell_len(line) <= columns
                assert "45%" in line or columns < 16
    assert fit_columns("vtk caption", FACTS, 30) == "vtk caption  45%  12 min left"


def test_time_left_follows_the_speed_of_late(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    speed = Speed()
    for second in range(200):  # nothing for 100 s, while a model is loaded, then one a second
        now[0] = float(second)
        done = max(second - 100, 0)
        share, amount = speed(done / 1000, done)
    assert amount == pytest.approx(1.0, abs=0.05)
    assert share == pytest.approx(0.001, abs=0.00005)


@pytest.mark.parametrize(
    ("seconds", "text"), [(5.4, "5 s"), (61, "1 min"), (3600, "1 h 00 min"), (7500, "2 h 05 min")]
)
def test_times_have_units(seconds: float, text: str) -> None:
    assert lasting(seconds) == text


def test_a_program_reads_the_progress_on_a_descriptor(world: World, tmp_path: Path) -> None:
    told = tmp_path / "progress.jsonl"
    with told.open("wb") as file:
        ran = vtk_process(
            *("split", world("talk").path, "--progress-fd", str(file.fileno())),
            pass_fds=[file.fileno()],
        )
    assert (ran.returncode, ran.stderr) == (0, b"")
    *_, last = map(json.loads, told.read_bytes().splitlines())
    assert last.keys() == {
        *("command", "video", "share", "of", "spans", "elapsed", "left", "ended"),
    }
    assert (last["command"], last["video"]) == ("split", str(world("talk").path))
    assert (last["ended"], last["spans"]) == (True, len(ran.stdout.splitlines()))
    assert last["share"] > 0.99


def test_a_descriptor_that_is_not_open_for_writing_is_wrong_usage(world: World) -> None:
    ran = vtk_process("split", world("talk").path, "--progress-fd", "77")
    assert (ran.returncode, ran.stdout) == (2, b"")
    assert b"--progress-fd 77 is not open for writing" in ran.stderr
