"""The pictures of a file: in order from start to end, or the ones shown at given times.

Whatever is asked for, and whoever decodes it, the pictures are those that decoding from the start
would give, to the bit. Times are presentation timestamps of the video stream, in seconds as the
container states them: a file whose first picture is shown at 10 s begins at 10 s.
"""

import math
import os
from collections.abc import Iterable, Iterator
from itertools import chain, groupby, islice
from typing import Self

from vtk.errors import MediaError
from vtk.media.container import seekable
from vtk.media.decoder import NO_TIMESTAMPS, ROUNDING, Decoder, Frame
from vtk.media.plan import Plan, own_plan, read_plan
from vtk.media.readers import Readers, share
from vtk.span import local_path

__all__ = ["NO_TIMESTAMPS", "OUTSIDE", "ROUNDING", "Frame", "Latest", "Video"]

OUTSIDE = "no picture is shown in this span: it lies outside the video"
FEW = 3  # groups of pictures from which readers side by side are worth opening
DENSE = 0.25  # of all frames: from there on the threads of one decoder do better


class Video(Decoder):
    """An open file and its main video stream. A context manager; not safe between threads."""

    def __init__(self, name: str, *, pictures_seen: bool = True) -> None:
        """Open the file. `pictures_seen` False decodes quicker, without the loop filter: good
        enough to measure on, not to show. Raises OpenError, and MediaError without pictures.
        """
        self._readers = Readers(name, pictures_seen)
        super().__init__(name, pictures_seen=pictures_seen)
        self._sought = 0  # how hard a plan was looked for: 1 in the container, 2 in all packets
        self.cut_short = False  # whether frames() ended because of a frame after its end

    def close(self) -> None:
        """Close the file; closing twice does no harm."""
        self._readers.close()
        super().close()

    def nothing(self) -> MediaError:
        """The error of a file of which no picture decodes, with a guess at the reason."""
        path = local_path(self.name)
        if path is None or not os.path.isfile(path):
            return MediaError(
                "no picture could be decoded; an MP4 with its index at the end needs an input that "
                "can seek, not a pipe"
            )
        return MediaError("no picture could be decoded")

    def stretch(self, start: float, end: float) -> tuple[float, float]:
        """Start and end of [start, end) seconds, the end not after that which the file states.

        Raises MediaError where neither the span nor the file states an end.
        """
        low = max(start, self.start)
        high = min(end, self.end) if low < self.end else end
        if not math.isfinite(high):
            raise MediaError("the file does not state where it ends; name an end, as in #t=1,20")
        return low, max(low, high)

    def frames(self, start: float = -math.inf, end: float = math.inf) -> Iterator[Frame]:
        """Every frame shown in [start, end) seconds, in presentation order.

        Damaged packets are skipped and noted in `damage`.
        """
        self.cut_short = False
        frames = self._frames_from(start)
        held = None  # the latest frame not after `start`, which may stay on screen for long
        for frame in frames:
            if frame.time <= start + ROUNDING:
                held = frame
                continue
            if frame.time >= end - ROUNDING:
                self.cut_short = True
                break
            if held is not None:
                yield held
                held = None
            yield frame
        if held is not None and (self.cut_short or self._until(held) > start + ROUNDING):
            yield held

    def at(self, times: Iterable[float]) -> Iterator[Frame]:
        """The frame on screen at each of the ascending times (seconds), each decoded once.

        Before the first frame that is the first; a time after the end of the pictures ends it.
        Of each group of pictures that is needed, only what leads to the frames is decoded, many
        groups side by side.
        """
        times = iter(times)
        begin = list(islice(times, FEW))
        times = chain(begin, times)
        plan = self._find_plan(hard=len(begin) == FEW)
        division = share(self.stream)
        if plan is None or self._accelerator or division.readers < 2 or not self._is_file():
            yield from self.in_turn(times)
            return
        group = plan.group
        runs = (list(run) for _, run in groupby(times, lambda time: group(self.ticks(time))))
        first = list(islice(runs, FEW))
        every = chain(first, runs)
        if len(first) < FEW or self._dense(first):
            yield from self.in_turn(chain.from_iterable(every))
        else:
            yield from self._readers.frames(every, plan, division, self.damage)

    def _dense(self, runs: list[list[float]]) -> bool:
        wanted, seconds = sum(map(len, runs)), runs[-1][-1] - runs[0][0]
        return wanted > DENSE * seconds * self.rate

    def _is_file(self) -> bool:
        """Whether FFmpeg itself reads it, from a file that can be opened again and has times."""
        if self.container.format.flags & NO_TIMESTAMPS or not seekable(self.name):
            return False
        return self.container.name == f"file:{local_path(self.name)}"

    def _find_plan(self, hard: bool) -> Plan | None:
        """Where decoding can begin, if that is known; `hard` to read all packets for it."""
        if self._sought < 1 and seekable(self.name):
            self._sought = 1
            self._last, self._moved = None, True
            self.plan = own_plan(self.container, self.stream, self.end)
        if self.plan is None and hard and self._sought < 2 and self._is_file():
            self._sought = 2
            self.plan = read_plan(self.name)
        return self.plan

    def _frames_from(self, start: float) -> Iterator[Frame]:
        """Frames from a place not after `start` on."""
        self._last = None  # at() has to seek again: the position is about to change
        if start > self.start:
            self._find_plan(hard=False)
            frame = self._seek_to(start)
            return chain([] if frame is None else [frame], self._frames)
        if self._moved:
            self._seek(start)
        return self._decode(self._packets())


class Latest:
    """Opens videos and keeps the latest open, as neighbouring spans ask for the same one."""

    def __init__(self) -> None:
        self._video: Video | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        if self._video is not None:
            self._video.close()

    def __call__(self, name: str) -> Video:
        """The video of that name, open. Raises OpenError, MediaError."""
        if self._video is None or self._video.name != name:
            if self._video is not None:
                self._video.close()
            self._video = None
            self._video = Video(name)
        return self._video
