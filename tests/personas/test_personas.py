"""Each script beside this file is what somebody does with vtk, and leaves what they wanted.

They run on rendered films, and the archivist's and the editor's on real ones too where these are.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import av
import pytest

from tests.command_line import OURS, VTK
from tests.conftest import REAL
from tests.models.chat_server import Asked, Told, chat_server, said
from tests.world import World

HERE = Path(__file__).parent
PATH = f"{Path(VTK).parent}:{os.environ['PATH']}"
needs_jq = pytest.mark.skipif(not shutil.which("jq"), reason="jq is not installed")


def run(script: str, *arguments: str | Path) -> str:
    """Run a script to its end, which has to be a good one; return its messages."""
    ran = subprocess.run(
        [HERE / script, *arguments],
        env=os.environ | OURS | {"PATH": PATH},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stderr
    assert "Traceback" not in ran.stderr
    return ran.stderr


def records(file: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def seconds(file: Path) -> float:
    """The duration of a media file."""
    with av.open(str(file)) as container:
        assert container.duration is not None
        return container.duration / av.time_base


def events(file: Path) -> int:
    """The events of an edit list, as OpenTimelineIO reads them."""
    otio = pytest.importorskip("opentimelineio")
    timeline = otio.adapters.read_from_file(str(file))
    return sum(1 for _ in timeline.find_clips())


def films(world: World, *names: str) -> list[Path]:
    """Rendered films, with two real ones where they are: letterboxed, and with fades to black."""
    real = [REAL / name for name in ("sintel_trailer_30s.mp4",)]
    return [*(world(name).path for name in names), *filter(Path.exists, real)]


def test_the_archivist_has_edit_lists_and_sheets_of_all_films(tmp_path: Path, world: World) -> None:
    chosen = films(world, "cuts", "blank", "odd_size")
    messages = run("archivist.sh", tmp_path, *chosen)
    told = (tmp_path / "files.txt").read_text()
    assert all(film.name in told for film in chosen)
    assert "black" in (tmp_path / "cues.txt").read_text()
    assert "black" in (tmp_path / "cues.csv").read_text()
    lists = sorted((tmp_path / "edl").iterdir())
    assert len(lists) == len(chosen)
    shots = records(tmp_path / "shots.jsonl")
    assert sum(map(events, lists)) == len(shots)
    sheets = {sheet.name.rsplit("-", 1)[0] for sheet in (tmp_path / "sheets").iterdir()}
    assert sheets == {film.stem for film in chosen} - {"blank"}
    assert "black" in messages  # of which there is nothing to see


def test_the_lecturer_has_chapters_to_paste_and_notes(tmp_path: Path, world: World) -> None:
    run("lecturer.sh", tmp_path, world("talk").path)
    pasted = (tmp_path / "description.txt").read_text().splitlines()
    assert pasted[0].startswith("0:00 ")
    assert len(pasted) == len(world("talk").truth.chapters)
    assert len((tmp_path / "summary.txt").read_text().split()) == pytest.approx(80, abs=20)
    (page,) = (tmp_path / "notes").glob("*.html")
    shown = re.findall(r'src="(pictures/[^"]+)"', page.read_text())
    assert shown
    assert all((page.parent / picture).stat().st_size for picture in shown)
    with av.open(str(tmp_path / "with-chapters.mp4")) as copy:
        assert len(copy.chapters()) == len(pasted)


@needs_jq
def test_the_builder_of_data_sets_has_tars_and_a_table(tmp_path: Path, world: World) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    run("dataset_builder.sh", tmp_path, *(world(name).path for name in ("cuts", "talk")))
    shots = records(tmp_path / "shots.jsonl")
    (shard,) = (tmp_path / "shards").glob("*.tar")
    with tarfile.open(shard) as tar:
        members = {Path(name).suffix for name in tar.getnames()}
        assert sum(name.endswith(".mp4") for name in tar.getnames()) == len(shots)
    assert {".json", ".mp4", ".txt"} <= members
    assert parquet.read_table(tmp_path / "shots.parquet").num_rows == len(shots)


@needs_jq
def test_the_editor_has_clips_a_playlist_and_an_edit_list(tmp_path: Path, world: World) -> None:
    chosen = [world(name).path for name in ("talk", "lecture", "sidecar")]
    run("editor.sh", tmp_path, "volcano magma", *chosen)
    hits = records(tmp_path / "hits.jsonl")
    cuts = [Path(line) for line in (tmp_path / "cuts.m3u").read_text().splitlines()]
    assert len(cuts) == len(hits) == events(tmp_path / "hits.edl") == events(tmp_path / "hits.otio")
    for cut, hit in zip(cuts, hits, strict=True):
        start, end = hit["start"], hit["end"]
        assert isinstance(start, float | int)
        assert isinstance(end, float | int)
        assert end - start <= seconds(cut) <= end - start + 1.2  # with half a second on each side
    assert "* COMMENT: Query: volcano magma" in (tmp_path / "hits.edl").read_text()
    for film in chosen:  # the films may be gone: what was transcribed is searched
        assert film.exists()
    before = [cut.stat().st_mtime_ns for cut in cuts]
    run("editor.sh", tmp_path, "volcano magma", *chosen)
    assert [cut.stat().st_mtime_ns for cut in cuts] == before  # nothing is cut twice


@needs_jq
def test_subtitles_alone_are_read_told_and_searched(tmp_path: Path, world: World) -> None:
    subtitles = tmp_path / "flood.srt"  # far from its video
    subtitles.write_bytes(world("sidecar").path.with_suffix(".srt").read_bytes())
    run("no_model.sh", tmp_path, subtitles, "old mill")
    assert (tmp_path / "chapters.txt").read_text().startswith("0:00 ")
    assert "old mill" in (tmp_path / "summary.txt").read_text()
    assert "old mill" in (tmp_path / "transcript.txt").read_text()
    (found,) = (tmp_path / "found.txt").read_text().splitlines()
    assert found.endswith("The old mill is under water.")


def test_a_server_writes_captions_chapters_and_a_summary(tmp_path: Path, world: World) -> None:
    def answer(asked: Asked) -> Told:
        schema = json.dumps(asked.body.get("response_format", ""))
        if "chapters" in schema:
            return said('{"chapters": [{"start": "0:00", "title": "All of it"}]}')
        if "sentences" in schema:
            return said('{"sentences": [{"text": "A volcano is told of.", "cites": [1]}]}')
        return said("Sure! Here is the caption:\n\n**Caption:** A slide about a volcano.")

    with chat_server() as server:
        server.script = answer
        run("endpoint_user.sh", tmp_path, server.url, world("talk").path)
    shots = records(tmp_path / "shots.jsonl")
    assert {shot["caption"] for shot in shots} == {"A slide about a volcano."}
    assert len(records(tmp_path / "first.jsonl")) == 1
    assert "0:00" in (tmp_path / "chapters.txt").read_text()
    assert records(tmp_path / "summary.jsonl")[0]["summary"]


def test_the_sysadmin_has_a_mail_only_of_what_is_new_and_failed(
    tmp_path: Path, world: World
) -> None:
    if not shutil.which("flock"):
        pytest.skip("flock is not here")
    films = tmp_path / "films"
    films.mkdir()
    for name in ("talk", "truncated", "not_media"):
        shutil.copy(world(name).path, films)

    def night() -> str:
        run("sysadmin.sh", tmp_path / "out", films)
        return (tmp_path / "out/mail.txt").read_text()

    first = night()
    assert "talk" not in first
    assert "read in part" in first
    assert "cannot be read" in first
    text = tmp_path / "out" / "text"
    kept = {file.name: file.stat().st_mtime_ns for file in text.glob("*.chapters.jsonl")}
    assert len(kept) == 2  # what could be read of the truncated film too
    assert night() == ""
    assert {file.name: file.stat().st_mtime_ns for file in text.glob("*.chapters.jsonl")} == kept
    shutil.copy(world("one_shot").path, films)
    assert night() == ""
    assert (text / f"{world('one_shot').path.name}.chapters.jsonl").exists()


def test_the_newcomer_gets_on_with_the_help_alone(tmp_path: Path, world: World) -> None:
    run("newcomer.sh", tmp_path, world("talk").path)
    assert "split" in (tmp_path / "hint.txt").read_text()
    assert "vtk split" in (tmp_path / "split.txt").read_text()
    assert "shot" in (tmp_path / "shots.txt").read_text()
    assert (tmp_path / "chapters.txt").read_text().startswith("0:00 ")
    assert (tmp_path / "completion.txt").read_text().startswith("complete ")


def test_the_python_user_has_the_words_that_were_found(tmp_path: Path, world: World) -> None:
    films = [str(world(name).path) for name in ("talk", "sidecar")]
    script = [sys.executable, str(HERE / "python_user.py"), str(tmp_path), "volcano magma", *films]
    ran = subprocess.run(
        script, env=os.environ | OURS, capture_output=True, text=True, timeout=120, check=True
    )
    failed, raised, found = ran.stdout.splitlines()
    assert failed.startswith("1 failed: ")
    assert raised.startswith("raised ")
    assert found.startswith(f"{Path(films[0]).name} ")
    assert "volcano" in found or "magma" in found
