"""The pictures of notes: which moments of a chapter, and their files."""

import logging
from base64 import b64encode
from collections.abc import Callable, Sequence
from pathlib import Path

from vtk.entries import KeyframeEntry, TextEntry
from vtk.errors import MediaError
from vtk.export.notes.page import Picture
from vtk.keyframes import keyframes
from vtk.media.image.files import encode_image, fitted, image_name, make_folder, write_bytes
from vtk.media.video import OUTSIDE, VideoCache
from vtk.span import Span

log = logging.getLogger("vtk")

BOX = (960, 960)  # pixels, at most
FOLDER = "pictures"
# What files of pictures begin with, by the ending of their copies.
MAGIC = {"jpg": b"\xff\xd8\xff", "png": b"\x89PNG\r\n\x1a\n", "webp": b"RIFF"}
Place = Callable[[str, str, bytes], str]  # puts a picture of a name and ending somewhere


def beside(folder: Path) -> Place:
    """Return what writes pictures into a folder beside the notes, and gives their addresses."""

    def place(name: str, _: str, data: bytes) -> str:
        make_folder(folder / FOLDER)
        write_bytes(folder / FOLDER / name, data)
        return f"{FOLDER}/{name}"

    return place


def inside(name: str, ending: str, data: bytes) -> str:
    """Return a picture as an address that holds it."""
    kind = "jpeg" if ending == "jpg" else ending
    return f"data:image/{kind};base64,{b64encode(data).decode()}"


def pictures(span: Span, count: int, latest: VideoCache, place: Place) -> list[Picture] | None:
    """Return at most `count` pictures of a chapter, in order, put where `place` says.

    They are keyframes, spread over the chapter, of those near each other the one with most words in
    it; of a chapter without any, they are picked. A file that a keyframe names is copied if it is a
    picture, else the frame is decoded. None for a chapter whose video cannot be read.
    """
    if not count:
        return []
    (known,) = [span] if span.get("keyframes") else keyframes([span], k=count, distinct=True)
    if known.failed:
        return None
    texts: list[TextEntry] = span.get("screen_text", [])
    found = []
    for entry in _spread(known["keyframes"], texts, span.start, span.end, count):
        try:
            ending, data = _file(entry) or ("jpg", _decoded(entry["t"], span.video, latest))
        except MediaError as error:
            log.warning("%s: no picture at %.2f s: %s", span.video, entry["t"], error)
            continue
        name = image_name(span.video, entry["t"], ending)
        found.append(Picture(entry["t"], place(name, ending, data), words_at(entry["t"], texts)))
    return found


def words_at(time: float, texts: Sequence[TextEntry]) -> str:
    """Return what is written in the picture at a time, in seconds."""
    shown = [
        entry["text"]
        for entry in texts
        if entry.get("t") == time
        or ("start" in entry and entry["start"] <= time < entry.get("end", entry["start"]))
    ]
    return " ".join(shown)


def _spread(
    entries: Sequence[KeyframeEntry],
    texts: Sequence[TextEntry],
    start: float,
    end: float,
    count: int,
) -> list[KeyframeEntry]:
    """Return at most `count` keyframes, the best of each of so many equal parts."""
    parts: dict[int, list[KeyframeEntry]] = {}
    for entry in entries:
        part = int((entry["t"] - start) / max(end - start, 1e-6) * count)
        parts.setdefault(min(max(part, 0), count - 1), []).append(entry)

    def worth(entry: KeyframeEntry) -> tuple[int, float]:
        return len(words_at(entry["t"], texts)), entry.get("score", 0.0)

    return [max(parts[part], key=worth) for part in sorted(parts)]


def _file(entry: KeyframeEntry) -> tuple[str, bytes] | None:
    """Return the ending and bytes of the picture that a keyframe names, if it is one."""
    path = Path(entry.get("image", ""))
    if not path.is_file():
        return None
    with path.open("rb") as file:
        begun = file.read(16)
        ending = next((end for end, magic in MAGIC.items() if begun.startswith(magic)), None)
        return (ending, begun + file.read()) if ending else None


def _decoded(time: float, video: str, latest: VideoCache) -> bytes:
    opened = latest(video)
    for frame in opened.frames_at([time]):
        return encode_image(fitted(frame.image, opened.stream.sample_aspect_ratio, BOX), "jpg")
    raise MediaError(OUTSIDE)
