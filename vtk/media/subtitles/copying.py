"""The packets of streams for a copy of them: none is lost, and each says when it is decoded."""

import logging
import math
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import av

from vtk.errors import MediaError

log = logging.getLogger("vtk")

Packets = Iterator["av.Packet[Any]"]


def to_mux(packets: "Iterable[av.Packet[Any]]") -> Packets:
    """What a container's `demux` gives, as a muxer takes it.

    Matroska does not store when packets are decoded. FFmpeg works that out, but not for the first
    pictures of a stream that are stored in another order than they are shown in. Those wait here
    for the first of which it is known; their times are counted back from there.

    Packets without any time are left out, with a warning. Raises MediaError where a stream has
    no others.
    """
    waiting: dict[int, list[av.Packet[Any]]] = {}  # of each stream that has not begun
    begun, untimed = set[int](), Counter[int]()
    for packet in packets:
        index = packet.stream_index
        timed = packet.pts is not None or packet.dts is not None
        if timed and index in begun:
            yield packet
            continue
        held = waiting.setdefault(index, [])
        if timed:
            held.append(packet)
        elif packet.size:
            untimed[index] += 1
        # At its end there is, of each stream, a packet that holds nothing.
        if held and (packet.dts is not None or not packet.size):
            yield from _counted_back(waiting.pop(index))
            begun.add(index)
    for index, count in untimed.items():
        if index not in begun:
            raise MediaError(f"track {index} cannot be copied: it has no timestamps")
        log.warning("left out packets without a timestamp on track %d: %d", index, count)


def _counted_back(packets: "list[av.Packet[Any]]") -> "list[av.Packet[Any]]":
    """The packets with times of decoding: those before the last as long before as they last.

    None is decoded after it is shown.
    """
    following = math.inf
    for packet in reversed(packets):
        if packet.dts is None and packet.pts is not None:
            packet.dts = int(min(packet.pts, following - (packet.duration or 1)))
        following = packet.dts if packet.dts is not None else following
    return packets
