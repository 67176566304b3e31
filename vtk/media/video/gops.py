"""Read a video's packets first and decode only selected groups of pictures.

A group of pictures (GOP) is a keyframe and the packets after it, up to the next keyframe in
decoding order. Decoding can begin at each GOP. Frames after the keyframe in decoding order that
are shown before it (an open GOP) need the previous GOP as well.
"""

import math
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from queue import Empty, SimpleQueue
from typing import NamedTuple, Self

import av
import numpy as np
from numpy.typing import NDArray

from vtk.cores import cores
from vtk.errors import MediaError
from vtk.media.image.planes import Thumbnail, thumbnail
from vtk.media.video import NO_TIMESTAMPS, ROUNDING, Video
from vtk.media.video.decoder import Decoder
from vtk.media.video.parallel_decode import decoder_budget

MOST_THREADS = 8
HEAD = 5  # packets decoded at the start of each GOP: they include a first run of three B-frames
FEWEST = 12  # mean packets per GOP below which there are too many keyframes to save any work
ENOUGH = 20  # GOPs after which FEWEST is applied


class TimedThumbnail(NamedTuple):
    """A thumbnail and when it is shown."""

    pts: int  # presentation timestamp
    time: float  # presentation timestamp in seconds
    picture: Thumbnail


class _Packet(NamedTuple):
    pts: int
    size: int  # bytes
    shown: bool
    duration: int


@dataclass(slots=True)
class Gop:
    """A group of pictures: its n packets in decoding order, the keyframe first; arrays (n,)."""

    pts: NDArray[np.int64]
    sizes: NDArray[np.float64]  # bytes
    shown: NDArray[np.bool_]  # False for packets hidden by an edit list
    duration: int  # of the frame shown last, 0 if not stated
    head: list[TimedThumbnail] = field(default_factory=list, repr=False)  # its first frames

    @property
    def first(self) -> int:
        """The presentation timestamp of the keyframe."""
        return int(self.pts[0])

    def packets_for(self, frames: int) -> int:
        """Return how many packets to decode to get the first `frames` frames from the keyframe."""
        if frames <= 0:
            return 0
        later = np.sort(self.pts[self.pts >= self.first])
        if frames >= len(later):
            return len(self.pts)
        return 1 + int(np.flatnonzero(self.pts < later[frames])[-1])

    def complete_before(self, packets: int) -> float:
        """Return the pts below which all frames are complete once `packets` are decoded."""
        left = self.pts[packets:]
        return int(left.min()) if left.size else math.inf


class GopReader(Video):
    """An open file whose GOPs are listed first and then decoded selectively."""

    first = last = duration = 0  # first and last pts shown in the span; ticks of the last frame

    def _open(self) -> None:
        super()._open()
        # parts() asks for the rest by recent frames, so decoder threads may not hold back too many.
        self.stream.codec_context.thread_count = min(MOST_THREADS, cores())

    def groups(self, start: float = -math.inf, end: float = math.inf) -> Iterator[Gop]:
        """Yield the GOPs with the frames shown in [start, end) seconds; decodes only their heads.

        Sets `first`, `last`, `duration` and `cut_short` at the end, to the values that decoding
        everything would give. Raises MediaError, with the reason, if the packets are no help.
        """
        self.cut_short = False
        if self.container.format.flags & NO_TIMESTAMPS:
            raise MediaError("its packets have no timestamps")
        if start > self.start:
            self._seek(start)
        groups: list[Gop] = []
        try:
            for group in self._read(end):
                if not groups and start > self.start and self.seconds(group.first) > start:
                    raise MediaError("no keyframe was found before the span")
                groups.append(group)
                yield group
        except av.FFmpegError:
            raise MediaError("some of its packets are damaged") from None
        self._measure(groups, start, end)

    def _read(self, end: float) -> Iterator[Gop]:
        waiting: deque[tuple[Gop, Future[list[TimedThumbnail]]]] = deque()
        packets: list[_Packet] = []  # of the current GOP
        head: list[av.Packet[av.VideoStream]] = []  # its first packets, to be decoded
        keys = count = 0
        with _Heads(
            partial(self._another, threads=1), decoder_budget(self.stream).readers
        ) as heads:
            for packet in self._until_end(end):
                if packet.is_keyframe:
                    keys += 1
                    if packets:
                        group = _group(packets)
                        waiting.append((group, heads.decoded(group, head)))
                    packets, head = [], []
                elif not packets:
                    continue
                if packet.pts is None:
                    raise MediaError("its packets have no timestamps")
                packets.append(
                    _Packet(packet.pts, packet.size, not packet.is_discard, packet.duration or 0)
                )
                count += 1
                if keys > ENOUGH and count < FEWEST * keys:
                    raise MediaError("most of its pictures are keyframes")
                if len(packets) <= HEAD and packet.pts >= packets[0].pts:
                    head.append(packet)
                if len(waiting) > heads.ahead:
                    yield _with_head(*waiting.popleft())
            if packets:
                group = _group(packets)
                waiting.append((group, heads.decoded(group, head)))
            while waiting:
                yield _with_head(*waiting.popleft())

    def _small(
        self, images: list[av.VideoFrame], low: float = -math.inf, high: float = math.inf
    ) -> Iterator[TimedThumbnail]:
        for image in images:
            if image.pts is not None and low <= image.pts < high:
                yield TimedThumbnail(image.pts, self.seconds(image.pts), thumbnail(image))

    def _until_end(self, end: float) -> "Iterator[av.Packet[av.VideoStream]]":
        """Yield packets from the current position to the last that may be shown before `end` s."""
        self._moved = True
        last = math.inf if end == math.inf else round(end / self.time_base)
        for packet in self.container.demux(self.stream):
            if packet.dts is not None and packet.dts >= last:
                self.cut_short = True
                return
            if packet.size:
                yield packet

    def _measure(self, groups: list[Gop], start: float, end: float) -> None:
        if not groups:
            raise MediaError("it holds no keyframe")
        pts = np.unique(np.concatenate([group.pts[group.shown] for group in groups]))
        pts = pts[pts >= groups[0].first]
        inside = pts[pts * float(self.time_base) < end - ROUNDING]
        self.cut_short |= len(inside) < len(pts)
        held = np.flatnonzero(inside * float(self.time_base) <= start + ROUNDING)
        inside = inside[held[-1] if held.size else 0 :]
        if not inside.size:
            raise MediaError("no picture is shown in it")
        self.first, self.last = int(inside[0]), int(inside[-1])
        rate = self.stream.average_rate or self.stream.guessed_rate or 25
        self.duration = groups[-1].duration or max(round(1 / (rate * self.time_base)), 1)

    def parts(
        self,
        groups: Sequence[Gop],
        take: Sequence[int],
        go_on: Callable[[int], bool],
        start: float = -math.inf,
    ) -> Iterator[TimedThumbnail | None]:
        """Yield the thumbnails of the first `take` packets of each GOP, and None after each run.

        A run has no gaps and is in presentation order. Where the taken part of a GOP ends,
        `go_on(number of the GOP)` decides whether to decode its remainder too: frames shown at
        least a dozen before the end of the part have been yielded by then. `groups` and `start`
        are those of `groups()`. Packets that do not decode are noted in `damage`.
        """
        if start > self.start:
            self._seek(start)
        else:
            self._open()
        low, high, fed = 0, 0.0, 0  # pts between which the run is complete; packets to decode
        begun = -1  # the GOP with which the current run began; -1 between runs
        for number, place, packet in self._numbered(len(groups)):
            group = groups[number]
            if place == 0:
                fed = take[number]
                high = min(group.complete_before(fed), self.last + 1)
                if begun < 0:
                    low = max(group.first, self.first)
            if place == fed and begun >= 0 and go_on(number):
                fed = len(group.pts)
                high = min(group.complete_before(fed), self.last + 1)
            if place < fed:
                begun = number if begun < 0 else begun
                leading = packet.pts is not None and packet.pts < group.first
                if not (leading and begun == number):  # needs frames from before the run
                    yield from self._shown(packet, low, high)
            elif begun >= 0:
                yield from self._shown(None, low, high)
                yield None
                begun = -1
        if begun >= 0:
            yield from self._shown(None, low, high)

    def _numbered(self, count: int) -> "Iterator[tuple[int, int, av.Packet[av.VideoStream]]]":
        """Yield GOP number, index within the GOP and packet, for the packets of `count` GOPs."""
        number, place = -1, 0
        try:
            for packet in self._until_end(math.inf):
                place += 1
                if packet.is_keyframe:
                    number, place = number + 1, 0
                if number == count:
                    return
                if number >= 0:
                    yield number, place, packet
        except av.FFmpegError:
            self.damage.append(self.end)

    def _shown(
        self, packet: "av.Packet[av.VideoStream] | None", low: int, high: float
    ) -> Iterator[TimedThumbnail]:
        """Decode a packet (None ends the run); yield the thumbnails with pts in [low, high)."""
        try:
            images = self._images(packet)
        except av.FFmpegError:
            images = []
            if packet is not None:
                self.damage.append(self.seconds(packet.pts or packet.dts or 0))
        yield from self._small(images, low, high)
        if packet is None:
            self.stream.codec_context.flush_buffers()


def _group(packets: list[_Packet]) -> Gop:
    pts, sizes, shown, _ = zip(*packets, strict=True)
    last = max((packet for packet in packets if packet.shown), default=packets[0])
    return Gop(np.array(pts), np.array(sizes, np.float64), np.array(shown), last.duration)


def _with_head(group: Gop, head: "Future[list[TimedThumbnail]]") -> Gop:
    group.head = head.result()
    return group


class _Heads:
    """Decode the first frames of GOPs, each GOP independently, several in parallel."""

    def __init__(self, open_reader: Callable[[], Decoder], readers: int) -> None:
        self.ahead = 2 * readers  # GOPs that may be in progress
        self._open = open_reader
        self._pool = ThreadPoolExecutor(readers, "reader")
        self._idle: SimpleQueue[Decoder] = SimpleQueue()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._pool.shutdown(cancel_futures=True)
        while not self._idle.empty():
            self._idle.get().close()

    def decoded(
        self, group: Gop, packets: "list[av.Packet[av.VideoStream]]"
    ) -> "Future[list[TimedThumbnail]]":
        """Return the future thumbnails of the frames that a GOP's first HEAD packets complete."""
        return self._pool.submit(self._decode, group.first, group.complete_before(HEAD), packets)

    def _decode(
        self, first: int, limit: float, packets: "list[av.Packet[av.VideoStream]]"
    ) -> list[TimedThumbnail]:
        try:
            decoder = self._idle.get_nowait()
        except Empty:
            decoder = self._open()
        try:
            return [
                TimedThumbnail(image.pts, decoder.seconds(image.pts), thumbnail(image))
                for image in decoder.decode_gop(packets)
                if image.pts is not None and first <= image.pts < limit
            ]
        finally:
            self._idle.put(decoder)
