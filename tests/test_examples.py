"""Every example of the help, the pages and examples/ runs as it stands."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path

import pytest

from tests import real_weights
from tests.command_line import VTK, lines, vtk
from tests.world import World
from vtk.media.image.files import write_image
from vtk.retrieve.query_vectors import picture_of

HOME = Path(__file__).parents[1]
MODELS = HOME / "tests" / "world" / "models"
TINY = MODELS / "tiny-vlm" / "tiny-vlm-q8_0.gguf"
PATH = f"{Path(VTK).parent}:{os.environ['PATH']}"
# vtk as it is installed, but that captions look for faces in 90 lines: see conftest.py.
QUICK = f"""\
#!{sys.executable}
import sys
from vtk.__main__ import main
if {{"caption", "chapter", "summarize", "retrieve", "ground"}} & set(sys.argv[1:2]):
    import vtk.caption.faces
    vtk.caption.faces.HEIGHT = 90
if __name__ == "__main__":
    main()
"""


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds such a vtk."""
    program = tmp_path_factory.mktemp("bin") / "vtk"
    program.write_text(QUICK)
    program.chmod(0o755)
    return program.parent


def of_help() -> list[str]:
    """The example lines of the root and of every command, as help shows them."""
    commands = import_module("vtk.commands")
    group = commands.app()
    texts = [group.help or ""]
    texts += [(group.get_command(None, name)).help or "" for name in commands.COMMANDS]
    return [
        line.strip() for text in texts for line in text.splitlines()
        if re.match(r" +(vtk|find) ", line)
    ]  # fmt: skip


def of_pages() -> list[str]:
    """The lines of the pages that call vtk: those of shell blocks, and of the README's commands."""
    pages = [HOME / "README.md", *sorted((HOME / "docs").glob("*.md"))]
    text = "".join(page.read_text() for page in pages)
    blocks = re.findall(r"```sh\n(.*?)```", text, re.S)
    cells = re.findall(r"^\| `\w+` \| [^|]+ \| `(vtk [^`]+)` \|$", text, re.M)
    return [
        *(cell.replace("\\|", "|") for cell in cells),
        *(
            line for block in blocks for line in block.splitlines()
            if re.match(r"(vtk|find|jq) ", line)
        ),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def shots(world: World, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What `vtk caption talk.mp4` writes."""
    folder = tmp_path_factory.mktemp("talk")
    shutil.copy(world("talk").path, folder / "talk.mp4")
    return vtk("caption", "talk.mp4", cwd=folder).stdout


@pytest.fixture
def folder(world: World, shots: bytes, tmp_path: Path, line: str) -> Path:
    """A folder with the files that the examples name."""
    shutil.copy(world("talk").path, tmp_path / "lecture.mp4")
    shutil.copy(world("talk").path, tmp_path / "talk.mp4")
    shutil.copy(world("lecture").path, tmp_path / "film.mp4")
    shutil.copy(world("talk").path, tmp_path / "news.mp4")
    shutil.copy(world("subtitled").path, tmp_path / "film.mkv")
    (tmp_path / "film.description").write_text("0:00 First\n0:05 Second\n")
    shutil.copy(world("fifty").path, tmp_path / "take 1.mov")
    if "page.png" in line:
        write_image(tmp_path / "page.png", picture_of(str(world("talk").path)), "png")
    (tmp_path / "vtk").mkdir()
    models = dict.fromkeys(("qwen3-vl-4b", "smolvlm2-500m", "glm-ocr"), ("vlm", TINY))
    if "all-minilm" in line:
        models["all-minilm"] = ("embed", real_weights.minilm())
    (tmp_path / "vtk" / "models.toml").write_text(
        "".join(
            f'[{name}]\nkind = "{kind}"\nlicence = "Apache-2.0"\npath = "{path}"\n'
            for name, (kind, path) in models.items()
        )
    )
    # A thread each: two test processes with two threads each would wait for one another.
    (tmp_path / "vtk" / "config.toml").write_text(
        "[caption]\nthreads = 1\nmax_tokens = 80\n[ocr]\nthreads = 1\nmax_tokens = 8\n"
    )
    (tmp_path / "sports.txt").write_text("juggling: balls in the air\nrunning\n")
    segments = [{"start": 1.0, "end": 2.5, "text": "Honey is sweet."}]
    (tmp_path / "whisperx.json").write_text(json.dumps({"segments": segments, "language": "en"}))
    (tmp_path / "steps.txt").write_text("heat melts rock\nlava flows down the slope\n")
    (tmp_path / "boundaries.txt").write_text("0:00\n0:11\n")
    (tmp_path / "contents.txt").write_text("Volcanoes\nThe honey bee\nBridges\nThe Moon\n")
    (tmp_path / "queries.txt").write_text("bees make honey\nlava\n")
    (tmp_path / "prompts.toml").write_text('change = "What happens?"\n')
    for name in ("shots.jsonl", "talk.jsonl"):
        (tmp_path / name).write_bytes(shots)
    return tmp_path


def bash(line: str, folder: Path, path: str = PATH) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", line], cwd=folder,
        env=os.environ | {"PATH": path, "XDG_CONFIG_HOME": str(folder)},
        capture_output=True, timeout=120, stdin=subprocess.DEVNULL,
    )  # fmt: skip


@pytest.mark.parametrize("line", dict.fromkeys(of_help() + of_pages()))
def test_an_example_runs_as_it_stands(folder: Path, quick: Path, line: str) -> None:
    if re.search(r"\bjq\b", line) and not shutil.which("jq"):
        pytest.skip("jq is not here")
    if "| source" in line:
        pytest.skip("a line for fish; tests/test_completions.py tries its completions")
    if line.startswith("vtk models pull"):
        pytest.skip("fetches from the hub; tests/models/hub/test_download.py has one of its own")
    if "whisper-" in line:
        pytest.skip("needs a model of speech; tests/transcribe/test_recognition.py makes one")
    if line.startswith("vtk models check qwen3-vl-4b"):
        pytest.skip("takes long; tests/commands/test_models_check.py checks the tiny model")
    if re.search(r"bench|check|-m ", line):
        pytest.importorskip("llama_cpp")
    if "--endpoint" in line or "http://" in line:
        pytest.skip("asks a server; tests/models/llm/test_openai_server.py has one")
    if "films.index" in line and "index add" not in line:
        vtk("index", "add", "films.index", "shots.jsonl", cwd=folder)
    if "signed.index" in line and "index add" not in line:
        bash("vtk embed --signature film.mkv | vtk index add signed.index", folder, PATH)
    line = line.replace("siglip2-b", f"local-dir:{MODELS / 'tiny-clip'}")
    result = bash(line, folder, f"{quick}:{PATH}")
    if re.search(r"(caption|ocr).* -m ", line):  # the tiny model has little to say
        assert result.returncode in (0, 1), result.stderr
        return
    told = re.sub(
        rb"vtk ((retrieve|ground): warning: (nothing found|no span has)"
        rb"|show: warning: nothing to show|\w+( \w+)?: info: film\.mkv: 2 subtitle tracks"
        rb"|export (chapters|clips): warning: left out track 2 \(subtitle).*\n",
        b"", result.stderr,
    )  # fmt: skip
    assert (result.returncode, told) == (0, b""), line
    if ">" not in line and "-o " not in line:
        searched = re.search(r"'.*(rocket|countdown|glacier|mirror|sun valve)|queries", line)
        # Nobody speaks in the rendered lecture, and nothing has failed.
        silent = re.search(r"--vad-only|--sounds|select\(.error\)", line)
        assert result.stdout or searched or silent, f"{line} says nothing"


def test_a_folder_of_videos_becomes_chapters_and_only_what_changed_is_made_again(
    world: World, tmp_path: Path
) -> None:
    shutil.copy(world("talk").path, tmp_path / "talk.mkv")
    shutil.copy(world("cuts").path, tmp_path / "it's-a-film.mp4")

    def make() -> str:
        command = ["make", "-j2", "-f", str(HOME / "examples/Makefile"), f"FOLDER={tmp_path}"]
        command.append(f"VTK={VTK}")
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert make().count(" chapter ") == 2
    assert "0:11 " in (tmp_path / "talk.mkv.chapters.txt").read_text()
    assert "Nothing to be done" in make()
    later = (tmp_path / "talk.mkv.chapters.txt").stat().st_mtime + 5
    os.utime(tmp_path / "it's-a-film.mp4", (later, later))
    again = make()
    assert again.count(" chapter ") == 1


def test_a_video_that_fails_leaves_no_target_behind(world: World, tmp_path: Path) -> None:
    shutil.copy(world("not_media").path, tmp_path / "bad.mp4")
    shutil.copy(world("cuts").path, tmp_path / "good.mp4")
    command = ["make", "-k", "-f", str(HOME / "examples/Makefile"), f"FOLDER={tmp_path}"]
    done = subprocess.run([*command, f"VTK={VTK}"], capture_output=True, timeout=120)
    assert done.returncode == 2
    assert (tmp_path / "good.mp4.chapters.txt").exists()
    assert not list(tmp_path.glob("bad.mp4.*"))


def test_of_a_video_that_is_cut_short_make_keeps_what_can_be_read(
    world: World, tmp_path: Path
) -> None:
    shutil.copy(world("truncated").path, tmp_path / "short.mp4")
    command = ["make", "-s", "-f", str(HOME / "examples/Makefile"), f"FOLDER={tmp_path}"]
    runs = [
        subprocess.run([*command, f"VTK={VTK}"], capture_output=True, text=True, timeout=120)
        for _ in range(2)
    ]
    assert [run.returncode for run in runs] == [0, 0]
    assert "truncated or damaged" in runs[0].stderr
    assert not runs[1].stderr
    assert (tmp_path / "short.mp4.chapters.txt").read_text()


def nightly(folder: Path, out: Path) -> subprocess.CompletedProcess[str]:
    if not shutil.which("flock"):
        pytest.skip("flock is not here")
    return subprocess.run(
        [HOME / "examples/nightly.sh", folder, out],
        env=os.environ | {"VTK": VTK}, capture_output=True, text=True, timeout=120,
    )  # fmt: skip


def test_a_nightly_run_tells_of_new_failures_and_is_silent_otherwise(
    world: World, tmp_path: Path
) -> None:
    footage, out = tmp_path / "footage", tmp_path / "out"
    (footage / "day 'one'").mkdir(parents=True)
    shutil.copy(world("cuts").path, footage / "day 'one'" / "new\nline.mp4")
    shutil.copy(world("truncated").path, footage / "c.mp4")
    shutil.copy(world("not_media").path, footage / "d.mp4")
    first = nightly(footage, out)
    assert first.returncode == 1
    told = [
        line.removeprefix(f"{footage}/").split(" (see")[0] for line in first.stdout.splitlines()
    ]
    assert told == ["c.mp4: read in part", "d.mp4: cannot be read"]
    assert (out / "day 'one'" / "new\nline.mp4.chapters.jsonl").exists()
    assert (out / "c.mp4.chapters.jsonl").exists()
    assert not (out / "d.mp4.chapters.jsonl").exists()
    log = [json.loads(line) for line in (out / "nightly.log").read_text().splitlines()]
    assert all(re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", entry["time"]) for entry in log)
    assert "1 done, 0 were done before, 2 failed" in log[-1]["message"]
    errors = [entry for entry in log if entry["level"] == "error"]
    assert {(Path(e["video"]).name, e["type"]) for e in errors} == {
        ("c.mp4", "MediaError"), ("d.mp4", "OpenError")
    }  # fmt: skip
    second = nightly(footage, out)
    assert (second.returncode, second.stdout) == (0, "")


def test_a_nightly_run_does_again_what_changed_or_failed_for_another_reason(
    world: World, tmp_path: Path
) -> None:
    footage, out = tmp_path / "footage", tmp_path / "out"
    footage.mkdir()
    shutil.copy(world("truncated").path, footage / "c.mp4")
    (out / "c.mp4.captions.jsonl").mkdir(parents=True)  # it cannot be written
    first = nightly(footage, out)
    assert (first.returncode, "status 74, to be tried again" in first.stdout) == (1, True)
    (out / "c.mp4.captions.jsonl").rmdir()
    assert "read in part" in nightly(footage, out).stdout
    shutil.copy(world("cuts").path, footage / "c.mp4")
    os.utime(footage / "c.mp4", (time.time() + 5,) * 2)
    assert nightly(footage, out).returncode == 0
    assert not (out / "c.mp4.failed").exists()


def test_two_nightly_runs_do_not_meet(world: World, tmp_path: Path) -> None:
    if not shutil.which("flock"):
        pytest.skip("flock is not here")
    (tmp_path / "footage").mkdir()
    out = tmp_path / "out"
    out.mkdir()
    with subprocess.Popen(
        ["flock", out / ".lock", "sh", "-c", "echo held; cat"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as holder:  # fmt: skip
        assert holder.stdout
        assert holder.stdin
        holder.stdout.readline()
        refused = nightly(tmp_path / "footage", out)
        holder.stdin.close()
    assert refused.returncode == 75
    assert "another run" in refused.stderr


@pytest.mark.parametrize("name", ["lecture", "truncated", "late_start"])
def test_the_demo_ends_with_chapters_and_summary(world: World, tmp_path: Path, name: str) -> None:
    done = subprocess.run(
        [HOME / "examples/demo.sh", world(name).path, tmp_path / "demo"],
        env=os.environ | {"VTK": VTK}, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert re.search(r"^  0:0\d \S", done.stdout, re.M)
    assert "Summary" in done.stdout
    stages = {path.name for path in (tmp_path / "demo").iterdir()}
    assert stages >= {"shots.jsonl", "captions.jsonl", "chapters.jsonl", "summary.jsonl"}
    assert (tmp_path / "demo" / "sheet.jpg").stat().st_size > 1000


@pytest.mark.parametrize(
    "name", ["nasa_13013.mp4", "sintel_trailer_30s.mp4", "tears_of_steel_battle.webm"]
)
def test_every_real_film_goes_through_the_whole_pipeline(
    real: Path, tmp_path: Path, name: str
) -> None:
    film = real / name
    chain = (
        "vtk split '%s' | vtk keyframes | vtk caption | tee c.jsonl | vtk chapter | vtk summarize"
    )
    result = bash(chain % film, tmp_path)
    told = re.sub(
        rb"vtk (chapter|summarize): warning: .*: no words.*\n"
        rb"|vtk caption: info: .*: 2 subtitle tracks, took 2 \(eng\).*\n",
        b"", result.stderr,
    )  # fmt: skip
    assert (result.returncode, told) == (0, b"")
    (summary,) = lines(result)
    worded = b"no words" not in result.stderr  # nobody speaks in the trailers
    assert (bool(summary["summary"]), bool(summary["sentences"])) == (worded, worded)
    assert worded == ("nasa" in name)
    query = "telescope" if worded else "dark black picture"  # which is measured, and not searched
    found = bash(f"vtk retrieve '{query}' c.jsonl | vtk ground '{query}'", tmp_path)
    assert found.returncode == 0
    assert all(record["kind"] == "moment" for record in lines(found))
    assert bool(lines(found)) == worded
