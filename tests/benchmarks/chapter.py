"""How well chapters are found in lectures, texts, meetings and talks, beside peers.

`python -m tests.benchmarks.chapter [--small] [--llm N]` prints for each set the mean over documents
of Pk (Beeferman, Berger & Lafferty 1999) and WindowDiff (Pevzner & Hearst 2002) by NLTK, the less
the better, and the F1 of boundaries within some seconds. Texts without times are spoken at 150
words a minute.

- lectures: rendered by `tests.world`, with subtitles and slides; each topic is a chapter.
- choi: 100 texts of ten passages each (Choi 2000), by sentences.
- meetings: 12 of QMSum (Zhong et al. 2021), by turns; where a topic of theirs begins.
- talks: stretches of three to eight minutes of conversations and lectures, put together as Choi
  did with passages, by sentences.

All but the lectures lie in `../shared/evaluation`, outside of this project. What was tuned was
tuned on the documents with even places in the order of their names; those with odd ones are held
out. `uniform` cuts every so many seconds as chapters have on the mean in the tuned half.
TextTiling is NLTK's, with its own settings and the stop words of bm25s.
"""

import argparse
import random
import re
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext, redirect_stdout
from dataclasses import dataclass
from functools import cache, partial
from io import StringIO
from itertools import accumulate, pairwise
from pathlib import Path

import numpy as np
import orjson
import pytest
from nltk.metrics.segmentation import pk, windowdiff
from nltk.tokenize.texttiling import TextTilingTokenizer

from tests import real_weights
from tests.benchmarks.chapter_llm import smollm2
from tests.world import lecture as lectures
from vtk.chapter import Task, chapter
from vtk.models.embed.text_model import open_text
from vtk.models.openers import Openers
from vtk.span import Span
from vtk.speech import speech_sentences
from vtk.text import sentences
from vtk.transcribe import transcribe

DATA = Path(__file__).parents[3] / "shared" / "evaluation"
WORD = 0.4  # seconds
Finder = Callable[["Document"], list[int]]


@dataclass(frozen=True)
class Document:
    """Texts in order with their starts in seconds, and the numbers of those that begin a topic."""

    name: str
    texts: list[str]
    starts: list[float]  # of each text, and the end of the last
    truth: list[int]  # without 0

    def spans(self) -> list[Span]:
        """The document as one shot of a video, in which the texts are said."""
        cues = [
            {"start": a, "end": b, "text": text}
            for text, a, b in zip(self.texts, self.starts, self.starts[1:], strict=False)
        ]
        return [Span(video=self.name, start=0.0, end=self.starts[-1], kind="shot", speech=cues)]

    def nearest(self, seconds: float) -> int:
        """The number of the text that begins nearest to a time."""
        return int(np.abs(np.array(self.starts[:-1]) - seconds).argmin())


def spoken(name: str, groups: Iterable[Sequence[str]]) -> Document:
    """A document of groups of texts, each of which is a topic."""
    texts: list[str] = []
    truth: list[int] = []
    for group in groups:
        truth.append(len(texts))
        texts += [" ".join(text.split()) for text in group]
    lengths = (WORD * max(len(text.split()), 1) for text in texts)
    starts = [round(t, 3) for t in accumulate(lengths, initial=0.0)]
    return Document(name, texts, starts, [n for n in truth if 0 < n < len(texts)])


def choi() -> Iterator[Document]:
    """The texts of Choi."""
    for path in sorted((DATA / "segmentation" / "choi").glob("*.ref")):
        passages = re.split(r"^=+$", path.read_text(), flags=re.M)
        yield spoken(path.stem, [p.strip().splitlines() for p in passages if p.strip()])


def meetings() -> Iterator[Document]:
    """The meetings of QMSum, of which each topic begins where its first turn does."""
    for path in sorted((DATA / "qmsum").glob("*.json")):
        told = orjson.loads(path.read_bytes())
        turns = [turn["content"] for turn in told["meeting_transcripts"]]
        spans = (span for topic in told["topic_list"] for span in topic["relevant_text_span"])
        edges = sorted({0, len(turns), *(int(first) for first, _ in spans)})
        yield spoken(path.stem, [turns[a:b] for a, b in pairwise(edges)])


def talks(count: int = 12, seed: int = 5) -> Iterator[Document]:
    """Documents of five to nine stretches, no two neighbours of one talk."""
    sources = [list(_said(path)) for path in sorted((DATA / "talks").iterdir())]
    rng = random.Random(seed)
    for number in range(count):
        before, stretches = -1, []
        for _ in range(rng.randint(5, 9)):
            before = rng.choice([n for n in range(len(sources)) if n != before])
            said = sources[before]
            first, words, stretch = rng.randrange(len(said) // 2), rng.randint(450, 1200), []
            for sentence in said[first:]:
                stretch.append(sentence)
                if sum(len(each.split()) for each in stretch) > words:
                    break
            stretches.append(stretch)
        yield spoken(f"talks {number:02}", stretches)


def _said(path: Path) -> Iterator[str]:
    """The sentences of a talk: subtitles, or a page with the names of speakers before turns."""
    if path.suffix == ".srt":
        (read,) = transcribe([Span(video=str(path))])
        yield from (sentence.text for sentence in speech_sentences(read["speech"]))
        return
    for line in path.read_text().splitlines():
        turn = re.sub(r"\\?\[[\d:]+\\?\]|\*\*[^*]*:\*\*|\\|\*", "", line).strip()
        yield from sentences(turn) if turn else ()


def by_vtk(document: Document, method: str, models: Openers) -> list[int]:
    """The boundaries of a method of vtk, without those of 0."""
    found = list(chapter(document.spans(), Task(models=models), method=method))
    for span in found:
        if span.failed:
            raise RuntimeError(span["error"]["message"])
    return sorted({document.nearest(span.start) for span in found} - {0})


def by_uniform(document: Document, seconds: float) -> list[int]:
    """Cuts in even distances, as near as can be to so many seconds."""
    count = max(round(document.starts[-1] / seconds), 1)
    places = (document.nearest(document.starts[-1] * n / count) for n in range(1, count))
    return sorted({*places} - {0})


def by_texttiling(document: Document) -> list[int]:
    """The boundaries of NLTK's TextTiling, with each text as a paragraph."""
    tokenizer = TextTilingTokenizer(stopwords=_stop_words())
    with redirect_stdout(StringIO()):
        try:
            tiles = tokenizer.tokenize("\n\n".join(document.texts))
        except ValueError:  # too short to be compared
            return []
    ends = list(accumulate(len(text) + 2 for text in document.texts))
    edges = list(accumulate(map(len, tiles)))[:-1]
    return sorted({int(np.abs(np.array(ends) - edge).argmin()) + 1 for edge in edges} - {0})


@cache
def _stop_words() -> list[str]:
    from bm25s.stopwords import STOPWORDS_EN_PLUS

    return list(STOPWORDS_EN_PLUS)


def minilm() -> Openers | None:
    """How to open the text embedder; None, and a line, if its weights are not here."""
    try:
        path = str(real_weights.minilm())
    except pytest.skip.Exception as missing:
        print(f"without MiniLM: {missing}")
        return None
    return Openers(embedder=partial(open_text, path))


def lecture_f1(seed: int, folder: Path) -> float:
    """F1 at 3 s of the chapters of a rendered lecture, by default settings."""
    clip = lectures.lecture(folder, seed)
    found = [span.start for span in chapter([Span(video=str(clip.path))])]
    truth = [each.start for each in clip.truth.chapters]
    return f1(found[1:], truth[1:], 3.0)


def _lectures(seeds: Iterable[int]) -> None:
    """Print how well the topics of rendered lectures are found."""
    with tempfile.TemporaryDirectory() as folder:
        found = [lecture_f1(seed, Path(folder)) for seed in seeds]
    print(f"lectures: F1 at 3 s {np.mean(found):.3f}, of {len(found)}", flush=True)


def f1(found: Sequence[float], truth: Sequence[float], reach: float) -> float:
    """The F1 of boundaries at most `reach` seconds from one of the truth, each matched once."""
    left, hits = list(truth), 0
    for place in found:
        near = [each for each in left if abs(each - place) <= reach]
        if near:
            left.remove(min(near, key=lambda each: abs(each - place)))
            hits += 1
    return 2 * hits / max(len(found) + len(truth), 1) if truth else float(not found)


@dataclass(frozen=True)
class Score:
    """What the boundaries of a document are worth: Pk, WindowDiff, F1."""

    pk: float
    window_diff: float
    f1: float


def scored(document: Document, found: Sequence[int], reach: float) -> Score:
    """Compare boundaries with the truth; the window is half of a mean topic, as is usual."""
    count = len(document.texts)
    told, truth = (_marked(count, places) for places in (found, document.truth))
    k = max(round(count / (len(document.truth) + 1) / 2), 2)
    times, right = ([document.starts[n] for n in places] for places in (found, document.truth))
    return Score(pk(truth, told, k), windowdiff(truth, told, k), f1(times, right, reach))


def _marked(count: int, places: Sequence[int]) -> str:
    return "".join("1" if n + 1 in places else "0" for n in range(count))


def compare(
    name: str, documents: Sequence[Document], reach: float, finders: dict[str, Finder]
) -> None:
    """Print the scores of each finder on both halves of a set."""
    topics = sum(len(document.truth) + 1 for document in documents)
    print(f"\n{name}: {len(documents)} documents, {topics} topics, F1 at {reach:g} s")
    print(f"{'':16}   tuned on: Pk  WD    F1   held out: Pk  WD    F1   s an hour")
    for finder, find in finders.items():
        begun, scores = time.process_time(), []
        for document in documents:
            scores.append(scored(document, find(document), reach))
        hours = sum(document.starts[-1] for document in documents) / 3600
        cells = (_means(scores[0::2]), _means(scores[1::2]))
        seconds = (time.process_time() - begun) / hours
        print(f"{finder:16}   {cells[0]:>22}   {cells[1]:>22}   {seconds:6.1f}", flush=True)


def _means(scores: Sequence[Score]) -> str:
    rows = [(score.pk, score.window_diff, score.f1) for score in scores]
    return "  ".join(f"{value:.3f}" for value in np.mean(rows, axis=0)) if rows else "-"


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="a few documents of each set")
    parser.add_argument("--llm", type=int, default=0, help="documents of a set that SmolLM2 reads")
    parser.add_argument("--every", type=int, default=1, help="every so many documents")
    parser.add_argument("--only", help="one set: lectures, choi, meetings or talks")
    parser.add_argument("--skip", default="", help="finders that are left out, by commas")
    options = parser.parse_args()
    if options.only in (None, "lectures"):
        _lectures(range(1 if options.small else 4))
    if not DATA.is_dir():
        print("the rest is not measured, as ../shared/evaluation is not here")
        return
    sets = {"choi": (choi, 5.0), "meetings": (meetings, 30.0), "talks": (talks, 30.0)}
    embedder = minilm()
    for name, (read, reach) in sets.items():
        if options.only not in (None, name):
            continue
        documents = list(read())[:: options.every][: 4 if options.small else None]
        tuned = documents[0::2]
        mean = sum(d.starts[-1] for d in tuned) / sum(len(d.truth) + 1 for d in tuned)
        finders: dict[str, Finder] = {"text": partial(by_vtk, method="text", models=Openers())}
        if embedder:
            finders["text + MiniLM"] = partial(by_vtk, method="text", models=embedder)
        finders["uniform"] = partial(by_uniform, seconds=mean)
        finders["TextTiling"] = by_texttiling
        left = {n: f for n, f in finders.items() if n not in options.skip.split(",")}
        compare(name, documents, reach, left)
        with smollm2(threads=2) if options.llm else nullcontext() as language:
            if language:
                finder = partial(by_vtk, method="llm", models=language)
                compare(name, documents[: options.llm], reach, {"llm, SmolLM2": finder})


if __name__ == "__main__":
    main()
