"""The exit statuses of a run, and the errors that end it with each."""

from enum import IntEnum

from vtk.errors import InputError, MissingError, OpenError, OutputError, UsageError, VtkError


class ExitStatus(IntEnum):
    """Exit statuses of the process."""

    OK = 0  # success
    FAILED = 1  # some records failed and became error records, or --fail-empty found nothing
    USAGE = 2  # wrong usage
    INPUT = 65  # input is not JSON Lines of spans
    NO_INPUT = 66  # no input could be opened
    MISSING = 69  # a backend, model or optional package is missing; the message says how to get it
    INTERNAL = 70  # a bug in vtk
    OUTPUT = 74  # the output could not be written
    INTERRUPTED = 130  # interrupted (Ctrl-C)


# Exit statuses of errors that end the run; the first matching class counts.
STATUSES: tuple[tuple[type[VtkError], ExitStatus], ...] = (
    (UsageError, ExitStatus.USAGE),
    (InputError, ExitStatus.INPUT),
    (OpenError, ExitStatus.NO_INPUT),
    (MissingError, ExitStatus.MISSING),
    (OutputError, ExitStatus.OUTPUT),
    (VtkError, ExitStatus.FAILED),
)
