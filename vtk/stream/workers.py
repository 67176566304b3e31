"""Run an ability in several worker processes on units of spans, with results in order.

Each worker runs one instance of the ability and feeds it unit after unit, so that files and models
stay open between units. When a worker dies, only its current unit fails.
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
from vtk.pipeline import Ability, about
from vtk.span import Span

Unit = list[Span]
AHEAD = 2  # units in flight per job: being processed, or done and waiting for an earlier one


class WorkerError(VtkError):
    """A worker process died before its unit was done."""


class _Task:
    """A unit in flight: its results so far, and whether they are complete."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.results: deque[Span] = deque()
        self.done = False


class _Worker:
    """A worker process and its current task."""

    def __init__(
        self, ability: Ability, by_video: bool, settings: Callable[[], None], part: int
    ) -> None:
        context = get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process = context.Process(
            target=_work, args=(theirs, ability, by_video, settings, part), daemon=True
        )
        with _deaf_to_interrupts():  # workers inherit SIG_IGN: the parent decides when to stop
            self.process.start()
        theirs.close()
        self.task: _Task | None = None

    def give(self, task: _Task) -> None:
        self.task = task
        with suppress(OSError):  # the worker died while idle, which receive() will notice
            self.connection.send(task.unit)

    def receive(self, command: str) -> bool:
        """Receive one message; if the worker has died, fail its unit and return False."""
        assert self.task is not None
        try:
            message = self.connection.recv()
        except (EOFError, OSError):
            self.process.join()
            reason = WorkerError(f"the worker process died (exit status {self.process.exitcode})")
            for span in self.task.unit:
                logging.getLogger("vtk").error(
                    "%s: %s", span.fragment, reason, extra=about(span, reason)
                )
                self.task.results.append(span.with_error(command, reason))
            message = None
            alive = False
        else:
            alive = True
        if isinstance(message, Exception):  # affects the whole run: a missing model, a bug
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
    """Main loop of a worker: receive units, send results, and None after those of each unit."""
    settings()
    limit_cores(part)

    def feed() -> Iterator[Span]:
        while True:
            yield from connection.recv()
            connection.send(None)  # the ability asks for the next unit, so this one is done

    try:
        if not by_video:
            for span in ability(feed()):
                connection.send(span)
        while by_video:
            for span in ability(iter(connection.recv())):
                connection.send(span)
            connection.send(None)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        pass  # the parent has closed the connection
    except Exception as error:
        connection.send(error)


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Ignore SIGINT inside the block; processes started in it ignore it permanently."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _read(units: Iterable[Unit], outbox: Connection) -> None:
    """Forward the units from a thread, so that waiting for input does not delay results."""
    with outbox, suppress(BrokenPipeError):  # the receiver is closed
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
    """Yield the results of `ability` on each unit, in the order of the units.

    With `by_video`, the ability is called anew for every unit; otherwise it is called once in each
    worker and must finish a span before it asks for the next. `settings` is called at the start of
    each worker, which uses only its share of the cores; `done` is called after the results of each
    unit. Raises errors of the ability or of the input that affect the whole run.
    """
    part = max(cores() // jobs, 1)  # number of cores for each worker
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
