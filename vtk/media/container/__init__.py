"""Open media by name: the single entry point for files, streams and image sequences.

Local paths are never parsed as protocols, and only the file the user named is opened: a file that
references other files (a playlist, a concat script) is refused, and a playlist on a server may
reference only resources that are served over HTTP as well.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from errno import EIO

import av
from av.codec.context import Flags
from av.codec.hwaccel import HWAccel
from av.container import InputContainer

from vtk.errors import OpenError
from vtk.media.container import image_sequence, remote, tls
from vtk.media.container.source import Source, plain
from vtk.span import local_path

ELSEWHERE = "leads to other files or protocols, which may be private and so are not followed"
UNSEEN = {"skip_frame": "all", "probesize": "32"}  # keep FFmpeg from inspecting packets on opening


@contextmanager
def open_container(
    video: str, hwaccel: HWAccel | None = None, quick: bool = False
) -> Iterator[InputContainer]:
    """Open the container that the ``video`` of a span names.

    The name is a local file, a numbered image sequence (`vtk.media.container.image_sequence`), a
    URL that FFmpeg or fsspec opens, or a web page that yt-dlp supports
    (`vtk.media.container.remote`). Decoders use `hwaccel` where possible. `quick` reads the file
    header only and does not probe packets for missing stream parameters. Raises OpenError with a
    one-sentence message, and MissingError if an optional package is missing.
    """
    with ExitStack() as stack:
        yield stack.enter_context(_open(video, stack, hwaccel, UNSEEN if quick else {}))


def seekable(video: str) -> bool:
    """Return whether the video can be opened again; a pipe cannot: it can be read only once."""
    path = local_path(video)
    if path is None or image_sequence.named(video):
        return True
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):
        return True  # opening fails every time, but no data is consumed
    return stat.S_ISREG(mode) or stat.S_ISDIR(mode)


def _open(
    video: str, stack: ExitStack, hwaccel: HWAccel | None, options: dict[str, str]
) -> InputContainer:
    source = _source(video, stack)
    try:
        return _opened(source._replace(options=source.options | options), hwaccel)
    except av.FFmpegError as error:
        page = remote.behind_page(video, error)
        if page is None:
            raise OpenError(f"cannot open: {_reason(error, source)}") from None
    except (OSError, ValueError, UnicodeError) as error:
        raise OpenError(f"cannot open: {_reason(error, source)}") from None
    try:
        return _opened(page, hwaccel)
    except (av.FFmpegError, OSError, ValueError) as error:
        reason = _reason(error, page)
        raise OpenError(f"cannot open the video on that page: {reason}") from None


def _opened(source: Source, hwaccel: HWAccel | None) -> InputContainer:
    opened: InputContainer = av.open(
        source.file,
        "r",
        format=source.format,
        options=source.options,
        metadata_errors="replace",  # tags in old encodings
        timeout=source.timeout,
        hwaccel=hwaccel,
    )
    for stream in opened.streams.video:
        if stream.codec_context is not None:
            # Without this flag, left cropping is rounded to the memory alignment of SIMD vectors.
            stream.codec_context.flags |= Flags.unaligned
    return opened


def _source(video: str, stack: ExitStack) -> Source:
    path = local_path(video)
    if path is None:
        return remote.source(video, stack)
    if image_sequence.named(video):
        return image_sequence.series(video)
    _check_file(path)
    if image_sequence.is_animated_webp(path):
        return image_sequence.from_webp(path, stack)
    # Prefix local paths with `file:`, or FFmpeg would parse "talk: part 1.mp4" as a protocol.
    source = Source(f"file:{path}", {"protocol_whitelist": "file"} | plain())
    return source._replace(format=image_sequence.single(path))


def _check_file(path: str) -> None:
    try:
        status = os.stat(path)
    except ValueError:
        raise OpenError("cannot open: not a file name") from None
    except OSError as error:
        hint = image_sequence.hint(path)
        raise OpenError(f"cannot open: {error.strerror}{hint}") from None
    if stat.S_ISDIR(status.st_mode):
        raise OpenError(
            "cannot open: it is a folder without videos that could be known by their names; if it "
            f"holds pictures, give their rate, as in {os.path.join(path, '')}#rate=25"
        )
    if os.path.samestat(status, os.stat(os.devnull)):
        raise OpenError("cannot open: it is empty; a video on standard input can be read only once")
    if stat.S_ISREG(status.st_mode) and status.st_size == 0:
        raise OpenError("cannot open: the file is empty")
    if not os.access(path, os.R_OK):
        raise OpenError("cannot open: Permission denied")


def _reason(error: Exception, source: Source) -> str:
    remote = source.timeout is not None
    refused = remote and isinstance(error, av.ArgumentError)  # a format that plain() leaves out
    unread = isinstance(error, (av.ArgumentError, av.InvalidDataError))
    if refused or (unread and _is_script(source.file)):
        return f"it {ELSEWHERE}; name the video itself"
    if isinstance(error, av.InvalidDataError):
        playlist = f", or a playlist that {ELSEWHERE}" if remote else ""
        return f"not a media file that FFmpeg can read, or damaged at its start{playlist}"
    if isinstance(error, av.ExitError):
        return f"no answer within {source.timeout:g} s"
    if remote and getattr(error, "errno", None) == EIO:
        why = tls.distrusted(str(source.file))
        if why:
            return f"the certificate of the server is not trusted ({why}); {tls.HINT}"
    return getattr(error, "strerror", None) or str(error)


def _is_script(file: object) -> bool:
    """Return whether a local file starts like a playlist, script or manifest naming other files."""
    path = file.removeprefix("file:") if isinstance(file, str) else ""
    if not os.path.isfile(path):
        return False
    with open(path, "rb") as opened:
        head = opened.read(1024).removeprefix(b"\xef\xbb\xbf").lstrip()
    return head.startswith((b"#EXTM3U", b"ffconcat", b"v=0")) or (
        head.startswith(b"<") and b"<MPD" in head
    )
