"""uniform: frames at even distances in time, each in the middle of its part of the span."""

from vtk.keyframes.frames import Chosen, candidates, fetch
from vtk.media.video import Video
from vtk.span import Span


def choose(video: Video, span: Span, k: int) -> Chosen:
    """At most `k` frames of the span, in time order; the score is 1 for each."""
    start, end = video.stretch(span.start, span.end)
    times = [start + (i + 0.5) * (end - start) / k for i in range(k)]
    frames = {frame.pts: frame for frame in video.at(times)}
    if len(frames) == k:
        return [(frame, 1.0) for frame in frames.values()]
    found = candidates(video, span, k, least=k)
    count = min(k, len(found))
    return fetch(video, [(found[i * len(found) // count], 1.0) for i in range(count)])
