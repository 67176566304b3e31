"""Decoding on an NVIDIA GPU, where there is one and the user lets it.

`VTK_DECODE` says on what pictures are decoded: `cpu`; `cuda`, the GPU; or `auto`, the GPU where
there is one. What it does not take, the processor decodes.
"""

import logging
import os
from functools import cache

import av
from av.codec.hwaccel import HWAccel

from vtk.errors import UsageError

log = logging.getLogger("vtk")

WAYS = ("auto", "cpu", "cuda")


def accelerator() -> HWAccel | None:
    """The GPU to open files with; None for the processor. Raises UsageError."""
    way = os.environ.get("VTK_DECODE") or "auto"
    if way not in WAYS:
        raise UsageError(f"VTK_DECODE must be one of {', '.join(WAYS)}, not {way!r}")
    if way == "cpu":
        return None
    if not _works():
        if way == "cuda":
            tell("there is no GPU that FFmpeg can use")
        return None
    # One context for all files of a process, the one that PyTorch uses as well.
    return HWAccel("cuda", allow_software_fallback=True, options={"primary_ctx": "1"})


@cache
def tell(reason: str) -> None:
    """Warn, once for each reason, that the processor decodes what the GPU was meant for."""
    log.warning("decoding on the processor: %s", reason)


@cache
def _works() -> bool:
    try:
        HWAccel("cuda").create(av.Codec("h264", "r"))
    except (av.FFmpegError, NotImplementedError, OSError):
        return False
    return True
