"""Several readers of one file: parts of it decoded side by side, and given out in order.

Each reader has the file open for itself and decodes whole runs of times, each a stretch that begins
at a keyframe, so no reader waits for another. The idea is that of QuickVideo (Schneider and others,
2025), which cuts a whole video into as many stretches as there are cores; here a run is a single
group of pictures, so that little has to be held until its turn comes.
"""

import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from queue import SimpleQueue
from typing import NamedTuple

from av.video.stream import VideoStream

from vtk.media.decoder import Decoder, Frame
from vtk.media.plan import Plan

AHEAD = 2  # runs for each reader that are under way: worked on, waited for, or waiting
MOST = 4  # readers: each has the index of the file in memory as well
WORKING = 64 * 2**20  # bytes of frames that all decoders work with
EACH = 8  # frames that a decoder works with
HELD = 48 * 2**20  # bytes of frames that readers are ahead


class Share(NamedTuple):
    """How the cores and the memory are divided."""

    readers: int
    threads: int  # of the decoder of each
    room: int  # frames of a run that a reader may be ahead


def share(stream: VideoStream) -> Share:
    """As many readers as there are cores, but fewer of large pictures."""
    form = stream.codec_context.format
    bits = form.padded_bits_per_pixel if form else 24
    frame = max(stream.width * stream.height * bits // 8, 1)
    cores = os.cpu_count() or 1
    readers = max(min(cores, MOST, WORKING // (EACH * frame)), 1)
    return Share(readers, cores // readers, max(HELD // (AHEAD * readers * frame), 1))


class _Run:
    """A run of times (seconds), its frames as they come, and in the end None or what went wrong."""

    def __init__(self, times: list[float], room: int) -> None:
        self.times = times
        self.room = threading.Semaphore(room)
        self.made: SimpleQueue[Frame | BaseException | None] = SimpleQueue()
        self.damage: list[float] = []


class _Work:
    """The runs that are under way, and the threads at work on them."""

    def __init__(self) -> None:
        self.todo: SimpleQueue[_Run | None] = SimpleQueue()
        self.runs: deque[_Run] = deque()
        self.threads: list[threading.Thread] = []
        self.over = threading.Event()

    def start(self, read: Callable[[], None]) -> None:
        """Begin one more thread."""
        thread = threading.Thread(target=read, daemon=True, name="reader")
        self.threads.append(thread)
        thread.start()

    def stop(self) -> None:
        """End the threads, and whoever waits for frames of them."""
        self.over.set()
        for run in self.runs:
            run.made.put(None)
            run.room.release()
        for _ in self.threads:
            self.todo.put(None)
        for thread in self.threads:
            thread.join()


class Readers:
    """The readers of a file, opened when first needed."""

    def __init__(self, name: str, pictures_seen: bool) -> None:
        self._name, self._pictures_seen = name, pictures_seen
        self._idle: list[Decoder] = []
        self._works: list[_Work] = []

    def close(self) -> None:
        """Stop what is under way and close the readers; more may be opened later."""
        for work in [*self._works]:
            work.stop()
        while self._idle:
            self._idle.pop().close()

    def frames(
        self, runs: Iterable[list[float]], plan: Plan, share: Share, damage: list[float]
    ) -> Iterator[Frame]:
        """The frames on screen at the times (seconds) of all runs, each run decoded by one reader.

        Ends where a run has fewer frames than times, as the video does there. Seconds at which
        packets did not decode go to `damage`.
        """
        work = _Work()
        self._works.append(work)
        coming = iter(runs)
        try:
            while True:
                while len(work.runs) < AHEAD * share.readers and not work.over.is_set():
                    if (times := next(coming, None)) is None:
                        break
                    work.runs.append(_Run(times, share.room))
                    work.todo.put(work.runs[-1])
                    if len(work.threads) < share.readers:
                        work.start(partial(self._read, work, plan, share.threads))
                if not work.runs:
                    return
                run = work.runs[0]
                given = 0
                while (item := run.made.get()) is not None:
                    if isinstance(item, BaseException):
                        raise item
                    run.room.release()
                    yield item
                    given += 1
                damage += [time for time in run.damage if time not in damage]
                if given < len(run.times):
                    return
                work.runs.popleft()
        finally:
            self._works.remove(work)
            work.stop()

    def _read(self, work: _Work, plan: Plan, threads: int) -> None:
        """Thread: decode run after run."""
        reader: Decoder | None = None
        run: _Run | None = None
        try:
            while (run := work.todo.get()) is not None and not work.over.is_set():
                reader = reader or self._taken(threads)
                reader.plan = plan
                reader.damage.clear()
                for frame in reader.in_turn(run.times):
                    run.room.acquire()
                    if work.over.is_set():
                        return
                    run.made.put(frame)
                run.damage = [*reader.damage]
                run.made.put(None)
        except BaseException as error:
            if reader is not None:
                reader.close()
                reader = None
            if run is not None:
                run.made.put(error)
        finally:
            if reader is not None:
                self._idle.append(reader)

    def _taken(self, threads: int) -> Decoder:
        try:
            return self._idle.pop()
        except IndexError:
            return Decoder(self._name, pictures_seen=self._pictures_seen, threads=threads)
