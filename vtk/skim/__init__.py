"""skim: the stretches of a video that matter most, under a length, and a file of them."""

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from vtk.caption import videos_with_captions
from vtk.entries import ScoreEntry, SentenceEntry, SkimEntry, SkimStretch
from vtk.errors import MediaError, NoStreamError, UsageError
from vtk.ground import ground
from vtk.media.audio.power import PowerReader
from vtk.media.audio.quiet import quietest
from vtk.media.container import seekable
from vtk.media.image.files import make_folder, safe_stem
from vtk.media.video import Video
from vtk.media.video.cut import JOINED, join_cuts
from vtk.output import atomic
from vtk.pipeline import map_videos
from vtk.skim.importance import pointed, weighed
from vtk.skim.knapsack import SLACK, Unit, choose
from vtk.skim.units import on_frames, units
from vtk.span import Span
from vtk.split import split
from vtk.summarize import Task, summarize
from vtk.text import word_count
from vtk.times import rounded

log = logging.getLogger("vtk")

RATIO = 0.15  # of the video; VideoXum's summaries last 13.6 %, those of V2Xum 16.4 % of it
JUMP = 0.5  # seconds of the video in the mean; what a jump takes off the worth of a skim
LONGEST, PARTS = 8.0, 6  # seconds; units are no longer than this, nor than that part of a skim


@dataclass(frozen=True)
class Wish:
    """How long skims are, and where they are written."""

    ratio: float | None = None  # of the video, above 0 and at most 1; RATIO if nothing is given
    seconds: float | None = None  # instead of `ratio`
    file: str | None = None  # one for one video, or a folder; None writes nothing

    def __post_init__(self) -> None:
        """Raise UsageError for invalid values."""
        if self.ratio is not None and self.seconds is not None:
            raise UsageError("--ratio and --seconds both say how long a skim is: give one")
        if self.ratio is not None and not 0 < self.ratio <= 1:
            raise UsageError(f"a ratio is above 0 and at most 1, not {self.ratio:g}")
        if self.file is None or self.folder or Path(self.file).suffix.lower() in JOINED:
            return
        endings = ", ".join(JOINED)
        raise UsageError(f"a skim is H.264 and AAC: name it with one of {endings}")

    @property
    def folder(self) -> Path | None:
        """The folder for skims of several videos."""
        if self.file is None:
            return None
        return Path(self.file) if self.file.endswith("/") or Path(self.file).is_dir() else None

    @property
    def alone(self) -> bool:
        """Whether one process has to see all videos, as they could get into each other's way."""
        return self.file is not None and self.folder is None

    def length(self, seconds: float) -> float:
        """Return how long a skim of a video of `seconds` is to be, in seconds."""
        return min(self.seconds or (self.ratio or RATIO) * seconds, seconds)


def skim(
    spans: Iterable[Span],
    wish: Wish,
    task: Task | None = None,
    *,
    method: str = "extract",
) -> Iterator[Span]:
    """Yield a summary of each video, as `summarize` makes it, with `skim`: what to watch of it.

    A skim is about as long as `wish` says: those stretches between cuts, sentences and quiet places
    that are worth most, which is what the sentences of the summary are about before all. It is
    written where `wish` says. Its `stretches` are in order, each with its place in the skim (`at`),
    in seconds; a sentence of which something is in the skim has its place there (`skim`). The spans
    of a video must be consecutive; one video is held in memory at a time. Raises UsageError for
    several videos in one file and for summaries by chapter, OutputError.
    """
    task = task or Task()
    if task.by != "video":
        raise UsageError("a skim is of a whole video: leave out --by chapter")
    work = partial(_skimmed, wish=wish, task=task, method=method, target=_Target(wish))
    return map_videos("summarize", videos_with_captions(spans, language=task.language), work)


def select(
    spans: Iterable[Span], wish: Wish, task: Task | None = None, *, method: str = "extract"
) -> Iterator[Span]:
    """Yield the stretches that `skim` would show of each video as moments, in order.

    Each has what is known of it, and as `score` what a second of it is worth.
    """
    for summary in skim(spans, wish, task, method=method):
        if summary.failed:
            yield summary
            continue
        for place, each in enumerate(summary["skim"]["stretches"]):
            new = summary.sub_span(each["start"], each["end"], "moment")
            told = [
                {**sentence, "source": "summary"}
                for sentence in summary.get("sentences", [])
                if each["at"] <= sentence.get("skim", -1.0) < each["at"] + new.end - new.start
            ]
            yield Span(new, index=place, score=each["score"], evidence=told)


class _Target:
    """Where skims are written: one file for one video, or a folder."""

    def __init__(self, wish: Wish) -> None:
        """Raise OutputError now, not after the work, if nothing can be written there."""
        self.wish, self.video = wish, ""
        if wish.folder:
            make_folder(wish.folder)
        if wish.file is not None:
            with atomic(self("first"), keep=lambda: False):
                pass
            self.video = ""

    def __call__(self, video: str) -> Path:
        """Return the file for the skim of a video. Raises UsageError."""
        assert self.wish.file is not None
        if self.wish.folder:
            return self.wish.folder / f"{safe_stem(video)}.mp4"
        if self.video not in ("", video):
            raise UsageError(
                f"{self.wish.file} is for one video, and {video} follows {self.video}: name a "
                "folder for several, --skim DIR/"
            )
        self.video = video
        path = Path(self.wish.file)
        if path.exists() and Path(video).exists() and path.samefile(video):
            raise UsageError(f"the skim of {video} would replace it: name another file")
        return path


def _skimmed(
    group: list[Span], *, wish: Wish, task: Task, method: str, target: _Target
) -> Iterator[Span]:
    """Yield the summary of a video with its skim, and the errors that there were."""
    path = target(group[0].video) if wish.file is not None else None
    for summary in summarize(iter(group), task, method=method):
        if summary.failed:
            yield summary
            continue
        if not seekable(summary.video):
            raise MediaError("a pipe gives its frames only once: make a skim of a file")
        with ExitStack() as stack:
            video = stack.enter_context(Video(summary.video))
            extent = video.clamp(summary.start, summary.end)
            seconds = wish.length(extent[1] - extent[0])
            longest = min(LONGEST, max(seconds / PARTS, 1.0))
            quiet = _quiet(summary.video, stack)
            speech = summary.get("speech", [])
            parted = units(extent, _cuts(group, summary), speech, longest, quiet)
            worth = weighed(parted, *_evidence(group, summary, seconds, task))
            jump = JUMP * sum(unit.value for unit in worth) / max(extent[1] - extent[0], 1e-6)
            chosen = on_frames(video, _joined([worth[n] for n in choose(worth, seconds, jump)]))
            if not chosen:
                raise MediaError("the span has no length")
            if path is not None:
                join_cuts(video, [(each.start, each.end) for each in chosen], path)
        yield _told(summary, chosen, seconds, path)


def _cuts(group: list[Span], summary: Span) -> list[float]:
    """Return where shots begin: as the spans say, else as they are found, in seconds."""
    shots = [span for span in group if span.get("kind") == "shot"]
    if not shots:
        whole = Span(video=summary.video, start=summary.start, end=summary.end)
        shots = [span for span in split([whole]) if not span.failed]
    return [span.start for span in shots]


def _quiet(name: str, stack: ExitStack) -> Callable[[float, float], float]:
    """Return what finds the quietest moment between two, if there is sound."""
    try:
        reader = PowerReader(name)
    except NoStreamError:
        return lambda low, high: (low + high) / 2
    stack.callback(reader.close)
    return partial(quietest, reader)


def _evidence(
    group: list[Span], summary: Span, seconds: float, task: Task
) -> tuple[list[SentenceEntry], list[SentenceEntry], list[Span], list[ScoreEntry]]:
    """Return what speaks for parts of a video, as `weighed` takes it."""
    told = summary.get("sentences", [])
    words = sum(word_count(entry["text"]) for entry in summary.get("speech", []))
    content: list[SentenceEntry] = []
    if words:
        share = seconds / max(summary.end - summary.start, seconds)
        wanted = replace(task, sentences=None, words=max(round(words * share), 1))
        content = [
            sentence
            for longer in summarize(iter(group), wanted)
            for sentence in longer.get("sentences", [])
        ]
    whole = Span(video=summary.video, start=summary.start, end=summary.end)
    if summary.get("speech"):
        whole["speech"] = summary["speech"]
    found = ground([whole], method="highlights", scores=True)
    salience = [entry for record in found for entry in record.get("scores", [])]
    rated = [Span(part, video=summary.video) for part in summary.get("parts", ())]
    return told, content, [part for part in rated if "score" in part], salience


def _joined(chosen: list[Unit]) -> list[Unit]:
    """Return the chosen units, with those that follow on each other as one."""
    found: list[Unit] = []
    for unit in chosen:
        if found and unit.start <= found[-1].end + 1e-6:
            found[-1] = Unit(found[-1].start, unit.end, found[-1].value + unit.value)
        else:
            found.append(unit)
    return found


def _told(summary: Span, chosen: list[Unit], seconds: float, path: Path | None) -> Span:
    """Return the summary with its skim; its sentences say where in the skim they are."""
    stretches: list[SkimStretch] = []
    at = 0.0
    for unit in chosen:
        wide = unit.end - unit.start
        stretches.append(
            {
                "start": rounded(unit.start),
                "end": rounded(unit.end),
                "at": rounded(at),
                "score": round(unit.value / wide, 3),
            }
        )
        at += wide
    told: SkimEntry = {"seconds": rounded(at), "stretches": stretches}
    if path is not None:
        told["file"] = str(path)
    if abs(at - seconds) > SLACK * seconds:
        log.warning(
            "%s: the skim is %.1f s long, not %.1f: nothing else fits between sentences and shots",
            *(summary.video, at, seconds),
        )
    new = Span(summary, skim=told)
    if sentences := summary.get("sentences"):
        new["sentences"] = [_placed(sentence, stretches) for sentence in sentences]
    return new.with_provenance("summarize", "skim", seconds=rounded(seconds))


def _placed(sentence: SentenceEntry, stretches: list[SkimStretch]) -> SentenceEntry:
    """Return the sentence with the moment of the skim at which what it is about begins."""
    shared = [
        (min(end, each["end"]) - max(start, each["start"]), start, each)
        for start, end in pointed(sentence)
        for each in stretches
    ]
    most, start, each = max(shared, key=lambda entry: entry[0])
    if most <= 0:
        return sentence
    return {**sentence, "skim": rounded(each["at"] + max(start - each["start"], 0.0))}
