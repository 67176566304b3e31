"""The keyframe index of a video: where decoding can begin, and when each keyframe is shown.

A group of pictures (GOP) is a keyframe and all that follows up to the next keyframe. A GOP that is
needed is decoded from its keyframe to the last frame needed; other GOPs are not decoded.

If the container lists its keyframes, that list is used, which costs a millisecond. Otherwise the
packets are read once, without decoding, and for large files their table is kept in the cache.
"""

import math
import os
from array import array
from contextlib import suppress
from fractions import Fraction
from typing import NamedTuple

import av
import numpy as np
from av.container import InputContainer
from av.index import IndexEntries
from av.stream import Discard
from av.video.stream import VideoStream
from numpy.typing import NDArray

from vtk.media.container import open_container
from vtk.media.container.streams import main_stream
from vtk.span import local_path
from vtk.store import cache

# Demuxers whose index lists exactly the video keyframes; other demuxers list arbitrary positions.
LISTING = ("mov", "matroska", "avi")
LARGE = 16 * 2**20  # file size in bytes above which a cache look-up beats reading the packets again
KIND = "packets-2"
UNKNOWN = np.iinfo(np.int64).min  # a timestamp that a packet does not state

Ticks = NDArray[np.int64]


class PacketTable(NamedTuple):
    """The packets of the main video stream in decoding order; arrays (packets,) except `base`."""

    pts: Ticks  # UNKNOWN where not stated
    dts: Ticks
    key: NDArray[np.bool_]  # keyframes
    hidden: NDArray[np.bool_]  # packets hidden by an edit list
    size: NDArray[np.int64]  # bytes
    base: NDArray[np.int64]  # (2,), numerator and denominator of the time base

    @property
    def time_base(self) -> Fraction:
        """The duration of a tick in seconds."""
        return Fraction(*self.base.tolist())


class KeyframeIndex(NamedTuple):
    """The keyframes of a stream in presentation order, (keyframes,), in the stream's time base."""

    pts: Ticks  # presentation timestamps; unless `exact`, accurate only to within frame reordering
    exact: bool
    seek: Ticks  # the timestamps to seek to

    def gop_at(self, pts: int) -> int:
        """Return the number of the GOP whose frame is shown at `pts`; -1 before the first."""
        return int(np.searchsorted(self.pts, pts, "right")) - 1


def index_from_container(
    container: InputContainer, stream: VideoStream, end: float
) -> KeyframeIndex | None:
    """Return the keyframes in the container's index, if it covers the video up to `end` seconds.

    Changes the position in the container.
    """
    if not container.format.name.startswith(LISTING):
        return None
    try:
        container.seek(stream.start_time or 0, stream=stream)  # Matroska reads its index only now
        first = next((packet for packet in container.demux(stream) if packet.size), None)
    except av.FFmpegError:
        return None
    base = stream.time_base
    stamps = _listed(stream.index_entries)
    if first is None or first.pts is None or not base or not stamps.size:
        return None
    # If the index is incomplete, there is a gap before the end, or no end is stated.
    left = end / base - stream.index_entries[len(stream.index_entries) - 1].timestamp
    longest = int(np.diff(stamps).max(initial=math.ceil(1 / base)))
    if end / base <= first.pts or left > 2 * longest:
        return None
    # MP4 lists decoding timestamps. Their offset from the presentation timestamps is constant if
    # the frame rate is; otherwise a time near a keyframe may be assigned to the wrong GOP, which
    # costs decoding another GOP but changes no frame.
    before = int(np.searchsorted(stamps, first.pts, "right")) - 1
    pts = stamps + (first.pts - int(stamps[before]) if before >= 0 else 0)
    return KeyframeIndex(pts, False, seek=pts)


def _listed(entries: IndexEntries) -> Ticks:
    """Return the timestamps of the keyframes in an index."""
    found: list[int] = []
    at = entries.search_timestamp(UNKNOWN + 1, backward=False)
    while at >= 0 and not (found and entries[at].timestamp <= found[-1]):
        found.append(entries[at].timestamp)
        at = entries.search_timestamp(found[-1] + 1, backward=False)
    return np.array(found, np.int64)


def index_from_packets(video: str) -> KeyframeIndex | None:
    """Return the keyframes by a file's packets; None if these do not suffice. Raises OpenError."""
    table = packet_table(video)
    pts, dts = table.pts[table.key], table.dts[table.key]
    dts = np.where(dts == UNKNOWN, pts, dts)
    if not pts.size or UNKNOWN in table.pts or (np.diff(pts) <= 0).any():
        return None
    return KeyframeIndex(pts, True, seek=dts)


def packet_table(video: str) -> PacketTable:
    """Return the packets of the main video stream, up to where the file is damaged or ends.

    Uses the cache if possible. Raises OpenError, and MediaError if there is no video stream.
    """
    path, name = local_path(video), None
    with suppress(OSError):
        if path is not None and os.path.isfile(path) and os.path.getsize(path) > LARGE:
            name = cache.fingerprint(path)
    kept = cache.load(KIND, name) if name else None
    if kept and kept.keys() == {*PacketTable._fields}:
        return PacketTable(**kept)
    table = _read(video)
    if name:
        cache.save(KIND, name, **table._asdict())
    return table


def _read(video: str) -> PacketTable:
    with open_container(video) as container:
        stream = main_stream(container)
        discard_other_streams(container, stream)
        found = array("q")
        try:
            for packet in container.demux(stream):
                if packet.size:
                    stamps = (UNKNOWN if t is None else t for t in (packet.pts, packet.dts))
                    found.extend((*stamps, packet.is_keyframe, packet.is_discard, packet.size))
        except av.FFmpegError:
            pass
        base = stream.time_base or Fraction(1, 1_000_000)
    pts, dts, key, hidden, size = np.array(found, np.int64).reshape(-1, 5).T
    return PacketTable(pts, dts, key > 0, hidden > 0, size, np.array(base.as_integer_ratio()))


def discard_other_streams(container: InputContainer, stream: VideoStream) -> None:
    """Make the container discard the packets of all other streams."""
    for other in container.streams:
        if other is not stream:
            other.discard = Discard.all
