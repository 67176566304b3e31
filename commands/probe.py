"""vtk probe: report the container and the streams of a file."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vtk.stream.job import Job


def probe() -> "Job":
    """Describe video files: container, streams, chapters; decodes hardly anything.

    Gives each video as one span with `media`: container, streams with codecs, languages, sizes
    and frame rates (average, and whether it varies), colours, rotation, subtitle tracks, chapters.
    Reads the head of the file, its index or at most the first 2,000 packets of a video stream,
    and one picture.

    \b
    Examples:
      vtk probe talk.mp4 | jq .media
      vtk probe --absolute --print '{video} {end:hms}' talk.mp4 film.mkv
      find . -name '*.mkv' -print0 | vtk probe -0 | jq -r '[.video, .media.duration] | @tsv'
    """
    from vtk.media.probe import probe
    from vtk.stream.job import Job

    return Job(probe)
