"""One decoder of a file: frames from the keyframe before a time on, or from the beginning.

What it gives is what decoding from the beginning would, to the bit: it begins at a keyframe that is
whole, and else at one before. The exception are streams that refresh their pictures little by
little (intra refresh), whose encoders call pictures whole that are so but for a trifle.
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

SEEK_GAP = 10.0  # seconds to decode through rather than seek, where no keyframes are known
NEAR = 0.25  # seconds to decode through rather than seek to a keyframe at their end
NO_TIMESTAMPS = 0x80  # FFmpeg's AVFMT_NOTIMESTAMPS
ROUNDING = 1e-6  # seconds by which times in records differ from timestamps
# Decoders of the transparency that WebM keeps beside the pictures, which FFmpeg's own pass over.
TRANSPARENT = {"vp8": "libvpx", "vp9": "libvpx-vp9"}
MOST_THREADS = 16  # of one decoder; FFmpeg takes no more by itself
RETRY_BACK = (0.0, 2.0, 10.0, 60.0)  # seconds before the wanted time to seek to, in turn

Packets = Iterator["av.Packet[VideoStream]"]


class Frame(NamedTuple):
    """A decoded frame and when it is shown."""

    pts: int  # presentation timestamp, in the time base of its stream
    time: float  # the same in seconds
    duration: int  # in the time base, at least 1; by the rate of the stream where not stated
    image: VideoFrame


class Decoder:
    """An open file and its main video stream. A context manager; not safe between threads."""

    def __init__(
        self,
        name: str,
        *,
        pictures_seen: bool = True,
        threads: int = 0,
        known: StreamInfo | None = None,
    ) -> None:
        """Open the file. `pictures_seen` False decodes quicker, without the loop filter: good
        enough to measure on, not to show; 0 `threads` are as many as suit all cores; `known` is
        that of another decoder of the file. Raises OpenError, and MediaError without pictures.
        """
        self.name = name
        self._pictures_seen = pictures_seen
        available = cores()
        usual = min(available + 1, MOST_THREADS) if available > 1 else 1  # as FFmpeg chooses
        self._threads = threads or usual
        self._accelerator = hwaccel.accelerator()
        self._stack = ExitStack()
        self.known = known
        self._open()
        assert self.known  # now
        # First presentation timestamp and end of the pictures as the container states them.
        self.start, self.end = self.known.start, self.known.end
        self.time_base: Fraction = self.stream.time_base or Fraction(1, 1_000_000)
        self.damage: list[float] = []  # seconds at which packets could not be decoded
        self.plan: KeyframeIndex | None = None  # where decoding can begin, if that is known
        self._high = math.inf  # timestamp from which pictures are not needed
        self._frames: Iterator[Frame] = iter(())
        self._last: Frame | None = None  # given out last by frames_at_serial()
        self._ahead: Frame | None = None  # decoded, but not shown yet at the time asked for

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
            if not self._pictures_seen:
                self.stream.codec_context.options = {"skip_loop_filter": "all"}
        except BaseException:
            self._stack.close()
            raise

    def close(self) -> None:
        """Close the file; closing twice does no harm."""
        # The frames to come refer to this, and this to them: memory that is not freed at once.
        self._frames, self._last, self._ahead = iter(()), None, None
        self._stack.close()

    @property
    def rate(self) -> Fraction:
        """Frames in a second, as the file states or FFmpeg guesses."""
        return self.stream.average_rate or self.stream.guessed_rate or Fraction(25)

    def seconds(self, pts: int) -> float:
        """A presentation timestamp of the stream in seconds."""
        base = self.time_base
        return pts * base.numerator / base.denominator  # what the fraction is as float, but quicker

    def ticks(self, time: float) -> int:
        """The last presentation timestamp that is not after `time` seconds."""
        return math.floor((time + ROUNDING) / self.time_base)

    def frames_at_serial(self, times: Iterable[float]) -> Iterator[Frame]:
        """The frame on screen at each of the ascending times (seconds), each decoded once.

        Before the first frame that is the first; a time after the end of the pictures ends it.
        Seeks where that saves decoding, else decodes on.
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
        """The frames with timestamps from `low`, of a keyframe, up to `high`, of another, without.

        -inf and inf are the beginning and the end of the file.
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
        """When the next frame follows, as far as the frame itself tells, in seconds."""
        return self.seconds(frame.pts + frame.duration)

    def _on_to(self, frame: Frame, time: float) -> Frame:
        """Decode on from `frame` to the one shown at `time`."""
        # A frame stays until the next one comes, which may be before or after its own end.
        while following := self._ahead or next(self._frames, None):
            self._ahead = None
            if following.time > time + ROUNDING:
                self._ahead = following
                break
            frame = following
        return frame

    def _seek_to(self, time: float) -> Frame | None:
        """The first frame decoded from a place that is not after `time`; None without pictures."""
        for frame in self._attempts(time):
            if frame is not None and frame.time <= time + ROUNDING:
                return frame
        self._open()  # seeking in vain may have moved it too
        return next(self._from_the_beginning(), None)

    def _from_the_beginning(self) -> Iterator[Frame]:
        if self._moved:
            self._open()
        self._frames, self._ahead = self._decode(self._packets()), None
        return self._frames

    def _attempts(self, time: float) -> Iterator[Frame | None]:
        """The first frames from places ever earlier."""
        if self.plan is None:
            for back in RETRY_BACK:
                self._seek(time - back)
                self._frames, self._ahead = self._decode(self._packets()), None
                yield next(self._frames, None)
        else:
            pts = self.ticks(time)
            for number in range(self.plan.gop_at(pts), -1, -1):
                yield self._from_keyframe(self.plan, number, pts)

    def _from_keyframe(self, plan: KeyframeIndex, number: int, pts: int) -> Frame | None:
        """The first frame decoded from that keyframe, if it is whole and not shown after `pts`."""
        try:
            self.container.seek(int(plan.seek[number]), stream=self.stream)
        except av.FFmpegError:
            return None
        packets, first = self._packets(), int(plan.pts[number])
        for packet in packets:
            if packet.is_keyframe and packet.pts is not None and packet.pts >= first:
                break
            if not plan.exact:
                break
        else:
            return None
        if not packet.is_keyframe or packet.pts is None or packet.pts > pts:
            return None
        known = len(self.damage)
        self._frames, self._ahead = self._decode(chain([packet], packets), packet.pts), None
        frame = next(self._frames, None)
        if frame is None or frame.pts > pts or frame.image.is_corrupt or len(self.damage) > known:
            del self.damage[known:]  # to be met again from the place before
            return None
        return frame

    def _worth_seeking(self, here: float, there: float) -> bool:
        if there < here:
            return True
        if self.plan is None:
            return there - here > SEEK_GAP
        number = self.plan.gop_at(self.ticks(there))
        return number >= 0 and self.seconds(int(self.plan.pts[number])) > here + NEAR

    def _seek(self, time: float) -> None:
        """Go to a place not after `time`, as near as a keyframe allows; else to the beginning."""
        offset = round(max(time, min(self.start, 0.0)) / self.time_base)
        try:
            if self.container.format.flags & NO_TIMESTAMPS:  # a bare stream, as of H.264
                self._open()
            else:
                self.container.seek(offset, stream=self.stream)
        except av.FFmpegError:
            self._open()

    def _decode(self, packets: Packets, since: int | None = None) -> Iterator[Frame]:
        """The frames of packets; one without a timestamp follows the one before.

        What is shown before `since`, the keyframe with which they begin, may lack what it is made
        from.
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
        """The pictures of packets that begin with a keyframe, as if nothing came after them.

        Raises av.FFmpegError where one does not decode.
        """
        try:
            for packet in (*packets, None):
                yield from self._images(packet)
        finally:
            self._decoder.flush_buffers()

    def _images(self, packet: "av.Packet[VideoStream] | None") -> list[VideoFrame]:
        """What the decoder gives for a packet, None to end, as far as it is to be seen.

        Raises av.FFmpegError where it does not decode.
        """
        images = self._decoder.decode(packet)
        return [self._crop(image) for image in images] if self._crop else images

    def _packets(self) -> Packets:
        self._moved = True
        name = TRANSPARENT.get(self.stream.codec_context.name)
        if self._pictures_seen and self.stream.metadata.get("alpha_mode") == "1" and name:
            # Anew each time: libvpx does not forget the pictures before a seek.
            self._decoder = cast(VideoCodecContext, av.CodecContext.create(name, "r"))
            self._decoder.thread_count = self._threads
        try:
            yield from self._needed(self.container.demux(self.stream))
        except av.FFmpegError:
            self.damage.append(self.end)

    def _needed(self, packets: Packets) -> Packets:
        """Those up to the keyframe at `_high`; this too where pictures after it are shown before.

        In the end an empty one, for which the decoder gives what it holds back.
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
