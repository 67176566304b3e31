"""A server of OpenAI's chat protocol on this machine that can be told to misbehave."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Asked:
    """A request as it came."""

    path: str
    headers: dict[str, str]
    body: Any

    @property
    def text(self) -> str:
        """The text of a prompt without pictures."""
        return str(self.body["messages"][-1]["content"])


@dataclass
class Told:
    """What to reply: `cut` drops the connection after half of the body, `delay` is in seconds."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    cut: bool = False


Script = Callable[[Asked], Told]


def said(text: str | None, finish: str = "stop", **more: Any) -> Told:
    """A proper reply with this text."""
    return Told(
        {
            "choices": [{"message": {"content": text}, "finish_reason": finish, **more}],
            "usage": {"prompt_tokens": 7, "completion_tokens": 3},
        }
    )


def listing(**logs: float) -> Told:
    """A reply that lists first tokens with their log-probabilities; `_` stands for a space."""
    tokens = [{"token": t.replace("_", " "), "logprob": log} for t, log in logs.items()]
    return said("?", logprobs={"content": [{**tokens[0], "top_logprobs": tokens}]})


def echo(asked: Asked) -> Told:
    """Answer with the prompt."""
    return said(asked.text)


class ChatServer(ThreadingHTTPServer):
    """Replies as `script` says; notes what was asked and how much of it at once."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.script: Script = echo
        self.models = Told({"data": [{"id": "tiny"}, {"id": "other"}]})
        self.props: Any = None  # what a llama-server says of itself; other servers do not
        self.thinks = 0.0  # seconds before it says it, or that it does not
        self.asked: list[Asked] = []
        self.lock = threading.Lock()
        self.now = self.most = 0
        self.connections: list[socket.socket] = []
        self.left = threading.Event()  # somebody went away before the reply

    @property
    def url(self) -> str:
        """The address without a path."""
        return f"http://127.0.0.1:{self.server_port}"

    def in_turn(self, *replies: Told) -> None:
        """Reply with these, one after the other, and with the last one from then on."""
        rest = list(replies)
        self.script = lambda asked: rest.pop(0) if len(rest) > 1 else rest[0]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep quiet: dropped connections are what the tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: ChatServer

    def setup(self) -> None:
        super().setup()
        self.server.connections.append(self.connection)

    def do_GET(self) -> None:
        if "/props" in self.path:
            told = self.server.props
            self._wait(self.server.thinks)
            self._send(Told("no such page", 404) if told is None else Told(told))
            return
        self._handle(None, lambda asked: self.server.models)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers["Content-Type"] == "application/json":  # else a form
            body = json.loads(body)
        self._handle(body, self.server.script)

    def _handle(self, body: Any, script: Script) -> None:
        asked = Asked(self.path, {k.lower(): v for k, v in self.headers.items()}, body)
        with self.server.lock:
            self.server.asked.append(asked)
            self.server.now += 1
            self.server.most = max(self.server.most, self.server.now)
            told = script(asked)
        try:
            self._wait(told.delay)
        finally:
            with self.server.lock:
                self.server.now -= 1
        self._send(told)

    def _wait(self, seconds: float) -> None:
        """Take one's time, and notice when the other side has no more of it."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.connection.settimeout(min(left, 0.05))
            try:
                if not self.connection.recv(1, socket.MSG_PEEK):
                    self.server.left.set()
                    return
            except TimeoutError:
                continue
        self.connection.settimeout(None)

    def _send(self, told: Told) -> None:
        data = told.body if isinstance(told.body, bytes) else json.dumps(told.body).encode()
        self.send_response(told.status)
        for name, value in told.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data[: len(data) // 2] if told.cut else data)
        self.wfile.flush()
        if told.cut:
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet."""


@contextmanager
def chat_server(port: int = 0) -> Iterator[ChatServer]:
    """A server in a thread, for the time of a block; on a free port unless one is given."""
    with ChatServer(port) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()
