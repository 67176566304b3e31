"""Spans as samples in tar files, for the WebDataset library and compatible readers.

A sample consists of the files in a tar file with the same name up to the first dot; the rest of the
name is the field (https://github.com/webdataset/webdataset, "The WebDataset Format").
"""

import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson

from vtk.entries import KeyframeEntry
from vtk.errors import MediaError, UsageError
from vtk.export import tell_left_out
from vtk.export.shards import Part, Place, Shards, samples_in, shards_in
from vtk.keyframes import with_keyframes
from vtk.media.image import files as picture
from vtk.media.image.to_rgb import to_rgb
from vtk.media.video import OUTSIDE, Video, VideoCache, clip
from vtk.media.video.encoding import Encoding
from vtk.output import os_errors
from vtk.passages import measured_caption
from vtk.pipeline import map_spans
from vtk.span import Span, load
from vtk.split import with_shots

log = logging.getLogger("vtk")

SETTINGS = ".vtk.json"  # file that notes the contents of the samples in a folder

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
    resume: bool = False,
) -> Iterator[Span]:
    """Yield the spans, each written as a sample into a shard in `folder`, named in `sample`.

    A shard has at most `samples` samples, and at most `size` bytes unless a single sample exceeds
    that. Whole videos are split into shots; keyframes are picked where images are wanted and a span
    has none. Error records are left out. With `resume`, samples that the folder has are not made
    again; they must be of the same spans and contents. Raises UsageError, OutputError.
    """
    if samples < 1 or size < 1:
        raise UsageError("a shard must hold at least one sample")
    contents = contents or Contents()
    how = Encoding(height=contents.height)
    failed = measured = 0
    with Shards(folder, samples, size, resume=resume) as shards, VideoCache() as latest:
        done = Finished(folder, contents, resume)
        whole = done.recalled(with_shots(spans, timed=True))
        if contents.pictures:
            whole = with_keyframes(whole)

        def work(span: Span) -> Iterator[Span]:
            nonlocal measured
            place = span.pop("sample")
            if "shard" in place:
                yield Span(span, sample=place).with_provenance("export webdataset")
                return
            parts = _texts(span)
            measured += len(parts) == 1 and bool(span.get("caption"))
            if contents.pictures:
                parts += _pictures(span, latest, contents.height)
            if contents.clips:
                video = latest(span.video)
                parts.append(("mp4", clip.encode_clip(video, span.start, span.end, how)))
            sample = {"shard": shards.add(place["key"], parts), **place}
            yield Span(span, sample=sample).with_provenance("export webdataset")

        for span in map_spans("export webdataset", whole, work):
            failed += span.failed
            yield span
    tell_left_out(failed)
    if measured:
        told = "samples without .txt, as their captions are only measured: %d; see vtk caption -m"
        log.warning(told, measured)


class Finished:
    """The samples of earlier runs in a folder, which notes how samples are made in it."""

    def __init__(self, folder: Path, contents: Contents, resume: bool) -> None:
        """Read what the folder holds, if `resume`. Raises UsageError if that was made otherwise."""
        self._places: dict[str, Place] = {}
        self._keys: Counter[str] = Counter()
        wanted = orjson.dumps(asdict(contents), option=orjson.OPT_INDENT_2) + b"\n"
        known = folder / SETTINGS
        shards = shards_in(folder)
        with os_errors(folder):
            if shards and (not known.is_file() or known.read_bytes() != wanted):
                raise UsageError(
                    f"the shards in {folder} were made with other options: name another folder"
                )
            known.write_bytes(wanted)
        for shard in shards if resume else ():
            self._places.update(samples_in(shard))

    def recalled(self, spans: Iterable[Span]) -> Iterator[Span]:
        """Yield the spans with the key of their `sample`; those that are finished as they were.

        Raises UsageError for a sample that was made of another record.
        """
        for span in spans:
            if span.failed:
                yield span
                continue
            key = _key(span, self._keys)
            if key not in self._places:
                yield Span(span, sample={"key": key})
                continue
            shard = self._places[key].shard
            found = load(self._places[key].read())
            if not _is_of(found, span):
                raise UsageError(
                    f"{shard} has {key} of another record: --resume needs the same input; name "
                    "another folder"
                )
            yield Span(found, sample={"shard": shard.name, "key": key})


def _is_of(found: Span, span: Span) -> bool:
    """Whether a record of a sample is that of a span, with keyframes perhaps."""
    made = found.get("made", [])[: len(span.get("made", []))]
    own = {key: value for key, value in span.items() if key not in ("made", "sample")}
    return made == span.get("made", []) and all(found.get(k) == v for k, v in own.items())


def _texts(span: Span) -> list[Part]:
    """The record, and the caption without what was only measured, if that leaves any."""
    caption, measured = span.get("caption", ""), measured_caption(span)
    if measured is not None:
        caption = " ".join(caption.replace(measured, "").split())
    return [("json", span.dump()), *([("txt", caption.encode())] if caption else [])]


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
