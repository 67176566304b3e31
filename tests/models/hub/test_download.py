"""Fetching models, shown against a hub on this machine, by the command as a user runs it."""

import hashlib
import os
import random
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.command_line import VTK, lines, vtk_process
from tests.models.hub_server import Hub, serve
from tests.terminal import Terminal
from vtk.errors import OutputError

pytest.importorskip("huggingface_hub")

MB = 2**20
NAME = "hf:owner/repo/model.gguf"

Pull = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture
def hub() -> Iterator[Hub]:
    with serve() as hub:
        yield hub


@pytest.fixture
def pull(hub: Hub, tmp_path: Path) -> Pull:
    """Run ``vtk models`` with a hub and a home of its own."""

    def run(*arguments: str, **env: str) -> subprocess.CompletedProcess[bytes]:
        return vtk_process("models", *arguments, env=hub.environment(tmp_path) | env)

    return run


def gguf(megabytes: float) -> bytes:
    return b"GGUF" + random.Random(7).randbytes(int(megabytes * MB))


def catalog(home: Path, text: str) -> None:
    (home / "config" / "vtk").mkdir(parents=True)
    (home / "config" / "vtk" / "models.toml").write_text(text)


def blobs(home: Path) -> list[Path]:
    return sorted((home / "hub").rglob("blobs/*"))


def says(result: subprocess.CompletedProcess[bytes], status: int, *words: str) -> None:
    """Hold a failure to its status and to one sentence with these words."""
    text = result.stderr.decode()
    assert result.returncode == status, text
    assert text.count("\n") == 1
    assert text.startswith("vtk models: ")
    for word in words:
        assert word in text


def test_a_model_is_fetched_checked_and_found_without_the_hub(hub: Hub, pull: Pull) -> None:
    hub.files["owner/repo/model.gguf"] = content = gguf(1)
    result = pull("pull", NAME)
    assert (result.returncode, result.stderr) == (0, b"")
    (record,) = lines(result)
    assert record["new"]
    assert record["sha256"] == hashlib.sha256(content).hexdigest()
    assert Path(record["path"]).read_bytes() == content
    path = pull("path", NAME, HF_ENDPOINT="http://127.0.0.1:9")
    assert path.stdout.decode() == f"{record['path']}\n"


def test_what_is_here_is_not_fetched_again_nor_missed_offline(hub: Hub, pull: Pull) -> None:
    hub.files["owner/repo/model.gguf"] = gguf(0.1)
    pull("pull", NAME)
    for env in ({}, {"HF_HUB_OFFLINE": "1"}, {"HF_ENDPOINT": "http://127.0.0.1:9"}):
        result = pull("pull", NAME, **env)
        assert (result.returncode, result.stderr) == (0, b""), env
        assert not lines(result)[0]["new"]
    assert len(hub.fetched()) == 1


def test_a_name_of_the_catalog_brings_all_its_files(hub: Hub, pull: Pull, tmp_path: Path) -> None:
    catalog(
        tmp_path,
        "[mine]\nkind = 'vlm'\nrepo = 'owner/repo'\nmmproj = 'mmproj.gguf'\n"
        "quants = { q4_0 = 'a-q4_0-00001-of-00002.gguf', q8_0 = 'a-q8_0.gguf' }\n"
        "also = ['tokenizer.json']\n",
    )
    for name in ("a-q4_0-00001-of-00002", "a-q4_0-00002-of-00002", "a-q8_0", "mmproj"):
        hub.files[f"owner/repo/{name}.gguf"] = gguf(0.01) + name.encode()
    hub.files["owner/repo/tokenizer.json"] = b"{}"
    hub.small.add("owner/repo/tokenizer.json")
    assert pull("pull", "mine").returncode == 0
    assert [file for file, _ in hub.fetched()] == [
        *("a-q4_0-00001-of-00002.gguf", "a-q4_0-00002-of-00002.gguf", "mmproj.gguf"),
        "tokenizer.json",
    ]
    model, mmproj = pull("path", "mine").stdout.decode().splitlines()
    assert (Path(model).name, Path(mmproj).name) == ("a-q4_0-00001-of-00002.gguf", "mmproj.gguf")
    says(pull("path", "mine:q8_0"), 69, "`vtk models pull mine:q8_0`")
    assert pull("pull", "mine-q8_0").returncode == 0
    assert pull("path", "mine:q8_0").stdout


def test_a_connection_that_breaks_is_taken_up_again(hub: Hub, pull: Pull) -> None:
    hub.files["owner/repo/model.gguf"] = content = gguf(25)
    hub.drops = [12 * MB, 0, 11 * MB]
    result = pull("pull", NAME)
    assert (result.returncode, result.stderr) == (0, b"")
    assert Path(lines(result)[0]["path"]).read_bytes() == content
    ranges = [part for _, part in hub.fetched()]
    assert ranges == [None, *(f"bytes={start * MB}-" for start in (12, 12, 23))]


def test_a_killed_fetch_goes_on_where_it_was(hub: Hub, pull: Pull, tmp_path: Path) -> None:
    hub.files["owner/repo/model.gguf"] = content = gguf(25)
    hub.stall = 15 * MB
    environment = os.environ | hub.environment(tmp_path)
    with subprocess.Popen([VTK, "models", "pull", NAME], env=environment) as process:
        limit = time.monotonic() + 60
        while sum(path.stat().st_size for path in blobs(tmp_path)) < 10 * MB:
            assert time.monotonic() < limit
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
    (part,) = blobs(tmp_path)
    assert part.suffix == ".incomplete"
    held = part.stat().st_size
    says(pull("path", NAME), 69, "vtk models pull")
    hub.stall = None
    result = pull("pull", NAME)
    assert (result.returncode, result.stderr) == (0, b"")
    assert Path(lines(result)[0]["path"]).read_bytes() == content
    assert hub.fetched()[-1][1] == f"bytes={held}-"
    assert [path.suffix for path in blobs(tmp_path)] == [""]


def test_a_server_that_knows_no_ranges_gives_all_of_it_again(hub: Hub, pull: Pull) -> None:
    hub.files["owner/repo/model.gguf"] = content = gguf(3)
    hub.drops, hub.ranges = [2 * MB], False
    result = pull("pull", NAME)
    assert (result.returncode, result.stderr) == (0, b"")
    assert Path(lines(result)[0]["path"]).read_bytes() == content
    assert [part for _, part in hub.fetched()] == [None, f"bytes={2 * MB}-"]


def test_two_fetches_of_the_same_model_share_the_work(hub: Hub, pull: Pull, tmp_path: Path) -> None:
    hub.files["owner/repo/model.gguf"] = gguf(30)
    environment = os.environ | hub.environment(tmp_path)
    command = [VTK, "models", "pull", "-q", NAME]
    both = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) for _ in "ab"]
    assert [process.communicate(timeout=60)[0].count(b"\n") for process in both] == [1, 1]
    assert [process.returncode for process in both] == [0, 0]
    assert len(hub.fetched()) == 1


def test_content_that_is_not_what_was_promised_is_thrown_away(
    hub: Hub, pull: Pull, tmp_path: Path
) -> None:
    hub.files["owner/repo/model.gguf"] = gguf(0.1)
    hub.corrupt = True
    says(pull("pull", NAME), 69, "SHA-256", "model.gguf", "removed")
    assert not blobs(tmp_path)
    says(pull("path", NAME), 69, "not here")
    hub.corrupt = False
    assert pull("pull", NAME).returncode == 0


def test_a_sha256_of_the_catalog_is_held_against_the_hub(
    hub: Hub, pull: Pull, tmp_path: Path
) -> None:
    content = hub.files["owner/repo/model.gguf"] = gguf(0.1)
    entry = "[mine]\nkind = 'llm'\nrepo = 'owner/repo'\nfile = 'model.gguf'\nsha256 = '{}'\n"
    catalog(tmp_path, entry.format("0" * 64))
    says(pull("pull", "mine"), 69, "not the file in the catalog")
    assert not hub.fetched()
    own = tmp_path / "config" / "vtk" / "models.toml"
    own.write_text(entry.format(hashlib.sha256(content).hexdigest()))
    assert pull("pull", "mine").returncode == 0


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("hf:owner/repo/none.gguf", ("owner/repo has no file none.gguf",)),
        ("hf:owner/none/model.gguf", ("has no owner/none", "HF_TOKEN")),
        ("hf:owner/gated/model.gguf", ("owner/gated is gated", "licence", "HF_TOKEN")),
    ],
)
def test_what_the_hub_does_not_give_is_one_sentence(
    hub: Hub, pull: Pull, name: str, words: tuple[str, ...]
) -> None:
    hub.files["owner/repo/model.gguf"] = hub.files["owner/gated/model.gguf"] = gguf(0.01)
    hub.gated.add("owner/gated")
    says(pull("pull", name), 69, *words)


@pytest.mark.parametrize(("status", "word"), [(401, "HF_TOKEN"), (503, "try again later")])
def test_a_hub_that_refuses_is_one_sentence(hub: Hub, pull: Pull, status: int, word: str) -> None:
    hub.status = status
    says(pull("pull", NAME), 69, f"status {status}", word)


def test_a_gated_model_comes_with_a_token(hub: Hub, pull: Pull) -> None:
    hub.files["owner/gated/model.gguf"] = gguf(0.01)
    hub.gated.add("owner/gated")
    assert pull("pull", "hf:owner/gated/model.gguf", HF_TOKEN="good").returncode == 0


def test_without_a_network_or_a_hub_the_sentence_says_so(hub: Hub, pull: Pull) -> None:
    says(pull("pull", NAME, HF_ENDPOINT="http://127.0.0.1:9"), 69, "cannot reach 127.0.0.1:9")
    says(pull("pull", NAME, HF_HUB_OFFLINE="1"), 69, "HF_HUB_OFFLINE is set")


def test_a_cache_that_cannot_be_written_is_an_output_error(
    hub: Hub, pull: Pull, tmp_path: Path
) -> None:
    hub.files["owner/repo/model.gguf"] = gguf(0.01)
    (tmp_path / "file").touch()
    says(pull("pull", NAME, HF_HOME=str(tmp_path / "file")), 74, "cannot write", "Not a directory")


def test_a_full_disk_is_told_before_and_while_it_fills(monkeypatch: pytest.MonkeyPatch) -> None:
    from vtk.models.hub import download

    with download._Part(Path("/dev/full"), "model.gguf", 4, lambda *_: None) as part:
        with pytest.raises(OutputError, match="No space left"):
            part.write(b"GGUF")
        usage = type("usage", (), {"free": 10**9})
        monkeypatch.setattr("shutil.disk_usage", lambda _: usage)
        with pytest.raises(OutputError, match=r"model.gguf needs 2.0 GB more, 1.0 GB are free"):
            download._room(part, 2 * 10**9)


def test_without_huggingface_hub_the_command_that_installs_it_is_told(
    pull: Pull, tmp_path: Path
) -> None:
    (tmp_path / "huggingface_hub.py").write_text("raise ImportError('gone')\n")
    says(pull("pull", NAME, PYTHONPATH=str(tmp_path)), 69, "pip install 'video-text-kit[hub]'")


def test_a_bar_shows_on_a_terminal_and_nothing_else(hub: Hub, tmp_path: Path) -> None:
    hub.files["owner/repo/model.gguf"] = gguf(25)
    hub.stall = 20 * MB
    environment = hub.environment(tmp_path)
    with Terminal(f"vtk models pull {NAME}", folder=tmp_path, env=environment) as terminal:
        bar = terminal.until(r"^vtk models  .* 7\d%  .*model.gguf$")
        assert re.search(r"\d\d\.\d MB of 26\.2 MB", bar)
        hub.stall = None
        hub.resume.set()
        assert terminal.end() == 0
        *messages, last = terminal.lines
        assert re.fullmatch(r"fetched  /.*/model\.gguf", last)  # in place of the bar
        assert all(line.startswith("vtk models: ") for line in messages)
        assert b"it/s" not in terminal.written
        assert b"Warning" not in terminal.written
