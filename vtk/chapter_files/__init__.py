"""Chapters in the files of other programs: read and written, one module per family of formats."""

from vtk.chapter_files.format import FORMATS, Format
from vtk.chapter_files.reading import ChapterList, parse, read
from vtk.media.chapters import Chapter

__all__ = ["FORMATS", "Chapter", "ChapterList", "Format", "parse", "read"]
