"""What the notes of a video tell: its summary, and its chapters with pictures and words."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from vtk.chapter import Task as ChapterTask
from vtk.chapter import chapter
from vtk.entries import PartEntry, SentenceEntry, SpeechEntry
from vtk.export.files import label
from vtk.span import Span
from vtk.speech import speech_sentences
from vtk.summarize import Task as SummaryTask
from vtk.summarize import summarize
from vtk.text import word_count

LONG = 80  # words of a transcript from which on a paragraph ends
TOLD = 2  # sentences of the summary of a chapter that has none


@dataclass(frozen=True)
class Picture:
    """A picture of a moment, in seconds: its address beside the notes, and the words in it."""

    time: float
    address: str
    words: str = ""


@dataclass(frozen=True)
class Paragraph:
    """What one speaker says in a row, from `time` seconds on."""

    time: float
    text: str
    speaker: str = ""


@dataclass(frozen=True)
class Told:
    """Sentences of a summary, under a heading of it if it has some."""

    sentences: Sequence[SentenceEntry]
    heading: str = ""
    listed: bool = False  # whether each is a line of its own


@dataclass(frozen=True)
class Section:
    """A chapter."""

    start: float
    end: float
    title: str
    told: Sequence[Told] = ()
    pictures: Sequence[Picture] = ()
    transcript: Sequence[Paragraph] = ()


@dataclass(frozen=True)
class Page:
    """The notes of one video."""

    video: str
    title: str
    seconds: float
    told: Sequence[Told] = ()
    sections: Sequence[Section] = ()


def complete(spans: list[Span], language: str | None) -> Iterator[Span]:
    """Yield the chapters of a video, each with a summary, and then the summary of the whole.

    What there is stays: chapters are the spans with a title, or the parts of a summary that have
    one, or else are made.
    """
    summaries = [span for span in spans if span.get("kind") == "summary"]
    chapters = [span for span in spans if span.get("title") and span not in summaries]
    if not chapters and summaries:
        chapters = list(_parts(summaries[0]))
    if not chapters:
        rest = [span for span in spans if span not in summaries] or spans
        chapters = list(chapter(rest, ChapterTask(language=language)))
    yield from (span for span in chapters if span.failed)
    chapters = [span for span in chapters if not span.failed]
    short = SummaryTask(by="chapter", sentences=TOLD, language=language)
    for each in chapters:
        yield from [each] if "summary" in each else summarize([each], short)
    if summaries:
        yield summaries[0]
    elif chapters:
        yield from summarize(chapters, SummaryTask(language=language))


def _parts(summary: Span) -> Iterator[Span]:
    parts: list[PartEntry] = summary.get("parts", [])
    for part in parts:
        if part.get("title"):
            new = summary.sub_span(part["start"], part["end"], "chapter")
            yield Span({**new, **part, "video": summary.video})


def page(spans: Iterable[Span], pictures: dict[int, list[Picture]], transcript: bool) -> Page:
    """Return the notes of a video from its completed spans; `pictures` are by place of a span."""
    sections: list[Section] = []
    told: list[Told] = []
    video, seconds = "", 0.0
    for place, span in enumerate(spans):
        video, seconds = span.video, max(seconds, span.end)
        if span.get("kind") == "summary":
            told = _told(span)
            continue
        said = paragraphs(span.get("speech", [])) if transcript else ()
        shown = pictures.get(place, ())
        sections.append(Section(span.start, span.end, label(span), _told(span), shown, list(said)))
    return Page(video, _name(video), seconds, told, sections)


def _told(span: Span) -> list[Told]:
    """The sentences of a span's summary by heading, or the whole of it as one."""
    summary = span.get("summary", "")
    found: Sequence[SentenceEntry] = span.get("sentences", ())
    if not found and summary:
        found = [{"start": span.start, "end": span.end, "text": summary}]
    listed = any(line.startswith("- ") for line in summary.splitlines())
    headings = dict.fromkeys(entry.get("section", "") for entry in found)
    return [
        Told([entry for entry in found if entry.get("section", "") == heading], heading, listed)
        for heading in headings
    ]


def paragraphs(speech: Sequence[SpeechEntry]) -> Iterator[Paragraph]:
    """Yield what is said in paragraphs of some LONG words, each of one speaker."""
    ordered = sorted(speech, key=lambda entry: (entry["start"], entry["end"]))
    for speaker, run in groupby(ordered, lambda entry: entry.get("speaker", "")):
        texts: list[str] = []
        begun = 0.0
        for sentence in speech_sentences(run):
            begun = begun if texts else sentence.start
            texts.append(sentence.text)
            if sum(map(word_count, texts)) >= LONG:
                yield Paragraph(begun, " ".join(texts), speaker)
                texts = []
        if texts:
            yield Paragraph(begun, " ".join(texts), speaker)


def _name(video: str) -> str:
    return video.rstrip("/").rpartition("/")[2] or video
