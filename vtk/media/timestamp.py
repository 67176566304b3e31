"""A point on the timeline of a video."""

from typing import NamedTuple


class Timestamp(NamedTuple):
    """When a frame is shown, exactly and for computing with."""

    pts: int  # presentation timestamp, in the time base of the stream
    time: float  # the same in seconds
