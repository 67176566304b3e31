"""Where else is this: the stretches of videos that are copies of a clip."""

import logging
from collections.abc import Iterable, Iterator
from itertools import pairwise

import numpy as np

from vtk import times
from vtk.embed import with_signatures
from vtk.embedding import SIGNATURE, unpack
from vtk.entries import CopyEntry, EmbeddingEntry
from vtk.errors import InputError, MediaError, MissingError, OpenError, UsageError
from vtk.media.image.signature import DIM, MODEL
from vtk.media.video import OUTSIDE, Video
from vtk.media.video.signing import RATE, Signed, join, sign
from vtk.retrieve.alignment import DOUBT, Match, align
from vtk.span import Span

COMMAND = "retrieve"
CLIP_RATE = 8.0  # signatures a second of the clip, so that one lies near each of a film
PIECE = 20.0  # seconds of a clip that are sought together; what drifts apart is found in pieces
JOIN = 1.5  # seconds by which copies of successive pieces may be out of step and be one
GAP = 5.0  # seconds without likeness that may lie between them
PATTERNLESS = 2.0  # seconds at an end of the clip that are taken for a fade
ENOUGH = 0.52  # score from which a match is a copy

log = logging.getLogger("vtk")


def signed_of(span: Span) -> Signed | None:
    """The signatures in the record of a span, if it has any. Raises InputError if broken."""
    entries: list[EmbeddingEntry] = span.get("embedding", [])
    for entry in entries:
        if entry["of"] == SIGNATURE and entry["model"] == MODEL:
            vectors = unpack(entry)
            if vectors.shape[1] != DIM or "t" not in entry or "rate" not in entry:
                raise InputError(f"a signature by {MODEL} lacks its times, or its length is wrong")
            return Signed(entry["t"] + np.arange(len(vectors)) / entry["rate"], vectors)
    return None


class Seeker:
    """Finds copies in the videos whose spans it was given; keeps 1.3 MB for an hour of them."""

    def __init__(self) -> None:
        self._parts: dict[str, list[Signed]] = {}
        self._films: dict[str, Signed] = {}  # those whose parts have been joined

    def add(self, span: Span) -> bool:
        """Take the signatures of a span; return whether it has any. Raises InputError."""
        found = signed_of(span)
        if found is None:
            return False
        half = found._replace(vectors=found.vectors.astype(np.float16))
        self._parts.setdefault(span.video, []).append(half)
        self._films.pop(span.video, None)
        return True

    def films(self) -> dict[str, Signed]:
        """The signatures of frames with a pattern, in order, by video."""
        for name, parts in self._parts.items():
            if name not in self._films:
                whole = join(parts)
                self._parts[name] = [whole]
                self._films[name] = whole.patterned()
        return self._films

    def extents(self) -> dict[str, tuple[float, float]]:
        """The seconds of each video from its first signature to the end of its last."""
        self.films()
        parts = {name: part.times for name, (part,) in self._parts.items()}
        return {name: (float(t[0]), float(t[-1]) + 1 / RATE) for name, t in parts.items()}

    def copies(self, like: Span, *, n: int = 10, threshold: float | None = None) -> Iterator[Span]:
        """Yield the stretches that are copies of `like`, the best first, as `copies` does."""
        if n < 0:
            raise UsageError(f"the number of results must be 0 (all) or more, not {n}")
        least = ENOUGH if threshold is None else threshold
        clip, extent = _clip(like)
        if not _is_comparable(like, clip, extent[1] - extent[0], least):
            return
        clip, films = clip.patterned(), self.films()
        names = list(films)
        rank = 0
        for match in _sought(clip, list(films.values())):
            name = names[match.film]
            if match.score < least or _is_itself(match, name, like.video):
                continue
            rank += 1
            match = _within(with_ends(match, extent), name, self.extents()[name][1])
            found = as_span(match, name, like.video, rank=rank)
            yield found.with_provenance(COMMAND, "same", model=MODEL)
            if rank == n:
                return
        if not rank:
            log.warning("no copy of %s found; videos searched: %d", like.fragment, len(films))


def copies(
    spans: Iterable[Span],
    like: Span,
    *,
    index: str | None = None,
    n: int = 10,
    threshold: float | None = None,
) -> Iterator[Span]:
    """Yield the stretches of the videos of `spans` that are copies of `like`, the best first.

    Each is a span of kind "moment" with `score`, `rank`, and `copy`: which stretch of the clip it
    shows, how much faster or slower, and whether mirrored. The score is the mean cosine of the
    signatures of its frames as if four more frames had nothing in common, and half of those of the
    clip that do not fit; copies score from 0.52 on (`threshold`). The stretch that is asked about
    is not among the results. Spans without signatures get them; error records pass through. With
    `index`, a folder or a URL, it is searched, and the spans are not read. Raises UsageError for
    invalid values, MissingError if no span of the index has signatures, OpenError and MediaError if
    the clip cannot be read or lies outside its video.
    """
    seeker = Seeker()
    yield from fill(seeker, spans, index)
    yield from seeker.copies(like, n=n, threshold=threshold)


def fill(seeker: Seeker, spans: Iterable[Span], index: str | None) -> Iterator[Span]:
    """Give the seeker the spans, or those of an index instead; yield the error records."""
    if index is not None:
        _take(seeker, index)
        return
    for span in with_signatures(spans):
        if span.failed:
            yield span
        else:
            seeker.add(span)


def _take(seeker: Seeker, place: str) -> None:
    """Give the seeker all spans of an index; those without signatures are counted and told."""
    from vtk.store.index import open_index

    with open_index(place) as index:
        signed = [seeker.add(span) for _, span in index.every()]
    if signed and not any(signed):
        raise MissingError(
            f"{place}: no span has signatures: vtk embed --signature RECORDS | vtk index add "
            f"{place}, with the records that were added, gives them some"
        )
    if without := signed.count(False):
        told = "%s: %d spans have no signatures; vtk embed --signature adds them"
        log.warning(told, place, without)


def _clip(like: Span) -> tuple[Signed, tuple[float, float]]:
    """The signatures of a clip, from its frames or from its record, and its extent in seconds."""
    known = signed_of(like)
    if known is not None:
        end = like.get("end", float(known.times[-1]))
        return known, (like.start, end)
    try:
        with Video(like.video) as video:
            low, high = video.clamp(like.get("start", video.start), like.end)
            if low >= min(high, video.end):
                raise MediaError(OUTSIDE)
            return sign(video, low, high, CLIP_RATE), (low, high)
    except MediaError as error:
        kind = OpenError if isinstance(error, OpenError) else MediaError
        raise kind(f"--like {like.fragment}: {error}") from None


def _is_comparable(like: Span, clip: Signed, seconds: float, least: float) -> bool:
    """Whether a clip can be compared; warn if not, or if it is too short to score `least`."""
    if len(clip.times) and not clip.vectors.any():
        log.warning("%s: no frame has a pattern, so nothing can be compared", like.fragment)
        return False
    frames = seconds * RATE + 0.5  # of a film, on average with what is compared beside the clip
    if frames / (frames + DOUBT) < least:
        log.warning(
            "%s: a clip of %.3g s is too short for its copies to score %g: take 2 s or more, or a "
            "lower --threshold",
            like.fragment,
            seconds,
            least,
        )
    return len(clip.times) > 0


def _sought(clip: Signed, films: list[Signed]) -> list[Match]:
    """Matches of the pieces of a clip, with those joined that go on."""
    found: list[Match] = []
    for piece in pieces(clip, CLIP_RATE):
        add_matches(found, align(piece, films))
    return sorted(found, key=lambda match: (-match.score, match.film, match.start))


def pieces(clip: Signed, rate: float) -> Iterator[Signed]:
    """Parts of about PIECE seconds of a clip with `rate` frames a second; none is empty."""
    if not len(clip.times):
        return
    low, high = float(clip.times[0]), float(clip.times[-1]) + 1 / rate
    bounds = np.linspace(low, high, max(1, round((high - low) / PIECE)) + 1).tolist()
    for start, end in pairwise(bounds):
        piece = clip.within(start, end)
        if len(piece.times):
            yield piece


def add_matches(found: list[Match], matches: Iterable[Match]) -> None:
    """Add the matches of the next piece that are likely enough, as `_add_match`."""
    for match in matches:
        if match.score >= ENOUGH / 2:
            _add_match(found, match)


def _add_match(found: list[Match], new: Match) -> None:
    """Add a match: as more of one that it continues, unless it is of a stretch that is covered."""
    for number, old in enumerate(found):
        if old.film != new.film or old.mirrored != new.mirrored:
            continue
        at = old.end + (new.clip_start - old.clip_end) * old.speed
        gap = new.clip_start - old.clip_end
        if -JOIN <= gap <= GAP and abs(at - new.start) <= JOIN:
            found[number] = _joined(old, new)
            return
        shared = min(old.end, new.end) - max(old.start, new.start)
        if old.clip_start <= new.clip_start < old.clip_end and shared > 0:
            return
    found.append(new)


def _joined(old: Match, new: Match) -> Match:
    ratio = (new.end - old.start) / max(new.clip_end - old.clip_start, 1e-6)
    frames = old.frames + new.frames
    return new._replace(
        start=old.start,
        clip_start=old.clip_start,
        speed=ratio,
        score=(old.score * old.frames + new.score * new.frames) / frames,
        cosine=(old.cosine * old.frames + new.cosine * new.frames) / frames,
        frames=frames,
    )


def _is_itself(match: Match, name: str, video: str) -> bool:
    return name == video and abs(match.start - match.clip_start) < JOIN


def with_ends(match: Match, extent: tuple[float, float]) -> Match:
    """The match with the frames without pattern at the ends of the clip, from `extent` on."""
    clip_start, clip_end = match.clip_start, match.clip_end
    if clip_start - extent[0] < PATTERNLESS:
        clip_start = extent[0]
    if extent[1] - clip_end < PATTERNLESS:
        clip_end = extent[1]
    start = max(0.0, match.start + (clip_start - match.clip_start) * match.speed)
    end = max(start, match.end + (clip_end - match.clip_end) * match.speed)
    return match._replace(start=start, end=end, clip_start=clip_start, clip_end=clip_end)


def _within(match: Match, name: str, film_end: float) -> Match:
    """The match, cut to the end of its film: at most 1/RATE seconds before `film_end`."""
    if match.end <= film_end - 1 / RATE:
        return match
    try:
        with Video(name) as video:
            film_end = min(film_end, video.end)
    except MediaError:  # an index may outlive its videos
        pass
    over = max(0.0, match.end - max(film_end, match.start))
    clip_end = max(match.clip_start, match.clip_end - over / match.speed)
    return match._replace(end=match.end - over, clip_end=clip_end)


def as_span(
    match: Match, film: str, clip: str, *, rank: int | None = None, share: float | None = None
) -> Span:
    """The match as a span of the film, `copy` being the stretch of the video `clip`."""
    copy: CopyEntry = {
        "video": clip,
        "start": times.rounded(match.clip_start),
        "end": times.rounded(match.clip_end),
        "speed": round(match.speed, 3),
    }
    if share is not None:
        copy["share"] = round(share, 3)
    if match.mirrored:
        copy["mirrored"] = True
    span = Span(
        video=film,
        start=times.rounded(match.start),
        end=times.rounded(match.end),
        kind="moment",
        score=round(match.score, 6),
    )
    if rank is not None:
        span["rank"] = rank
    span["copy"] = copy
    return span
