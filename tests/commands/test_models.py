"""vtk models: what a user types and reads."""

import json
import os
import pty
import shutil
import stat
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.command_line import VTK, lines, vtk_process
from tests.models.hub_server import Hub, serve
from tests.models.tiny import PROJECTOR, language_file
from tests.real_weights import WHISPER_TINY_EN, whisper_tiny_en

Models = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture
def models(tmp_path: Path) -> Models:
    """Run ``vtk models`` with a home, a cache and a configuration of its own."""

    def run(*arguments: str | Path, **env: str) -> subprocess.CompletedProcess[bytes]:
        own = {"HF_HOME": str(tmp_path / "hub"), "XDG_CONFIG_HOME": str(tmp_path / "config")}
        return vtk_process("models", *arguments, env=own | env)

    return run


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    pytest.importorskip("huggingface_hub")
    with serve() as hub:
        yield hub


def entries(home: Path, text: str) -> None:
    (home / "config" / "vtk").mkdir(parents=True, exist_ok=True)
    (home / "config" / "vtk" / "models.toml").write_text(text)


def program(folder: Path, name: str, text: str) -> str:
    """A PATH on which a program of that name says a text."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\ncat <<'END'\n{text}\nEND\n")
    path.chmod(path.stat().st_mode | stat.S_IEXEC)
    return f"{folder}:{os.environ['PATH']}"


def on_terminal(home: Path, *arguments: str) -> str:
    """What a run writes to a terminal of 120 columns."""
    ours, theirs = pty.openpty()
    own = {"HF_HOME": str(home / "hub"), "XDG_CONFIG_HOME": str(home / "config")}
    environment = os.environ | own | {"COLUMNS": "120", "TERM": "xterm"}
    with subprocess.Popen([VTK, "models", *arguments], env=environment, stdout=theirs) as process:
        os.close(theirs)
        seen = b""
        try:
            while chunk := os.read(ours, 4096):
                seen += chunk
        except OSError:  # how Linux tells that the other end is closed
            pass
        assert process.wait(60) == 0
    os.close(ours)
    return seen.decode().replace("\r\n", "\n")


def test_list_gives_a_record_for_each_model_and_quantization(models: Models) -> None:
    result = models("list")
    assert (result.returncode, result.stderr) == (0, b"")
    found = {record["name"]: record for record in lines(result)}
    assert found["qwen3-vl-4b"]["quantization"] == "q4_k_m"
    assert found["qwen3-vl-4b:q8_0"]["gb"] > found["qwen3-vl-4b"]["gb"]
    assert not any(record["installed"] for record in found.values())
    assert {record["fits"] for record in found.values()} <= {"gpu", "ram", "no", None}
    assert {record["run"] for record in found.values()} == {True, False}
    assert found["qwen3-asr-0.6b"]["serve"].startswith("llama-server -hf ")


def test_list_narrows_to_a_kind_and_to_what_is_here(models: Models, tmp_path: Path) -> None:
    assert {record["kind"] for record in lines(models("list", "--kind", "clip"))} == {"clip"}
    (tmp_path / "m.gguf").write_bytes(b"GGUF")
    entries(tmp_path, f"[mine]\nkind = 'llm'\npath = '{tmp_path}/m.gguf'\n")
    (here,) = lines(models("list", "--installed"))
    assert (here["name"], here["path"]) == ("mine", str(tmp_path / "m.gguf"))
    assert here["fits"] is None
    assert models("list", "--kind", "gpt").returncode == 2


def test_list_tells_what_fits_a_gpu(models: Models, tmp_path: Path) -> None:
    path = program(tmp_path / "bin", "nvidia-smi", "NVIDIA RTX, 6141, 6000\nOdd, [N/A], [N/A]")
    fits = {record["name"]: record["fits"] for record in lines(models("list", PATH=path))}
    assert fits["qwen3-vl-4b"] == "gpu"
    assert fits["gemma-3-12b"] in ("ram", "no")


def test_list_is_a_table_on_a_terminal(models: Models, tmp_path: Path) -> None:
    head, _, *rows = on_terminal(tmp_path, "list", "--kind", "embed").strip().splitlines()
    assert head.split() == [
        "name",
        "kind",
        "quantization",
        *["size", "memory", "fits", "run", "licence", "here"],
    ]
    assert rows[0].split()[:3] == ["all-minilm", "embed", "q8_0"]
    assert max(map(len, rows)) <= 120
    record = json.loads(on_terminal(tmp_path, "list", "--kind", "embed", "--json").splitlines()[0])
    assert record["name"] == "all-minilm"


def test_path_prints_the_model_and_its_projector(models: Models, tmp_path: Path) -> None:
    for name in ("m-Q4_0.gguf", "mmproj-m-F16.gguf"):
        (tmp_path / name).write_bytes(b"GGUF")
    found = models("path", tmp_path / "m-Q4_0.gguf").stdout.decode()
    assert found == f"{tmp_path}/m-Q4_0.gguf\n{tmp_path}/mmproj-m-F16.gguf\n"


def test_what_is_missing_or_wrong_is_one_sentence_and_a_status(
    models: Models, tmp_path: Path
) -> None:
    cases = [
        (("path", "qwen3-vl-4b"), 69, "`vtk models pull qwen3-vl-4b`"),
        (("path", "qwen3-vl"), 69, "did you mean"),
        (("verify", "qwen3-vl-4b"), 69, "`vtk models pull qwen3-vl-4b`"),
        (("path", "./none.gguf"), 69, "there is no file"),
        (("pull", "./none.gguf"), 2, "nothing to fetch"),
        (("pull", "hf:a/../x"), 2, "is not hf:owner/repo/file.gguf"),
    ]
    for arguments, status, words in cases:
        result = models(*arguments)
        text = result.stderr.decode()
        assert (result.returncode, text.count("\n")) == (status, 1), text
        assert text.startswith("vtk models: ")
        assert words in text
    entries(tmp_path, "[mine]\nkind = 'llm'\nsize = 3\n")
    result = models("path", "mine")
    assert result.returncode == 2
    assert b"[mine] has an unknown key size" in result.stderr
    told = json.loads(models("list", "--log-json").stderr)
    assert (told["level"], told["command"]) == ("warning", "vtk models")


def test_verify_tells_ok_corrupt_and_unknown(models: Models, hub: Hub, tmp_path: Path) -> None:
    entries(
        tmp_path,
        "[mine]\nkind = 'vlm'\nrepo = 'owner/repo'\nfile = 'm.gguf'\nmmproj = 'mmproj.gguf'\n",
    )
    hub.files = {"owner/repo/m.gguf": b"GGUF model", "owner/repo/mmproj.gguf": b"GGUF eye"}
    pulled = models("pull", "mine", **hub.environment(tmp_path))
    assert (pulled.returncode, pulled.stderr) == (0, b"")
    result = models("verify")
    assert [record["status"] for record in lines(result)] == ["ok", "ok"]
    assert result.returncode == 0
    assert [record["name"] for record in lines(models("list", "--installed"))] == ["mine"]

    Path(lines(pulled)[0]["path"]).resolve().write_bytes(b"GGUF m0del")
    result = models("verify", "mine")
    assert [record["status"] for record in lines(result)] == ["corrupt", "ok"]
    assert result.returncode == 1
    blob = Path(lines(pulled)[0]["path"]).resolve()
    assert f": remove {blob}, then `vtk models pull mine`\n" in result.stderr.decode()

    (tmp_path / "own.gguf").write_bytes(language_file().read_bytes())
    (tmp_path / "html.gguf").write_bytes(b"<html>")
    (tmp_path / "cut.gguf").write_bytes(language_file().read_bytes()[:-1])
    (tmp_path / "eye.gguf").write_bytes(PROJECTOR.read_bytes())
    names = ("own", "html", "none", "cut", "eye")
    result = models("verify", *(tmp_path / f"{name}.gguf" for name in names))
    found = [(record["status"], record["why"]) for record in lines(result)]
    size = language_file().stat().st_size
    assert found == [
        ("unknown", None),
        ("corrupt", "is not a GGUF file"),
        ("corrupt", f"is cut off at {size - 1:,} bytes"),
        ("unknown", None),
    ]
    assert result.returncode == 69
    assert result.stderr.count(b"\n") == 3
    assert b"remove" not in result.stderr


@pytest.mark.parametrize(
    ("entry", "why", "fix"),
    [
        ("kind = 'llm'\npath = 'whisper'", "is not a GGUF file, as models of the kind llm", None),
        ("kind = 'clip'\npath = 'whisper'", "is not a safetensors or PyTorch file", None),
        ("kind = 'speech'\npath = 'm.gguf'", "is not a CTranslate2 file", None),
        ("kind = 'embed'\npath = 'm.gguf'", "is not a text embedder", None),
        ("kind = 'llm'\npath = 'eye.gguf'", "is a projector, not a model", None),
        (
            "kind = 'vlm'\npath = 'eye.gguf'\nmmproj_path = 'm.gguf'",
            "is a projector, not a model",
            "swap path and mmproj_path of [mine] in ",
        ),
        (
            f"kind = 'llm'\npath = 'm.gguf'\nsha256 = '{'0' * 64}'",
            "does not have the SHA-256 that is expected",
            "if it is the right file, correct sha256 of [mine] in ",
        ),
    ],
)
def test_a_users_own_file_is_told_and_never_to_be_removed(
    models: Models, tmp_path: Path, entry: str, why: str, fix: str | None
) -> None:
    entries(tmp_path, f"[mine]\n{entry}\n")
    home = tmp_path / "config" / "vtk"
    (home / "whisper").mkdir()
    (home / "whisper" / "model.bin").write_bytes(b"\6\0\0\0")
    (home / "m.gguf").symlink_to(language_file())
    (home / "eye.gguf").symlink_to(PROJECTOR)
    run = models("verify", "mine")
    first, *_ = lines(run)
    assert (run.returncode, first["status"]) == (1, "corrupt")
    assert first["why"].startswith(why)
    assert (first["fix"] or "").startswith(fix or "")
    assert bool(first["fix"]) == bool(fix)
    assert b"remove" not in run.stderr


def test_one_model_that_cannot_be_fetched_does_not_keep_the_others_from_it(
    models: Models, hub: Hub, tmp_path: Path
) -> None:
    hub.files = {"owner/repo/m.gguf": b"GGUF model"}
    wanted = ("nosuch", "hf:owner/repo/m.gguf")
    run = models("pull", *wanted, **hub.environment(tmp_path))
    assert (run.returncode, len(lines(run)), run.stderr.count(b"\n")) == (69, 1, 1)


def test_a_folder_of_a_speech_model_is_found_and_verified(models: Models, tmp_path: Path) -> None:
    folder = whisper_tiny_en()
    entries(
        tmp_path, f"[mine]\nkind = 'speech'\npath = '{folder}'\nsha256 = '{WHISPER_TINY_EN[2]}'\n"
    )
    for name in ("mine", str(folder)):
        assert models("path", name).stdout.decode() == f"{folder}/model.bin\n"
    (mine,) = lines(models("verify", "mine"))
    assert (mine["status"], mine["path"]) == ("ok", f"{folder}/model.bin")
    (here,) = lines(models("list", "--installed"))
    assert here["path"] == f"{folder}/model.bin"


def test_a_speech_model_without_its_tokenizer_is_not_whole(models: Models, tmp_path: Path) -> None:
    folder = tmp_path / "whisper"
    shutil.copytree(whisper_tiny_en(), folder)
    (folder / "tokenizer.json").unlink()
    for text, why in (
        (None, "has no tokenizer.json beside it"),
        ("{", "tokenizer.json is not JSON, or is cut off"),
        ('{"model": {"vocab": {}}}', "tokenizer.json is not that of a Whisper model"),
    ):
        if text:
            (folder / "tokenizer.json").write_text(text)
        result = models("verify", str(folder))
        (record,) = lines(result)
        assert (record["status"], result.returncode) == ("corrupt", 1)
        assert why in record["why"]


def test_verify_with_nothing_here_is_well(models: Models) -> None:
    result = models("verify")
    assert (result.returncode, result.stdout, result.stderr) == (0, b"", b"")


def test_doctor_tells_what_is_broken_and_what_mends_it(models: Models, tmp_path: Path) -> None:
    fake = tmp_path / "packages"
    (fake / "llama_cpp").mkdir(parents=True)
    (fake / "llama_cpp" / "__init__.py").write_text(
        "__version__ = '0.3.99'\n"
        "llama_supports_gpu_offload = lambda: False\n"
        "llama_print_system_info = lambda: b'AVX2 = 1'\n"
    )
    (fake / "llama_cpp" / "mtmd_cpp.py").write_text("import os; os.abort()\n")
    (fake / "torch.py").write_text(
        "raise RuntimeError('operator torchvision::nms does not exist')\n"
    )
    for package in ("llama_cpp_python", "torch", "open_clip_torch"):
        (fake / f"{package}-1.dist-info").mkdir()
        text = f"Metadata-Version: 2.1\nName: {package.replace('_', '-')}\nVersion: 1\n"
        (fake / f"{package}-1.dist-info" / "METADATA").write_text(text)
    path = program(tmp_path / "bin", "nvidia-smi", "NVIDIA RTX, 24564, 24000")
    result = models("doctor", PATH=path, PYTHONPATH=str(fake))
    assert (result.returncode, result.stderr) == (0, b"")
    found = {record["name"]: record for record in lines(result)}
    assert found["NVIDIA GPU"]["found"] == "NVIDIA RTX, 25.2 of 25.8 GB free"
    assert found["llama-cpp-python"]["found"] == "0.3.99, without GPU support; AVX2 = 1"
    assert 'CMAKE_ARGS="-DGGML_CUDA=on" pip install' in found["llama-cpp-python"]["fix"]
    assert "does not load" in found["pictures in llama-cpp-python"]["found"]
    assert "different builds" in found["torch"]["found"]
    assert found["torch"]["fix"] == "pip install --force-reinstall torch torchvision"
    assert str(tmp_path / "hub" / "hub") in found["models"]["found"]


def test_doctor_reads_as_lines_with_the_fix_below(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden = tmp_path / "packages"
    hidden.mkdir()
    (hidden / "sitecustomize.py").write_text(
        "from importlib import metadata\n"
        "def version(name): raise metadata.PackageNotFoundError(name)\n"
        "metadata.version = version\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(hidden))
    text = on_terminal(tmp_path, "doctor")
    assert "ok    memory: " in text
    assert "--    torch: not installed\n      pip install 'video-text-kit[clip]'\n" in text


def test_the_group_shows_its_help_and_takes_defaults_from_the_file(
    models: Models, tmp_path: Path
) -> None:
    assert b"doctor" in models("--help").stdout
    assert models().returncode == 2
    assert models("nonsense").returncode == 2
    assert b"--installed" in models("list", "-h").stdout
    (tmp_path / "config" / "vtk").mkdir(parents=True)
    config = tmp_path / "config" / "vtk" / "config.toml"
    config.write_text("log_json = true\n[models.list]\nkind = 'embed'\n")
    assert {record["kind"] for record in lines(models("list"))} == {"embed"}
    assert models("path", "none").stderr.startswith(b"{")
    config.write_text("[models]\nlist = 3\n")
    assert models("list").returncode == 0
