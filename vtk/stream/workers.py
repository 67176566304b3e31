"""An ability in several processes: units of spans go out, results come back in order.

Each worker runs one instance of the ability and feeds it unit after unit, so what it keeps open
(a file, a model) stays open. A worker that dies takes only its unit with it.
"""

import logging
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait

from vtk.cores import cores, limit_cores
from vtk.errors import VtkError
from vtk.pipeline import Ability
from vtk.span import Span

Unit = list[Span]
AHEAD = 2  # units per job that are held: worked on, or done and waiting for an older one


class WorkerError(VtkError):
    """A worker process ended before its unit was done."""


class _Task:
    """A unit on its way: what has come of it so far, and whether that is all."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.results: deque[Span] = deque()
        self.done = False


class _Worker:
    """One process, and the task that it works on."""

    def __init__(
        self, ability: Ability, by_video: bool, settings: Callable[[], None], part: int
    ) -> None:
        context = get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process = context.Process(
            target=_work, args=(theirs, ability, by_video, settings, part), daemon=True
        )
        with _deaf_to_interrupts():  # the worker inherits it: the parent decides when to stop
            self.process.start()
        theirs.close()
        self.task: _Task | None = None

    def give(self, task: _Task) -> None:
        self.task = task
        with suppress(OSError):  # it died idle: receive() finds out
            self.connection.send(task.unit)

    def receive(self, command: str) -> bool:
        """Take one message of the worker; False when it has died, its unit then failed."""
        assert self.task is not None
        try:
            message = self.connection.recv()
        except (EOFError, OSError):
            self.process.join()
            reason = WorkerError(f"the worker process died (exit status {self.process.exitcode})")
            for span in self.task.unit:
                logging.getLogger("vtk").error("%s: %s", span.fragment, reason)
                self.task.results.append(Span(span).error(command, reason))
            message = None
            alive = False
        else:
            alive = True
        if isinstance(message, Exception):  # concerns the whole run: a missing model, a bug
            raise message
        if message is None:
            self.task.done, self.task = True, None
        else:
            self.task.results.append(message)
        return alive

    def stop(self) -> None:
        self.connection.close()
        self.process.terminate()
        self.process.join()


def _work(
    connection: Connection,
    ability: Ability,
    by_video: bool,
    settings: Callable[[], None],
    part: int,
) -> None:
    """A worker's life: unit in, results out, None after the last result of a unit."""
    settings()
    limit_cores(part)

    def feed() -> Iterator[Span]:
        while True:
            yield from connection.recv()
            connection.send(None)  # the ability asks for more, so it is done with this unit

    try:
        if not by_video:
            for span in ability(feed()):
                connection.send(span)
        while by_video:
            for span in ability(iter(connection.recv())):
                connection.send(span)
            connection.send(None)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        pass  # the parent wants no more
    except Exception as error:
        connection.send(error)


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Ignore Ctrl-C for a moment; processes started meanwhile ignore it for good."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _read(units: Iterable[Unit], outbox: Connection) -> None:
    """Thread: hand over the units as they come, so that waiting for input delays no result."""
    with outbox, suppress(BrokenPipeError):  # nobody wants more
        try:
            for unit in units:
                outbox.send(unit)
        except BrokenPipeError:
            raise
        except Exception as error:
            outbox.send(error)


def map_ordered(
    command: str,
    ability: Ability,
    units: Iterable[Unit],
    jobs: int,
    *,
    by_video: bool,
    settings: Callable[[], None],
    done: Callable[[Unit], None] = lambda _: None,
) -> Iterator[Span]:
    """The results of `ability` over each unit, in the order of the units.

    With `by_video` the ability is called anew for every unit; otherwise it is called once in
    each worker and must be done with a span before it asks for the next. `settings` is called
    first in each worker, which keeps no more than its part of the cores busy, and `done` after
    the results of each. Raises what the ability or the input raises about the run as a whole.
    """
    part = max(cores() // jobs, 1)  # of the cores, for each worker
    inbox, outbox = get_context("spawn").Pipe(duplex=False)
    threading.Thread(target=_read, args=(units, outbox), daemon=True).start()
    tasks: deque[_Task] = deque()
    workers: list[_Worker] = []
    more = True
    try:
        while more or tasks:
            idle = [worker for worker in workers if worker.task is None]
            room = len(tasks) < jobs * AHEAD and (idle or len(workers) < jobs)
            busy = {worker.connection: worker for worker in workers if worker.task is not None}
            for ready in wait([*busy, inbox] if more and room else list(busy)):
                if ready is not inbox:
                    worker = busy[ready]  # type: ignore[index]
                    if not worker.receive(command):
                        workers.remove(worker)
                    continue
                try:
                    unit = inbox.recv()
                except EOFError:
                    more = False
                    continue
                if isinstance(unit, Exception):
                    raise unit
                if not idle:
                    idle.append(_Worker(ability, by_video, settings, part))
                    workers.append(idle[0])
                tasks.append(_Task(unit))
                idle[0].give(tasks[-1])
            while tasks and (tasks[0].results or tasks[0].done):
                while tasks[0].results:
                    yield tasks[0].results.popleft()
                if not tasks[0].done:
                    break
                done(tasks.popleft().unit)
    finally:
        for worker in workers:
            worker.stop()
