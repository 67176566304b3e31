"""What a run did and how long it took, in one line at its end."""

import logging
import time
from dataclasses import dataclass, field

from vtk.span import Span
from vtk.stream.meter import lasting

log = logging.getLogger("vtk")


@dataclass
class Tally:
    """Counts what comes out of a run; videos are counted where another one begins."""

    spans: int = 0
    errors: int = 0
    videos: int = 0
    kept: int = 0  # inputs that an earlier run had finished
    latest: str | None = None
    begun: float = field(default_factory=time.monotonic)

    def span(self, span: Span) -> None:
        """Count a span or an error record."""
        self.errors += span.failed
        self.spans += not span.failed
        self.videos += span.video != self.latest
        self.latest = span.video

    def tell(self) -> None:
        """Tell what was done."""
        seconds = time.monotonic() - self.begun
        parts = [
            f"{_count(self.spans, 'span')} of {_count(self.videos, 'video')}",
            *([_count(self.errors, "error record")] if self.errors else []),
            *([f"{_count(self.kept, 'input')} finished before"] if self.kept else []),
            f"in {lasting(seconds)}",
        ]
        about = {key: getattr(self, key) for key in ("spans", "videos", "errors", "kept")}
        about["seconds"] = round(seconds, 3)
        log.info("%s", ", ".join(parts), extra={"about": about})


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)}"
