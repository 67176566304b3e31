"""vtk caption --endpoint: what a server does wrong is one sentence and the right status."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("httpx2")

from tests.command_line import lines, vtk
from tests.models.chat_server import Asked, ChatServer, Told, chat_server, said
from tests.models.llama_server import end, free_port, llama_server, ready, start
from tests.models.tiny import PROJECTOR, language_file
from tests.real_weights import smollm2
from tests.world import World
from vtk.models import http as service

OPTIONS = ("--mmproj", str(PROJECTOR), "-np", "2", "-c", "4096")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ChatServer]:
    monkeypatch.setattr(service, "BACKOFF", 0.001)
    with chat_server() as running:
        yield running


@pytest.fixture(scope="module")
def shots(world: World) -> list[dict[str, Any]]:
    """Four spans of a film."""
    film = world("cuts")
    return [
        {"video": str(film.path), "start": float(s.start), "end": float(s.end), "index": n}
        for n, s in enumerate(film.truth.shots[:4])
    ]


@pytest.mark.parametrize(
    ("told", "message"),
    [
        (Told(b"<html><title>Welcome</title><p>It works!</html>"), "is not JSON"),
        (Told(b'{"choices": [{"mess'), "is not JSON"),
        (Told({"choices": []}), "has no answer"),
        (Told([1, 2]), "has no answer"),
        (Told({"object": "list", "data": [{"embedding": [1]}]}), "has no answer"),
        (said("dog dog dog dog " * 30), "the same again and again"),
        (said("?!"), "no word"),
        (Told(b"<html>Bad gateway</html>", 502), "answered 502"),
        (Told(said("A dog runs.").body, cut=True), "broke off the connection"),
    ],
)
def test_nonsense_fails_its_span_alone(
    server: ChatServer, shots: list[dict[str, Any]], told: Told, message: str
) -> None:
    def script(asked: Asked) -> Told:
        asks_first = len({str(each.body["messages"]) for each in server.asked if each.body}) <= 1
        return said("A dog runs.") if asks_first else told

    server.script = script
    options = ("--frames", "1", "--sequences", "1")
    result = vtk("caption", "--endpoint", server.url, *options, stdin=shots[:2])
    first, second = lines(result)
    assert result.returncode == 1
    assert first["caption"] == "A dog runs."
    assert message in second["error"]["message"]
    assert second["start"] == shots[1]["start"]


def test_a_page_of_the_web_is_no_server_of_models(
    server: ChatServer, shots: list[dict[str, Any]]
) -> None:
    server.models = Told(b"<!doctype html><html><body>It works!</body></html>")
    result = vtk("caption", "--endpoint", server.url, stdin=shots[:1])
    assert result.returncode == 69
    assert result.stderr.count(b"\n") == 1
    assert b"is not JSON" in result.stderr


def test_a_real_server_captions_as_the_model_here(
    tmp_path: Path, shots: list[dict[str, Any]]
) -> None:
    with llama_server(language_file(), tmp_path, *OPTIONS) as url:
        result = vtk(
            *("caption", "--endpoint", url, "--frames", "1", "--method", "verify"),
            stdin=[{**shot, "caption": "A circle moves. A square stays."} for shot in shots],
        )
    assert (result.returncode, result.stderr) == (0, b"")
    assert [each["index"] for each in lines(result)] == [0, 1, 2, 3]
    assert all("caption" in each for each in lines(result))


def test_a_real_server_that_cannot_see_is_told_of_before_any_caption(
    tmp_path: Path, shots: list[dict[str, Any]]
) -> None:
    with llama_server(smollm2(), tmp_path, "-np", "1", "-c", "512") as url:
        result = vtk("caption", "--endpoint", url, "--frames", "1", stdin=shots)
    assert (result.returncode, result.stdout) == (69, b"")
    assert result.stderr.count(b"\n") == 1
    assert b"cannot see: start llama-server with its projector, --mmproj FILE" in result.stderr


@pytest.mark.parametrize("returns", [True, False])
def test_a_real_server_that_dies_loses_nothing(
    tmp_path: Path, shots: list[dict[str, Any]], returns: bool
) -> None:
    port, log = free_port(), tmp_path / "log"
    servers = [start(language_file(), log, port, *OPTIONS)]
    url = ready(servers[0], port, log)

    def kill() -> None:
        deadline = time.monotonic() + 30
        while log.read_text().count("stop processing") < 1 and time.monotonic() < deadline:
            time.sleep(0.01)
        servers[0].kill()
        servers[0].wait(20)
        if returns:
            servers.append(start(language_file(), log, port, *OPTIONS))

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        result = vtk(
            *("caption", "--endpoint", url, "--frames", "1", "--sequences", "1"),
            *("--max-tokens", "24"),
            *("--timeout", "30" if returns else "1"),
            stdin=shots * 10,
        )
        killer.join()
    finally:
        for each in servers:
            _ended(each)
    found = lines(result)
    assert [each["index"] for each in found] == ([0, 1, 2, 3] * 10)[: len(found)]
    failed = [each["error"]["message"] for each in found if "error" in each]
    assert all("the model said" in message for message in failed)  # it is a tiny one
    if returns:
        assert (len(found), result.returncode) == (40, bool(failed))
    else:
        assert 0 < len(found) < 40
        assert result.returncode == 69
        assert b"cannot be reached any more" in result.stderr


def test_what_a_method_has_no_use_for_is_told() -> None:
    env = {"VTK_ENDPOINT": "http://127.0.0.1:9"}
    for command, options, told in (
        ("caption", ("--method", "facts", "--endpoint", "http://127.0.0.1:9"), b"--endpoint"),
        ("ocr", ("--kv-type", "q8_0", "--threads", "1"), b"--kv-type\n"),
        ("transcribe", ("--vad-only", "-m", "big"), b"--model"),
        ("caption", ("--method", "facts"), b""),
    ):
        result = vtk(command, *options, stdin=[], env=env)
        assert (b"warning: not used by" in result.stderr) == bool(told), command
        assert told in result.stderr


def test_an_address_of_a_recognizer_is_checked_at_once(world: World) -> None:
    result = vtk("transcribe", "--endpoint", "foo", world("subtitled").path)
    assert (result.returncode, result.stdout) == (2, b"")
    assert b"--endpoint must be an address" in result.stderr


@pytest.mark.parametrize("told", [Told({"error": {"message": "Start it"}}, 501), Told([1, 2])])
def test_a_server_for_tags_that_does_not_embed_is_told_at_once(
    server: ChatServer, shots: list[dict[str, Any]], tmp_path: Path, told: Told
) -> None:
    server.in_turn(told)
    (tmp_path / "tags.txt").write_text("dog\ncat\n")
    options = ("--tags", tmp_path / "tags.txt", "--clip")
    result = vtk("caption", *options, server.url, stdin=shots[:1])
    assert (result.returncode, result.stdout) == (69, b"")
    assert b"--embeddings" in result.stderr
    result = vtk("caption", *options, "http://127.0.0.1:9", stdin=shots[:1])
    assert b"address of one with --clip" in result.stderr


def _ended(server: "subprocess.Popen[bytes]") -> None:
    if server.poll() is None:
        end(server)


HEADS = """
import os
from importlib import import_module
from vtk.__main__ import main
for name in ("commands.caption", "commands.shown", "stream", "caption.written", "caption.long",
             "caption.plain", "caption.user_options", "media.subtitles", "models.llm.openai_server",
             "prompting.subtitles", "recipes.recipe", "store.journal", "split"):
    import_module(f"vtk.{name}")
for name in ("anyio", "anyio._backends._asyncio", "httpx2", "httpcore2", "truststore"):
    import_module(name)
for run in range(100):
    reading, writing = os.pipe()
    if not (child := os.fork()):
        os.close(reading)
        os.dup2(writing, 1)
        os.close(writing)
        main()
    os.close(writing)
    os.read(reading, 1)
    os.close(reading)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_a_reader_that_leaves_is_no_news_a_hundred_times(
    server: ChatServer, tmp_path: Path
) -> None:
    """As by `| head -n 1`, each in a process of its own, forked from one that imported all."""
    wait = iter(range(10**6))
    server.script = lambda asked: Told(said("A dog runs.").body, delay=next(wait) % 7 * 0.002)
    entry = {"start": 0.0, "end": 1.0, "text": "A dog runs."}
    spans = [{"video": "a.mp4", "start": n, "end": n + 1, "speech": [entry]} for n in range(40)]
    (tmp_path / "spans.jsonl").write_text("\n".join(map(json.dumps, spans)))
    options = ["--endpoint", server.url, "--layout", "none", "-j", "3", "spans.jsonl"]
    ran = subprocess.run(
        [sys.executable, "-c", HEADS, "caption", *options],
        capture_output=True, text=True, timeout=120, cwd=tmp_path,
    )  # fmt: skip
    assert ran.stderr == ""
    assert ran.stdout.split() == ["0"] * 100
