"""Breaking a good file in a known way.

The truth stays that of the file before the damage; `Truth.damage` says what was done to it and
how many frames at the front are untouched.
"""

from dataclasses import replace

import numpy as np

from tests.world.encode import picture_packets
from tests.world.truth import Clip, Damage


def truncate(clip: Clip, keep: float) -> Clip:
    """Cut the file off after a share (0 to 1) of the bytes that hold pictures.

    An mp4 stays readable only where its index precedes its pictures (`Encoding.faststart`).
    """
    packets = [packet for packet in picture_packets(clip.path) if packet[1] >= 0]
    first = min(position for _, position, _ in packets)
    size = clip.path.stat().st_size
    offset = first + int(keep * (size - first))
    with clip.path.open("r+b") as file:
        file.truncate(offset)
    return _damaged(clip, packets, Damage("truncated", True, offset, size - offset))


def drop_index(clip: Clip) -> Clip:
    """Cut an mp4 off before its index (moov), which its pictures precede: it no longer opens."""
    data = clip.path.read_bytes()
    offset = _box_offset(data, b"moov")
    packets = picture_packets(clip.path)
    clip.path.write_bytes(data[:offset])
    damage = Damage("no_moov", False, offset, len(data) - offset)
    damage = replace(damage, intact_frames=0, hurt_frames=len(packets))
    return Clip(clip.path, replace(clip.truth, damage=damage))


def overwrite(clip: Clip, first: int, frames: int, seed: int) -> Clip:
    """Put noise over the packets of `frames` frames from the frame `first`.

    For a file of pictures alone without reordering, whose packets lie one after another.
    """
    packets = picture_packets(clip.path)
    offset = packets[first][1]
    end = packets[first + frames - 1][1] + packets[first + frames - 1][2]
    noise = np.random.default_rng([seed, 0xBAD]).bytes(end - offset)
    with clip.path.open("r+b") as file:
        file.seek(offset)
        file.write(noise)
    return _damaged(clip, packets, Damage("corrupt", True, offset, end - offset))


def _damaged(clip: Clip, packets: list[tuple[int, int, int]], damage: Damage) -> Clip:
    end = damage.offset + damage.length
    hurt = [pos + size > damage.offset and pos < end for _, pos, size in packets]
    intact = hurt.index(True) if any(hurt) else len(hurt)
    damage = replace(damage, intact_frames=intact, hurt_frames=sum(hurt))
    return Clip(clip.path, replace(clip.truth, damage=damage))


def _box_offset(data: bytes, kind: bytes) -> int:
    """The byte at which a top-level box of an mp4 begins."""
    at = 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 4])
        if data[at + 4 : at + 8] == kind:
            return at
        at += size if size > 1 else int.from_bytes(data[at + 8 : at + 16])
    raise ValueError(f"no {kind.decode()} box")
