"""Translate errors of huggingface_hub into one sentence each, with the fix if there is one."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from vtk.errors import MissingError, OutputError, VtkError
from vtk.models.hub.files import Remote


def require_hub() -> None:
    """Raise MissingError if huggingface_hub is not installed."""
    try:
        import huggingface_hub  # noqa: F401
    except ImportError:
        raise MissingError(
            "fetching models needs huggingface_hub: pip install 'video-text-kit[hub]'"
        ) from None


@contextmanager
def hub_errors(remote: Remote) -> Iterator[None]:
    """Convert errors of huggingface_hub inside the block to MissingError or OutputError."""
    try:
        yield
    except VtkError:
        raise
    except Exception as error:
        if sentence := _sentence(error, remote):
            raise MissingError(sentence) from None
        if isinstance(error, OSError) and error.strerror:
            raise OutputError(f"cannot write {error.filename}: {error.strerror}") from None
        if isinstance(error, OSError):  # raised by the library for a wrong file size
            raise MissingError(
                f"{remote.file} arrived incomplete from {_host()}; fetch it again to continue"
            ) from None
        raise


def _sentence(error: Exception, remote: Remote) -> str | None:
    from huggingface_hub import constants, errors

    if isinstance(error, errors.OfflineModeIsEnabled):
        return f"{remote.file} is not here and HF_HUB_OFFLINE is set: unset it to fetch"
    if isinstance(error, errors.GatedRepoError):
        page = f"{constants.ENDPOINT}/{remote.repo}"
        return f"{remote.repo} is gated: accept its licence at {page} and set HF_TOKEN"
    if isinstance(error, errors.RepositoryNotFoundError):
        return f"{_host()} has no {remote.repo}, or it is private and HF_TOKEN must be set"
    if isinstance(error, errors.RevisionNotFoundError):
        return f"{remote.repo} has no revision {remote.revision or 'main'}"
    if isinstance(error, errors.EntryNotFoundError) and not isinstance(error, FileNotFoundError):
        return f"{remote.repo} has no file {remote.file}"
    if isinstance(error, errors.HfHubHTTPError):
        status = error.response.status_code
        hint = ": is HF_TOKEN right?" if status in (401, 403) else "; try again later"
        return f"{_host()} answered with status {status} for {remote.file}{hint}"
    if isinstance(error, errors.FileMetadataError):
        return (
            f"{_host()} does not answer like a hub: is HF_ENDPOINT right, or is a proxy in between?"
        )
    if isinstance(error, errors.LocalEntryNotFoundError) or _of_http(error):
        return f"cannot reach {_host()} for {remote.file}: is there a network?"
    return None


def is_unreachable(error: Exception) -> bool:
    """Whether there was no reply at all: no network, or offline mode (HF_HUB_OFFLINE)."""
    from huggingface_hub import errors

    if isinstance(error, errors.HfHubHTTPError):
        return False
    return isinstance(error, errors.OfflineModeIsEnabled) or _of_http(error)


def _of_http(error: Exception) -> bool:
    """Whether the library's HTTP client, which differs between releases, raised the error."""
    return any(
        kind.__module__.partition(".")[0] in ("httpx", "httpx2", "requests")
        for kind in type(error).__mro__
    )


def _host() -> str:
    from huggingface_hub import constants

    return urlsplit(constants.ENDPOINT).netloc or constants.ENDPOINT
