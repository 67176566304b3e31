"""What may draw attention in a video: a few numbers for each look at it, without a query.

Of the pictures, their colour layout or an embedding says how unlike the rest and how unlike the
look before they are, and pairs of frames how much moves; of the sound, its level; of `speech`, how
many words are said. Nothing is kept but these numbers: with colour layouts some hundred bytes a
look.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vtk.errors import NoStreamError
from vtk.media.audio.power import PowerReader
from vtk.media.image.descriptors import colour_layout
from vtk.media.image.planes import thumbnail
from vtk.media.image.to_rgb import to_rgb
from vtk.media.video import Frame, Video
from vtk.span import Span
from vtk.text import word_count

if TYPE_CHECKING:
    from vtk.models.embed.image_text import ImageTextModel

Curve = NDArray[np.float64]  # a number for each look

STEP, SHORT, LOOKS = 1.0, 0.25, 120  # seconds between looks; in a short video down to SHORT
PAIR = 0.2  # seconds between the two frames that motion is measured by
NOISE = 10.0  # of 255: a sample of the picture has changed by more than this
SILENCE = -60.0  # dBFS, and all below
EMBEDDED = 3600  # most looks at a video by an image-text model
OTHERS = 1000  # looks, evenly spread, that each is compared with
BLOCK = 1000  # looks compared at a time

# The range of a cue in a video from which on it tells something: distances of colour layouts (a
# change of light by 4 of 255 is one of 32) or of embeddings, shares of the picture, dB, words/s.
RANGES: Mapping[str, float] = {
    "unusual": 32.0,
    "change": 32.0,
    "motion": 0.02,
    "sound": 6.0,
    "speech": 0.5,
}
EMBEDDED_RANGE = 0.1  # of unusual and change by embeddings, which are at most 2 apart


class Stretch(NamedTuple):
    """The looks at a stretch of a video: the edges in seconds of the cells that each stands for."""

    edges: Curve

    @property
    def middles(self) -> Curve:
        """The times of the looks, in seconds."""
        middles: Curve = (self.edges[1:] + self.edges[:-1]) / 2
        return middles

    @property
    def step(self) -> float:
        """Seconds between two looks."""
        return float(self.edges[1] - self.edges[0])


def divided(covered: Sequence[tuple[float, float]]) -> list[Stretch]:
    """Divide stretches of a video, in seconds, into cells of STEP, shorter in a short video."""
    seconds = sum(end - start for start, end in covered)
    step = min(STEP, max(SHORT, seconds / LOOKS))
    return [
        Stretch(np.linspace(start, end, max(1, round((end - start) / step)) + 1))
        for start, end in covered
    ]


def measured(
    video: Video,
    stretches: Sequence[Stretch],
    spans: Sequence[Span],
    clip: "ImageTextModel | None" = None,
    looks: int | None = None,
) -> dict[str, Curve]:
    """Return the cues that there are, by name: a number for each look, the stretches in order.

    `unusual` is the median distance to other looks of the video, `change` that to the look before,
    in units of the colour layout, or of embeddings of `clip`, which looks `looks` times at most;
    `motion` the share of the picture that changes in PAIR seconds; `sound` its level in dBFS, if
    there is any; `speech` the words said a second, if `spans` tell of speech. Raises MediaError.
    """
    likenesses, motions = [], []
    every = max(1, -(-sum(len(s.edges) - 1 for s in stretches) // (looks or EMBEDDED)))
    for stretch in stretches:
        likeness, motion = _pictures(video, stretch, clip, every)
        likenesses.append(likeness)
        motions.append(motion)
    together = np.concatenate(likenesses)
    change = [
        np.linalg.norm(np.diff(each, axis=0, prepend=each[:1]), axis=1) for each in likenesses
    ]
    found: dict[str, Curve] = {
        "unusual": _unusual(together),
        "change": np.concatenate(change).astype(np.float64),
        "motion": np.concatenate(motions),
    }
    try:
        reader = PowerReader(video.name)
    except NoStreamError:
        pass
    else:
        try:
            found["sound"] = np.concatenate([_levels(reader, each.edges) for each in stretches])
        finally:
            reader.close()
    if any("speech" in span for span in spans):
        found["speech"] = np.concatenate([_said(spans, each) for each in stretches])
    return found


def _pictures(
    video: Video, stretch: Stretch, clip: "ImageTextModel | None", every: int
) -> tuple[NDArray[np.float32], Curve]:
    """Return how each look looks, (looks, numbers), and how much moves in it.

    A picture that is not there, past the last frame, looks as the one before.
    """
    count = len(stretch.middles)
    motion = np.zeros(count)
    vectors: list[NDArray[np.float32]] = []

    def looked() -> "Iterator[Frame]":
        for number, (one, two) in enumerate(_pairs(video, stretch.middles)):
            small, later = (thumbnail(frame.image).luma for frame in (one, two))
            motion[number] = float((np.abs(later - small) > NOISE).mean())
            yield one

    if clip is None:
        vectors = [np.array(colour_layout(thumbnail(f.image)), np.float32) for f in looked()]
    else:
        aspect = video.stream.sample_aspect_ratio
        shown = (to_rgb(f.image, aspect) for n, f in enumerate(looked()) if n % every == 0)
        vectors = [vector for one in clip.images(shown) for vector in [one] * every]
    if not vectors:
        raise video.no_picture_error()
    vectors = vectors[:count] + [vectors[-1]] * (count - len(vectors))
    return np.stack(vectors), motion


def _pairs(video: Video, middles: Curve) -> Iterator[tuple[Frame, Frame]]:
    """Yield the frames shown a little before and after each time."""
    shown = video.frames_at(float(t) for m in middles for t in (m - PAIR / 2, m + PAIR / 2))
    for one in shown:
        yield one, next(shown, one)


def _unusual(vectors: NDArray[np.float32]) -> Curve:
    """Return the median distance of each vector to others."""
    others = vectors[np.unique(np.linspace(0, len(vectors) - 1, OTHERS).round().astype(int))]
    squares = (others**2).sum(axis=1)
    found = np.empty(len(vectors))
    for first in range(0, len(vectors), BLOCK):
        block = vectors[first : first + BLOCK]
        apart = (block**2).sum(axis=1)[:, None] + squares - 2 * block @ others.T
        found[first : first + BLOCK] = np.sqrt(np.maximum(np.median(apart, axis=1), 0))
    return found


def _levels(reader: PowerReader, edges: Curve) -> Curve:
    """Return the level of the sound in each cell, in dBFS; where none is, that is silence."""
    sums, counts = np.zeros(len(edges) - 1), np.zeros(len(edges) - 1)
    for power in reader.powers(float(edges[0]), float(edges[-1])):
        times = power.start + power.piece * (np.arange(len(power.values)) + 0.5)
        cells = np.clip(np.searchsorted(edges, times, "right") - 1, 0, len(counts) - 1)
        np.add.at(sums, cells, power.values)
        np.add.at(counts, cells, 1)
    mean = sums / np.maximum(counts, 1)
    levels: Curve = np.maximum(10 * np.log10(np.maximum(mean, 1e-12)), SILENCE)
    return levels


def _said(spans: Sequence[Span], stretch: Stretch) -> Curve:
    """Return how many words are said a second in each cell."""
    entries = {
        (e["start"], e["end"], e["text"]): e for span in spans for e in span.get("speech", [])
    }
    times: list[float] = []
    for (start, end, text), entry in entries.items():
        if words := entry.get("words"):
            times += [(word["start"] + word["end"]) / 2 for word in words]
        else:
            count = word_count(text)
            times += (start + (end - start) * (np.arange(count) + 0.5) / max(count, 1)).tolist()
    counts, _ = np.histogram(times, stretch.edges)
    rates: Curve = counts / stretch.step
    return rates


def ranges(clip: "ImageTextModel | None") -> dict[str, float]:
    """Return the least range of each cue that tells something."""
    if clip is None:
        return dict(RANGES)
    return {**RANGES, "unusual": EMBEDDED_RANGE, "change": EMBEDDED_RANGE}
