"""Moments of a video found by a method: made into spans, and the best of them kept."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from vtk.entries import EvidenceEntry
from vtk.errors import MissingError, OutputError, UsageError
from vtk.ground.task import Task, Wanted
from vtk.passages import Passage, passages
from vtk.pipeline import failure, group_by_video
from vtk.span import Span, join


class Found(NamedTuple):
    """A stretch of a video in seconds, its score 0 to 1, and the texts that it rests on."""

    start: float
    end: float
    score: float
    evidence: Sequence[EvidenceEntry] = ()
    fields: dict[str, Any] = {}  # noqa: RUF012  (never changed)


def evidence(passages: Sequence[Passage]) -> list[EvidenceEntry]:
    """Return passages as evidence."""
    return [{"text": p.text, "start": p.start, "end": p.end, "source": p.source} for p in passages]


def moment(spans: Sequence[Span], found: Found) -> Span:
    """Return a stretch of a video as a span, with the other fields of the spans it overlaps."""
    near = [s for s in spans if s.start < found.end and s.end > found.start] or spans[:1]
    parts = [span.sub_span(found.start, found.end, "moment") for span in near]
    new = join(parts, "moment", score=round(found.score, 6), **found.fields)
    if found.evidence:
        new["evidence"] = list(found.evidence)
    return new


class Best:
    """Keeps the best `n` moments (0: all) from a score of `threshold` on, none over another.

    Of moments of a video that overlap, the better one stays; of equal ones, the earlier found.
    """

    def __init__(self, n: int, threshold: float = 0.0) -> None:
        self.n, self.threshold = n, threshold
        self._kept: list[tuple[float, int, Span]] = []  # best first
        self._count = 0

    def add(self, spans: Sequence[Span], found: Sequence[Found]) -> None:
        """Add moments of a video, whose spans these are."""
        for each in sorted(found, key=lambda f: (-f.score, f.end - f.start, f.start)):
            full = self.n and len(self._kept) >= self.n
            if each.score < self.threshold or (full and each.score <= -self._kept[-1][0]):
                continue
            over = [kept for kept in self._kept if _overlap(kept[2], spans[0].video, each)]
            if any(-kept[0] >= each.score for kept in over):
                continue
            for kept in over:
                self._kept.remove(kept)
            self._count += 1
            self._kept.append((-each.score, self._count, moment(spans, each)))
            self._kept.sort(key=lambda kept: kept[:2])
            if self.n:
                del self._kept[self.n :]

    def ranked(self, wanted: Wanted, **made: Any) -> Iterator[Span]:
        """Yield the moments, best first, with `rank`, the query and what made them."""
        for rank, (_, _, span) in enumerate(self._kept, 1):
            order = {"rank": rank, **wanted.fields}
            yield Span({**span, **order}).with_provenance("ground", **made)


def _overlap(kept: Span, video: str, found: Found) -> bool:
    return kept.video == video and kept.start < found.end and found.start < kept.end


Work = Callable[[list[Span], Sequence[Wanted]], Sequence[Sequence[Found]]]


def by_video(source: Iterable[Span], task: Task, work: Work, **made: Any) -> Iterator[Span]:
    """Yield the error records of a stream, then the best moments of each query in turn.

    `work` finds the moments of each query about a video, given spans of it that follow each other,
    and is asked for the queries that concern it. An error in it becomes an error record of the
    video. One video is held at a time, and the moments.
    """
    best = [Best(task.n, task.threshold or 0.0) for _ in task.queries]
    for spans in group_by_video(source):
        yield from (span for span in spans if span.failed)
        good = [span for span in spans if not span.failed]
        asked = [n for n, each in enumerate(task.queries) if each.concerns(spans[0].video)]
        if not good or not asked:
            continue
        try:
            results = work(good, [task.queries[n] for n in asked])
            for n, found in zip(asked, results, strict=True):
                best[n].add(good, found)
        except (MissingError, UsageError, OutputError):
            raise
        except Exception as error:
            yield failure("ground", Span(video=good[0].video), error)
    for wanted, kept in zip(task.queries, best, strict=True):
        yield from kept.ranked(wanted, **made)


def all_passages(spans: Sequence[Span]) -> list[Passage]:
    """Return the texts of the spans of a video in time order, each once."""
    found = {passage for span in spans for passage in passages(span)}
    return sorted(found, key=lambda p: (p.start, p.end, p.source, p.text))
