"""The speech of spans as subtitles: SubRip, WebVTT, Advanced SubStation, lyrics, plain text."""

import html
import re
import warnings
from collections.abc import Callable, Iterable, Iterator
from functools import partial

import pysubs2

from vtk.entries import SpeechWord
from vtk.export.clock import timings
from vtk.export.files import TextFormat, with_timed_shots
from vtk.export.subtitle_layout import Cue, Layout, cues
from vtk.span import Span
from vtk.times import stamp
from vtk.transcribe import with_speech

SHORTEST = 0.001  # least seconds of a cue, which must end after it starts
PARAGRAPH = 2.0  # seconds without a word that start a new paragraph of plain text
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")

Texts = Iterator[str]


def subtitles(
    form: str = "srt",
    layout: Layout | None = None,
    *,
    highlight: bool = False,
    own_clock: bool = False,
) -> TextFormat:
    """A subtitle format, which writes the `speech` of spans as cues.

    `form` is srt, vtt, ass, lrc or txt. With `highlight`, cues of vtt and lrc contain the time of
    each word. Times count from the first frame of the video, as in a player; with `own_clock` they
    are its presentation times. Spans without `speech` are transcribed from the subtitles that come
    with the video.
    """
    known = timings(needed=False)

    def zero(span: Span) -> float:
        return 0.0 if own_clock else known(span.video).start

    text = partial(_text, zero, form, layout or Layout(), highlight)
    return TextFormat(form, form, text, zero, prepare=_timed_speech)


def _timed_speech(spans: Iterable[Span]) -> Iterator[Span]:
    return with_timed_shots(with_speech(spans))


def _text(
    zero: Callable[[Span], float],
    form: str,
    layout: Layout,
    highlight: bool,
    spans: Iterator[Span],
) -> Texts:
    shift = 0.0

    def told() -> Iterator[Span]:
        nonlocal shift
        for span in spans:
            shift = zero(span)
            yield span

    found = (_moved(cue, shift) for cue in cues(told(), form, layout))
    yield from WRITERS[form](found, highlight)


def _moved(cue: Cue, shift: float) -> Cue:
    start = round(max(0.0, cue.start - shift), 3)
    end = round(max(cue.end - shift, start + SHORTEST), 3)
    words: list[SpeechWord] = [{**w, "start": w["start"] - shift} for w in cue.words]
    lines = tuple(_CONTROL.sub("", line) for line in cue.lines)
    return cue._replace(start=start, end=end, words=tuple(words), lines=lines)


def _srt(found: Iterator[Cue], highlight: bool) -> Texts:
    for number, cue in enumerate(found, 1):
        text = "\n".join(cue.lines).replace("-->", "→")  # "-->" would begin another cue
        times = f"{stamp(cue.start)} --> {stamp(cue.end)}".replace(".", ",")
        yield f"{number}\n{times}\n{text}\n\n"


def _plain(name: str) -> str:
    return " ".join(_CONTROL.sub("", name).split())


def _vtt(found: Iterator[Cue], highlight: bool) -> Texts:
    yield "WEBVTT\n"
    for cue in found:
        identifier, settings = (
            _plain(str(cue.markup.get(key, ""))).replace("-->", "→") for key in ("id", "settings")
        )
        if cue.markup:
            text = "\n".join(cue.lines).replace("-->", "--&gt;")
        else:
            text = _timed(cue, "<{}>", stamp, _escape) if highlight and cue.words else _escaped(cue)
            text = f"<v {_escape(_plain(cue.speaker))}>{text}" if cue.speaker else text
        times = f"{stamp(cue.start)} --> {stamp(cue.end)} {settings}".rstrip()
        yield "\n" + (f"{identifier}\n" if identifier else "") + f"{times}\n{text}\n"


def _escaped(cue: Cue) -> str:
    return "\n".join(_escape(line) for line in cue.lines)


def _escape(text: str) -> str:
    return html.escape(text, quote=False)


def _timed(
    cue: Cue, mark: str, stamp: Callable[[float], str], escape: Callable[[str], str] = str
) -> str:
    """The lines of a cue, with a time mark before each word said after the cue begins."""
    waiting = list(cue.words)
    lines = []
    for line in cue.lines:
        text, place = "", 0
        while waiting:
            found = line.find(waiting[0]["text"], place)
            if found < 0 and place:
                break  # the word is on the next line
            word = waiting.pop(0)
            if found >= 0:
                inside = cue.start < word["start"] < cue.end
                before = mark.format(stamp(word["start"])) if inside else ""
                last = found + len(word["text"])
                text += escape(line[place:found]) + before + escape(line[found:last])
                place = last
        lines.append(text + escape(line[place:]))
    return "\n".join(lines)


def _ass(found: Iterator[Cue], highlight: bool) -> Texts:
    file = pysubs2.SSAFile()
    for cue in found:
        text = "\\N".join(cue.lines)
        if not cue.markup:
            text = "\\N".join(line.replace("{", "\\{") for line in cue.lines)
        start, end = (round(seconds * 1000) for seconds in (cue.start, cue.end))
        name = _plain(cue.speaker).replace(",", " ")
        file.append(pysubs2.SSAEvent(start, end, text, name=name))
    with warnings.catch_warnings():  # about times beyond 10 hours, which the format cannot hold
        warnings.simplefilter("ignore")
        yield file.to_string("ass")


def _lrc(found: Iterator[Cue], highlight: bool) -> Texts:
    end = 0.0
    for cue in found:
        if end and cue.start > end + SHORTEST:
            yield f"[{_short(end)}]\n"  # an empty line: nothing is shown until the next cue
        line = cue._replace(lines=(" ".join(cue.lines),))
        text = _timed(line, "<{}>", _short) if highlight and cue.words else line.lines[0]
        yield f"[{_short(cue.start)}]{text}\n"
        end = cue.end
    if end:
        yield f"[{_short(end)}]\n"


def _short(seconds: float) -> str:
    """Format seconds as in lyrics files, ``62:03.45``: minutes, seconds and hundredths."""
    minutes, rest = divmod(round(max(seconds, 0.0) * 100), 6000)
    return f"{minutes:02d}:{rest // 100:02d}.{rest % 100:02d}"


def _txt(found: Iterator[Cue], highlight: bool) -> Texts:
    end, speaker, begun = 0.0, "", False
    for cue in found:
        turn = bool(cue.speaker) and cue.speaker != speaker
        if begun:
            yield "\n\n" if turn or cue.start - end > PARAGRAPH else " "
        yield (f"{_plain(cue.speaker)}: " if turn else "") + " ".join(cue.lines)
        end, speaker, begun = cue.end, cue.speaker or speaker, True
    if begun:
        yield "\n"


WRITERS: dict[str, Callable[[Iterator[Cue], bool], Texts]] = {
    "srt": _srt,
    "vtt": _vtt,
    "ass": _ass,
    "lrc": _lrc,
    "txt": _txt,
}
