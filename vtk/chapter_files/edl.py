"""Chapters as the events of an edit decision list (CMX 3600), as editing programs write them.

The title of an event is its first comment, or the name of a marker (`|M:Intro`) or clip. Events of
sound are left out. Times are those of the recording, which counts frames of a rate that the list
does not tell, and often begins at a full hour.
"""

import re
from fractions import Fraction

from vtk.chapter_files.context import Context
from vtk.media.chapters import Chapter
from vtk.timecode import frame_number

USUAL = Fraction(25)  # frames per second where neither the caller nor a frame tells better
_CODE = r"(\d\d:\d\d:\d\d[:;.]\d\d)"
_EVENT = re.compile(
    rf"\d{{3,6}}\s+(.+?)\s+(\S+)\s+(?:C|[DW]\d*\s+\d+)\s+{_CODE}(?:\s+{_CODE}){{3}}"
)
_MARKER = re.compile(r"\|M:([^|]*)")
_NOTE = re.compile(r"\*\s*(COMMENT|FROM CLIP NAME|LOC)\s*:\s*(.*)")


def is_edl(text: str) -> bool:
    """Whether a line of a text is an event of an edit decision list."""
    return any(_EVENT.fullmatch(line.strip()) for line in text.splitlines())


def parse(text: str, context: Context) -> list[Chapter]:
    """Return a chapter for each event of the picture."""
    events: list[tuple[str, str]] = []  # timecodes of the recording, in and out
    names: list[dict[str, str]] = []
    own = False  # whether the latest event is one of the picture
    for line in map(str.strip, text.splitlines()):
        if event := _EVENT.fullmatch(line):
            own = event[2].upper().startswith(("V", "B"))
            codes = re.findall(_CODE, line)[-2:]
            if own and codes[0] != codes[1]:
                events.append((codes[0], codes[1]))
                names.append({"CLIP": event[1]})
        elif own and names and (marker := _MARKER.search(line)):
            names[-1]["MARKER"] = marker[1]
        elif own and names and (note := _NOTE.fullmatch(line)):
            names[-1].setdefault(note[1], note[2])  # further comments tell of other things
    rate = context.rate or _least_rate(events)
    if context.rate is None:
        context.tell(f"times counted in frames were read at {float(rate):g} frames per second")
    times = [tuple(frame_number(code, rate) / rate for code in event) for event in events]
    zero = min((start // 3600 * 3600 for start, _ in times), default=0)
    if zero:
        context.tell(f"the list begins at hour {zero // 3600}, which was taken as the start")
    return [
        Chapter(float(start - zero), _title(name), float(end - zero))
        for (start, end), name in zip(times, names, strict=True)
    ]


def _least_rate(events: list[tuple[str, str]]) -> Fraction:
    """The rate for timecodes: drop-frame is 29.97; else the usual one that has such frames."""
    codes = [code for event in events for code in event]
    if any(code[-3] != ":" for code in codes):
        return Fraction(30000, 1001)
    most = max((int(code[-2:]) for code in codes), default=0)
    return next(rate for rate in (USUAL, Fraction(30), Fraction(60), Fraction(100)) if most < rate)


def _title(names: dict[str, str]) -> str:
    order = ("MARKER", "COMMENT", "FROM CLIP NAME", "LOC", "CLIP")
    return next((names[name] for name in order if names.get(name)), "")
