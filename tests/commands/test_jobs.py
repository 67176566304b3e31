"""A command is a function from its options to a job: nothing is opened before a stream runs it."""

import inspect
import pickle
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.world import World
from vtk.errors import UsageError
from vtk.span import Span
from vtk.stream import Stream
from vtk.stream.exit_status import ExitStatus
from vtk.stream.job import Job
from vtk.stream.writer import Lines, Output

OPENING = import_module("vtk.commands.options").Opening()
ASKING = {"opening": OPENING, "given": frozenset()}
SEARCH = {
    "given": frozenset(),
    "opening": OPENING,
    "results": lambda job: job,
    "inputs": [],
    "query": "boat",
}


def command(name: str, word: str = "") -> Callable[..., Any]:
    """The function of a command, by name, as type checkers know no mapping of commands/."""
    found: Callable[..., Any] = getattr(import_module(f"vtk.commands.{name}"), word or name)
    return found


def searching(name: str, given: dict[str, Any]) -> Job:
    """The job of a search, which takes only some of what `SEARCH` gives."""
    function = command(name)
    taken = inspect.signature(function).parameters
    job: Job = function(**{key: value for key, value in given.items() if key in taken})
    return job


def options(job: Job) -> dict[str, Any]:
    """The options that a job has for its ability."""
    found: dict[str, Any] = getattr(job.ability, "keywords", {})
    return found


def test_options_are_read_as_the_ability_takes_them() -> None:
    job = command("split")(every="1m30s", overlap="500ms")
    assert (options(job)["every"], options(job)["overlap"]) == (90.0, 0.5)
    assert job.tells_progress
    assert options(command("chapter")(**ASKING, min_length="2m"))["task"].min_length == 120.0
    ground = options(searching("ground", SEARCH | {"max_length": "10s"}))
    assert ground["max_length"] == 10.0


@pytest.mark.parametrize(
    ("name", "given", "by_video", "processes"),
    [
        ("probe", {}, False, True),
        ("split", {}, False, True),
        ("split", {"media": "-"}, False, False),
        ("keyframes", {"opening": OPENING}, False, True),
        ("keyframes", {"opening": OPENING, "budget": 9}, True, True),
        ("keyframes", {"opening": OPENING, "features": "clip", "clip": "siglip2-b"}, False, False),
        ("ocr", {"opening": OPENING}, False, True),
        ("ocr", {"opening": OPENING, "method": "vlm"}, False, False),
        ("transcribe", {}, True, True),
        ("transcribe", {"vad_only": True}, False, True),
        ("chapter", ASKING, True, True),
        ("summarize", ASKING, True, True),
        ("summarize", {**ASKING, "embedder": "x"}, True, False),
        ("retrieve", SEARCH, False, False),
        ("ground", SEARCH, False, False),
        ("show", {}, False, True),
    ],
)
def test_a_job_says_how_it_may_be_divided(
    name: str, given: dict[str, Any], by_video: bool, processes: bool
) -> None:
    job = searching(name, given) if given is SEARCH else command(name)(**given)
    assert (job.by_video, job.processes) == (by_video, processes)


@pytest.mark.parametrize(
    ("name", "given", "reason"),
    [
        ("split", {"media": "-", "inputs": ["film.mp4"]}, "no other input"),
        ("keyframes", {"opening": OPENING, "sheet": "sheet.jpg", "jobs": 2}, "--jobs 1"),
        ("keyframes", {"opening": OPENING, "features": "clip"}, "--clip NAME"),
        ("transcribe", {"vad_only": True, "every_sound": True}, "choose one"),
        ("chapter", {**ASKING, "min_length": "soon"}, "soon"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    name: str, given: dict[str, Any], reason: str
) -> None:
    with pytest.raises(UsageError, match=reason):
        command(name)(**given)


def test_captions_are_measured_or_asked_for() -> None:
    opening = import_module("vtk.commands.options").Opening
    caption = command("caption")
    measured, asked = caption(opening()), caption(opening({"model": "x.gguf"}), resume=True)
    assert measured.processes
    assert not measured.resumes
    assert "without a model" in measured.hint
    assert not asked.processes
    assert asked.resumes
    assert not asked.hint
    assert caption(opening(), method="dense", show_prompt=True).startswith("event = ")
    assert caption(opening(), show_prompt=True).startswith("caption = ")
    with pytest.raises(UsageError, match="facts asks no model"):
        caption(opening(), method="facts", show_prompt=True)
    again = caption(opening(), resume=True)
    assert (again.keeps, again.resumes) == (True, False)


@pytest.mark.parametrize(
    "word",
    [
        *("edl", "otio", "csv", "tsv", "chapters", "webvtt", "aegisub"),
        *("srt", "vtt", "ass", "lrc", "txt"),
    ],
)
def test_a_text_is_written_by_a_writer_of_its_format(word: str) -> None:
    job = command("export", word)()
    assert job.writer.name == word
    assert job.processes  # of what makes spans ready to be written
    assert pickle.dumps(job.ability)  # as they are sent it
    assert job.by_video == (word in ("chapters", "srt", "vtt", "ass", "lrc", "txt"))
    assert not job.writer.whole_lines


def test_a_stream_runs_what_a_command_comes_to(world: World, tmp_path: Path) -> None:
    def run(job: Callable[[], Job | str]) -> ExitStatus:
        return Stream("split", [str(world("cuts").path)], output=str(tmp_path / "out")).run(job)

    def refused() -> Job:
        raise UsageError("these options do not go together")

    assert run(lambda: command("split")(every="1s")) == ExitStatus.OK
    assert (tmp_path / "out").read_bytes().startswith(b'{"video":')
    assert run(refused) == ExitStatus.USAGE


@pytest.mark.bug
def test_a_writer_tells_what_it_could_not_write(tmp_path: Path) -> None:
    def spans() -> Iterator[Span]:
        yield Span(video="a.mp4", start=0.0, end=1.0)
        yield Span(video="a.mp4", start=1.0, end=2.0, bad=object())

    done: list[Span] = []
    Lines().write(spans(), Output(str(tmp_path / "out"), "split", done=done.append))
    assert [span.failed for span in done] == [False, True]
    assert done[1]["error"]["type"] == "InternalError"
    assert len((tmp_path / "out").read_bytes().splitlines()) == 2


def test_a_file_stays_where_a_writer_keeps_nothing(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.write_text("yesterday's")
    with Output(str(out)).open(lambda: False) as sink:
        sink(b"today's")
    assert out.read_text() == "yesterday's"
    assert Output(str(tmp_path)).folder == tmp_path
    assert Output(f"{tmp_path}/new/").folder == tmp_path / "new"
    assert Output(str(out)).folder is Output().folder is None
