"""The arguments for opening a source with FFmpeg, and the formats that contain media themselves."""

from functools import cache
from typing import Any, NamedTuple

from av.format import formats_available

# Formats that reference other files or hosts, which may be private to whoever runs this. The
# demuxer of image sequences interprets a percent sign in a file name as a pattern.
NAMING = frozenset({"hls", "dash", "concat", "sdp", "rtsp", "imf", "lavfi", "image2"})


class Source(NamedTuple):
    """The arguments of av.open."""

    file: Any  # a name with its protocol, or an open binary file
    options: dict[str, str]
    format: str | None = None  # FFmpeg's format name; detected from the content if None
    timeout: float | None = None  # seconds to wait for an answer


@cache
def plain(*naming: str) -> dict[str, str]:
    """Return the FFmpeg option that allows only formats that reference no other file, and `naming`.

    Any other format is refused with FFmpeg's "invalid argument".
    """
    return {"format_whitelist": ",".join(sorted(formats_available - NAMING | set(naming)))}
