"""vtk export markdown, html-notes: what videos tell, to read, print and hand on."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ..options import Language

if TYPE_CHECKING:
    from vtk.stream.job import Job

Link = Annotated[
    str | None,
    typer.Option(
        metavar="TEMPLATE",
        show_default="the video's file, {video}#t={start}",
        help="Where times lead to: an address with {video}, {name}, {start}, {seconds} or {clock}.",
    ),
]
Pictures = Annotated[
    int, typer.Option(metavar="N", min=0, max=100, help="Most pictures of a chapter.")
]
Transcript = Annotated[
    bool, typer.Option("--transcript/--no-transcript", help="What is said, folded under chapters.")
]


def markdown(
    link: Link = None,
    pictures: Pictures = 3,
    transcript: Transcript = True,
    language: Language = None,
) -> "Job":
    """Write notes of videos as Markdown.

    Chapters are headings with summaries, pictures, times that lead into the video, and the
    transcript folded under them. Chapters and summaries that the spans lack are made first. With -o
    DIR/, each video has a file there and its pictures in DIR/pictures/, with relative names, so
    that the folder can be moved, zipped and published; several have an index.md. A single file is
    of one video, and has no pictures. All text is escaped.

    \b
    Examples:
      vtk chapter talk.mp4 | vtk export markdown > talk.md
      vtk chapter talk.mp4 | vtk export markdown --link 'https://youtu.be/ID?t={seconds}' -o notes/
    """
    return _notes("markdown", link, pictures, transcript, language)


def html_notes(
    link: Link = None,
    pictures: Pictures = 3,
    transcript: Transcript = True,
    language: Language = None,
) -> "Job":
    """Write notes of videos as pages of HTML to read in a browser and to print.

    As markdown; a single file holds its pictures. A page loads nothing from a network and has no
    script. Times lead to the video where it is beside the notes as it is now.

    \b
    Examples:
      vtk chapter talk.mp4 | vtk export html-notes > talk.html
      vtk keyframes talk.mp4 | vtk ocr | vtk caption | vtk export html-notes -o notes/
    """
    return _notes("html", link, pictures, transcript, language)


def _notes(
    form: Literal["markdown", "html"],
    link: str | None,
    pictures: int,
    transcript: bool,
    language: str | None,
) -> "Job":
    from vtk.export.notes import Notes
    from vtk.stream.job import Job

    notes = Notes(form, link, pictures, transcript, language)
    return Job(notes.prepare, by_video=True, processes=False, writer=notes)
