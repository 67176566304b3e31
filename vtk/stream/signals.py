"""Early ends of a run: SIGINT, SIGTERM or SIGHUP, and a reader of the output that left."""

import os
import select
import signal
import sys
import threading
from collections.abc import Callable

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_told = 0  # the number of the signal by which this process was told to end
SOON = 1.0  # seconds in which a run that is told to end does so as a rule


def interrupt_when_reader_leaves(reader_left: threading.Event) -> None:
    """Interrupt the run when the reader of standard output goes away.

    Without this, `vtk split film.mp4 | head -1` would decode on until the next shot is written.
    The poll reports an error only where standard output is a pipe or socket without a reader.
    """
    if not hasattr(select, "poll") or threading.current_thread() is not threading.main_thread():
        return
    poll = select.poll()
    try:
        poll.register(sys.stdout.fileno(), 0)
    except (OSError, ValueError, AttributeError):  # closed, or none to begin with
        return

    main = threading.get_ident()

    def wait() -> None:
        if any(event & (select.POLLERR | select.POLLHUP) for _, event in poll.poll()):
            reader_left.set()
            signal.pthread_kill(main, signal.SIGINT)  # wakes a main thread that waits for input

    threading.Thread(target=wait, daemon=True, name="output-watch").start()


def install_handlers(tell: Callable[[], None], leave: Callable[[], None]) -> None:
    """Let Ctrl-C and a polite kill (cron's, or a lost terminal) remove what is half written.

    That begins when the work at hand lets it, as a long step of a model does late: `tell` is called
    if it takes SOON, in another thread, and a second signal ends the process on the spot, after
    `leave`.
    """

    def stop(number: int, _: object) -> None:
        global _told
        _told = number
        end_if_told()

    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, stop)
        if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
            signal.signal(signal.SIGINT, stop)
        sys.unraisablehook = _silent_of_ends
        _watch_signals(tell, leave)


def end_if_told() -> None:
    """Raise KeyboardInterrupt after Ctrl-C, and SystemExit after a polite kill.

    Both may have been raised before and lost: Python drops what a signal raises within a callback
    of a compiled module or a finalizer, and libraries may raise an error of their own in its place.
    """
    if _told == signal.SIGINT:
        raise KeyboardInterrupt
    if _told:
        raise SystemExit(128 + _told)


def _silent_of_ends(lost: "sys.UnraisableHookArgs") -> None:
    """Say nothing of an end that is lost: `end_if_told` raises it again."""
    if not issubclass(lost.exc_type, KeyboardInterrupt | SystemExit):
        sys.__unraisablehook__(lost)


def _watch_signals(tell: Callable[[], None], leave: Callable[[], None]) -> None:
    """Have a thread be told of signals at once, whatever the main thread is at."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)

    def wait() -> None:
        _next(reading)
        if not select.select([reading], [], [], SOON)[0]:
            tell()
        number = _next(reading)
        leave()
        os._exit(128 + number)

    threading.Thread(target=wait, daemon=True, name="signal-watch").start()


def _next(reading: int) -> int:
    """The number of the next signal that is to end the run."""
    while True:
        number = os.read(reading, 1)[0]
        if number in ENDING:
            return number


def silence_broken_stdout() -> None:
    """Keep Python's exit from complaining of a standard output that nobody reads."""
    if sys.stdout is None:
        return
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
