"""Notes of videos to read, print and hand on: chapters, summaries, pictures, links, words."""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Literal

from vtk.errors import UsageError
from vtk.export import tell_left_out
from vtk.export.notes.html import head, html, safe
from vtk.export.notes.links import Links
from vtk.export.notes.markdown import escaped, markdown
from vtk.export.notes.page import Page, complete, page
from vtk.export.notes.pictures import Place, beside, inside, pictures
from vtk.media.image.files import make_folder, safe_stem
from vtk.media.video import VideoCache
from vtk.output import open_sink
from vtk.pipeline import group_by_video, map_videos
from vtk.span import Span
from vtk.stream.writer import Output

log = logging.getLogger("vtk")

ENDINGS = {"markdown": "md", "html": "html"}


@dataclass(frozen=True)
class Notes:
    """Notes of videos as Markdown or HTML, which are written to the output of a run.

    If the output is a folder, each video has a file in it and its pictures beside that, and several
    have an index. A single file is of one video; of HTML, it holds its pictures, and Markdown then
    has none. Error records are left out and counted.
    """

    form: Literal["markdown", "html"]
    link: str | None = None  # template of links, see `Links`
    pictures: int = 3  # at most, of a chapter
    transcript: bool = True
    language: str | None = None  # of the words, ISO 639
    whole_lines: bool = False

    def __post_init__(self) -> None:
        """Raise UsageError for a link that is no template."""
        Links(self.link, None)

    def prepare(self, spans: Iterable[Span]) -> Iterator[Span]:
        """Yield the chapters and the summary of each video; see `complete`."""
        return map_videos(
            "export", group_by_video(spans), lambda group: complete(group, self.language)
        )

    def write(self, spans: Iterator[Span], output: Output) -> None:
        """Write spans that went through `prepare`. Raises UsageError and OutputError."""
        failed = 0

        def good() -> Iterator[Span]:
            nonlocal failed
            for span in spans:
                output.done(span)
                failed += span.failed
                if not span.failed:
                    yield span

        with VideoCache() as latest:
            videos = (list(group) for _, group in groupby(good(), lambda span: span.video))
            if output.folder:
                self._write_each(videos, output.folder, latest)
            else:
                self._write_one(videos, output, latest)
        tell_left_out(failed)

    def _write_each(self, videos: Iterator[list[Span]], folder: Path, latest: VideoCache) -> None:
        make_folder(folder)
        links, place = Links(self.link, folder), beside(folder)
        done: dict[str, tuple[str, str]] = {}
        for spans in videos:
            video = spans[0].video
            if video in done:
                raise UsageError(
                    f"{video} appears again after other videos: sort the spans by video"
                )
            name = f"{safe_stem(video)}.{ENDINGS[self.form]}"
            notes = self._page(spans, latest, place)
            with open_sink(str(folder / name)) as sink:
                for piece in self._text(notes, links):
                    sink(piece.encode())
            done[video] = notes.title, name
        if len(done) > 1:
            with open_sink(str(folder / f"index.{ENDINGS[self.form]}")) as sink:
                sink("".join(self._index(done.values())).encode())

    def _write_one(self, videos: Iterator[list[Span]], output: Output, latest: VideoCache) -> None:
        named = output.name not in (None, "-")
        links = Links(self.link, Path(output.name or "").resolve().parent if named else None)
        first = next(videos, None)
        with output.open(lambda: first is not None) as sink:
            if first is None:
                return
            place = inside if self.form == "html" else None
            for piece in self._text(self._page(first, latest, place), links):
                sink(piece.encode())
            if another := next(videos, None):
                raise UsageError(
                    f"one file is of one video, and {another[0].video} follows {first[0].video}: "
                    "write into a folder with -o DIR/"
                )

    def _page(self, spans: list[Span], latest: VideoCache, place: Place | None) -> Page:
        shown = {
            number: pictures(span, self.pictures, latest, place)
            for number, span in enumerate(spans)
            if place is not None and span.get("kind") != "summary"
        }
        if lacking := sum(each is None for each in shown.values()):
            log.warning("%s: chapters of which there are no pictures: %d", spans[0].video, lacking)
        known = {number: each or [] for number, each in shown.items()}
        return page(spans, known, self.transcript)

    def _text(self, notes: Page, links: Links) -> Iterator[str]:
        return html(notes, links, self.language) if self.form == "html" else markdown(notes, links)

    def _index(self, done: Iterable[tuple[str, str]]) -> Iterator[str]:
        if self.form == "markdown":
            yield "# Notes\n\n"
            yield from (f"- [{escaped(title)}]({name})\n" for title, name in done)
            return
        yield from head("Notes", None)
        yield "<main>\n<h1>Notes</h1>\n<ul>\n"
        yield from (f'<li><a href="{name}">{safe(title)}</a></li>\n' for title, name in done)
        yield "</ul>\n</main>\n</body>\n</html>\n"
