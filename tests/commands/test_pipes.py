"""What any command writes, every command reads: all of them, in pairs, on one small film."""

import json
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path
from unittest import mock

import pytest
from jsonschema import Draft202012Validator

from tests.command_line import records, vtk
from tests.helpers import reading_commands
from tests.prompting.scripted import Scripted
from tests.split.cue_films import Boxed, film
from tests.world import (
    Blank,
    Encoding,
    Line,
    Scene,
    SoundTrack,
    SubtitleTrack,
    Take,
    Tone,
    Tracks,
)
from vtk.models.ocr import OcrEngine
from vtk.models.speech.silero_vad import VoiceActivity
from vtk.schema import SCHEMA

COMMANDS = list(reading_commands())
SPAN = Draft202012Validator(SCHEMA)

# What a command that reads spans cannot do without, and how else it writes records.
QUERY = {"retrieve": ["boat"], "ground": ["boat"], "embed": ["--signature"]}
FILES = {
    "export clips": ["clips"],
    "export parquet": ["rows.parquet"],
    "export webdataset": ["shards"],
    "index add": ["films.index"],
}
TINY_CLIP = Path(__file__).parents[1] / "world" / "models" / "tiny-clip"
MODEL = "-m x --no-seconds --method"
WAYS = {
    "split": [
        *("--cues", "--scenes", "--every 1s --overlap 500ms", "--by speech --every 1s"),
        *("--max-length 1s --why", "--method fast"),
    ],
    "keyframes": ["-k 3 --why --gif gifs", "--images pictures --distinct"],
    "transcribe": ["--vad-only", "--sounds"],
    "ocr": ["--on keyframes"],
    "chapter": ["--levels 2", "--max-length 2s --replace"],
    "caption": [
        "--layout none -m x --no-seconds",
        *(f"{MODEL} {way}" for way in ("differential", "dense", "detailed", "verify")),
        *(f"{MODEL} plain --{way}" for way in ("names", "long 20", "tags tags.txt")),
    ],
    "summarize": ["--words 5", "--by chapter", "--skim short.mkv", "--skim short.mkv --select"],
    "retrieve": ["--why", "--by-video"],
    "ground": ["--scores", "--words"],
    "embed": [f"--clip local-dir:{TINY_CLIP}"],
}
SAID = (
    Line(0.2, 1.2, "A boat leaves the harbour."),
    Line(1.4, 2.4, "The river rises."),
    Line(3.0, 3.9, "Stay on the boat!"),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder to work in, with backends that are opened once for all runs."""
    home = tmp_path_factory.mktemp("pipes")
    (home / "tags.txt").write_text("boat\ndog\n")
    said = Scripted(lambda text, _: "A boat on a river. The boat rocks.", lambda text: 0.2)
    with (
        pytest.MonkeyPatch.context() as patch,
        mock.patch("vtk.models.open_language", return_value=said),
        mock.patch("vtk.ocr.networks.OcrEngine", cache(OcrEngine)),
        mock.patch("vtk.models.speech.silero_vad.VoiceActivity", cache(VoiceActivity)),
    ):
        patch.chdir(home)
        yield home


@pytest.fixture(scope="module")
def outputs(folder: Path) -> dict[str, Path]:
    """What every command writes of a film with bars, a black picture, sound and subtitles.

    The last is of a film that is cut short, and holds an error record.
    """
    encoding = Encoding("mkv", width=120, height=72, rate=Fraction(8))
    sound = SoundTrack((Tone(0.2, 2.4), Tone(3.0, 3.8, 660.0)), "libopus")
    clip = film(
        folder,
        *(Take(1.25, Boxed(Scene(colour), 120, 50)) for colour in ("orange", "blue")),
        *(Take(0.5, Blank()), Take(1, Scene("green"))),
        encoding=encoding,
        tracks=Tracks((sound,), (SubtitleTrack(SAID, "subrip", "eng"),)),
    )
    broken = folder / "broken.mkv"
    broken.write_bytes(clip.path.read_bytes()[: clip.path.stat().st_size * 2 // 3])
    ways = [
        f"{command} {way}".strip() for command in COMMANDS for way in ("", *WAYS.get(command, ()))
    ]
    ran = {way: vtk(*given(way), clip.path) for way in ways}
    assert not {way: run.stderr for way, run in ran.items() if run.returncode}
    ran["split a broken film"] = vtk("split", broken)
    assert ran["split a broken film"].returncode == 1
    found: dict[str, Path] = {}
    for way, run in ran.items():
        if records(run):
            found[way] = folder / f"{len(found)}.jsonl"
            found[way].write_bytes(run.stdout)
    return found


def given(way: str, folder: Path = Path()) -> list[str | Path]:
    """A command and its options, and what it cannot do without; files lie in a folder."""
    command = next(command for command in COMMANDS if f"{way} ".startswith(f"{command} "))
    first = [folder / name for name in FILES.get(command, ())]
    return [*command.split(), *first, *QUERY.get(command, ()), *way[len(command) :].split()]


def written(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_what_is_written_is_a_span(outputs: dict[str, Path]) -> None:
    assert "letterbox" in outputs["split --cues"].read_text()
    for name, path in outputs.items():
        for record in written(path):
            assert not list(SPAN.iter_errors(record)), (name, record)


@pytest.mark.parametrize("command", COMMANDS)
def test_what_is_written_is_read(
    folder: Path, outputs: dict[str, Path], command: str, tmp_path: Path
) -> None:
    for name, path in outputs.items():
        lost = [record for record in written(path) if "error" in record]
        new = tmp_path / path.stem
        new.mkdir()
        ran = vtk(*given(command, new), path)
        assert ran.returncode == bool(lost), (name, ran)
        assert b"Traceback" not in ran.stderr, name
        for record in records(ran):
            assert not list(SPAN.iter_errors(record)), (name, record)
        if records(ran):
            assert [record for record in records(ran) if "error" in record] == lost, name
