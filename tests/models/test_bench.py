"""vtk models bench: a model measured through the command line, in the process and behind a URL."""

import itertools
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import orjson
import pytest

from tests.command_line import lines, vtk

pytest.importorskip("llama_cpp")

from tests.models.chat_server import chat_server
from tests.models.tiny import HOME, PROJECTOR, language_file
from tests.prompting.scripted import Scripted
from tests.real_weights import smollm2
from tests.transcribe.tiny_whisper import write
from vtk.models import bench
from vtk.models.llm.prompt import Answer, Prompt, Sampling


def _catalog(home: Path) -> dict[str, str]:
    """A user's catalog that names tiny-vlm."""
    (home / "vtk").mkdir()
    entry = f"path = {str(language_file())!r}\nmmproj_path = {str(PROJECTOR)!r}\n"
    (home / "vtk" / "models.toml").write_text(f'[tiny]\nkind = "vlm"\nlicence = "x"\n{entry}')
    return {"XDG_CONFIG_HOME": str(home)}


def test_a_model_of_the_users_catalog_is_measured(tmp_path: Path) -> None:
    options = ("--count", "3", "--tokens", "8", "--threads", "1", "--sequences", "2")
    run = vtk("models", "bench", "tiny", *options, env=_catalog(tmp_path))
    assert (run.returncode, run.stderr) == (0, b"")
    (record,) = lines(run)
    assert (record["name"], record["kind"]) == ("tiny", "vlm")
    for rate in ("pictures_per_second", "tokens_in_per_second", "memory_gb"):
        assert record[rate] > 0


def test_the_projector_beside_a_model_is_found() -> None:
    run = vtk("models", "bench", language_file(), "--count", "1", "--tokens", "4", "--threads", "1")
    assert lines(run)[0]["kind"] == "vlm"


def test_a_server_is_measured_by_its_address() -> None:
    pytest.importorskip("httpx2")
    with chat_server() as server:
        run = vtk(
            "models", "bench", "--count", "2", "--timeout", "99", env={"VTK_ENDPOINT": server.url}
        )
    assert run.returncode == 0, run.stderr
    assert orjson.loads(run.stdout)["pictures_per_second"] > 0


def test_a_folder_of_an_open_clip_model_is_measured() -> None:
    pytest.importorskip("open_clip")
    folder = HOME / "tiny-clip"
    run = vtk("models", "bench", f"local-dir:{folder}", "--count", "2")
    assert run.returncode == 0, run.stderr
    assert lines(run)[0]["texts_per_second"] > 0
    file = vtk("models", "bench", folder / "open_clip_model.safetensors")
    assert file.returncode == 2
    assert b"folder" in file.stderr


def test_a_speech_model_is_measured_by_its_folder(tmp_path: Path) -> None:
    pytest.importorskip("faster_whisper")
    folder = write(tmp_path / "tiny-speech", "Honey is made in the hive.")
    run = vtk("models", "bench", f"{folder}", "--count", "2", "--threads", "1")
    assert (run.returncode, run.stderr) == (0, b"")
    (record,) = lines(run)
    assert (record["name"], record["kind"]) == ("tiny-speech", "speech")
    assert record["sound_seconds_per_second"] > 0


@pytest.mark.parametrize("command", ["bench", "check"])
def test_no_model_and_no_server_is_wrong_usage(command: str) -> None:
    run = vtk("models", command)
    assert run.returncode == 2
    assert b"--endpoint" in run.stderr
    assert b"--model" not in run.stderr


class Noisy(Scripted):
    """Writes a token in 2 ms, and reads a prompt that it does not hold in 0 to 0.2 s."""

    has_vision = False

    def __init__(self, seed: int) -> None:
        super().__init__(lambda *_: "")
        self.held: Prompt | None = None
        self.stalls = itertools.cycle([0.2, 0.0, 0.1, 0.0][seed:])

    def answers(
        self,
        prompts: Iterable[Prompt],
        sampling: Sampling = Sampling(),  # noqa: B008
    ) -> Iterator[Answer]:
        for prompt in prompts:
            if prompt != self.held:
                time.sleep(next(self.stalls))
            self.held = prompt
            for _ in range(sampling.max_tokens):
                time.sleep(0.002)
            yield Answer("x", 100, sampling.max_tokens)


def test_the_speed_of_writing_is_steady_where_reading_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def measured(seed: int) -> float:
        monkeypatch.setattr(bench, "open_language", lambda *_, **__: Noisy(seed))
        found = bench.bench(None, endpoint="http://localhost", count=4, tokens=16)
        assert found.tokens_out_per_second
        return found.tokens_out_per_second

    rates = [measured(seed) for seed in (0, 1)]
    assert max(rates) < 1.3 * min(rates)
    assert 200 < min(rates) <= 500


def test_a_text_model_is_measured() -> None:
    given = ("--count", "1", "--tokens", "4", "--threads", "1", "--context", "1024")
    run = vtk("models", "bench", smollm2(), *given)
    (record,) = lines(run)
    assert record["kind"] == "llm"
    assert 0.5 < record["tokens_out_per_second"] < 5000
