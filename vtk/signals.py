"""How a run ends that does not end by itself: Ctrl-C, a polite kill, a reader that went away."""

import os
import select
import signal
import sys
import threading


def watch_output(reader_left: threading.Event) -> None:
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


def stop_cleanly() -> None:
    """Let Ctrl-C and a polite kill (cron's, or a lost terminal) remove what is half written."""

    def stop(number: int, _: object) -> None:
        raise SystemExit(128 + number)

    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, stop)
        if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
            signal.signal(signal.SIGINT, signal.default_int_handler)


def forget_broken_output() -> None:
    """Keep Python's exit from complaining of a standard output that nobody reads."""
    if sys.stdout is None:
        return
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
