"""Several readers of one file: parts of it decoded side by side, and given out in order.

Each reader has the file open for itself and decodes whole runs, each a stretch that begins at a
keyframe, so no reader waits for another. All but one are threads; that one is whoever takes what
they give, while there is nothing to take: a thread more than there are cores would have the others
wait for the interpreter. The idea is that of QuickVideo (Schneider and others,
2025), which cuts a whole video into as many stretches as there are cores; here a run is a single
group of pictures, so that little has to be held until its turn comes.
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

AHEAD = 2  # runs for each reader that are under way: worked on, waited for, or waiting
MOST = 4  # readers: each has the index of the file in memory as well
WORKING = 64 * 2**20  # bytes of frames that all decoders work with
EACH = 8  # frames that a decoder works with
HELD = 48 * 2**20  # bytes of frames that readers are ahead

T = TypeVar("T")


class DecoderBudget(NamedTuple):
    """How the cores and the memory are divided."""

    readers: int
    threads: int  # of the decoder of each
    room: int  # frames of a run that a reader may be ahead


def decoder_budget(stream: VideoStream) -> DecoderBudget:
    """As many readers as there are cores, but fewer of large pictures."""
    form = stream.codec_context.format
    bits = form.padded_bits_per_pixel if form else 24
    frame = max(stream.width * stream.height * bits // 8, 1)
    available = cores()
    readers = max(min(available, MOST, WORKING // (EACH * frame)), 1)
    return DecoderBudget(readers, available // readers, max(HELD // (AHEAD * readers * frame), 1))


class Segment(NamedTuple, Generic[T]):
    """What a reader is to do: give what `decode` makes of it; less than `items` ends the video."""

    decode: Callable[[Decoder], Iterator[T]]
    items: int = 0


class _Made(NamedTuple, Generic[T]):
    """What a run gives next: an item, or at its end none, or what went wrong."""

    damage: list[float]  # seconds at which packets did not decode since the one before
    item: T | None = None
    error: BaseException | None = None


class _UnderWay(Generic[T]):
    """A run and what it gives as it comes."""

    def __init__(self, run: Segment[T], room: int) -> None:
        self.run = run
        self.room = threading.Semaphore(room)
        self.made: SimpleQueue[_Made[T]] = SimpleQueue()


class _Work(Generic[T]):
    """The runs that are under way, and the threads at work on them."""

    def __init__(self) -> None:
        self.todo: SimpleQueue[_UnderWay[T] | None] = SimpleQueue()
        self.runs: deque[_UnderWay[T]] = deque()
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
            run.made.put(_Made([]))
            run.room.release()
        for _ in self.threads:
            self.todo.put(None)
        for thread in self.threads:
            thread.join()


class ParallelDecoder:
    """The readers of a file, opened when first needed."""

    def __init__(self, open_reader: Callable[..., Decoder]) -> None:
        """`open_reader(threads=n)` opens one whose decoder has so many threads."""
        self._open = open_reader
        self._idle: list[Decoder] = []
        self._works: list[_Work[Any]] = []

    def close(self) -> None:
        """Stop what is under way and close the readers; more may be opened later."""
        for work in [*self._works]:
            work.stop()
        while self._idle:
            self._idle.pop().close()

    def decoded(
        self,
        runs: Iterable[Segment[T]],
        plan: KeyframeIndex,
        share: DecoderBudget,
        damage: list[float],
    ) -> Iterator[T]:
        """What all runs give, in their order, each decoded by one reader.

        Ends where a run gives less than it should. Seconds at which packets did not decode go to
        `damage`.
        """
        work: _Work[T] = _Work()
        self._works.append(work)
        coming = iter(runs)
        own = self._read(work, plan, share.threads, wait=False)
        try:
            while True:
                while len(work.runs) < AHEAD * share.readers and not work.over.is_set():
                    if (following := next(coming, None)) is None:
                        break
                    work.runs.append(_UnderWay(following, share.room))
                    work.todo.put(work.runs[-1])
                    if len(work.threads) < share.readers - 1:
                        work.start(partial(self._reading, work, plan, share.threads))
                if not work.runs:
                    return
                first = work.runs[0]
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
                if given < first.run.items:
                    return
                work.runs.popleft()
        finally:
            own.close()
            self._works.remove(work)
            work.stop()

    def _reading(self, work: _Work[T], plan: KeyframeIndex, threads: int) -> None:
        """Thread: decode run after run."""
        for _ in self._read(work, plan, threads, wait=True):
            pass

    def _read(
        self, work: _Work[T], plan: KeyframeIndex, threads: int, wait: bool
    ) -> Generator[bool, None, None]:
        """Decode run after run, an item at a step; False where, unless to `wait`, there is none."""
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
                reader.plan = plan
                reader.damage.clear()
                for item in mine.run.decode(reader):
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
