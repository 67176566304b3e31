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
from vtk.export.clock import FrameClock, counts, same_counts
from vtk.export.files import TextFormat, label, one_line, remarks
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
    """The EDL format: one event for each span, of one video or several.

    On the record side the clips follow each other, starting at the source timecode of the first
    clip. A gradual transition begins where it does in the video, so that applying it to the same
    file changes nothing. `rate` and `drop` are as in `clock.counts`; without a rate the list counts
    as its first video does. `reel` names the source. What a result of a search answers, and the
    words in it, are comments.
    """
    count = counts(rate, drop)
    text = partial(_text, count, drop, reel)
    return TextFormat("edl", "edl", text, lambda span: count(span.video), mixed=True)


def _text(
    count: Callable[[str], FrameClock], drop: bool | None, reel: str | None, spans: Iterator[Span]
) -> Iterator[str]:
    record, reels = None, Reels(reel)
    first = next(spans, None)
    if first is None:
        return
    found = clips(chain((first,), spans), same_counts(count, first.video, drop))
    for number, (clip, following) in enumerate(pairwise(chain(found, (None,))), 1):
        assert clip is not None
        if record is None:
            record = clip.first
            mode = "DROP FRAME" if clip.counted.drop else "NON-DROP FRAME"
            title = one_line(Path(clip.span.video).stem)[:TITLE]
            yield f"TITLE: {title or 'VTK'}\nFCM: {mode}\n"
        start = clip.first - (clip.into.before if clip.into else 0)
        end = clip.last - (following.into.before if following and following.into else 0)
        yield "\n" + _event(number, clip, reels(clip), (start, end), record)
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
    said = (label(clip.span), *remarks(clip.span))
    notes += "".join(f"* COMMENT: {each}\n" for each in said)
    return f"{text}{notes}* SOURCE FILE: {one_line(clip.span.video)}\n"


class Reels:
    """Names the reels of videos, in up to 8 characters: no two files that have no reel share one.

    A reel is `name`, else the reel tag in the file, else the file name.
    """

    def __init__(self, name: str | None) -> None:
        self._name = name
        self._known: dict[str, str] = {}  # reels by video

    def __call__(self, clip: Clip) -> str:
        video = clip.span.video
        if video not in self._known:
            stated = self._name or clip.counted.timing.reel
            self._known[video] = _reel(stated) if stated else self._own(Path(video).stem)
        return self._known[video]

    def _own(self, stem: str) -> str:
        """A reel by the name of a file, with a number at the end if it is taken.

        Of a long name the number at its end is kept, which tells files from one another.
        """
        known = _reel(stem, len(stem))
        digits = re.sub(r".*?(\d{0,4})$", r"\1", known)
        reel, number = known[: 8 - len(digits)] + digits if len(known) > 8 else known, 1
        while reel in self._known.values():
            number += 1
            reel = f"{known[: 8 - len(str(number))]}{number}"
        return reel


def _reel(text: str, most: int = 8) -> str:
    reel = re.sub(r"[^A-Z0-9_]+", "", text.upper())[:most]
    return reel if reel and reel not in RESERVED else f"{reel}_VTK"
