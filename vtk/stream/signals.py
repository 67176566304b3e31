"""Early exits: SIGINT, SIGTERM or SIGHUP, and a closed output pipe."""

import os
import select
import signal
import sys
import threading
from collections.abc import Callable

from vtk.output import discard_unfinished

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_told = 0  # number of the signal that told this process to end; 0 if none
SOON = 1.0  # seconds within which a run usually ends after a signal


def interrupt_when_reader_leaves(reader_left: threading.Event) -> None:
    """Interrupt the run when the reader of standard output closes the pipe.

    Without this, `vtk split film.mp4 | head -1` would decode on until the next shot is written.
    The poll reports an error only if standard output is a pipe or socket without a reader.
    """
    if not hasattr(select, "poll") or threading.current_thread() is not threading.main_thread():
        return
    poll = select.poll()
    try:
        poll.register(sys.stdout.fileno(), 0)
    except (OSError, ValueError, AttributeError):  # standard output is closed or None
        return

    main = threading.get_ident()

    def wait() -> None:
        if any(event & (select.POLLERR | select.POLLHUP) for _, event in poll.poll()):
            reader_left.set()
            signal.pthread_kill(main, signal.SIGINT)  # wakes the main thread if it waits for input

    threading.Thread(target=wait, daemon=True, name="output-watch").start()


def install_handlers(tell: Callable[[], None], leave: Callable[[], None]) -> None:
    """Install handlers that let SIGINT, SIGTERM and SIGHUP clean up partial output.

    The cleanup starts when the current step allows it, which a long model call may delay. After
    SOON seconds, `tell` is called in another thread; a second signal calls `leave` and exits the
    process immediately.
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
    """Raise KeyboardInterrupt after SIGINT, and SystemExit after SIGTERM or SIGHUP.

    Both may have been raised before and lost: Python drops what a signal handler raises within a
    callback of an extension module or a finalizer, and libraries may raise their own error instead.
    """
    if _told == signal.SIGINT:
        raise KeyboardInterrupt
    if _told:
        raise SystemExit(128 + _told)


def _silent_of_ends(lost: "sys.UnraisableHookArgs") -> None:
    """Do not report a lost KeyboardInterrupt or SystemExit: `end_if_told` raises it again."""
    if not issubclass(lost.exc_type, KeyboardInterrupt | SystemExit):
        sys.__unraisablehook__(lost)


def _watch_signals(tell: Callable[[], None], leave: Callable[[], None]) -> None:
    """Start a thread that learns of signals immediately, even if the main thread is busy."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)

    def wait() -> None:
        _next(reading)
        if not select.select([reading], [], [], SOON)[0]:
            tell()
        number = _next(reading)
        leave()
        discard_unfinished()
        os._exit(128 + number)

    threading.Thread(target=wait, daemon=True, name="signal-watch").start()


def _next(reading: int) -> int:
    """Wait for the next signal that ends the run and return its number."""
    while True:
        number = os.read(reading, 1)[0]
        if number in ENDING:
            return number


def silence_broken_stdout() -> None:
    """Prevent an error message at exit if standard output is a closed pipe."""
    if sys.stdout is None:
        return
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
