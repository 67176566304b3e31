"""vtk index duplicates: what videos of an index have in common."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..subcommand import AsJson, write
from .options import Place, index_subcommand

if TYPE_CHECKING:
    from vtk.stream import Stream


@index_subcommand
def duplicates(
    stream: "Stream",
    index: Place,
    threshold: Annotated[
        float, typer.Option(metavar="SCORE", help="Leave out copies that score lower.")
    ] = 0.52,
    min_length: Annotated[
        str | None,
        typer.Option(
            metavar="DURATION",
            show_default=False,
            help="Leave out stretches shorter than this: 10s, 1m30s.",
        ),
    ] = None,
    json: AsJson = False,
) -> None:
    """List copies and near-copies among the videos of an index.

    Gives each stretch of a video that is also in a longer one (in one of an earlier name, where
    both are as long) as a span with `score`, and in `copy` the stretch of the longer one, how much
    faster or slower it runs, and the `share` of the shorter video that the stretch is: 1 is a video
    that the other has in it as a whole. Of a video and its copies, the longest is not among the
    spans: it is the one to keep. Only pictures are compared. Copies are what vtk retrieve --same
    finds, with the score that it gives to such a stretch alone. But what fits nearly as well some
    seconds beside its place is left out: stills, black, views in which little moves; and so are
    stretches of about 3 s or less; those that are hardly longer may be alike by chance, which
    --min-length 5s leaves out. What a video repeats of itself is not listed.

    Compares the signatures of the videos, which vtk embed --signature gives them before they are
    added; those without are counted. No video is opened. Keeps the signatures of all videos in
    memory. Of a stretch that is in very many videos, not all pairs are listed.

    \b
    Examples:
      vtk embed --signature film.mkv talk.mp4 | vtk index add films.index > /dev/null
      vtk index duplicates films.index --min-length 10s
      vtk index duplicates films.index | jq -r 'select(.copy.share > 0.95).video' | sort -u
    """
    from vtk.retrieve.duplicates import duplicates
    from vtk.times import parse_duration

    seconds = parse_duration(min_length) if min_length else 0.0
    found = duplicates(index, threshold=threshold, min_length=seconds)
    write(stream, found, _line, json)


def _line(record: dict[str, Any]) -> str:
    """Format a copy for a terminal."""
    from vtk.times import clock

    copy = record["copy"]
    here, there = (f"{clock(each['start'])}-{clock(each['end'])}" for each in (record, copy))
    share = f"{100 * copy['share']:.0f} %"
    speed = f" at {copy['speed']} times the length" if copy["speed"] != 1 else ""
    mirrored = ", mirrored" if copy.get("mirrored") else ""
    told = f"{record['video']} {here} ({share}) is in {copy['video']} {there}"
    return f"{told}{speed}{mirrored}, score {record['score']:.2f}"
