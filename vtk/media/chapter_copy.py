"""Copy a media file with other chapters, without re-encoding."""

import logging
from collections.abc import Sequence
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer, OutputContainer

from vtk.errors import MediaError, UsageError
from vtk.media.chapter_tags import copy_mp3
from vtk.media.chapters import Chapter, stored_chapters
from vtk.media.container import open_container
from vtk.media.container.copying import copied_packets, copied_streams, muxing
from vtk.media.container.streams import leading_stream, stated_range
from vtk.output import atomic

log = logging.getLogger("vtk")

# FFmpeg's formats that hold chapters, by file extension.
HOLDS = {".mp4": "mp4", ".m4v": "mp4", ".mov": "mov", ".m4a": "mp4", ".m4b": "mp4",
         ".mkv": "matroska", ".mka": "matroska", ".webm": "webm", ".mp3": "mp3"}  # fmt: skip
# As of FFmpeg's own format for these, which takes no cover.
BRANDS = {".m4a": "M4A ", ".m4b": "M4B "}
# Tags that say how a file was written, not what it holds.
REWRITTEN = {"major_brand", "minor_version", "compatible_brands", "encoder"}
EDGE = 0.1  # seconds at the start that a first chapter may include or not
NEAR = 0.001  # seconds by which times may differ, which MP4 and Matroska round to milliseconds
MICROSECOND = Fraction(1, 10**6)


def copy_with_chapters(
    video: str, chapters: Sequence[Chapter], target: Path, *, replace: bool = False
) -> None:
    """Write a copy of a media file to `target`, with `chapters` instead of its own.

    Times are presentation times of the file; a chapter without an end lasts to the next one, or to
    the end of the file. Streams, tags and attachments are copied unchanged, as far as a container
    of the type that the extension of `target` names can hold them; of an MP3 everything but the
    chapters stays as it is. Raises UsageError for a type that holds no chapters, MediaError for a
    file that has chapters already, unless `replace`, MissingError without mutagen for an MP3, and
    OpenError and OutputError.
    """
    ending = target.suffix.lower()
    if ending not in HOLDS:
        raise UsageError(f"*{ending} files cannot hold chapters: use {', '.join(HOLDS)}")
    with ExitStack() as stack:
        source = stack.enter_context(open_container(video))
        known = len(stored_chapters(source))
        if known and not replace:
            raise MediaError(f"it has {known} chapters already: replace them with --replace")
        _, last = stated_range(source, leading_stream(source))
        ended = _ended(chapters, last)
        if ending == ".mp3":
            if source.format.name != "mp3":
                raise UsageError("an *.mp3 with chapters is made of an MP3 only")
            copy_mp3(video, ended, target)
            return
        file = stack.enter_context(atomic(target))
        options = {"movflags": "+faststart"} if HOLDS[ending] in ("mp4", "mov") else {}
        if ending in BRANDS:
            own = source.metadata.get("major_brand", "")
            options["brand"] = own if own in BRANDS.values() else BRANDS[ending]
        with muxing(target):
            name = f"file:{file.name}"
            with av.open(name, "w", format=HOLDS[ending], options=options) as out:
                subtitles = _copy(source, ended, out)
            with av.open(name, metadata_errors="replace") as copy:
                _tell_changes(source, ended, subtitles, copy)


def _ended(chapters: Sequence[Chapter], last: float) -> list[tuple[Chapter, float]]:
    """The chapters with their ends."""
    following = [*(chapter.start for chapter in chapters[1:]), last]  # of none, one too many
    return [
        (chapter, max(chapter.start, after if chapter.end is None else chapter.end))
        for chapter, after in zip(chapters, following, strict=False)
    ]


def _copy(
    source: InputContainer, chapters: list[tuple[Chapter, float]], out: OutputContainer
) -> int:
    """Copy all streams, and return how many of them are subtitles."""
    copies, covers = copied_streams(source, out)
    out.metadata.update(source.metadata)
    out.set_chapters(
        [
            {
                "id": number,
                "start": round(chapter.start / MICROSECOND),
                "end": round(end / MICROSECOND),
                "time_base": MICROSECOND,
                "metadata": {"title": chapter.title},
            }
            for number, (chapter, end) in enumerate(chapters, 1)
        ]
    )
    for packet in copied_packets(source, copies, covers):
        out.mux(packet)
    return sum(stream.type == "subtitle" for stream in copies.values())


def _tell_changes(
    source: InputContainer,
    chapters: list[tuple[Chapter, float]],
    subtitles: int,
    copy: InputContainer,
) -> None:
    """Warn of what reads back from a copy otherwise than it was written."""
    found = stored_chapters(copy)
    if len(found) != len(chapters):
        log.warning("of %d chapters the copy holds %d", len(chapters), len(found))
    zero = (copy.start_time or 0) / av.time_base + EDGE  # nothing is before that
    pairs = [(wanted, end, got) for (wanted, end), got in zip(chapters, found, strict=False)]
    if any(abs(max(got.start, zero) - max(wanted.start, zero)) > NEAR for wanted, _, got in pairs):
        log.warning("chapters begin elsewhere in the copy: the first one of an MP4 begins at 0:00")
    elif any(got.end is None or abs(got.end - end) > NEAR for _, end, got in pairs):
        log.warning("chapters end elsewhere in the copy, where the next one begins")
    if any(got.title != wanted.title for wanted, _, got in pairs):
        log.warning("titles were changed in the copy")
    if len(copy.streams.subtitles) > subtitles:
        log.warning("players that read chapters as a track will not find it beside timecodes")
    there, kept = ({key.lower() for key in each.metadata} for each in (source, copy))
    if lost := sorted(there - kept - REWRITTEN):
        log.warning("left out tags that the copy cannot hold: %s", ", ".join(lost))
