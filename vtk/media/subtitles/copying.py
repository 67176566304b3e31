"""Prepare demuxed packets for muxing: none is lost, and each has a decoding timestamp."""

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
    """Yield demuxed packets with the decoding timestamps (dts) that a muxer needs.

    Matroska does not store decoding timestamps. FFmpeg derives them, but not for the first packets
    of a stream whose frames are reordered. These are held back until the first packet with a known
    dts, and their own dts are counted back from it.

    Packets without any timestamp are left out, with a warning. Raises MediaError if a stream has
    only such packets.
    """
    waiting: dict[int, list[av.Packet[Any]]] = {}  # packets held back, by stream index
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
        # Demuxing ends with an empty packet for each stream.
        if held and (packet.dts is not None or not packet.size):
            yield from _counted_back(waiting.pop(index))
            begun.add(index)
    for index, count in untimed.items():
        if index not in begun:
            raise MediaError(f"track {index} cannot be copied: it has no timestamps")
        log.warning("left out packets without a timestamp on track %d: %d", index, count)


def _counted_back(packets: "list[av.Packet[Any]]") -> "list[av.Packet[Any]]":
    """Set missing dts, counting back from the last packet by the durations of the packets.

    No dts is later than the packet's pts.
    """
    following = math.inf
    for packet in reversed(packets):
        if packet.dts is None and packet.pts is not None:
            packet.dts = int(min(packet.pts, following - (packet.duration or 1)))
        following = packet.dts if packet.dts is not None else following
    return packets
