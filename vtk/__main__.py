"""Where the program starts: the console script, and ``python -m vtk``."""

import gc
import os
import signal
from importlib import import_module


def main() -> None:
    """Run the command line, which is found by name as it is a package of its own.

    Until a run begins, and has something to clean up, an interrupt ends the process on the spot:
    there is nothing to tell, and compiled modules may crash when their import is interrupted.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # else: told to ignore it
        signal.signal(signal.SIGINT, lambda *_: os._exit(130))
    # NumPy's OpenBLAS would keep a core busy for a tenth of a second after the start and after each
    # product of matrices, to be at hand for the next; vtk has threads of its own where they help.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        import_module("vtk.commands").main()
    finally:
        # Else the interpreter, as it ends, looks through all that was loaded: 25 ms for nothing.
        gc.freeze()


if __name__ == "__main__":
    main()
