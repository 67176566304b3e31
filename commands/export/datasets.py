"""vtk export parquet, webdataset: write a data set and pass the spans on to standard output."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from vtk.stream.job import Job


def parquet(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="The file to write, named *.parquet.")
    ],
) -> "Job":
    """Write spans as rows of a Parquet file.

    The columns are `video`, `start` and `end` in seconds, `kind`, `index`, `score`, `title`,
    `caption`, `summary`, the words of `speech` and `screen_text`, the times of the `keyframes` in
    seconds, and `record`, the whole span as JSON. The file appears at the end of the input. Whole
    videos are split into shots first. Memory does not grow with the input; works in one process.
    Needs pyarrow: pip install 'video-text-kit[parquet]'.

    \b
    Examples:
      vtk export parquet shots.parquet < shots.jsonl > /dev/null
      vtk caption talk.mp4 | vtk export parquet talk.parquet | vtk chapter
    """
    from functools import partial

    from vtk.export.parquet import parquet as write
    from vtk.stream.job import Job

    return Job(partial(write, file=file), processes=False)  # one file, written in input order


def webdataset(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to write to.")],
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
    resume: Annotated[
        bool,
        typer.Option(
            "--resume", help="Go on in a folder with shards of the same input and options."
        ),
    ] = False,
) -> "Job":
    """Write spans as samples in tar files, as WebDataset reads them.

    The shards are DIR/000000.tar, DIR/000001.tar and so on, each of which appears when it is
    whole. A sample is KEY.json, the span, KEY.txt, its caption, KEY.000.jpg and so on, its
    keyframes in time order, and with --clips KEY.mp4 (H.264, AAC), cut at `start` and `end`
    exactly, upright and beginning at 0. A key is made of the video's name and the times in
    milliseconds, and has no dot. Spans come out with `sample`, which names shard and key.

    With --resume, samples that are in DIR are not made again, and others come after them; all spans
    come out. DIR/.vtk.json notes the options, which have to be the same.

    A picture file that a keyframe names is copied as it is; otherwise the frame is decoded. Whole
    videos are split into shots first, and keyframes are picked where there are none; with
    --no-pictures and without --clips no video is opened. Holds one sample in memory, the clip
    included; works in one process.

    \b
    Examples:
      vtk export webdataset shards/ < shots.jsonl > samples.jsonl
      vtk export webdataset clips/ --clips --no-pictures --height 360 talk.mp4 > samples.jsonl
      vtk export webdataset nightly/ --clips --resume talk.mp4 > samples.jsonl
    """
    from functools import partial

    from vtk.export.webdataset import Contents
    from vtk.export.webdataset import webdataset as write
    from vtk.stream.job import Job

    contents = Contents(pictures, clips, height)
    work = partial(
        write,
        folder=folder,
        contents=contents,
        samples=shard_size,
        size=shard_mb * 10**6,
        resume=resume,
    )
    return Job(work, processes=False)  # shards are written one by one, in input order
