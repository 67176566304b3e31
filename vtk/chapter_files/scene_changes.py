"""Scene changes as FFmpeg's filters print them: `pts_time:6.202` in a line for each frame."""

import re

from vtk.chapter_files.context import Context
from vtk.media.chapters import Chapter

_FRAME = re.compile(r"\bpts_time:(\d{1,12}(?:\.\d+)?)")


def is_scene_changes(text: str) -> bool:
    """Whether a text states times of frames as FFmpeg's filters metadata and showinfo do."""
    return _FRAME.search(text) is not None


def parse(text: str, context: Context) -> list[Chapter]:
    """Return a chapter without a title for each frame."""
    return [Chapter(float(time)) for time in _FRAME.findall(text)]
