"""vtk export chapters: write chapters for other programs, or into copies of the videos."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from vtk.methods import Methods

FORMATS: "Methods[Format]" = Methods("export chapters")

if TYPE_CHECKING:
    from vtk.chapter_files import Format
    from vtk.stream.job import Job

    Form = str
else:
    Form = Literal[*FORMATS]


def chapters(
    form: Annotated[Form, typer.Option("--format", help=FORMATS.help)] = "description",
    embed: Annotated[
        bool,
        typer.Option(
            "--embed",
            help="Write a copy of the video (mp4, m4b, mkv, mp3), named by -o, with the chapters "
            "in it; nothing is re-encoded.",
        ),
    ] = False,
    replace: Annotated[
        bool,
        typer.Option("--replace", help="With --embed: replace chapters that the video has."),
    ] = False,
) -> "Job":
    """Write spans as chapters, for other programs or into copies of the videos.

    The title is the title, caption or summary of the span, else its kind and number. Times count
    from the first picture, as players do. What a video platform or another reader would refuse
    is told in a warning. Whole videos are divided into chapters first.

    \b
    Examples:
      vtk chapter talk.mp4 | vtk export chapters
      vtk chapter talk.mp4 | vtk export chapters --format matroska -o chapters.xml
      vtk chapter talk.mp4 | vtk export chapters --embed -o chaptered.mp4
    """
    from vtk.errors import UsageError
    from vtk.export.chapters import chapters as text
    from vtk.export.chapters import embedded_chapters, with_chapters
    from vtk.stream.job import Job

    if embed:
        return Job(with_chapters, by_video=True, writer=embedded_chapters(replace))
    if replace:
        raise UsageError("--replace is for --embed")
    written = text(form)
    return Job(written.prepare, by_video=True, writer=written)
