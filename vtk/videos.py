"""Videos as abilities take them from Python: spans, names and paths, one or many."""

import os
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from typing import Any, Concatenate, Literal, ParamSpec, TypeAlias

from vtk import errors as kinds
from vtk.errors import VtkError
from vtk.span import Span, parse

# A path, a URL, a media fragment (talk.mp4#t=10,20), a span, or a record as a dictionary.
Video: TypeAlias = str | os.PathLike[str] | dict[str, Any]
Videos: TypeAlias = Video | Iterable[Video]
Errors: TypeAlias = Literal["record", "raise"]

P = ParamSpec("P")


def takes_videos(
    ability: Callable[Concatenate[Iterable[Span], P], Iterator[Span]],
) -> Callable[Concatenate[Videos, P], Iterator[Span]]:
    """Let an ability take `Videos`, and heed its argument `errors`.

    With `errors="raise"`, the first error record is raised instead, as the error that it tells of;
    with "record" it comes out in its place, and the rest goes on.
    """

    @wraps(ability)
    def taking(videos: Videos, /, *args: P.args, **options: P.kwargs) -> Iterator[Span]:
        found = ability(spans_of(videos), *args, **options)
        wanted = options.get("errors", "record")
        if wanted not in ("record", "raise"):
            raise kinds.UsageError(
                f"errors are recorded or raised: 'record', 'raise', not {wanted!r}"
            )
        return raising(found) if wanted == "raise" else found

    return taking


def spans_of(videos: Videos) -> Iterator[Span]:
    """Yield the span of each video. Raises InputError for what names none."""
    if isinstance(videos, (str, os.PathLike, dict)):
        videos = (videos,)
    for video in videos:
        if isinstance(video, Span):
            yield video
        else:
            yield Span(video) if isinstance(video, dict) else parse(os.fspath(video))


def raising(spans: Iterable[Span]) -> Iterator[Span]:
    """Yield the spans; raise the first error record as the VtkError that it tells of."""
    for span in spans:
        if span.failed:
            told = span["error"]
            kind = getattr(kinds, told["type"], VtkError)
            raise kind(f"{span.fragment}: {told['message']}")
        yield span
