"""Write chapters as ID3 tags of an MP3 (https://id3.org/id3v2-chapters-1.0).

FFmpeg writes the chapters, but no table of contents (CTOC), without which some players show none.
"""

import shutil
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from vtk.errors import MediaError, MissingError, OutputError, UsageError
from vtk.media.chapters import Chapter
from vtk.output import atomic, os_errors
from vtk.span import local_path

MOST = 255  # chapters in a table of contents
UNKNOWN = 0xFFFFFFFF  # an offset in bytes that is not stated
UTF16, UTF8 = 1, 3  # encodings of ID3; UTF-8 came with version 2.4


def copy_mp3(video: str, chapters: Sequence[tuple[Chapter, float]], target: Path) -> None:
    """Copy an MP3 byte by byte, with chapters and their ends, in seconds, instead of its own.

    All other tags stay. Raises UsageError for a file that is not on this machine, MissingError
    without mutagen, MediaError for more than MOST chapters and for broken tags, and OutputError.
    """
    path = local_path(video)
    if path is None:
        raise UsageError("chapters are written into an *.mp3 on this machine only")
    if len(chapters) > MOST:
        raise MediaError(f"there are {len(chapters)} chapters, and an MP3 holds at most {MOST}")
    try:
        from mutagen import MutagenError
    except ModuleNotFoundError:
        hint = "pip install 'video-text-kit[mp3]'"
        raise MissingError(f"chapters of an MP3 need mutagen: {hint}") from None
    with atomic(target) as file:
        with os_errors(target), open(path, "rb") as whole:
            shutil.copyfileobj(whole, file)
            file.flush()
        try:
            tags, version = _tags(file.name)
            for frame in _frames(chapters, version):
                tags.add(frame)
            tags.save(file.name, v2_version=version)
        except MutagenError as error:
            if isinstance(cause := error.__context__, OSError):
                raise OutputError(f"cannot write {target}: {cause.strerror}") from None
            raise MediaError(f"its ID3 tags cannot be read ({error})") from None


def _tags(name: str) -> tuple[Any, int]:
    """The tags of a file without chapters, as they are, and their version: 2.3 or 2.4."""
    from mutagen import id3

    version = 3  # what most programs read
    try:
        tags = id3.ID3(name, translate=False)
        if tags.version < (2, 3):
            tags = id3.ID3(name)
            tags.update_to_v23()
        elif tags.version >= (2, 4):
            version = 4
    except id3.ID3NoHeaderError:
        tags = id3.ID3()
    tags.delall("CHAP")
    tags.delall("CTOC")
    return tags, version


def _frames(chapters: Sequence[tuple[Chapter, float]], version: int) -> list[Any]:
    """The frames of the chapters and of their table of contents.

    mutagen writes frames by their sizes, then by their names, and some programs list chapters as
    they come in the file: longer names, which nobody sees, make all frames equally large.
    """
    from mutagen import id3

    frames = [_frame(chapter, end, version) for chapter, end in chapters]
    sizes = [_size(frame, version) for frame in frames]
    for number, (frame, size) in enumerate(zip(frames, sizes, strict=True)):
        frame.element_id = f"chp{number:03d}" + "-" * (max(sizes) - size)
    names = [frame.element_id for frame in frames]
    flags = id3.CTOCFlags.TOP_LEVEL | id3.CTOCFlags.ORDERED
    toc = id3.CTOC(element_id="toc", flags=flags, child_element_ids=names, sub_frames=[])
    return [toc, *frames]


def _frame(chapter: Chapter, end: float, version: int) -> Any:
    """The frame of a chapter without a name; times are in milliseconds."""
    from mutagen import id3

    encoding = UTF8 if version == 4 else UTF16
    about: list[Any] = [id3.TIT2(encoding=encoding, text=[chapter.title])]
    if chapter.url:
        about.append(id3.WXXX(encoding=encoding, desc="", url=chapter.url))
    return id3.CHAP(
        element_id="",
        start_time=round(chapter.start * 1000),
        end_time=round(end * 1000),
        start_offset=UNKNOWN,
        end_offset=UNKNOWN,
        sub_frames=about,
    )


def _size(frame: Any, version: int) -> int:
    """The bytes of tags that hold nothing else."""
    from mutagen import id3

    tags, file = id3.ID3(), BytesIO()
    tags.add(frame)
    tags.save(file, v2_version=version, padding=lambda _: 0)
    return len(file.getvalue())
