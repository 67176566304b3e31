"""What is said, written and shown in a video, line by line with its times, for a model to read."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from vtk.entries import SpeechEntry
from vtk.passages import Passage, passages
from vtk.span import Span
from vtk.speech import speech_sentences
from vtk.text import comparison_key

NAMES = {"screen_text": "on screen: ", "caption": "seen: "}  # before what is not said


def spoken_sentences(spans: Iterable[Span]) -> list[Passage]:
    """Return the sentences of what is said in spans, each once, in order of time."""
    cues: Iterable[SpeechEntry] = (cue for span in spans for cue in span.get("speech", []))
    distinct = {(cue["start"], cue["end"], cue["text"]): cue for cue in cues}
    return speech_sentences(distinct.values())


def lines_of(spans: Sequence[Span]) -> list[Passage]:
    """Return what is said, written and shown in the spans of a video, in order of time.

    As `words_of`, but captions that are measurements where there is nothing else.
    """
    if found := words_of(spans):
        return found
    seen = dict.fromkeys(p for span in spans for p in passages(span) if p.source == "caption")
    return sorted(seen, key=lambda p: (p.start, p.end))


def words_of(spans: Sequence[Span]) -> list[Passage]:
    """Return what is said, written and told in the spans of a video, in order of time.

    What is said comes by sentences. A line on screen counts once as long as it stays; captions that
    are measurements do not count.
    """
    said = spoken_sentences(spans)
    told = dict.fromkeys(passage for span in spans for passage in passages(span))
    written = _once(p for p in told if p.source == "screen_text")
    described = [p for p in told if p.source == "caption"]
    return sorted([*said, *written, *described], key=lambda p: (p.start, p.end))


def _once(written: Iterable[Passage]) -> list[Passage]:
    """Lines on screen without those that were there just before; those of one time as one."""
    found: list[Passage] = []
    before: set[str] = set()
    for _, together in groupby(sorted(written, key=lambda p: p.start), key=lambda p: p.start):
        shown = {comparison_key(p.text): p for p in together}
        if fresh := [p for key, p in shown.items() if key not in before]:
            text = " | ".join(p.text for p in fresh)
            found.append(Passage(text, fresh[0].start, max(p.end for p in fresh), "screen_text"))
        before = set(shown)
    return found


def as_text(lines: Iterable[Passage]) -> str:
    """Return lines for a prompt, each after its start in whole seconds."""
    return "\n".join(f"{int(p.start)} {NAMES.get(p.source, '')}{p.text}" for p in lines)
