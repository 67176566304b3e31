"""Convert frames to RGB as displayed: upright, correct aspect ratio, colours of BT.709."""

from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
from av.filter import Graph
from av.video.format import VideoFormat
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace
from numpy.typing import NDArray

from vtk.media.image import tone_mapping
from vtk.media.image.planes import luma
from vtk.media.image.sidedata import Orientation, orientation

RGB = NDArray[np.uint8]  # (height, width, 3)

GROUND = 128  # of 255: background of transparent images, so that white and black are both visible
COMB = 20  # of 255: luma difference between lines above which samples count as combed
COMBED = 0.002  # fraction of combed samples above which a frame is deinterlaced
# FFmpeg's numbers of colour matrices, mapped to those of its scaler: BT.709, FCC, BT.601 twice,
# SMPTE 240M, BT.2020 with non-constant and (as the closest match) constant luminance.
_MATRICES = {1: 1, 4: 4, 5: 5, 6: 5, 7: 7, 9: 9, 10: 9}
_HD = (1280, 577)  # width, height: from either on, players take an unstated matrix for BT.709


def to_rgb(frame: VideoFrame, aspect: Fraction | None = None, height: int | None = None) -> RGB:
    """Convert a frame to 8-bit RGB in BT.709 and standard dynamic range, as a player shows it.

    `aspect` is the sample aspect ratio, width by height; `height` scales the displayed image to
    that many pixels of height, in the same step. Rotated and mirrored as the file states; converted
    by the stated matrix and range, or by the frame size if no matrix is stated; high dynamic range
    and wide gamuts are tone-mapped (vtk.media.image.tone_mapping); transparent images are blended
    onto mid-grey; of an interlaced frame whose fields differ, the first field is shown, with its
    missing lines interpolated along edges. YCgCo and ICtCp are treated as if no matrix was stated.
    """
    turn = orientation(frame)
    if frame.interlaced_frame and _combed(frame):
        frame = _deinterlaced(frame)
    wide, tall = max(round(frame.width * float(aspect or 1)), 1), frame.height
    if height:
        scale = height / (wide if turn.transposed else tall)
        wide, tall = max(round(wide * scale), 1), max(round(tall * scale), 1)
    mapped = tone_mapping.needs_tone_mapping(frame)
    kind = "rgb48le" if mapped else "rgba" if has_alpha(frame.format.name) else "rgb24"
    scaled = frame.reformat(wide, tall, kind, src_colorspace=_matrix(frame), threads=1)
    samples: NDArray[Any] = scaled.to_ndarray()
    if mapped:
        samples = tone_mapping.to_sdr(samples, frame)
    elif kind == "rgba":
        samples = _grounded(samples)
    return np.ascontiguousarray(_turned(samples, turn))


def _turned(picture: RGB, turn: Orientation) -> RGB:
    if turn.transposed:
        picture = picture.transpose(1, 0, 2)
    return picture[:: -1 if turn.upside_down else 1, :: -1 if turn.mirrored else 1]


def _matrix(frame: VideoFrame) -> int:
    known = _MATRICES.get(frame.colorspace)
    if known:
        return known
    large = frame.width >= _HD[0] or frame.height >= _HD[1]
    return int(Colorspace.ITU709 if large else Colorspace.ITU601)


@lru_cache(maxsize=64)
def has_alpha(name: str) -> bool:
    """Return whether the named pixel format can hold transparency."""
    known = VideoFormat(name)
    return known.has_palette or any(part.is_alpha for part in known.components)


def _grounded(picture: NDArray[np.uint8]) -> RGB:
    """Blend an RGBA image, (height, width, 4), onto a background of GROUND."""
    colours, opaque = picture[..., :3], picture[..., 3:].astype(np.uint16)
    if opaque.min() == 255:
        return colours
    mixed = (colours * opaque + GROUND * (255 - opaque) + 127) // 255
    return mixed.astype(np.uint8)


def _combed(frame: VideoFrame) -> bool:
    """Return whether the fields of a frame differ, as they do where something moves.

    A sample is combed if luma alternates over four consecutive lines, up-down-up or down-up-down,
    by about COMB or more each time; a single fine line does not do so.
    """
    samples = luma(frame)[:, ::2].astype(np.int32)
    steps = samples[1:] - samples[:-1]
    back = -steps[:-1] * steps[1:] > COMB**2
    return bool(np.count_nonzero(back[:-1] & back[1:]) > COMBED * back.size)


def _deinterlaced(frame: VideoFrame) -> VideoFrame:
    """Interpolate the first field of a frame to a full frame (FFmpeg's edge slope tracing, estdif).

    FFmpeg's other deinterlacers need the previous and next frames, or leave a single frame
    unchanged.
    """
    graph = Graph()
    base = frame.time_base or Fraction(1, 1_000_000)
    source = graph.add_buffer(
        width=frame.width, height=frame.height, format=frame.format, time_base=base
    )
    graph.link_nodes(source, graph.add("estdif", "mode=frame"), graph.add("buffersink"))
    graph.configure()
    graph.vpush(frame)
    graph.vpush(None)
    return graph.vpull()
