"""A server of files on this machine, with or without answers to requests for ranges, and TLS."""

import re
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import SO_SNDBUF, SOL_SOCKET
from typing import Any

PIECE = 16_384  # bytes sent at a time, and held by the system, so that few are on their way


@dataclass
class Served:
    """What a server does and did."""

    folder: Path
    ranges: bool
    moved: dict[str, str] = field(default_factory=dict)  # where a path is forwarded to
    url: str = ""
    sent: int = 0  # bytes of files


def certificate(folder: Path, name: str = "localhost") -> Path:
    """A file with a key and a certificate for `name` signed by itself. Needs openssl."""
    key, about = folder / f"{name}.key", folder / f"{name}.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    command += ["-keyout", str(key), "-out", str(about), "-subj", f"/CN={name}"]
    subprocess.run(
        [*command, "-addext", f"subjectAltName=DNS:{name}"], check=True, capture_output=True
    )
    about.write_text(about.read_text() + key.read_text())
    return about


@contextmanager
def serving(folder: Path, ranges: bool = True, certified: Path | None = None) -> Iterator[Served]:
    """Serves the files of a folder while the block runs, over TLS where there is a certificate."""
    served = Served(folder, ranges)
    server = _Server(("127.0.0.1", 0), partial(_Handler, served))
    served.url = f"http://127.0.0.1:{server.server_port}"
    if certified is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certified)
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
        served.url = f"https://localhost:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *about: Any) -> None:
        """A client that hangs up is no error."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, served: Served, *about: Any) -> None:
        self.served = served
        super().__init__(*about)

    def log_message(self, *about: Any) -> None:
        """Nothing on standard error."""

    def do_GET(self) -> None:
        path = self.path.lstrip("/")
        if path in self.served.moved:
            self.send_response(302)
            self.send_header("Location", self.served.moved[path])
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif (self.served.folder / path).is_file():
            self._send(path, (self.served.folder / path).read_bytes())
        else:
            self.send_error(404)

    def _send(self, path: str, data: bytes) -> None:
        self.connection.setsockopt(SOL_SOCKET, SO_SNDBUF, PIECE)
        first, end = 0, len(data)
        asked = re.match(r"bytes=(\d+)-(\d*)", self.headers.get("Range") or "")
        if asked and self.served.ranges:
            first, end = int(asked[1]), min(int(asked[2] or end) + 1, end)
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {first}-{end - 1}/{len(data)}")
        else:
            self.send_response(200)
        if self.served.ranges:
            self.send_header("Accept-Ranges", "bytes")
        kind = "text/html" if path.endswith(".html") else "application/octet-stream"
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(end - first))
        if self.close_connection:  # as asked; a client may otherwise count on it to stay
            self.send_header("Connection", "close")
        self.end_headers()
        for start in range(first, end, PIECE):
            piece = data[start : min(start + PIECE, end)]
            self.wfile.write(piece)
            self.served.sent += len(piece)
