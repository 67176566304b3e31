"""What FFmpeg is given to open, and the formats that hold media themselves."""

from functools import cache
from typing import Any, NamedTuple

from av.format import formats_available

# Formats that name other files or hosts, which may be private to who runs this. The demuxer of
# series of pictures takes a percent sign in a file name for a pattern.
NAMING = frozenset({"hls", "dash", "concat", "sdp", "rtsp", "imf", "lavfi", "image2"})


class Source(NamedTuple):
    """The arguments of av.open."""

    file: Any  # a name with its protocol, or an open file in bytes
    options: dict[str, str]
    format: str | None = None  # FFmpeg's name of it; by content where None
    timeout: float | None = None  # seconds to wait for an answer


@cache
def plain(*naming: str) -> dict[str, str]:
    """The option that lets FFmpeg open formats that hold media themselves, and those of `naming`.

    A format that is not among them is refused with FFmpeg's "invalid argument".
    """
    return {"format_whitelist": ",".join(sorted(formats_available - NAMING | set(naming)))}
