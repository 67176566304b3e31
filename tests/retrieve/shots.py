"""Spans of made-up videos for searches."""

from vtk.span import Span


def shots(captions: list[str], video: str = "a.mp4", seconds: float = 5.0) -> list[Span]:
    """Shots that follow each other, one for each caption."""
    return [
        Span(
            video=video, start=i * seconds, end=(i + 1) * seconds, kind="shot", caption=c, mine=[i]
        )
        for i, c in enumerate(captions)
    ]
