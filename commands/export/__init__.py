"""vtk export: write spans in formats for editing, playing, training and queries."""

from .chapter_files import chapters
from .clips import clips
from .datasets import parquet, webdataset
from .notes import html_notes, markdown
from .subtitles import ass, lrc, srt, txt, vtt
from .text import aegisub, csv, edl, otio, tsv, webvtt


def export() -> None:
    """Write spans in the formats of other programs.

    `clips` cuts spans out into files of their own; `parquet` and `webdataset` write a data set: the
    file or folder comes first, then the inputs. The spans are passed on to standard output, so that
    a pipeline can continue. A file appears when it is complete; a reader that leaves early
    (`| head`) ends the run before that.

    The others write text for editing and playing, to standard output or to the file that --output
    names, instead of spans. If --output is a folder, or ends in a slash, each video gets a file of
    its own in it, and the spans of a video must come together; otherwise all spans must belong to
    one video, except for edl, otio, csv and tsv. `srt`, `vtt`, `ass`, `lrc` and `txt` hold what is
    said (`speech`); `webvtt` holds captions or titles; `chapters` has the formats of chapters;
    `markdown` and `html-notes` tell of each video in chapters, with summaries, pictures and
    transcript.

    Whole videos are split into shots first. Error records are left out; a message tells how many,
    and the exit status is then 1. The same spans give the same bytes. --jobs cuts clips, splits and
    divides videos in several processes; the rest is done in one.

    \b
    Examples:
      vtk retrieve 'honey bee' shots.jsonl | vtk export clips bees/ --pad 1s > clips.jsonl
      vtk export parquet shots.parquet < shots.jsonl > /dev/null
      vtk caption talk.mp4 | vtk export webdataset shards/ --clips > samples.jsonl
      vtk split film.mp4 | vtk export edl > film.edl
      vtk chapter talk.mp4 | vtk export chapters --format webvtt -o chapters.vtt
      vtk split film.mp4 talk.mp4 | vtk export aegisub -o keyframes/
      vtk transcribe talk.mp4 | vtk export srt > talk.srt
      vtk chapter talk.mp4 | vtk export html-notes -o notes/
    """


SUBCOMMANDS = (
    *(clips, parquet, webdataset, edl, otio, csv, tsv, chapters, webvtt, aegisub),
    *(srt, vtt, ass, lrc, txt, markdown, html_notes),
)
