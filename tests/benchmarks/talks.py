"""Real talk to sum up and to divide: meetings of QMSum, lectures and podcasts.

They lie in `../shared/evaluation` and `../shared/speech`, outside of this project. What has no
times is given those of its words, at 150 a minute.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from vtk.entries import SpeechEntry
from vtk.media.subtitles.cues import to_speech_entries
from vtk.media.subtitles.files import read_cues
from vtk.span import Span

SHARED = Path(__file__).parents[3] / "shared"
WORD = 0.4  # seconds
_NOISE = re.compile(r"\{\w*\}|\[[\d:]+\]")
_TIGHT = re.compile(r" (?=[.,!?;:]|'(?:s|re|ve|ll|d|m)\b|n't\b)| (?=-)|(?<=-) ")
_TURN = re.compile(r"\*\*([^*:]+):\*\*\s*(.*)")
_ESCAPED = re.compile(r"\\([^\w\s])")


@dataclass(frozen=True)
class Talk:
    """What is said in a recording, and what people asked and answered about it, if they did."""

    name: str
    speech: list[SpeechEntry]
    summaries: list[str] = field(default_factory=list)
    answers: list[tuple[str, list[int]]] = field(default_factory=list)  # with places in `speech`

    @property
    def seconds(self) -> float:
        """Its length."""
        return max(entry["end"] for entry in self.speech)

    @property
    def span(self) -> Span:
        """Its record."""
        return Span(video=self.name, start=0.0, end=self.seconds, kind="video", speech=self.speech)


def meetings() -> list[Talk]:
    """The meetings of QMSum (Zhong et al., NAACL 2021), in the order of their names."""
    return [_meeting(file) for file in sorted((SHARED / "evaluation" / "qmsum").glob("*.json"))]


def talks() -> list[Talk]:
    """Explained topics, two lectures of 75 minutes, six podcasts, a lecture of four hours."""
    folder = SHARED / "evaluation" / "talks"
    files = [*sorted(folder.glob("*.srt")), *sorted(folder.glob("*.md"))]
    files += (SHARED / "speech").glob("lecture_4h_rolling.vtt")
    return [
        Talk(file.stem, _conversation(file) if file.suffix == ".md" else _subtitles(file))
        for file in files
    ]


def _meeting(file: Path) -> Talk:
    told: dict[str, Any] = orjson.loads(file.read_bytes())
    turns = told["meeting_transcripts"]
    answers = [
        (
            each["answer"],
            [n for a, b in each["relevant_text_span"] for n in range(int(a), int(b) + 1)],
        )
        for each in told["specific_query_list"]
    ]
    speech = _timed((turn["speaker"], _spoken(turn["content"])) for turn in turns)
    summaries = [each["answer"] for each in told["general_query_list"]]
    return Talk(file.stem, speech, summaries, answers)


def _spoken(text: str) -> str:
    """A text as people write it: noises left out, no spaces before marks."""
    return " ".join(_TIGHT.sub("", " ".join(_NOISE.sub(" ", text).split())).split())


def _conversation(file: Path) -> list[SpeechEntry]:
    """The turns of a podcast in Markdown: paragraphs, the first of a speaker after the name."""
    turns, speaker = [], ""
    for line in file.read_text().splitlines():
        text = _ESCAPED.sub(r"\1", line.strip())
        if match := _TURN.match(text):
            speaker, text = match.groups()
        if speaker != "Break" and (text := _NOISE.sub("", text).strip()):
            turns.append((speaker, text))
    return [*_timed(turns)]


def _subtitles(file: Path) -> list[SpeechEntry]:
    return to_speech_entries(read_cues(str(file)))


def _timed(turns: Iterable[tuple[str, str]]) -> list[SpeechEntry]:
    """Turns one after another; what is empty has the time of a word, and its place."""
    speech, end = [], 0.0
    for speaker, text in turns:
        start, end = end, end + WORD * max(1, len(text.split()))
        speech.append(
            SpeechEntry(start=round(start, 3), end=round(end, 3), text=text, speaker=speaker)
        )
    return speech
