"""How the pictures of a clip are encoded: codec, quality, frame rate, height."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from av.video.codeccontext import VideoCodecContext

from vtk.errors import UsageError
from vtk.media.image.to_rgb import RGB

THREADS = 4  # of the encoder: x264 output is reproducible only for a fixed number of threads


class Codec(NamedTuple):
    """An encoder of FFmpeg's, with its usual quality and options."""

    encoder: str
    crf: int  # what looks like x264's 20
    most: int  # largest crf, the worst quality
    options: dict[str, str]
    tag: str | None = None  # how an MP4 names it, where FFmpeg's name is not Apple's


CODECS = {
    "h264": Codec("libx264", 20, 51, {"preset": "veryfast"}),
    "hevc": Codec(
        *("libx265", 23, 51), {"preset": "fast", "x265-params": "log-level=none:bframes=0"}, "hvc1"
    ),
    "av1": Codec("libsvtav1", 30, 63, {"preset": "8", "svtav1-params": "lp=1"}),
}


@dataclass(frozen=True)
class Encoding:
    """How pictures are encoded. Raises UsageError for what the codec does not have."""

    codec: str = "h264"  # one of CODECS
    crf: int | None = None  # constant rate factor: lower is better and larger
    fps: Fraction | None = None  # frames per second; None keeps each frame as long as it is shown
    height: int | None = None  # pixels; None keeps that of the video

    def __post_init__(self) -> None:
        if self.codec not in CODECS:
            raise UsageError(f"codecs of clips are {', '.join(CODECS)}, not {self.codec!r}")
        if not 0 <= self.quality <= (most := CODECS[self.codec].most):
            raise UsageError(f"the crf of {self.codec} is 0 to {most}, not {self.crf}")

    @property
    def quality(self) -> int:
        """The constant rate factor that is used."""
        return CODECS[self.codec].crf if self.crf is None else self.crf

    @property
    def encoder(self) -> str:
        """FFmpeg's name of the encoder."""
        return CODECS[self.codec].encoder

    def prepare(self, context: VideoCodecContext) -> None:
        """Set codec, quality and threads of an encoder that is not open yet."""
        if self.codec == "av1":
            os.environ.setdefault("SVT_LOG", "1")  # keep SVT-AV1 from printing its settings
        known = CODECS[self.codec]
        context.options = {**known.options, "crf": str(self.quality)}
        if known.tag:
            context.codec_tag = known.tag
        context.thread_count = THREADS

    def __str__(self) -> str:
        """The settings in words, as `h264 crf 20`."""
        height = f" height {self.height}" if self.height else ""
        return (
            f"{self.codec} crf {self.quality}" + (f" fps {self.fps}" if self.fps else "") + height
        )


class Shown(NamedTuple):
    """An image of a clip; times are in ticks from the start of the clip."""

    picture: RGB
    pts: int
    duration: int


def at_rate(shown: Iterable[Shown], base: Fraction, rate: Fraction, ticks: int) -> Iterator[Shown]:
    """Yield the images on screen at `rate` frames per second, each `ticks` long.

    `base` is the length of a tick of `shown` in seconds. A frame that is on screen at none of these
    moments is left out; one that is at several is repeated.
    """
    number = 0
    for picture, pts, duration in shown:
        while number < (pts + duration) * base * rate:
            yield Shown(picture, number * ticks, ticks)
            number += 1
