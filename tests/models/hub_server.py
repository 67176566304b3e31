"""A hub on this machine: what huggingface.co says to a client that fetches files."""

import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class Hub:
    """Files by ``owner/repo/file``, and how the hub misbehaves."""

    files: dict[str, bytes] = field(default_factory=dict)
    gated: set[str] = field(default_factory=set)
    small: set[str] = field(default_factory=set)  # not stored by their SHA-256
    status: int | None = None  # answered to everything
    corrupt: bool = False
    ranges: bool = True  # whether it gives a part of a file
    drops: list[int] = field(default_factory=list)  # bytes after which a connection breaks
    stall: int | None = None  # bytes after which nothing comes until `resume` is set
    resume: threading.Event = field(default_factory=threading.Event)
    log: list[tuple[str, str, str | None]] = field(default_factory=list)  # method, file, range
    url: str = ""

    def environment(self, home: Path) -> dict[str, str]:
        """What a process needs to speak to this hub, with all it keeps below `home`."""
        return {
            "HF_ENDPOINT": self.url,
            "HF_HOME": str(home / "hub"),
            "XDG_CONFIG_HOME": str(home / "config"),
            "NO_PROXY": "127.0.0.1",
            "no_proxy": "127.0.0.1",
        }

    def fetched(self) -> list[tuple[str, str | None]]:
        """The files whose content was asked for, with the ranges."""
        return [(file, part) for method, file, part in self.log if method == "GET"]


@contextmanager
def serve() -> Iterator[Hub]:
    """A hub that runs in a thread until the block ends."""
    hub = Hub()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            self._answer("HEAD")

        def do_GET(self) -> None:
            self._answer("GET")

        def _answer(self, method: str) -> None:
            found = re.fullmatch(r"/([^/]+/[^/]+)/resolve/([^/]+)/([^?]+)", self.path)
            if not found:  # the client asks the hub for more than files
                return self._refuse(404, "")
            repo, file = found[1], found[3]
            part = self.headers.get("Range")
            hub.log.append((method, file, part))
            part = part if hub.ranges else None
            if hub.status:
                return self._refuse(hub.status, "")
            content = hub.files.get(f"{repo}/{file}")
            if repo in hub.gated and self.headers.get("Authorization") != "Bearer good":
                return self._refuse(401, "GatedRepo")
            if not any(name.startswith(f"{repo}/") for name in hub.files):
                return self._refuse(404, "RepoNotFound")
            if content is None:
                return self._refuse(404, "EntryNotFound")
            self._send(method, content, part, f"{repo}/{file}" in hub.small)

        def _refuse(self, status: int, code: str) -> None:
            self.send_response(status)
            self.send_header("X-Error-Code", code)
            self.send_header("X-Repo-Commit", COMMIT)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def _send(self, method: str, content: bytes, part: str | None, small: bool) -> None:
            start = int(part.removeprefix("bytes=").partition("-")[0]) if part else 0
            digest = hashlib.sha256(content).hexdigest()
            etag = digest[:40] if small else digest
            self.send_response(206 if part else 200)
            self.send_header("ETag", f'"{etag}"')
            self.send_header("X-Linked-Etag", f'"{etag}"')
            self.send_header("X-Linked-Size", str(len(content)))
            self.send_header("X-Repo-Commit", COMMIT)
            self.send_header("Content-Length", str(len(content) - start))
            if part:
                self.send_header(
                    "Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}"
                )
            self.end_headers()
            if method == "GET":
                self._body(content[::-1] if hub.corrupt else content, start)

        def _body(self, content: bytes, start: int) -> None:
            if hub.drops:
                self.wfile.write(content[start : start + hub.drops.pop(0)])
                self.close_connection = True
                self.connection.close()
            elif hub.stall is not None:
                self.wfile.write(content[start : start + hub.stall])
                self.wfile.flush()
                hub.resume.wait(60)
                self.close_connection = True
            else:
                self.wfile.write(content[start:])

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    hub.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        hub.resume.set()
        server.shutdown()
        server.server_close()
