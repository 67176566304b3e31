"""Keyframe records, and the images, animations and contact sheets written with them."""

import logging
from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

from vtk.entries import KeyframeEntry, SameFrame
from vtk.keyframes.distinct import Distinct
from vtk.keyframes.sampler import Choice, SpanSampler
from vtk.media.image import descriptors, files
from vtk.media.image import gif as animated
from vtk.media.image.contact_sheet import Sheet, Sheets
from vtk.media.image.to_rgb import RGB, to_rgb
from vtk.media.video import Frame
from vtk.prompting.crops import crop
from vtk.span import Span
from vtk.times import clock, rounded

if TYPE_CHECKING:
    from vtk.keyframes import Images

log = logging.getLogger("vtk")

ANIMATED = (320, 320)  # most width and height of an animation in pixels
PACE = 4  # frames per second of an animation
WHOLE = 1 << 16  # pixels; more than any picture has on a side
LONGEST = 40  # most frames of an animation; a longer span is shown faster


@dataclass(frozen=True)
class KeyframeWriter:
    """Records keyframes, and writes images of them if wanted."""

    images: "Images | None" = None
    sheet: Sheet | Sheets | None = None
    gif: Path | None = None  # folder for animations
    why: bool = False
    blank_too: bool = False  # whether the sheet shows frames that are all but black
    left_off: Counter[str] = field(default_factory=Counter)  # frames that it does not, by video

    def record(
        self, span: Span, view: SpanSampler, choices: list[Choice], kept: Distinct | None
    ) -> Span:
        """The span with its keyframes, from `choices` in time order, and other wanted fields.

        With `kept`, a near-duplicate of a kept keyframe is listed under that keyframe.
        """
        new = span.with_times(view.start, view.end)
        if span.is_whole_video:
            new["kind"] = "video"
        if "pts" not in span:
            new["time_base"] = str(view.video.time_base)
        entries: list[KeyframeEntry] = []
        new["keyframes"] = entries
        chosen = [choice.candidate for choice in choices]
        points = list(view.features.fingerprints(chosen)) if kept and chosen else []
        for place, (frame, choice) in enumerate(zip(view.fetch(choices), choices, strict=True)):
            if kept and (like := kept.nearest(points[place])):
                same: SameFrame = {"t": rounded(frame.time), "pts": frame.pts}
                like.setdefault("same_as", []).append(same)
                continue
            entries.append(self.entry(view, frame, choice))
            if kept:
                kept.add(points[place], entries[-1])
        if animation := self.write_gif(view):
            new["gif"] = animation
        if damaged := {t for t in view.video.damage if view.start <= t <= view.end}:
            new["damaged"] = len(damaged)
        return new

    def entry(self, view: SpanSampler, frame: Frame, choice: Choice) -> KeyframeEntry:
        """The record of a keyframe; writes its image and adds it to the contact sheet."""
        candidate, time = choice.candidate, rounded(frame.time)
        found: KeyframeEntry = {"t": time, "pts": frame.pts}
        if choice.score is not None:
            found["score"] = round(choice.score, 4)
        if self.why:
            measured = {"sharpness": candidate.sharpness, "exposure": candidate.exposure}
            found["why"] = {key: round(v, 4) for key, v in (measured | choice.why).items()}
        if choice.box is not None:
            found["box"] = choice.box
        if choice.size is not None:
            turned = round(frame.image.rotation / 90) % 2
            found["size"] = list(choice.size[::-1] if turned else choice.size)
        if black := descriptors.is_black(candidate.thumbnail):
            found["black"] = True
        found["look"] = descriptors.colour_layout(candidate.thumbnail)
        aspect = view.video.stream.sample_aspect_ratio
        if self.images is not None:
            wish = self.images
            path = wish.folder / files.image_name(view.video.name, time, wish.format)
            shown = _picture(frame, aspect, wish.size, found)
            files.write_image(path, shown, wish.format, wish.quality)
            found["image"] = str(path)
        if self.sheet is not None and black and not self.blank_too:
            self.left_off[view.video.name] += 1
        elif self.sheet is not None:
            picture = to_rgb(frame.image, aspect, self.sheet.look.height)
            self.sheet.add(picture, time, view.video.name, _about(view, frame))
        return found

    def close(self) -> None:
        """Write what the sheet has left, and tell what is not on it. Raises OutputError."""
        if self.sheet is not None:
            self.sheet.close()
        for video, count in self.left_off.items():
            frames = "1 keyframe that is" if count == 1 else f"{count} keyframes that are"
            log.warning("%s: left off the sheet: %s all but black", video, frames)

    def write_gif(self, view: SpanSampler) -> str | None:
        """Write the animation of a span and return its path; None if none is wanted."""
        if self.gif is None:
            return None
        seconds = view.end - view.start
        count = min(max(int(seconds * PACE), 1), LONGEST)
        times = [view.start + (i + 0.5) * seconds / count for i in range(count)]
        aspect = view.video.stream.sample_aspect_ratio
        shown = [files.fitted(f.image, aspect, ANIMATED) for f in view.video.frames_at(times)]
        path = self.gif / files.image_name(view.video.name, rounded(view.start), "gif")
        files.write_bytes(path, animated.encode_gif(shown, PACE))
        return str(path)


def _about(view: SpanSampler, frame: Frame) -> str:
    """How long a video is, and how large its pictures are."""
    video = view.video
    wide, tall = map(round, view.displayed)
    if round(frame.image.rotation / 90) % 2:
        wide, tall = tall, wide
    length = video.end - video.start
    return "  ".join([*([clock(length)] if isfinite(length) else []), f"{wide}x{tall}"])


def _picture(
    frame: Frame, aspect: Fraction | None, size: files.Box | None, entry: KeyframeEntry
) -> RGB:
    """The picture of a keyframe as its record says: its box only, and no larger than its size."""
    limit = size
    if "size" in entry:
        wide, tall = entry["size"]
        limit = (min(wide, size[0]), min(tall, size[1])) if size else (wide, tall)
    if "box" not in entry:
        return files.fitted(frame.image, aspect, limit)
    part = crop(files.fitted(frame.image, aspect, None), entry["box"], WHOLE)
    if limit is None:
        return part
    scale = min(1.0, limit[0] / part.shape[1], limit[1] / part.shape[0])
    return crop(part, (0, 0, 1, 1), max(int(scale * max(part.shape[:2])), 1))
