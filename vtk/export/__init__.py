"""export: spans as a data set that others train on or query, one file for each format.

Every format is a function of a stream of spans that writes what it is told of and gives the spans
on. What it writes takes its name when it is whole; a caller who stops early leaves nothing half.
"""

import logging

log = logging.getLogger("vtk")


def tell_left_out(count: int) -> None:
    """Warn of the error records that are not in the data set."""
    if count:
        log.warning("left out %d error record%s", count, "s" if count > 1 else "")
