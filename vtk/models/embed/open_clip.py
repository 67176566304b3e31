"""Import open_clip, keep it silent and offline, and select device and precision."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from vtk.errors import MissingError, UsageError
from vtk.models.doctor import MISMATCH, MISMATCHED, SAME_INDEX

PRECISIONS = ("fp32", "bf16", "fp16")
INSTALL = "pip install 'video-text-kit[clip]'"


def library() -> tuple[Any, Any]:
    """Return the modules torch and open_clip. Raises MissingError if missing or broken."""
    try:
        with quiet():
            import open_clip
            import torch
    except ModuleNotFoundError as error:
        if error.name in ("open_clip", "torch", "torchvision"):
            raise MissingError(f"image embeddings need open_clip: {INSTALL}") from None
        raise MissingError(f"open_clip does not load ({error}): {INSTALL}") from None
    except (ImportError, OSError, RuntimeError, AttributeError) as error:
        if MISMATCH in str(error):
            raise MissingError(f"{MISMATCHED}: {SAME_INDEX}") from None
        raise MissingError(f"open_clip does not load ({line(error)}): {INSTALL}") from None
    return torch, open_clip


def device(torch: Any, wanted: str | None) -> str:
    """Return the device `wanted`, or the best one if None. Raises UsageError if unavailable."""
    there = [
        *(["cuda"] if torch.cuda.is_available() else []),
        *(["mps"] if torch.backends.mps.is_available() else []),
        "cpu",
    ]
    if wanted is None:
        return there[0]
    if wanted.partition(":")[0] not in there:
        raise UsageError(f"there is no device {wanted!r}: {', '.join(there)}")
    return wanted


def precision(torch: Any, device: str, wanted: str | None) -> str:
    """Return the precision `wanted`, or the best for the device if None. Raises UsageError."""
    if wanted is not None and wanted not in PRECISIONS:
        raise UsageError(f"no precision {wanted!r}: {', '.join(PRECISIONS)}")
    if wanted or not device.startswith("cuda"):
        return wanted or "fp32"
    major, _ = torch.cuda.get_device_capability()
    return "bf16" if major >= 8 else "fp16"  # bf16 needs Ampere or later


def line(error: Exception) -> str:
    """Return the most informative line of an error message, without its full stop."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    telling = [line for line in lines if "size mismatch" in line or "Missing key" in line]
    return (telling or lines or [type(error).__name__])[0].rstrip(".:")


@contextmanager
def quiet() -> Iterator[None]:
    """Silence warnings and the root logger, through which open_clip logs."""
    root = logging.getLogger()
    level, handler = root.level, logging.NullHandler()
    root.addHandler(handler)  # else the first message would install a handler for stderr
    root.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        root.setLevel(level)
        root.removeHandler(handler)


@contextmanager
def offline() -> Iterator[None]:
    """Disable downloads from the hub inside the block."""
    from huggingface_hub import constants

    before = constants.HF_HUB_OFFLINE
    constants.HF_HUB_OFFLINE = True
    try:
        yield
    finally:
        constants.HF_HUB_OFFLINE = before
