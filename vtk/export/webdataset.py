"""Spans as samples in tar files, for the WebDataset library and compatible readers.

A sample consists of the files in a tar file with the same name up to the first dot; the rest of the
name is the field (https://github.com/webdataset/webdataset, "The WebDataset Format").
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from vtk.entries import KeyframeEntry
from vtk.errors import MediaError, UsageError
from vtk.export import tell_left_out
from vtk.export.shards import Part, Shards
from vtk.keyframes import with_keyframes
from vtk.media.image import files as picture
from vtk.media.image.to_rgb import to_rgb
from vtk.media.video import OUTSIDE, Video, VideoCache, clip
from vtk.media.video.encoding import Encoding
from vtk.pipeline import map_spans
from vtk.span import Span
from vtk.split import with_shots

# Extensions of image files that are copied unchanged, with their extension in a sample.
IMAGES = {".jpg": "jpg", ".jpeg": "jpg", ".png": "png", ".webp": "webp"}


@dataclass(frozen=True)
class Contents:
    """The contents of a sample besides its record and its caption."""

    pictures: bool = True  # images of the keyframes
    clips: bool = False  # the span as a video file
    height: int | None = None  # of images and clips in pixels; None keeps that of the video


def webdataset(
    spans: Iterable[Span],
    folder: Path,
    *,
    contents: Contents | None = None,
    samples: int = 1000,
    size: int = 10**9,
) -> Iterator[Span]:
    """Yield the spans, each written as a sample into a shard in `folder`, named in `sample`.

    A shard has at most `samples` samples, and at most `size` bytes unless a single sample exceeds
    that. Whole videos are split into shots; keyframes are picked where images are wanted and a span
    has none. Error records are left out. Raises UsageError, OutputError.
    """
    if samples < 1 or size < 1:
        raise UsageError("a shard must hold at least one sample")
    contents = contents or Contents()
    whole = with_shots(spans, timed=True)
    if contents.pictures:
        whole = with_keyframes(whole)
    keys: Counter[str] = Counter()
    how = Encoding(height=contents.height)
    failed = 0
    with Shards(folder, samples, size) as shards, VideoCache() as latest:

        def work(span: Span) -> Iterator[Span]:
            parts = _texts(span)
            if contents.pictures:
                parts += _pictures(span, latest, contents.height)
            if contents.clips:
                video = latest(span.video)
                parts.append(("mp4", clip.encode_clip(video, span.start, span.end, how)))
            key = _key(span, keys)
            sample = {"shard": shards.add(key, parts), "key": key}
            yield Span(span, sample=sample).with_provenance("export webdataset")

        for span in map_spans("export webdataset", whole, work):
            failed += span.failed
            yield span
    tell_left_out(failed)


def _texts(span: Span) -> list[Part]:
    caption: list[Part] = [("txt", span["caption"].encode())] if "caption" in span else []
    return [("json", span.dump()), *caption]


def _pictures(span: Span, latest: VideoCache, height: int | None) -> list[Part]:
    """The images of the keyframes: existing files, or else frames decoded from the video."""
    entries: list[KeyframeEntry] = sorted(span["keyframes"], key=lambda entry: entry["t"])
    files = [None if height else _file(entry) for entry in entries]
    times = [entry["t"] for entry, file in zip(entries, files, strict=True) if file is None]
    decoded = iter(_decoded(latest(span.video), times, height) if times else ())
    found = [(IMAGES[f.suffix.lower()], f.read_bytes()) if f else next(decoded) for f in files]
    return [(f"{place:03d}.{end}", content) for place, (end, content) in enumerate(found)]


def _file(entry: KeyframeEntry) -> Path | None:
    """The image file of a keyframe, if it exists."""
    path = Path(entry.get("image", ""))
    return path if path.suffix.lower() in IMAGES and path.is_file() else None


def _decoded(video: Video, times: list[float], height: int | None) -> list[tuple[str, bytes]]:
    aspect = video.stream.sample_aspect_ratio
    shown = (to_rgb(frame.image, aspect, height) for frame in video.frames_at(times))
    found = [("jpg", picture.encode_image(image, "jpg")) for image in shown]
    if len(found) < len(times):
        raise MediaError(OUTSIDE)
    return found


def _key(span: Span, keys: Counter[str]) -> str:
    """A unique name for a sample, of safe characters and without a dot."""
    stem = picture.safe_stem(span.video, ascii_only=True)  # as not every reader of tar knows others
    key = "-".join([stem, *map(_milliseconds, (span.start, span.end))])
    keys[key] += 1
    return key if keys[key] == 1 else f"{key}-{keys[key]}"


def _milliseconds(seconds: float) -> str:
    sign = "m" if seconds < 0 else ""
    return f"{sign}{round(abs(seconds) * 1000):09d}"
