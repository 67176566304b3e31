"""Copy streams into another container without re-encoding them.

No packet is lost, and each has a decoding timestamp.
"""

import errno
import logging
import math
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, cast

import av
from av.container import InputContainer, OutputContainer
from av.stream import AttachmentStream, Disposition, Stream
from av.video.stream import VideoStream

from vtk.errors import MediaError, OutputError

log = logging.getLogger("vtk")

KINDS = ("video", "audio", "subtitle")
COVER = Disposition.attached_pic
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
LEFT_OUT = "left out track %d (%s): a file of %s cannot hold it"

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


def copied_streams(
    source: InputContainer, out: OutputContainer
) -> tuple[dict[int, Stream], "list[av.Packet[Any]]"]:
    """Return the output streams by index of the source stream, and the packets of cover art.

    Attachments are written with the file header.
    """
    pictures = [stream for stream in source.streams.video if stream.disposition & COVER]
    # FFmpeg demuxes cover art before all other packets, so this skips nothing.
    first = islice(source.demux(pictures), len(pictures)) if pictures else ()
    covers = {packet.stream_index: packet for packet in first}
    copies: dict[int, Stream] = {}
    for stream in source.streams:
        cover = covers.get(stream.index)
        data = stream.data if isinstance(stream, AttachmentStream) else bytes(cover or b"")
        if data and out.format.name == "matroska":
            name, kind = _named(stream)
            out.add_attachment(name, kind, data)
        elif stream.type in KINDS and stream.codec_context is not None:
            try:
                copies[stream.index] = _copy(stream, out)
            except ValueError:
                if stream.type != "subtitle" and not cover:
                    raise
                _tell_left_out(stream, out)
        elif data:
            _tell_left_out(stream, out)
    return copies, [packet for index, packet in covers.items() if index in copies]


def _tell_left_out(stream: Stream, out: OutputContainer) -> None:
    codec = stream.codec_context.name if stream.codec_context else None
    what = ", ".join(filter(None, (stream.type, codec, stream.language)))
    log.warning(LEFT_OUT, stream.index, what, out.format.name)


def copied_packets(
    source: InputContainer, copies: dict[int, Stream], covers: "list[av.Packet[Any]]"
) -> Packets:
    """Yield what `copied_streams` left to be muxed: covers, then all packets of the streams."""
    for packet in covers:  # cover art has no timestamps, but the muxer requires them
        packet.pts = packet.dts = 0
        yield of_stream(packet, copies[packet.stream_index])
    for packet in to_mux(source.demux([source.streams[index] for index in copies])):
        yield of_stream(packet, copies[packet.stream_index])


def of_stream(packet: Any, stream: Stream) -> Any:
    """The packet, assigned to an output stream."""
    packet.stream = stream
    return packet


@contextmanager
def muxing(target: Path, failing: str = "") -> Iterator[None]:
    """Turn FFmpeg's errors into OutputError where the disk is full, and else into MediaError.

    `failing` is the message of the latter, with %s for what FFmpeg says, where it may say more than
    that the streams do not fit.
    """
    try:
        yield
    except (av.FFmpegError, ValueError) as error:
        code = error.errno if isinstance(error, av.FFmpegError) else None
        if code and code in NO_ROOM:
            raise OutputError(f"cannot write {target}: {os.strerror(code)}") from None
        failing = failing or f"the streams do not fit into *{target.suffix.lower()}: %s"
        raise MediaError(failing.replace("%s", str(error))) from None


def _copy(stream: Stream, out: OutputContainer) -> Stream:
    copy = out.add_stream_from_template(stream, opaque=True)
    if isinstance(stream, VideoStream) and stream.average_rate:
        cast(VideoStream, copy).codec_context.framerate = stream.average_rate
    copy.metadata.update(stream.metadata)
    if "name" in stream.metadata:  # what FFmpeg reads the title of a track in an MP4 as
        copy.metadata.setdefault("title", stream.metadata["name"])
    copy.disposition = stream.disposition
    return copy


def _named(stream: Stream) -> tuple[str, str]:
    """Return an attachment's name and MIME type as stated, or else those players use for covers."""
    codec = stream.codec_context.name if stream.codec_context else ""
    suffix, kind = ("jpg", "image/jpeg") if codec == "mjpeg" else (codec, f"image/{codec}")
    said = stream.metadata
    return said.get("filename", f"cover.{suffix}"), said.get("mimetype", kind)
