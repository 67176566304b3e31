"""The client that speaks HTTP with one server, and why a connection to it failed."""

from typing import TYPE_CHECKING
from urllib.parse import SplitResult

from vtk import __version__
from vtk.errors import MissingError, UsageError
from vtk.models.endpoint import is_here

if TYPE_CHECKING:
    import httpx2

CONNECTING = 10.0  # seconds until a host counts as not there


def open_client(
    url: SplitResult, key: str | None, jobs: int, content_type: str
) -> "httpx2.AsyncClient":
    """Return a client of the server at a URL. Raises MissingError, UsageError."""
    try:
        import httpx2
    except ImportError:
        raise MissingError(
            "using a server needs httpx2: pip install 'video-text-kit[http]'"
        ) from None
    headers = {"Content-Type": content_type, "User-Agent": f"vtk/{__version__}"}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    try:
        return httpx2.AsyncClient(
            base_url=url.geturl(),
            headers=headers,
            timeout=httpx2.Timeout(None, connect=CONNECTING),
            limits=httpx2.Limits(max_connections=jobs, max_keepalive_connections=jobs),
            trust_env=not is_here(url.hostname or ""),  # no proxy leads to this machine itself
            follow_redirects=False,  # which could take the key elsewhere
        )
    except httpx2.InvalidURL:
        raise UsageError("the endpoint is not a valid URL") from None
    except (ImportError, ValueError):
        raise MissingError(
            "the proxy named in the environment cannot be used: "
            "set HTTPS_PROXY, HTTP_PROXY or ALL_PROXY to an http:// address, or unset them"
        ) from None


def sound_key(key: str | None) -> str | None:
    """Return the key as a header can carry it. Raises UsageError, without showing it."""
    key = (key or "").strip()
    if not (key.isascii() and key.isprintable()):
        raise UsageError(
            "the API key, as in VTK_API_KEY, contains characters that no key has: copy it anew"
        )
    return key or None


def why_unreached(url: SplitResult, reason: str) -> str:
    """Return why no connection came about, from what the client says."""
    if url.scheme == "https" and "WRONG_VERSION_NUMBER" in reason:
        return "it does not speak TLS: perhaps its address begins with http://"
    return reason or "no reply"
