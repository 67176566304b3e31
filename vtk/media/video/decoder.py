"""Decode a file from the keyframe before a given time, or from the beginning.

The frames are bit-identical to decoding from the beginning: decoding starts at an intact keyframe,
or else at an earlier one. The exception is streams with gradual intra refresh, whose encoders mark
frames as intact that are not quite.
"""

import math
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from fractions import Fraction
from itertools import chain
from typing import NamedTuple, Self, cast

import av
from av.container import InputContainer
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from vtk.cores import cores
from vtk.media.image.cropping import Cropper
from vtk.media.video import hwaccel
from vtk.media.video.fast_open import StreamInfo, open_pictures
from vtk.media.video.keyframe_index import KeyframeIndex, discard_other_streams

SEEK_GAP = 10.0  # seconds to decode through rather than seek, if the keyframes are unknown
NEAR = 0.25  # do not seek to a keyframe up to this many seconds ahead, but decode on
NO_TIMESTAMPS = 0x80  # FFmpeg's AVFMT_NOTIMESTAMPS
ROUNDING = 1e-6  # seconds by which times in records may differ from timestamps
# Decoders that read WebM's separate alpha channel, which FFmpeg's native decoders ignore.
TRANSPARENT = {"vp8": "libvpx", "vp9": "libvpx-vp9"}
MOST_THREADS = 16  # of one decoder; FFmpeg chooses no more by itself
RETRY_BACK = (0.0, 2.0, 10.0, 60.0)  # seconds before the requested time to try seeking to, in turn

Packets = Iterator["av.Packet[VideoStream]"]


class Frame(NamedTuple):
    """A decoded frame and when it is shown."""

    pts: int  # presentation timestamp, in the time base of its stream
    time: float  # presentation timestamp in seconds
    duration: int  # in the time base, at least 1; derived from the frame rate if not stated
    image: VideoFrame


class Decoder:
    """An open file and its main video stream. A context manager; not thread-safe."""

    def __init__(
        self,
        name: str,
        *,
        loop_filter: bool = True,
        threads: int = 0,
        known: StreamInfo | None = None,
    ) -> None:
        """Open the file. `loop_filter` False skips the loop filter: faster, and good enough to
        measure but not to show. `threads` 0 chooses by the number of cores. `known` comes from
        another decoder of the file. Raises OpenError, and MediaError if there is no video stream.
        """
        self.name = name
        self._loop_filter = loop_filter
        available = cores()
        usual = min(available + 1, MOST_THREADS) if available > 1 else 1  # as FFmpeg chooses
        self._threads = threads or usual
        self._accelerator = hwaccel.accelerator()
        self._stack = ExitStack()
        self.known = known
        self._open()
        assert self.known  # set by _open()
        # First presentation timestamp and end of the video in seconds, as the container states.
        self.start, self.end = self.known.start, self.known.end
        self.time_base: Fraction = self.stream.time_base or Fraction(1, 1_000_000)
        self.damage: list[float] = []  # seconds at which packets could not be decoded
        self.keyframes: KeyframeIndex | None = None  # the keyframes, if they are known
        self._high = math.inf  # pts from which on frames are not needed
        self._frames: Iterator[Frame] = iter(())
        self._last: Frame | None = None  # last frame yielded by frames_at_serial()
        self._ahead: Frame | None = None  # decoded, but shown only after the requested time

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _open(self) -> None:
        self._stack.close()
        self._moved = False  # whether packets were read
        try:
            self.container: InputContainer
            self.stream: VideoStream
            self.container, self.stream, self.known = open_pictures(
                self.name, self._stack, self._accelerator, self.known
            )
            discard_other_streams(self.container, self.stream)
            self._crop = Cropper(self.known.margins) if any(self.known.margins) else None
            self.stream.codec_context.thread_type = "AUTO"
            self.stream.codec_context.thread_count = self._threads
            self._decoder = self.stream.codec_context
            if not self._loop_filter:
                self.stream.codec_context.options = {"skip_loop_filter": "all"}
        except BaseException:
            self._stack.close()
            raise

    def close(self) -> None:
        """Close the file; closing twice does no harm."""
        # The frame iterator refers to self: break the cycle, so that memory is freed at once.
        self._frames, self._last, self._ahead = iter(()), None, None
        self._stack.close()

    @property
    def rate(self) -> Fraction:
        """Frames per second, as the file states or FFmpeg guesses."""
        return self.stream.average_rate or self.stream.guessed_rate or Fraction(25)

    def seconds(self, pts: int) -> float:
        """Convert a presentation timestamp of the stream to seconds."""
        base = self.time_base
        return pts * base.numerator / base.denominator  # faster than float(pts * base), same value

    def ticks(self, time: float) -> int:
        """Return the last presentation timestamp that is not after `time` seconds."""
        return math.floor((time + ROUNDING) / self.time_base)

    def frames_at_serial(self, times: Iterable[float]) -> Iterator[Frame]:
        """Yield the frame on screen at each of the ascending times (seconds), each decoded once.

        Times before the first frame yield the first frame; a time past the end of the video ends
        the iteration. Seeks if that saves decoding, otherwise decodes on.
        """
        for time in times:
            frame = self._last
            if frame is None or self._worth_seeking(frame.time, time):
                frame = self._seek_to(time)
            if frame is None:
                return
            self._last = frame = self._on_to(frame, time)
            if self._ahead is None and time >= self._until(frame) - ROUNDING:
                return
            yield frame

    def frames_between(self, low: float, high: float) -> Iterator[Frame]:
        """Yield the frames with low <= pts < high; `low` and `high` are the pts of keyframes.

        -inf and inf stand for the beginning and the end of the file.
        """
        self._last, self._high = None, high
        try:
            if low > -math.inf:
                frame = self._seek_to(self.seconds(int(low)))
            else:
                frame = next(self._from_the_beginning(), None)
            while frame is not None and frame.pts < high:
                if frame.pts >= low:
                    yield frame
                frame = next(self._frames, None)
        finally:
            self._high = math.inf

    def _until(self, frame: Frame) -> float:
        """Return the end of a frame in seconds, by its own duration."""
        return self.seconds(frame.pts + frame.duration)

    def _on_to(self, frame: Frame, time: float) -> Frame:
        """Decode on from `frame` to the one shown at `time`."""
        # A frame is shown until the next one, which may come before or after its stated end.
        while following := self._ahead or next(self._frames, None):
            self._ahead = None
            if following.time > time + ROUNDING:
                self._ahead = following
                break
            frame = following
        return frame

    def _seek_to(self, time: float) -> Frame | None:
        """Seek, and return the first frame decoded, not after `time`; None if nothing decodes."""
        for frame in self._attempts(time):
            if frame is not None and frame.time <= time + ROUNDING:
                return frame
        self._open()  # failed seeks may have moved the read position
        return next(self._from_the_beginning(), None)

    def _from_the_beginning(self) -> Iterator[Frame]:
        if self._moved:
            self._open()
        self._frames, self._ahead = self._decode(self._packets()), None
        return self._frames

    def _attempts(self, time: float) -> Iterator[Frame | None]:
        """Yield the first frame decoded from each of several ever earlier positions."""
        if self.keyframes is None:
            for back in RETRY_BACK:
                self._seek(time - back)
                self._frames, self._ahead = self._decode(self._packets()), None
                yield next(self._frames, None)
        else:
            pts = self.ticks(time)
            for number in range(self.keyframes.gop_at(pts), -1, -1):
                yield self._from_keyframe(self.keyframes, number, pts)

    def _from_keyframe(self, keyframes: KeyframeIndex, number: int, pts: int) -> Frame | None:
        """Return the first frame decoded from a keyframe, if intact and not shown after `pts`."""
        try:
            self.container.seek(int(keyframes.seek[number]), stream=self.stream)
        except av.FFmpegError:
            return None
        packets, first = self._packets(), int(keyframes.pts[number])
        for packet in packets:
            if packet.is_keyframe and packet.pts is not None and packet.pts >= first:
                break
            if not keyframes.exact:
                break
        else:
            return None
        if not packet.is_keyframe or packet.pts is None or packet.pts > pts:
            return None
        known = len(self.damage)
        self._frames, self._ahead = self._decode(chain([packet], packets), packet.pts), None
        frame = next(self._frames, None)
        if frame is None or frame.pts > pts or frame.image.is_corrupt or len(self.damage) > known:
            del self.damage[known:]  # recorded again when decoding from an earlier keyframe
            return None
        return frame

    def _worth_seeking(self, here: float, there: float) -> bool:
        if there < here:
            return True
        if self.keyframes is None:
            return there - here > SEEK_GAP
        number = self.keyframes.gop_at(self.ticks(there))
        return number >= 0 and self.seconds(int(self.keyframes.pts[number])) > here + NEAR

    def _seek(self, time: float) -> None:
        """Seek to the nearest keyframe not after `time`; if that fails, to the beginning."""
        offset = round(max(time, min(self.start, 0.0)) / self.time_base)
        try:
            if self.container.format.flags & NO_TIMESTAMPS:  # an elementary stream, as of H.264
                self._open()
            else:
                self.container.seek(offset, stream=self.stream)
        except av.FFmpegError:
            self._open()

    def _decode(self, packets: Packets, since: int | None = None) -> Iterator[Frame]:
        """Decode packets to frames; a frame without a timestamp follows the one before.

        Errors in packets shown before `since`, the pts of the first keyframe, are not recorded as
        damage: their reference frames may be missing.
        """
        step = max(round(1 / (self.rate * self.time_base)), 1)
        following = 0
        unsure = self._accelerator is not None
        for packet in packets:
            try:
                decoded = self._images(packet)
            except av.FFmpegError:
                if since is None or packet.pts is None or packet.pts >= since:
                    self.damage.append(self.seconds(packet.pts or packet.dts or following))
                continue
            for image in decoded:
                if unsure and self.stream.codec_context.pix_fmt != "cuda":
                    hwaccel.tell("the GPU does not take all of these files")
                unsure = False
                pts = following if image.pts is None else image.pts
                duration = image.duration or step
                following = pts + duration
                yield Frame(pts, self.seconds(pts), duration, image)

    def decode_gop(self, packets: Iterable["av.Packet[VideoStream]"]) -> Iterator[VideoFrame]:
        """Decode the packets of one GOP, which begin with a keyframe, and flush the decoder.

        Raises av.FFmpegError if a packet does not decode.
        """
        try:
            for packet in (*packets, None):
                yield from self._images(packet)
        finally:
            self._decoder.flush_buffers()

    def _images(self, packet: "av.Packet[VideoStream] | None") -> list[VideoFrame]:
        """Decode a packet (None flushes the decoder) to frames, cropped to their visible part.

        Raises av.FFmpegError if the packet does not decode.
        """
        images = self._decoder.decode(packet)
        return [self._crop(image) for image in images] if self._crop else images

    def _packets(self) -> Packets:
        self._moved = True
        name = TRANSPARENT.get(self.stream.codec_context.name)
        if self._loop_filter and self.stream.metadata.get("alpha_mode") == "1" and name:
            # Create it anew each time: libvpx keeps the frames decoded before a seek.
            self._decoder = cast(VideoCodecContext, av.CodecContext.create(name, "r"))
            self._decoder.thread_count = self._threads
        try:
            yield from self._needed(self.container.demux(self.stream))
        except av.FFmpegError:
            self.damage.append(self.end)

    def _needed(self, packets: Packets) -> Packets:
        """Yield the packets before the keyframe at `_high`; if its GOP is open, also those after.

        An empty packet at the end makes the decoder output the frames it holds back.
        """
        for packet in packets:
            if packet.is_keyframe and packet.pts is not None and packet.pts >= self._high:
                following = next(packets, None)
                if following is None or following.pts is None or following.pts >= packet.pts:
                    last = av.Packet()
                    last.time_base = self.time_base
                    yield cast("av.Packet[VideoStream]", last)
                    return
                yield from (packet, following)
            else:
                yield packet
