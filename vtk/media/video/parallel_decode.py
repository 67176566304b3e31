"""Decode segments of one file in parallel, and yield the results in order.

Each decoder ("reader") opens the file for itself and decodes whole segments, which begin at a
keyframe, so no decoder waits for another. All decoders but one run in threads; the remaining one
runs in the consuming thread while it has nothing to consume, as one thread more than there are
cores would make the others wait for the interpreter. The idea is that of QuickVideo (Schneider and
others, 2025), which cuts a whole video into as many segments as there are cores; here a segment is
a single group of pictures, so that little has to be held until its turn comes.
"""

import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, Generic, NamedTuple, TypeVar

from av.video.stream import VideoStream

from vtk.cores import cores
from vtk.media.video.decoder import Decoder
from vtk.media.video.keyframe_index import KeyframeIndex

AHEAD = 2  # segments in progress per decoder: being decoded, being consumed, or queued
MOST = 4  # decoders at most: each holds the file's index in memory as well
WORKING = 64 * 2**20  # bytes for the frames that all decoders work with internally
EACH = 8  # frames that one decoder works with internally
HELD = 48 * 2**20  # bytes for decoded frames that wait to be consumed

T = TypeVar("T")


class DecoderBudget(NamedTuple):
    """How the cores and the memory are divided among parallel decoders."""

    readers: int
    threads: int  # per decoder
    room: int  # items of a segment that may be decoded ahead of the consumer


def decoder_budget(stream: VideoStream) -> DecoderBudget:
    """Plan up to MOST decoders: one per core, but fewer for large frames."""
    form = stream.codec_context.format
    bits = form.padded_bits_per_pixel if form else 24
    frame = max(stream.width * stream.height * bits // 8, 1)
    available = cores()
    readers = max(min(available, MOST, WORKING // (EACH * frame)), 1)
    return DecoderBudget(readers, available // readers, max(HELD // (AHEAD * readers * frame), 1))


class Segment(NamedTuple, Generic[T]):
    """A part of a video to decode with `decode`; fewer than `items` results end the video."""

    decode: Callable[[Decoder], Iterator[T]]
    items: int = 0


class _Made(NamedTuple, Generic[T]):
    """The next result of a segment: an item, None at its end, or an error."""

    damage: list[float]  # seconds at which packets did not decode since the previous result
    item: T | None = None
    error: BaseException | None = None


class _UnderWay(Generic[T]):
    """A segment in progress, with its results as they arrive."""

    def __init__(self, segment: Segment[T], room: int) -> None:
        self.segment = segment
        self.room = threading.Semaphore(room)
        self.made: SimpleQueue[_Made[T]] = SimpleQueue()


class _Work(Generic[T]):
    """The segments in progress, and the threads that decode them."""

    def __init__(self) -> None:
        self.todo: SimpleQueue[_UnderWay[T] | None] = SimpleQueue()
        self.segments: deque[_UnderWay[T]] = deque()
        self.threads: list[threading.Thread] = []
        self.over = threading.Event()

    def start(self, read: Callable[[], None]) -> None:
        """Start another thread."""
        thread = threading.Thread(target=read, daemon=True, name="reader")
        self.threads.append(thread)
        thread.start()

    def stop(self) -> None:
        """Stop the threads, and release a consumer that waits for their results."""
        self.over.set()
        for segment in self.segments:
            segment.made.put(_Made([]))
            segment.room.release()
        for _ in self.threads:
            self.todo.put(None)
        for thread in self.threads:
            thread.join()


class ParallelDecoder:
    """The parallel decoders of a file, opened when first needed."""

    def __init__(self, open_reader: Callable[..., Decoder]) -> None:
        """`open_reader(threads=n)` opens a decoder with n threads."""
        self._open = open_reader
        self._idle: list[Decoder] = []
        self._works: list[_Work[Any]] = []

    def close(self) -> None:
        """Stop all work in progress and close the decoders; more may be opened later."""
        for work in [*self._works]:
            work.stop()
        while self._idle:
            self._idle.pop().close()

    def decoded(
        self,
        segments: Iterable[Segment[T]],
        keyframes: KeyframeIndex,
        budget: DecoderBudget,
        damage: list[float],
    ) -> Iterator[T]:
        """Yield the items of all segments in order; each segment is decoded by one decoder.

        Stops after a segment that yields fewer than its `items`. Times in seconds at which packets
        did not decode are added to `damage`.
        """
        work: _Work[T] = _Work()
        self._works.append(work)
        coming = iter(segments)
        own = self._read(work, keyframes, budget.threads, wait=False)
        try:
            while True:
                while len(work.segments) < AHEAD * budget.readers and not work.over.is_set():
                    if (following := next(coming, None)) is None:
                        break
                    work.segments.append(_UnderWay(following, budget.room))
                    work.todo.put(work.segments[-1])
                    if len(work.threads) < budget.readers - 1:
                        work.start(partial(self._reading, work, keyframes, budget.threads))
                if not work.segments:
                    return
                first = work.segments[0]
                given = 0
                while True:
                    while first.made.empty() and next(own, False):
                        pass
                    if work.over.is_set():
                        return
                    made = first.made.get()
                    damage += [time for time in made.damage if time not in damage]
                    if made.error is not None:
                        raise made.error
                    if made.item is None:
                        break
                    first.room.release()
                    yield made.item
                    given += 1
                if given < first.segment.items:
                    return
                work.segments.popleft()
        finally:
            own.close()
            self._works.remove(work)
            work.stop()

    def _reading(self, work: _Work[T], keyframes: KeyframeIndex, threads: int) -> None:
        """Decode segment after segment: the main function of a thread."""
        for _ in self._read(work, keyframes, threads, wait=True):
            pass

    def _read(
        self, work: _Work[T], keyframes: KeyframeIndex, threads: int, wait: bool
    ) -> Generator[bool, None, None]:
        """Decode segments, one item per step; without `wait`, yield False where it would block."""
        reader: Decoder | None = None
        mine: _UnderWay[T] | None = None
        try:
            while not work.over.is_set():
                try:
                    mine = work.todo.get(wait)
                except Empty:
                    yield False
                    continue
                if mine is None:
                    return
                reader = reader or self._taken(threads)
                reader.keyframes = keyframes
                reader.damage.clear()
                for item in mine.segment.decode(reader):
                    while not mine.room.acquire(wait):
                        yield False
                    if work.over.is_set():
                        return
                    mine.made.put(_Made([*reader.damage], item))
                    reader.damage.clear()
                    yield True
                mine.made.put(_Made([*reader.damage]))
                mine = None
                yield True
        except Exception as error:
            if reader is not None:
                reader.close()
                reader = None
            if mine is not None:
                mine.made.put(_Made([], error=error))
        finally:
            if reader is not None:
                self._idle.append(reader)

    def _taken(self, threads: int) -> Decoder:
        try:
            return self._idle.pop()
        except IndexError:
            return self._open(threads=threads)
