"""Spans as a CMX 3600 edit decision list (EDL), which editing programs read.

An event is the number, the reel, the track, the transition with its length in frames, then source
in and out and record in and out. The format is that of CMX's list management guide (1988), with
the comments that current programs know; OpenTimelineIO's EDL writer has no wipes and no FCM.
"""

import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from itertools import chain, pairwise
from pathlib import Path

from vtk.export.clips import Clip, clips
from vtk.export.clock import FrameClock, counts
from vtk.export.files import TextFormat, label, one_line
from vtk.span import Span

EFFECTS = {
    "dissolve": ("D   ", "CROSS DISSOLVE"),
    "fade": ("D   ", "FADE"),
    "wipe": ("W001", "WIPE"),
}
LONGEST = 999  # most frames of a transition
TITLE = 70  # most characters of the title
RESERVED = ("AX", "BL", "BLACK", "BARS")  # reel names that do not mean a tape


def edl(
    rate: Fraction | None = None, drop: bool | None = None, reel: str | None = None
) -> TextFormat:
    """The EDL format: one event for each span.

    On the record side the clips follow each other, starting at the source timecode of the first
    clip. A gradual transition begins where it does in the video, so that applying it to the same
    file changes nothing. `rate` and `drop` are as in `clock.counts`; `reel` names the source.
    """
    count = counts(rate, drop)
    text = partial(_text, count, reel)
    return TextFormat("edl", "edl", text, lambda span: count(span.video))


def _text(
    count: Callable[[str], FrameClock], reel: str | None, spans: Iterator[Span]
) -> Iterator[str]:
    record = None
    for number, (clip, following) in enumerate(pairwise(chain(clips(spans, count), (None,))), 1):
        assert clip is not None
        if record is None:
            record = clip.first
            mode = "DROP FRAME" if clip.counted.drop else "NON-DROP FRAME"
            title = one_line(Path(clip.span.video).stem)[:TITLE]
            yield f"TITLE: {title or 'VTK'}\nFCM: {mode}\n"
        start = clip.first - (clip.into.before if clip.into else 0)
        end = clip.last - (following.into.before if following and following.into else 0)
        yield "\n" + _event(number, clip, _reel(reel, clip), (start, end), record)
        record += end - start


def _event(number: int, clip: Clip, reel: str, source: tuple[int, int], record: int) -> str:
    """The lines of an event; a transition takes two edits, the first a cut of zero length."""
    start, end = source
    code = clip.counted.timecode

    def edit(how: str, source: tuple[int, int], record: tuple[int, int]) -> str:
        times = " ".join(map(code, (*source, *record)))
        return f"{number:03d}  {reel:8s} V     {how:8s} {times}\n"

    name = one_line(Path(clip.span.video).name) or "VTK"
    notes = f"* FROM CLIP NAME:  {name}\n"
    if clip.into is None:
        text = edit("C", source, (record, record + end - start))
    else:
        sign, effect = EFFECTS[clip.into.type]
        length = min(clip.into.before + clip.into.after, LONGEST)
        text = edit("C", (start, start), (record, record))
        text += edit(f"{sign} {length:03d}", source, (record, record + end - start))
        notes += f"* TO CLIP NAME:  {name}\n* EFFECT NAME: {effect}\n"
    return f"{text}{notes}* COMMENT: {label(clip.span)}\n"


def _reel(name: str | None, clip: Clip) -> str:
    """The reel, up to 8 characters: `name`, else the reel tag in the file, else the file name."""
    known = name or clip.counted.timing.reel or Path(clip.span.video).stem
    reel = re.sub(r"[^A-Z0-9_]+", "", known.upper())[:8]
    return reel if reel and reel not in RESERVED else f"{reel}_VTK"
