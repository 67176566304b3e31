"""vtk export: spans in the formats of other programs, to edit, to play, to train on or to query."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from .export_options import Drop, Each, Fields, Rate, SceneList, Timecode
from .export_speech import ass, lrc, srt, txt, vtt

if TYPE_CHECKING:
    from vtk.export.files import TextFormat
    from vtk.stream.job import Job


def export() -> None:
    """Write spans in the formats of other programs.

    `parquet` and `webdataset` write a data set: its file or folder comes first, then the inputs.
    The spans are passed on to standard output, so that a pipeline can continue. A file appears when
    it is complete; a reader that leaves early (`| head`) ends the run before that.

    The others write text for editing and playing, to standard output or to the file that --output
    names, instead of spans. If --output is a folder, or ends in a slash, each video gets a file of
    its own in it, and the spans of a video must come together; otherwise all spans must belong to
    one video, except for csv and tsv. `srt`, `vtt`, `ass`, `lrc` and `txt` hold what is said
    (`speech`); `webvtt` holds titles or captions.

    Whole videos are split into shots first. Error records are left out; a message tells how many,
    and the exit status is then 1. The same spans give the same bytes. Works in one process whatever
    --jobs says.

    \b
    Examples:
      vtk export parquet shots.parquet < shots.jsonl > /dev/null
      vtk caption talk.mp4 | vtk export webdataset shards/ --clips > samples.jsonl
      vtk split film.mp4 | vtk export edl > film.edl
      vtk chapter talk.mp4 | vtk export webvtt -o chapters.vtt
      vtk split film.mp4 talk.mp4 | vtk export aegisub -o keyframes/
      vtk transcribe talk.mp4 | vtk export srt > talk.srt
    """


def parquet(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="The file to write, named *.parquet.")
    ],
) -> "Job":
    """Write spans as rows of a Parquet file.

    The columns are `video`, `start` and `end` in seconds, `kind`, `index`, `score`, `title`,
    `caption`, `summary`, the words of `speech` and `screen_text`, the times of the `keyframes` in
    seconds, and `record`, the whole span as JSON. The file appears at the end of the input. Whole
    videos are split into shots first. Memory does not grow with the input; works in one process
    whatever --jobs says. Needs pyarrow: pip install 'video-text-kit[parquet]'.

    \b
    Examples:
      vtk export parquet shots.parquet < shots.jsonl > /dev/null
      vtk caption talk.mp4 | vtk export parquet talk.parquet | vtk chapter
    """
    from functools import partial

    from vtk.export.parquet import parquet as write
    from vtk.stream.job import Job

    return Job(partial(write, file=file), processes=False)  # one file, in the order of the input


def webdataset(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="The folder to write to, without shards so far.")
    ],
    pictures: Annotated[
        bool,
        typer.Option("--pictures/--no-pictures", help="Include the pictures of the keyframes."),
    ] = True,
    clips: Annotated[
        bool, typer.Option("--clips", help="Include each span as a clip, with its sound.")
    ] = False,
    height: Annotated[
        int | None,
        typer.Option(
            metavar="PIXELS",
            min=2,
            max=16383,
            show_default="the video's",
            help="Height of pictures and clips; existing picture files are then not used.",
        ),
    ] = None,
    shard_size: Annotated[
        int, typer.Option(metavar="N", min=1, help="Most samples in a shard.")
    ] = 1000,
    shard_mb: Annotated[
        int,
        typer.Option(
            metavar="MB", min=1, help="Most megabytes in a shard, unless it is a single sample."
        ),
    ] = 1000,
) -> "Job":
    """Write spans as samples in tar files, as WebDataset reads them.

    The shards are DIR/000000.tar, DIR/000001.tar and so on, each of which appears when it is
    whole. A sample is KEY.json, the span, KEY.txt, its caption, KEY.000.jpg and so on, its
    keyframes in time order, and with --clips KEY.mp4 (H.264, AAC), cut at `start` and `end`
    exactly, upright and beginning at 0. A key is made of the video's name and the times in
    milliseconds, and has no dot. Spans come out with `sample`, which names shard and key.

    A picture file that a keyframe names is copied as it is; otherwise the frame is decoded. Whole
    videos are split into shots first, and keyframes are picked where there are none; with
    --no-pictures and without --clips no video is opened. Holds one sample in memory, the clip
    included; works in one process whatever --jobs says.

    \b
    Examples:
      vtk export webdataset shards/ < shots.jsonl > samples.jsonl
      vtk export webdataset clips/ --clips --no-pictures --height 360 talk.mp4 > samples.jsonl
    """
    from functools import partial

    from vtk.export.webdataset import Contents
    from vtk.export.webdataset import webdataset as write
    from vtk.stream.job import Job

    contents = Contents(pictures, clips, height)
    work = partial(
        write, folder=folder, contents=contents, samples=shard_size, size=shard_mb * 10**6
    )
    return Job(work, processes=False)  # one shard after the other, in the order of the input


def edl(
    rate: Rate = None,
    drop: Drop = None,
    reel: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", show_default="the video's", help="The reel, 8 letters and digits."
        ),
    ] = None,
) -> "Job":
    """Write spans as an edit decision list (CMX 3600).

    Source times are timecodes of the file, from its start timecode on if it has one. The clips
    follow each other on the record side from the first one's source time: all shots of a video
    stay where they are in it. Cuts are C, dissolves and fades D and wipes W001 with their length
    in frames, from where they are seen to begin. Titles or captions are comments.

    \b
    Examples:
      vtk split film.mp4 | vtk export edl > film.edl
      vtk split *.mov | vtk export edl --rate 25 -o lists/
    """
    from vtk.export.clock import parse_rate
    from vtk.export.edl import edl as text

    return _text(text(parse_rate(rate), drop, reel))


def otio(rate: Rate = None) -> "Job":
    """Write spans as a timeline of OpenTimelineIO.

    Clips with the file they are of, gradual transitions between them, markers with titles or
    captions, and each whole span under `vtk` in the metadata of its clip. Holds one video in
    memory. Needs OpenTimelineIO: pip install 'video-text-kit[edit]'.

    \b
    Examples:
      vtk caption film.mp4 | vtk export otio > film.otio
    """
    from vtk.export.clock import parse_rate
    from vtk.export.otio import otio as text

    return _text(text(parse_rate(rate)))


def csv(
    fields: Fields = None,
    timecode: Timecode = False,
    scene_list: SceneList = False,
    each: Each = None,
    rate: Rate = None,
    drop: Drop = None,
) -> "Job":
    """Write spans as rows of comma-separated values.

    Lists of texts (speech) come as their words, other lists and objects as JSON. Text that a
    spreadsheet would take for a formula gets an apostrophe before it.

    \b
    Examples:
      vtk split film.mp4 | vtk export csv --timecode > film.csv
      vtk export csv --fields start,end,transition.type,speech shots.jsonl
    """
    return _table("csv", fields, timecode, scene_list, each, rate, drop)


def tsv(
    fields: Fields = None,
    timecode: Timecode = False,
    scene_list: SceneList = False,
    each: Each = None,
    rate: Rate = None,
    drop: Drop = None,
) -> "Job":
    """Write spans as rows of tab-separated values.

    As csv; tabs and line ends in a cell become spaces, so that a line is a row.

    \b
    Examples:
      vtk export tsv --fields start,caption shots.jsonl | cut -f 2
      vtk transcribe talk.mp4 | vtk export tsv --each speech > talk.tsv
    """
    return _table("tsv", fields, timecode, scene_list, each, rate, drop)


def ffmetadata() -> "Job":
    """Write spans as chapters for FFmpeg.

    The title is the title, caption or summary of the span, else its kind and number.

    \b
    Examples:
      vtk chapter talk.mp4 | vtk export ffmetadata > chapters.txt
      ffmpeg -i talk.mp4 -i chapters.txt -map_metadata 0 -map_chapters 1 -c copy out.mp4
    """
    from vtk.export.ffmetadata import ffmetadata as text

    return _text(text())


def webvtt(
    field: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            show_default="title, caption or summary",
            help="The field to show; one with timed texts (speech, events) gives a cue for each.",
        ),
    ] = None,
) -> "Job":
    """Write spans as chapters or captions of a player (WebVTT).

    \b
    Examples:
      vtk chapter talk.mp4 | vtk export webvtt > chapters.vtt
      vtk caption talk.mp4 | vtk export webvtt --field speech > talk.vtt
    """
    from vtk.export.webvtt import webvtt as text

    return _text(text(field))


def aegisub() -> "Job":
    """Write the first frames of spans as a keyframe file for Aegisub.

    Subtitles then snap to the cuts. Reads the whole video, to count its frames.

    \b
    Examples:
      vtk split film.mp4 | vtk export aegisub > film_keyframes.txt
    """
    from vtk.export.aegisub import aegisub as text

    return _text(text())


def _table(
    form: Literal["csv", "tsv"],
    fields: str | None,
    timecode: bool,
    scene_list: bool,
    each: str | None,
    rate: str | None,
    drop: bool | None,
) -> "Job":
    from vtk.export.clock import parse_rate
    from vtk.export.table import table

    text = table(
        form,
        fields=fields,
        timecodes=timecode,
        scenes=scene_list,
        each=each,
        rate=parse_rate(rate),
        drop=drop,
    )
    return _text(text)


def _text(text: "TextFormat") -> "Job":
    from vtk.stream.job import Job

    return Job(text.prepare, processes=False, writer=text)  # into one file, or one after the other


SUBCOMMANDS = (
    *(parquet, webdataset, edl, otio, csv, tsv, ffmetadata, webvtt, aegisub),
    *(srt, vtt, ass, lrc, txt),
)
