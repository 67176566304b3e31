"""A real llama-server for the tests: where it is built, and how it is run.

`make server` compiles it from the sources in the package of the llama-cpp-python that is installed.
A test that needs it is skipped where that was not done.
"""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata, util
from pathlib import Path

import pytest

TO_LOAD = 60.0  # seconds until a server must be ready


def version() -> str:
    """The version of llama-cpp-python."""
    return metadata.version("llama-cpp-python")


def libraries() -> Path:
    """The folder of the libraries that llama-cpp-python has installed."""
    found = util.find_spec("llama_cpp")
    assert found
    assert found.origin
    return Path(found.origin).parent / "lib"


def program() -> Path:
    """Where llama-server lies once it is built, outside of the tree, for each version."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache, "vtk-tests", f"llama-server-{version()}", "llama-server")


def environment() -> dict[str, str]:
    """The environment in which it finds its libraries."""
    own = {k: v for k, v in os.environ.items() if not k.startswith(("VTK_", "LLAMA_"))}
    name = "DYLD_LIBRARY_PATH" if sys.platform == "darwin" else "LD_LIBRARY_PATH"
    return {**own, name: str(libraries())}


def needs_llama_server() -> Path:
    """The program; skips the test where it is not built."""
    pytest.importorskip("llama_cpp")
    if not program().is_file():
        pytest.skip("llama-server is not built: make server")
    return program()


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def start(model: Path, log: Path, port: int, *options: str) -> "subprocess.Popen[bytes]":
    """The server of a model, started; `ready` waits for it."""
    command = [str(needs_llama_server()), "--host", "127.0.0.1", "--port", str(port)]
    command += ["--model", str(model), "--threads", "1", "--no-warmup", "--offline", *options]
    with log.open("ab") as file:
        return subprocess.Popen(command, stdout=file, stderr=file, env=environment())


def ready(server: "subprocess.Popen[bytes]", port: int, log: Path) -> str:
    """The address of a server, once it has loaded its model."""
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + TO_LOAD
    while time.monotonic() < deadline:
        assert server.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=5):
                return url
        except OSError:
            time.sleep(0.05)
    raise AssertionError(log.read_text())


def end(server: "subprocess.Popen[bytes]") -> None:
    """End a server."""
    server.terminate()
    try:
        server.wait(20)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait(20)


@contextmanager
def llama_server(model: Path, folder: Path, *options: str) -> Iterator[str]:
    """The address of a server of a model, for the time of a block; `folder` takes its log."""
    port, log = free_port(), folder / "llama-server.log"
    server = start(model, log, port, *options)
    try:
        yield ready(server, port, log)
    finally:
        end(server)
