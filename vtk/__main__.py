"""Entry point of the console script and of ``python -m vtk``."""

import gc
import os
import signal
from importlib import import_module


def main() -> None:
    """Run the command line, imported by name because it is a separate package.

    Until a run begins and has something to clean up, an interrupt exits the process immediately:
    there is nothing to report, and extension modules may crash when their import is interrupted.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # else SIGINT is ignored
        signal.signal(signal.SIGINT, lambda *_: os._exit(130))
    # NumPy's OpenBLAS threads would busy-wait for a tenth of a second after the start and after
    # each matrix product; vtk uses its own threads where they help.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        import_module("vtk.commands").main()
    finally:
        # Skips the garbage collection of all loaded modules at exit, which would take 25 ms.
        gc.freeze()


if __name__ == "__main__":
    main()
