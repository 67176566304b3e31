"""Grounding by scanning: videos of any length for many queries at once, without a single answer.

With an image-text model, `vtk.ground.looks` finds what looks like a query, and with a text embedder
`vtk.ground.meaning` the texts that mean alike; without either, words are compared as
`vtk.ground.density` does. The score of a moment is the share of unrelated texts that would not have
been found with as good a fit in the very same video (`vtk.ground.unrelated`), so a threshold says
how often nothing is taken for something. With `task.scores`, cosines once a second come instead.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from vtk.caption import with_captions
from vtk.errors import MediaError, UsageError
from vtk.ground import density
from vtk.ground.footage import Footage, frames_of
from vtk.ground.looks import LookScan
from vtk.ground.meaning import meant_moments, meant_over_time
from vtk.ground.scores import scored, seconds
from vtk.ground.sources import Sources
from vtk.ground.stretch import Moment, Stretch, fit_length, joined, suppressed
from vtk.ground.task import Task
from vtk.ground.unrelated import TEXTS
from vtk.media.container import seekable
from vtk.media.video import OUTSIDE, Video
from vtk.passages import Passage, passages
from vtk.pipeline import failure
from vtk.span import Span, join

if TYPE_CHECKING:
    from vtk.models.embed.image_text import ImageTextModel
    from vtk.models.embed.text_model import TextModel

log = logging.getLogger("vtk")

THRESHOLD = 0.95  # of 20 unrelated texts, 19 score lower


def search(source: Iterable[Span], task: Task) -> Iterator[Span]:
    """Yield the moments of each query, best first, without overlaps."""
    if task.scores and task.models.clip is not None and task.models.embedder is not None:
        raise UsageError("scan has scores over time of one model: --clip or --embedder, not both")
    if task.models.clip is None and task.models.embedder is None:
        log.warning(
            "scan compares words, as neither --clip nor --embedder names a model: scores mean what "
            "those of density do, and all are taken unless --threshold is given"
        )
        return density.search(source, task)
    if task.models.clip is None:
        source = with_captions(source, timed=True, language=task.language)
    return _scan(source, task)


def _scan(source: Iterable[Span], task: Task) -> Iterator[Span]:
    """Read all spans, then scan one video after the other."""
    sources = Sources()
    stretches: dict[str, list[Stretch]] = defaultdict(list)
    texts: dict[str, list[Passage]] = defaultdict(list)
    for span in source:
        if span.failed:
            yield span
            continue
        if not any(wanted.concerns(span.video) for wanted in task.queries):
            continue
        try:
            if task.models.embedder is not None:
                texts[span.video] += passages(span)
        except Exception as error:
            yield failure("ground", span, error)
            continue
        stretches[span.video].append((span.start, span.end, len(sources)))
        sources.append(span)
    if not stretches:
        return
    with ExitStack() as stack:
        channels: list[_Channel] = []
        if task.models.embedder is not None:
            embedder = stack.enter_context(task.models.embedder())
            channels.append(_Meaning(embedder, task, texts))
        if task.models.clip is not None:
            channels.append(_Looks(stack.enter_context(task.models.clip()), task))
        results = _Results(task, sources)
        for video, own in stretches.items():
            try:
                if task.scores:
                    over = channels[0].scores(video, own)
                    yield from _scored(over, [sources[n] for *_, n in own], task, channels[0])
                else:
                    results.add(video, own, [channel.moments(video, own) for channel in channels])
            except Exception as error:
                yield failure("ground", sources[own[0][2]], error)
            for number in (number for channel in channels for number in channel.outside):
                yield failure("ground", sources[number], MediaError(OUTSIDE))
        for channel in channels:
            channel.tell()
        named = {channel.what: channel.model for channel in channels}
        for result in results.best():
            yield result.with_provenance("ground", "scan", **named)


class _Scores(NamedTuple):
    """Cosines over [start, end) seconds of a video: (queries, times)."""

    extent: tuple[float, float]
    times: NDArray[np.float64]
    cosines: NDArray[np.float32]


def _scored(scores: _Scores, spans: list[Span], task: Task, channel: "_Channel") -> Iterator[Span]:
    """Yield a record of a video with scores for each query about it."""
    for wanted, cosines in zip(task.queries, scores.cosines, strict=True):
        if wanted.concerns(spans[0].video):
            pairs = zip(scores.times, cosines, strict=True)
            new = scored(spans, scores.extent, pairs, wanted)
            yield new.with_provenance("ground", "scan", **{channel.what: channel.model})


class _Channel(Protocol):
    """A way to find moments; `what` names its model in provenance.

    `outside` has the numbers of the spans of the last video that lie outside it.
    """

    what: str
    model: str
    outside: list[int]

    def tell(self) -> None:
        """Warn of what was left out of all videos."""

    def moments(self, video: str, stretches: list[Stretch]) -> list[list[Moment]]:
        """Return the moments of each query in stretches of a video."""
        ...

    def scores(self, video: str, stretches: list[Stretch]) -> _Scores:
        """Return how well each query fits, once a second, in stretches of a video."""
        ...


class _Looks:
    """Moments that look like the queries."""

    what = "clip"

    def __init__(self, model: "ImageTextModel", task: Task) -> None:
        self.model, self._clip, self._task = model.name, model, task
        self.outside: list[int] = []
        self._left = 0
        self._texts = model.texts([wanted.text for wanted in task.queries])
        self._unrelated = model.texts(list(TEXTS))

    def moments(self, video: str, stretches: list[Stretch]) -> list[list[Moment]]:
        """Raises MediaError, OpenError."""
        queries, found = self._task.queries, [list[Moment]() for _ in self._task.queries]
        asked = [n for n, wanted in enumerate(queries) if wanted.concerns(video)]
        with self._opened(video, stretches) as footages:
            looks, texts = self._task.looks, self._texts[asked]
            scan = LookScan(footages, texts, self._unrelated, self._clip, looks)
            for n, own in zip(asked, scan.moments(self._task.n), strict=True):
                found[n] = own
            self._left += scan.left
        return found

    def tell(self) -> None:
        if self._left:
            log.warning(
                "stretches that stand out and were not looked at, for want of --looks: %d",
                self._left,
            )

    def scores(self, video: str, stretches: list[Stretch]) -> _Scores:
        """Raises MediaError, OpenError."""
        with self._opened(video, stretches) as footages:
            times, looks = [], []
            for footage in footages:
                last = len(footage) - 1
                every = seconds(footage.start, footage.end)
                shown = np.clip(np.searchsorted(footage.times, every, "right") - 1, 0, last)
                footage.see(shown.tolist(), self._clip)
                looks += [self._texts @ footage.looks[number] for number in shown.tolist()]
                times.append(every)
            extent = footages[0].start, footages[-1].end
            return _Scores(extent, np.concatenate(times), np.stack(looks, axis=1))

    @contextmanager
    def _opened(self, video: str, stretches: list[Stretch]) -> Iterator[list[Footage]]:
        self.outside = []
        if not seekable(video):
            raise MediaError("a pipe gives its frames only once: scan a file")
        with Video(video) as opened:
            clear = [(*opened.clamp(low, high), number) for low, high, number in stretches]
            inside = [each for each in clear if each[0] < min(each[1], opened.end)]
            self.outside = [each[2] for each in clear if each not in inside]
            if not inside:
                del self.outside[0]  # the error tells of the first span
                raise MediaError(OUTSIDE)
            frames = frames_of(opened)
            yield [Footage(opened, frames, low, high) for low, high in joined(inside)]


class _Meaning:
    """Moments whose texts mean what the queries ask for."""

    what = "embedder"

    def __init__(self, model: "TextModel", task: Task, texts: dict[str, list[Passage]]) -> None:
        self.model, self._embedder, self._known = model.name, model, texts
        self._longest = task.lengths[1]
        self.outside: list[int] = []
        self._texts = np.stack(list(model.queries(wanted.text for wanted in task.queries)))
        self._unrelated = np.stack(list(model.queries(TEXTS)))

    def moments(self, video: str, stretches: list[Stretch]) -> list[list[Moment]]:
        known = list(dict.fromkeys(self._known.pop(video, [])))
        if not known:
            return [[] for _ in self._texts]
        found = self._read(known)
        return meant_moments(known, found, self._texts, self._unrelated, self._longest)

    def tell(self) -> None:
        """Nothing is left out."""

    def scores(self, video: str, stretches: list[Stretch]) -> _Scores:
        """A second without a text has no score."""
        known = list(dict.fromkeys(self._known.pop(video, [])))
        start = min(low for low, *_ in stretches)
        end = max(high for _, high, _ in stretches)
        if known:
            cosines = self._texts @ self._read(known).T
        else:
            cosines = np.empty((len(self._texts), 0), np.float32)
        return _Scores((start, end), *meant_over_time(known, cosines, seconds(start, end)))

    def _read(self, known: Sequence[Passage]) -> NDArray[np.float32]:
        return np.stack(list(self._embedder.documents(passage.text for passage in known)))


class _Results:
    """The best moments of each query so far, and the spans they lie in."""

    def __init__(self, task: Task, sources: Sources) -> None:
        self._task, self._sources = task, sources
        self._best: list[list[tuple[str, Moment]]] = [[] for _ in task.queries]
        self._places: dict[str, list[Stretch]] = {}

    def add(self, video: str, stretches: list[Stretch], found: list[list[list[Moment]]]) -> None:
        """Take the moments that each channel found for each query in a video."""
        task = self._task
        threshold = THRESHOLD if task.threshold is None else task.threshold
        self._places[video] = stretches
        edges = [edge for low, high, _ in stretches for edge in (low, high)]
        for number, wanted in enumerate(task.queries):
            if not wanted.concerns(video):
                continue
            good = [m for each in found for m in each[number] if m.score >= threshold]
            for moment in good:
                fit_length(moment, joined(stretches), edges, task.lengths)
            best = self._best[number]
            best += [(video, moment) for moment in suppressed(good)]
            best.sort(key=lambda pair: (-pair[1].score, -pair[1].fit))
            if task.n:
                del best[task.n :]

    def best(self) -> Iterator[Span]:
        """Yield the moments of each query in turn, best first."""
        for wanted, best in zip(self._task.queries, self._best, strict=True):
            for rank, (video, moment) in enumerate(best, 1):
                numbers = [
                    number
                    for low, high, number in self._places[video]
                    if low < moment.end and high > moment.start
                ]
                parts = [
                    self._sources[number].sub_span(moment.start, moment.end, "moment")
                    for number in numbers
                ]
                told = {"rank": rank, **wanted.fields, "evidence": moment.evidence}
                yield join(parts, "moment", score=moment.score, **told)
