"""real_text: moments in the words of real videos, beside windows of fixed length.

Meetings of QMSum in turns, and what a captioner said of each second of NExT-QA's videos, with
NExT-GQA's moments as truth. Both lie in `../shared/evaluation`, outside of this project; without
that folder nothing is measured.

A turn of a meeting has no time: it is given the time of its words, at 150 a minute, so that an
overlap in seconds is one in words. The first moment of a query counts:

- mIoU, R@0.3, R@0.5: its intersection over union with the truth it fits best, the mean and the
  share of queries from a value on; mIoP, IoP@0.5: the share of it inside that truth. These are the
  measures of NExT-GQA. A query without a moment has 0.
- F1: of the seconds of all truths together, as answers to meetings may lie in several stretches.

`topic` was tuned on the videos with even places in the order of their names ("tuned"); "held out"
are the others. Windows of one length overlap by half, and the best one by BM25 is taken.
"""

import csv
import gzip
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import orjson

from tests import real_weights
from vtk.ground import METHODS, Wanted, ground
from vtk.models.embed.text_model import TextModel, Vector, open_text
from vtk.models.openers import Openers
from vtk.span import Span
from vtk.text import Analyzer

DATA = Path(__file__).parents[3] / "shared" / "evaluation"
WORD = 0.4  # seconds
MEANING = [each for each in ("scan",) if each in METHODS]  # methods that compare by meaning
K1, B = 1.2, 0.75  # of BM25

Stretch = tuple[float, float]
Method = Callable[["Text"], list[Stretch | None]]


@dataclass(frozen=True)
class Text:
    """A video in timed texts, its duration in seconds, and its queries with where they lie."""

    name: str
    told: list[tuple[float, float, str]]
    seconds: float
    queries: list[tuple[str, list[Stretch]]]


def run(folder: Path, *, small: bool) -> None:
    """Print a table for each kind of text."""
    if not (DATA / "qmsum").is_dir():
        print("not measured: ../shared/evaluation with qmsum and nextqa is not here")
        return
    for name, texts, lengths in (
        ("qmsum: 12 meetings, 63 queries", meetings(), (30, 60, 120, 240, 480, 960)),
        ("nextqa: captions of 150 videos, 885 questions", captions(), (5, 10, 20, 30)),
    ):
        found = list(texts)[: 2 if small else None]
        methods: dict[str, Method] = {"the whole video": _whole}
        methods |= {f"BM25, windows of {n} s": _windows(n) for n in lengths}
        methods |= {f"vtk {each}": _vtk(each) for each in ("density", "topic")}
        with open_text(str(real_weights.minilm()), threads=1) as model:
            known = _Known(model)
            methods |= {f"vtk {each}, MiniLM": _vtk(each, known) for each in MEANING}
            _table(name, found, methods)


class _Known(TextModel):
    """An embedder that embeds each text once for all methods; who made the other closes it."""

    def __init__(self, model: TextModel) -> None:
        self.model, self.name, self.dim = model, model.name, model.dim
        self.vectors: dict[str, Vector] = {}

    @property
    def sha256(self) -> str | None:
        """The SHA-256 of the weights."""
        return self.model.sha256

    def documents(self, texts: Iterable[str]) -> Iterator[Vector]:
        """Yield the vectors of texts, of those known from memory."""
        wanted = list(texts)
        new = [text for text in dict.fromkeys(wanted) if text not in self.vectors]
        self.vectors |= zip(new, self.model.documents(new), strict=True)
        return (self.vectors[text] for text in wanted)

    def queries(self, texts: Iterable[str]) -> Iterator[Vector]:
        """Yield the vectors of queries."""
        return self.model.queries(texts)

    def close(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...


def meetings() -> Iterator[Text]:
    """The meetings of QMSum, their turns one after another at 150 words a minute."""
    for file in sorted((DATA / "qmsum").glob("*.json")):
        meeting = orjson.loads(file.read_bytes())
        told, end = [], 0.0
        for turn in meeting["meeting_transcripts"]:
            start, end = end, end + WORD * max(1, len(turn["content"].split()))
            told.append((start, end, turn["content"]))
        queries = [
            (
                each["query"],
                [
                    (told[int(a)][0], told[min(int(b), len(told) - 1)][1])
                    for a, b in each["relevant_text_span"]
                ],
            )
            for each in meeting["specific_query_list"]
        ]
        yield Text(file.stem, told, end, queries)


def captions() -> Iterator[Text]:
    """The captions of each second of a video, with the questions whose moments are known."""
    home = DATA / "nextqa"
    told = orjson.loads(gzip.decompress((home / "captions_1fps_150.json.gz").read_bytes()))
    truth = orjson.loads((home / "nextgqa_gsub_val.json").read_bytes())
    with (home / "val.csv").open(newline="") as file:
        asked = {(row["video"], row["qid"]): row["question"] for row in csv.DictReader(file)}
    for video in sorted(told):
        texts = [(float(s), float(s) + 1, text) for s, text in told[video].items()]
        places = truth[video]["location"]
        queries = [(asked[video, qid], [(a, b) for a, b in found]) for qid, found in places.items()]
        yield Text(video, sorted(texts), float(truth[video]["duration"]), queries)


def _whole(text: Text) -> list[Stretch | None]:
    return [(0.0, text.seconds)] * len(text.queries)


def _vtk(method: str, embedder: TextModel | None = None) -> Method:
    def found(text: Text) -> list[Stretch | None]:
        spans = [Span(video=text.name, start=a, end=b, caption=said) for a, b, said in text.told]
        queries = [Wanted(query, id=str(n)) for n, (query, _) in enumerate(text.queries)]
        models = Openers(embedder=(lambda: embedder) if embedder else None)
        moments = ground(spans, queries, method=method, n=1, max_length=math.inf, models=models)
        best = {moment.get("query_id"): (moment.start, moment.end) for moment in moments}
        assert None not in best, "an error record"
        return [best.get(query.id) for query in queries]

    return found


def _windows(length: float) -> Method:
    """The best of windows of one length by BM25, over what is told in them."""
    analyzer = Analyzer("en")

    def found(text: Text) -> list[Stretch | None]:
        count = max(1, math.ceil(2 * text.seconds / length) - 1)
        windows = [
            (n * length / 2, min(text.seconds, n * length / 2 + length)) for n in range(count)
        ]
        terms = [((a + b) / 2, analyzer.terms(said)) for a, b, said in text.told]
        documents = [
            Counter(term for middle, found in terms if a <= middle < b for term in found)
            for a, b in windows
        ]
        sizes = np.array([sum(each.values()) for each in documents])
        norm = K1 * (1 - B + B * sizes / max(sizes.mean(), 1))
        results: list[Stretch | None] = []
        for query, _ in text.queries:
            scores = np.zeros(count)
            for term in analyzer.query(query)[0]:
                counts = np.array([each[term] for each in documents])
                there = int((counts > 0).sum())
                weight = math.log1p((count - there + 0.5) / (there + 0.5))
                scores += weight * counts * (K1 + 1) / (counts + norm)
            results.append(windows[int(scores.argmax())] if scores.any() else None)
        return results

    return found


def _table(name: str, texts: Sequence[Text], methods: dict[str, Method]) -> None:
    measures = ("mIoU", "R@0.3", "R@0.5", "mIoP", "IoP@0.5", "F1")
    print(f"\n{name}\n{'':36}" + "".join(f"{each:>9}" for each in measures))
    for half, place in (("tuned", 0), ("held out", 1)):
        for method, find in methods.items():
            rows = [
                _measured(found, truth)
                for text in texts[place::2]
                for found, (_, truth) in zip(find(text), text.queries, strict=True)
            ]
            iou, iop, f1 = np.array(rows).T
            told = [iou.mean(), (iou >= 0.3).mean(), (iou >= 0.5).mean()]
            told += [iop.mean(), (iop >= 0.5).mean(), f1.mean()]
            figures = "".join(f"{each:9.3f}" for each in told)
            print(f"{half + ', ' + method:36}{figures}", flush=True)


def _measured(found: Stretch | None, truth: Sequence[Stretch]) -> tuple[float, float, float]:
    """The intersection over union and over the prediction of the best truth, and F1 of seconds."""
    if found is None:
        return 0.0, 0.0, 0.0
    start, end = found
    shared = [max(0.0, min(end, b) - max(start, a)) for a, b in truth]
    hulls = [max(end, b) - min(start, a) for a, b in truth]
    length = max(end - start, 1e-9)
    all_of_it = sum(b - a for a, b in truth)
    return (
        max(each / hull for each, hull in zip(shared, hulls, strict=True)),
        max(shared) / length,
        2 * sum(shared) / (length + all_of_it),
    )
