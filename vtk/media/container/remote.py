"""Open remote media: URLs that FFmpeg or fsspec opens, and web pages that yt-dlp supports."""

import importlib.util
import logging
import time
from contextlib import ExitStack
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import av

from vtk.errors import MissingError, OpenError
from vtk.media.container import tls as trust
from vtk.media.container.source import Source, plain

NETWORK_TIMEOUT = 30.0  # seconds
FRESH = 1800  # seconds for which the resolved address of a web page's video is reused

_WEB = "http,https,tcp,tls,httpproxy,crypto,data"
# Protocols that FFmpeg needs for each URL scheme; media opened by it may use only these.
PROTOCOLS = {
    "http": _WEB,
    "https": _WEB,
    "ftp": "ftp,tcp",
    "rtmp": "rtmp,tcp",
    "rtmps": "rtmps,tls,tcp",
    "rtsp": "rtsp,rtp,srtp,udp,tcp",
    "rtp": "rtp,udp",
    "udp": "udp",
    "tcp": "tcp",
    "srt": "srt",
    "mmsh": "mmsh,http,tcp",
    "mmst": "mmst,tcp",
}
# Formats that reference other resources, allowed only for the schemes they are meant for.
_NAMING = {"http": ("hls", "dash"), "https": ("hls", "dash"), "rtsp": ("rtsp",), "rtp": ("rtp",)}

# yt-dlp format: a single file FFmpeg can open, with video and audio if available, else video only.
_FORMAT = "b[protocol^=http][protocol!*=dash]/b[protocol^=m3u8]/bv*[protocol!*=dash]"

PARTS = (
    "the video there comes as DASH segments, which FFmpeg does not assemble here; save it with "
    "yt-dlp and name the file"
)

INSTALL = "pip install 'video-text-kit[{}]'"


def source(url: str, stack: ExitStack) -> Source:
    """Return how to open a URL; `stack` closes any file object. Raises OpenError, MissingError."""
    scheme = urlsplit(url).scheme.lower()
    if scheme not in PROTOCOLS:
        return Source(_stored(url, scheme, stack), {"protocol_whitelist": "none"} | plain())
    options = {"protocol_whitelist": PROTOCOLS[scheme]} | plain(*_NAMING.get(scheme, ()))
    return Source(url, options | trust.options(), timeout=NETWORK_TIMEOUT)


class _Stored:
    """An fsspec file for FFmpeg to read: any failure becomes an OSError with a one-line message."""

    def __init__(self, name: str, file: Any) -> None:
        self.name = name
        self._file = file

    def read(self, size: int) -> bytes:
        try:
            return bytes(self._file.read(size))
        except Exception as error:  # each storage library raises its own types of error
            raise OSError(_line(error)) from None

    def seek(self, offset: int, whence: int = 0) -> int:
        try:
            return int(self._file.seek(offset, whence))
        except Exception as error:
            raise OSError(_line(error)) from None

    def tell(self) -> int:
        return int(self._file.tell())


def _stored(url: str, scheme: str, stack: ExitStack) -> _Stored:
    try:
        import fsspec
    except ImportError:
        hint = INSTALL.format("fsspec")
        raise MissingError(f"{scheme}:// URLs need fsspec: {hint}") from None
    try:
        return _Stored(url, stack.enter_context(fsspec.open(url, "rb")))
    except ImportError as error:
        from fsspec.registry import known_implementations

        package = known_implementations.get(scheme, {"class": ""})["class"].partition(".")[0]
        if package in ("", "fsspec"):
            package = error.name or "the package that it names"
        raise MissingError(
            f"{scheme}:// URLs need another package ({_line(error)}): pip install {package}"
        ) from None
    except FileNotFoundError:
        raise OpenError("cannot open: No such file or directory") from None
    except Exception as error:  # each storage library raises its own types of error
        raise OpenError(f"cannot open: {_line(error)}") from None


def behind_page(url: str, error: av.FFmpegError) -> Source | None:
    """Return how to open the video on a web page, after opening `url` itself failed with `error`.

    None if `url` is not a web address or `error` has another cause. Raises OpenError if yt-dlp
    finds no video, or is not installed.
    """
    if urlsplit(url).scheme.lower() not in ("http", "https"):
        return None
    if not isinstance(error, (av.InvalidDataError, av.HTTPForbiddenError)):
        return None
    if importlib.util.find_spec("yt_dlp") is None:
        hint = INSTALL.format("web")
        raise OpenError(f"cannot open: not a media file; for the video on a web page: {hint}")
    address, headers = _resolved(url, int(time.time() // FRESH))
    if address == url:
        return None
    found = urlsplit(address).scheme.lower()
    if found not in ("http", "https"):
        raise OpenError(f"cannot open: the video on that page uses {found or 'no'} as its protocol")
    options = {"headers": headers, "protocol_whitelist": _WEB} | plain(*_NAMING[found])
    return Source(address, options | trust.options(), timeout=NETWORK_TIMEOUT)


@lru_cache(maxsize=16)
def _resolved(url: str, now: int) -> tuple[str, str]:
    """Return the address of the video on a page, and the HTTP headers for requesting it.

    `now` is part of the cache key: it changes when a cached address must not be reused.
    """
    import yt_dlp

    silent = logging.getLogger("vtk.yt_dlp")
    silent.addHandler(logging.NullHandler())
    silent.propagate = False
    options = {
        "format": _FORMAT,
        "noplaylist": True,
        "playlist_items": "1",
        "cachedir": False,
        "socket_timeout": NETWORK_TIMEOUT,
        "noprogress": True,
        "logger": silent,
    }
    try:
        with yt_dlp.YoutubeDL(options) as pages:
            info: dict[str, Any] = pages.extract_info(url, download=False) or {}
    except yt_dlp.utils.YoutubeDLError as error:
        if "Requested format is not available" in str(error):
            raise OpenError(f"cannot open: {PARTS}") from None
        raise OpenError(f"cannot open: yt-dlp finds no video there ({_line(error)})") from None
    info = next(iter(info.get("entries") or [info]))
    if not info.get("url"):
        raise OpenError("cannot open: yt-dlp finds no video there that FFmpeg can open")
    named = info.get("http_headers") or {}
    lines = [f"{key}: {value}" for key, value in named.items() if "\n" not in f"{key}{value}"]
    return info["url"], "".join(f"{line}\r\n" for line in lines)


def _line(error: Exception) -> str:
    """Return the message of an error as one line."""
    return " ".join(str(error).split())[:300].removeprefix("ERROR: ") or type(error).__name__
