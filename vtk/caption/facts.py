"""Caption by measurements of pictures and sound and by subtitles: method `facts`.

The caption states the length of the span, its light and colours, the number of faces and how near
they are, what the camera does and how much moves, and whether the sound is silent, quiet or loud,
and it quotes the words spoken and shown. It names nothing that was not measured.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from vtk.caption import colours, faces, motion, sound
from vtk.caption.methods import CaptionMethod
from vtk.entries import Facts, SpeechEntry, TextEntry
from vtk.errors import MediaError
from vtk.facts import picture_sentence
from vtk.media.image.planes import thumbnail
from vtk.media.video import OUTSIDE, Video, VideoCache
from vtk.media.video.frame_pairs import frame_pairs
from vtk.prompting.subtitles import Subtitles
from vtk.span import Span

SURE = 0.5  # minimum score of a text read on screen that is quoted
NOWHERE = (0.0, 0.0, 0.0, 0.0)  # the box of a text without a known box


class Captioner:
    """Captions spans one by one; keeps the latest video, its sound and its subtitles open."""

    def __init__(self, latest: VideoCache, language: str | None) -> None:
        self.latest = latest
        self.subtitles = Subtitles(language)
        self.listener = sound.Listener()
        self.finder = faces.FaceFinder()

    def __call__(self, span: Span) -> Span:
        """Return the span with `facts`, `speech` if there is any, and `caption`."""
        video = self.latest(span.video)
        new = span.with_times(*video.clamp(span.start, span.end))
        self.subtitles.add_speech(new, video)
        new["facts"] = measure(video, new, self.finder)
        if heard := self.listener(new.video, *video.clamp(new.start, new.end)):
            new["facts"]["sound"] = heard
        new["caption"] = " ".join(sentences(new))
        return new


def measure(video: Video, span: Span, finder: faces.FaceFinder) -> Facts:
    """Return the measurements of the span's pictures, and a sentence that states them.

    They are light (0..1), colours, faces and shot scale if the finder can tell, camera and motion.
    """
    pictures, motions, seen = [], [], []
    start, end = video.clamp(span.start, span.end)
    for one, two in frame_pairs(video, *span.clear_part(start, end)):
        pictures.append(thumbnail(one.image, motion.WIDTH, motion.HEIGHT))
        found = finder(one, two, video.stream.sample_aspect_ratio)
        if found is not None:
            seen.append(found)
        if two.pts > one.pts:
            later = thumbnail(two.image, motion.WIDTH, motion.HEIGHT)
            turns = round(one.image.rotation / 90)  # motion is described as displayed
            before, after = (np.rot90(small.luma, turns) for small in (pictures[-1], later))
            motions.append(motion.estimate_motion(before, after, two.time - one.time))
    if not pictures:
        raise MediaError(OUTSIDE)
    shares = colours.dominant_colours(pictures)
    facts: Facts = {
        "seconds": round(end - start, 3),
        "light": round(colours.mean_luma(pictures), 3),
        "colours": {name: round(share, 3) for name, share in shares},
    }
    if seen:
        facts |= faces.summarize_faces(seen)
    if motions:
        camera = motion.camera_motion(motions)
        if camera is not None:
            facts["camera"] = camera
        facts["motion"] = motion.scene_motion(motions, camera)
    facts["picture"] = picture_sentence(facts)
    return facts


def sentences(span: Span) -> Iterator[str]:
    """Yield the sentences of a span's caption: picture, sound, words shown, words spoken."""
    yield span["facts"]["picture"]
    if heard := sound.sentence(span["facts"]):
        yield heard
    if shown := _quoted(_shown(span.get("screen_text", []))):
        yield f"On screen is written: {shown}"
    if spoken := _quoted(span.get("speech", [])):
        yield f"The words spoken are: {spoken}"


def _shown(entries: list[TextEntry]) -> list[TextEntry]:
    """Return the entries read with confidence, each text once, in reading order: line by line."""
    lines: list[list[TextEntry]] = []
    for entry in sorted(filter(_sure, entries), key=lambda entry: (_when(entry), _middle(entry))):
        first = lines[-1][0] if lines else None
        if first and _when(first) == _when(entry) and _middle(entry) < first.get("box", NOWHERE)[3]:
            lines[-1].append(entry)
        else:
            lines.append([entry])
    texts: dict[str, TextEntry] = {}
    for line in lines:
        for entry in sorted(line, key=lambda entry: entry.get("box", NOWHERE)[0]):
            texts.setdefault(" ".join(entry["text"].split()).casefold(), entry)
    return list(texts.values())


def _when(entry: TextEntry) -> float:
    """Return the time in seconds when a text was read, or when it appeared."""
    return float(entry["t"] if "t" in entry else entry["start"])


def _sure(entry: TextEntry) -> bool:
    """Return whether a text was read well, or has no score."""
    score = entry.get("score")
    return not isinstance(score, int | float) or score >= SURE


def _middle(entry: TextEntry) -> float:
    """Return the vertical middle of a text, 0..1."""
    _, top, _, bottom = entry.get("box", NOWHERE)
    return float(top + bottom) / 2


def _quoted(entries: Sequence[SpeechEntry | TextEntry]) -> str:
    """Return the texts joined, quoted and with an end mark, without immediate repetitions."""
    texts = [entry["text"].strip() for entry in entries]
    new = [text for i, text in enumerate(texts) if text and (i == 0 or text != texts[i - 1])]
    words = " ".join(new).replace("“", "‘").replace("”", "’")
    return f"“{words}”" + ("" if words[-1:] in ".!?…。！？" else ".") if words else ""


METHOD = CaptionMethod()
