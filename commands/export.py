"""vtk export: spans as a data set to train on or to query."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .options import streaming

if TYPE_CHECKING:
    from vtk.stream import Stream


def export() -> None:
    """Write spans as a data set to train on or to query.

    The place of the data set comes first, then the inputs. The spans go on to standard output, so
    that a pipeline can go on; error records are left out of the data set, which standard error
    tells the number of, and the exit status is then 1. What is written takes its name when it is
    whole; a reader that leaves early (`| head`) ends the run before that. The same spans give the
    same bytes.

    \b
    Examples:
      vtk export parquet shots.parquet < shots.jsonl > /dev/null
      vtk caption talk.mp4 | vtk export webdataset shards/ --clips > samples.jsonl
    """


@streaming
def parquet(
    stream: "Stream",
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="The file to write, named *.parquet.")
    ],
) -> None:
    """Write spans as rows of a Parquet file.

    The columns are `video`, `start` and `end` in seconds, `kind`, `index`, `score`, `title`,
    `caption`, `summary`, the words of `speech` and `screen_text`, the times of the `keyframes` in
    seconds, and `record`, the whole span as JSON. The file appears when the input has come to its
    end. Whole videos are split into shots first. Memory does not grow with the input; works in
    one process whatever --jobs says. Needs pyarrow: pip install 'video-text-kit[parquet]'.

    \b
    Examples:
      vtk export parquet shots.parquet < shots.jsonl > /dev/null
      vtk caption talk.mp4 | vtk export parquet talk.parquet | vtk chapter
    """
    from functools import partial

    from vtk.export.parquet import parquet as write

    stream.command, stream.jobs = "export parquet", 1  # one writer, in the order of the input
    stream.run(partial(write, file=file))


@streaming
def webdataset(
    stream: "Stream",
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="The folder to write to, without shards so far.")
    ],
    pictures: Annotated[
        bool,
        typer.Option("--pictures/--no-pictures", help="The pictures of the keyframes go in."),
    ] = True,
    clips: Annotated[
        bool, typer.Option("--clips", help="Each span goes in as a clip, with its sound.")
    ] = False,
    height: Annotated[
        int | None,
        typer.Option(
            metavar="PIXELS",
            min=2,
            max=16383,
            show_default="the video's",
            help="Height of pictures and clips; picture files that are there are then not used.",
        ),
    ] = None,
    shard_size: Annotated[
        int, typer.Option(metavar="N", min=1, help="Samples of a shard at most.")
    ] = 1000,
    shard_mb: Annotated[
        int,
        typer.Option(metavar="MB", min=1, help="Megabytes of a shard at most, for two or more."),
    ] = 1000,
) -> None:
    """Write spans as samples in tar files, as WebDataset reads them.

    The shards are DIR/000000.tar, DIR/000001.tar and so on, each of which appears when it is
    whole. A sample is KEY.json, the span, KEY.txt, its caption, KEY.000.jpg and so on, its
    keyframes in time order, and with --clips KEY.mp4 (H.264, AAC), cut at `start` and `end`
    exactly, upright and beginning at 0. A key is made of the video's name and the times in
    milliseconds, and has no dot. Spans come out with `sample`, which names shard and key.

    A picture file that a keyframe names is taken as it is; else the frame is decoded. Whole videos
    are split into shots first, and keyframes are picked where there are none; with --no-pictures
    and without --clips no video is opened. Holds one sample in memory, the clip included; works
    in one process whatever --jobs says.

    \b
    Examples:
      vtk export webdataset shards/ < shots.jsonl > samples.jsonl
      vtk export webdataset clips/ --clips --no-pictures --height 360 talk.mp4 > samples.jsonl
    """
    from functools import partial

    from vtk.export.webdataset import Contents
    from vtk.export.webdataset import webdataset as write

    stream.command, stream.jobs = "export webdataset", 1  # one writer, in the order of the input
    contents = Contents(pictures, clips, height)
    stream.run(
        partial(write, folder=folder, contents=contents, samples=shard_size, size=shard_mb * 10**6)
    )


SUBCOMMANDS = (parquet, webdataset)
