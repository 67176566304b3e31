"""Decode on an NVIDIA GPU, if there is one and the user allows it.

`VTK_DECODE` selects the decoding device: `cpu`; `cuda`, the GPU; or `auto`, the GPU if there is
one. Files that the GPU cannot decode are decoded on the CPU.
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
    """Return the GPU to open files with; None for the CPU. Raises UsageError."""
    way = os.environ.get("VTK_DECODE") or "auto"
    if way not in WAYS:
        raise UsageError(f"VTK_DECODE must be one of {', '.join(WAYS)}, not {way!r}")
    if way == "cpu":
        return None
    if not _works():
        if way == "cuda":
            tell("there is no GPU that FFmpeg can use")
        return None
    # All files of a process share the primary CUDA context, which PyTorch uses as well.
    return HWAccel("cuda", allow_software_fallback=True, options={"primary_ctx": "1"})


@cache
def tell(reason: str) -> None:
    """Warn, once for each reason, that the CPU decodes instead of the GPU."""
    log.warning("decoding on the processor: %s", reason)


@cache
def _works() -> bool:
    try:
        HWAccel("cuda").create(av.Codec("h264", "r"))
    except (av.FFmpegError, NotImplementedError, OSError):
        return False
    return True
