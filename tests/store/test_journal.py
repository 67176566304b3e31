"""vtk caption -o FILE --resume: nothing that was finished is lost or done again."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.command_line import Ran, vtk
from tests.models.tiny import language_file
from tests.prompting.scripted import Scripted
from tests.world import Clip, World
from tests.world.models.film import film
from vtk.caption import caption
from vtk.caption.options import CaptionOptions
from vtk.caption.written import made_with
from vtk.models.hub.files import Files
from vtk.models.llm import local
from vtk.models.llm.load_options import LoadOptions
from vtk.models.llm.local import LocalModel
from vtk.prompting.templates import PromptContext
from vtk.span import Span, load
from vtk.store.journal import ResumeJournal


def spans_of(clip: Clip, count: int = 4) -> list[Span]:
    return [
        Span(video=str(clip.path), start=float(s.start), end=float(s.end))
        for s in clip.truth.shots[:count]
    ]


def captioned(
    spans: list[Span], output: Path, options: CaptionOptions | None = None
) -> tuple[list[Span], int]:
    """The captions of a run that goes on, and how many the model was asked for."""
    model = Scripted(lambda text, _: "A picture." if "bad" not in text else "")
    with ResumeJournal(str(output)) as journal:
        options = options or CaptionOptions(timed=False)
        found = list(caption(spans, model=model, options=options, journal=journal))
    return found, len(model.asked)


def test_a_rerun_asks_only_for_what_is_left(world: World, tmp_path: Path) -> None:
    output = tmp_path / "shots.jsonl"
    spans = spans_of(world("cuts"))
    assert captioned(spans[:2], output)[1] == 2
    found, asked = captioned(spans, output)
    assert asked == 2
    assert found == captioned(spans, tmp_path / "other.jsonl")[0]
    assert captioned(spans, output)[1] == 0


def test_a_line_that_was_cut_is_done_again(world: World, tmp_path: Path) -> None:
    output = tmp_path / "shots.jsonl"
    spans = spans_of(world("cuts"))
    captioned(spans[:3], output)
    journal = Path(f"{output}.part")
    journal.write_bytes(journal.read_bytes()[:-9])
    assert captioned(spans, output)[1] == 2
    assert captioned(spans, output)[1] == 0


def test_what_failed_is_tried_again(world: World, tmp_path: Path) -> None:
    output = tmp_path / "shots.jsonl"
    spans = spans_of(world("cuts"), 2)
    spans[0]["speech"] = [{"start": 0.0, "end": 1.0, "text": "bad"}]
    first, _ = captioned(spans, output)
    assert first[0].failed
    assert captioned(spans, output)[1] == 2  # the answer, and once more


def test_another_prompt_or_another_past_is_another_caption(world: World, tmp_path: Path) -> None:
    output = tmp_path / "shots.jsonl"
    spans = spans_of(world("cuts"), 2)
    captioned(spans, output)
    assert (
        captioned(spans, output, CaptionOptions(context=PromptContext(title="Else"), timed=False))[
            1
        ]
        == 2
    )
    other = Span(spans[0]).with_provenance("split", "other")
    assert captioned([other, spans[1]], tmp_path / "shots.jsonl")[1] == 2


@dataclass(frozen=True)
class Later(CaptionOptions):
    """Options as they may be one day, with one more."""

    tone: str = ""


def variations(options: CaptionOptions) -> Iterator[tuple[str, CaptionOptions]]:
    """Each option, and the options with another value of it: of few does the type matter here."""
    for field in fields(options):
        value = getattr(options, field.name)
        inside = fields(value) if is_dataclass(value) else ()
        for part in inside:
            other = copy(value)
            object.__setattr__(other, part.name, "other")
            outer: dict[str, Any] = {field.name: other}
            yield f"{field.name}.{part.name}", replace(options, **outer)
        if not inside:
            changed: dict[str, Any] = {field.name: {} if field.name == "schema" else "other"}
            yield field.name, replace(options, **changed)


@mock.patch("vtk.caption.options.check_schema", mock.Mock())  # any value does
def test_every_option_that_changes_captions_makes_them_others() -> None:
    def key(options: CaptionOptions, settings: str = "") -> dict[str, Any]:
        model = Scripted(lambda *_: "")
        model.settings = settings
        return made_with(model, "plain", {}, options)

    @dataclass(frozen=True)
    class Clip:
        name: str = "clip"
        sha256: str = "0"

    options = Later(clip=Clip())  # type: ignore[arg-type]
    known = key(options)
    same = {"timed", "names", "long"}  # the last two make something of captions that are there
    for name, other in variations(options):
        assert (key(other) == known) == (name in same), name
    assert key(options, "context=64") != known


@pytest.mark.parametrize("name", [field.name for field in fields(LoadOptions)])
def test_a_model_that_is_loaded_otherwise_answers_otherwise(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("llama_cpp")
    monkeypatch.setattr(local, "Engine", mock.MagicMock())
    monkeypatch.setattr(local, "Template", mock.MagicMock())
    monkeypatch.setattr(local, "Slots", mock.MagicMock())

    def settings(loading: LoadOptions) -> str:
        return LocalModel(Files("tiny", Path("tiny.gguf")), loading).settings

    quick = {"gpu_layers", "threads", "flash_attention", "sequences"}
    other: dict[str, Any] = {name: "other"}
    assert (settings(LoadOptions()) == settings(LoadOptions(**other))) == (name in quick)


def test_a_killed_run_loses_nothing(tmp_path: Path) -> None:
    source = film(tmp_path / "film.mp4", 3, shots=12, seconds=1.0, side=64)
    shots = tmp_path / "windows.jsonl"
    shots.write_bytes(vtk("split", "--every", "1s", source.path).stdout)
    output = tmp_path / "out.jsonl"
    command = ["caption", "-m", str(language_file()), "--threads", "1", "--prompt", "describe"]
    command += ["--max-tokens", "20", "--no-seconds", str(shots)]
    resumed = [*command, "-o", str(output), "--resume"]
    process = subprocess.Popen([sys.executable, "-m", "vtk", *resumed], stderr=subprocess.DEVNULL)
    journal = Path(f"{output}.part")
    limit = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < limit:
        if journal.exists() and journal.read_bytes().count(b"\n") >= 3:
            process.send_signal(signal.SIGKILL)
            break
        time.sleep(0.002)
    process.wait()
    finished = journal.read_bytes().count(b"\n") if journal.exists() else 12
    assert finished >= 3
    again = vtk(*resumed)
    assert again.returncode == 0, again.stderr
    assert not journal.exists()
    assert output.read_bytes() == vtk(*command).stdout
    assert len(output.read_bytes().splitlines()) == 12


def resumed(spans: list[Span], output: Path, *options: str) -> Ran:
    command = ["caption", "-m", "x", "--no-seconds", "-o", str(output), "--resume", *options]
    said = Scripted(lambda text, _: "A picture.")
    with mock.patch("vtk.models.open_language", return_value=said):
        return vtk(*command, stdin=spans)


def test_what_another_input_lacks_is_kept_and_told(world: World, tmp_path: Path) -> None:
    output, journal = tmp_path / "shots.jsonl", tmp_path / "shots.jsonl.part"
    spans = spans_of(world("cuts"))
    assert resumed(spans, output).stderr == b""
    whole = output.read_bytes()
    told = resumed(spans[:1], output).stderr.decode()
    assert f"shots.jsonl that are not in this input: 3, kept in {journal}" in told
    assert len(output.read_bytes().splitlines()) == 1
    with mock.patch.object(Scripted, "answers", None):  # nothing is asked
        assert resumed(spans, output).stderr == b""
    assert output.read_bytes() == whole
    assert not journal.exists()


def test_records_that_are_made_anew_are_told_once(world: World, tmp_path: Path) -> None:
    output = tmp_path / "shots.jsonl"
    spans = spans_of(world("cuts"))
    resumed(spans, output)
    told = resumed(spans, output, "--title", "Else").stderr.decode()
    assert told.count("are made anew") == told.count("\n") == 1


def test_a_video_in_one_text_lacks_no_shot(world: World, tmp_path: Path) -> None:
    for _ in range(2):
        ran = resumed(spans_of(world("cuts")), tmp_path / "long.jsonl", "--long", "20")
        assert (ran.returncode, ran.stderr) == (0, b"")
    assert not (tmp_path / "long.jsonl.part").exists()


def test_resume_wants_a_file() -> None:
    for output in ([], ["-o", os.devnull], ["-o", "/tmp"]):
        result = vtk("caption", "-m", str(language_file()), "--resume", *output, "x.mp4")
        assert result.returncode == 2
        what = f"which {output[-1]} is not" if output else "name it with -o FILE"
        assert f"--resume continues a file: {what}" in result.stderr.decode()


def test_resume_replaces_no_file_that_holds_no_record(tmp_path: Path) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("Not a line of this is a span.\n")
    result = vtk("caption", "-m", str(language_file()), "--resume", "-o", str(notes), "x.mp4")
    assert result.returncode == 2
    assert b"in which no line is a record" in result.stderr
    assert notes.read_text() == "Not a line of this is a span.\n"


@settings(deadline=None)
@given(starts=st.lists(st.integers(0, 30), unique=True, max_size=12), cut=st.integers(0, 400))
def test_a_journal_gives_back_what_it_holds_whole(
    starts: list[int], cut: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    output = tmp_path_factory.mktemp("journal") / "o.jsonl"
    spans = [Span(video="a.mp4", start=float(s), end=s + 1.0) for s in starts]
    with ResumeJournal(str(output)) as begun:
        for span in spans:
            begun.append(Span(span, caption="c").with_provenance("caption", "plain"))
    journal = Path(f"{output}.part")
    kept = journal.read_bytes()[:cut]
    journal.write_bytes(kept)
    whole = [load(line) for line in kept.splitlines(keepends=True) if line.endswith(b"\n")]
    with ResumeJournal(str(output)) as resumed:
        taken = [resumed.lookup(span, {"method": "plain"}) for span in spans]
    found = [span for span in taken if span is not None]
    assert found[: len(whole)] == whole
    assert len(found) - len(whole) in (0, 1)  # only its line end may be missing
