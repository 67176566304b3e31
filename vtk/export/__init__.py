"""export: write spans as a data set for training or queries; one module per format.

Each format consumes a stream of spans, writes them, and passes them on. An output file gets its
name when it is complete, so a caller that stops early leaves no partial file.
"""

import logging

log = logging.getLogger("vtk")


def tell_left_out(count: int) -> None:
    """Log a warning about error records left out of the data set."""
    if count:
        log.warning("left out %d error record%s", count, "s" if count > 1 else "")
