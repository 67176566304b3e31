"""vtk export edl, otio, csv, tsv, webvtt, aegisub: text to edit and play spans."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from .options import Drop, Each, Fields, Rate, SceneList, Timecode

if TYPE_CHECKING:
    from vtk.export.files import TextFormat
    from vtk.stream.job import Job


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
    in frames, from where they are seen to begin. Titles or captions are comments, of results of a
    search also the query and the words that answer it. A list may be of several videos, each with a
    reel of its own; frames are then counted at the rate of the first one.

    \b
    Examples:
      vtk split film.mp4 | vtk export edl > film.edl
      vtk retrieve 'honey bee' shots.jsonl | vtk export edl > bees.edl
      vtk split *.mov | vtk export edl --rate 25 -o lists/
    """
    from vtk.export.clock import parse_rate
    from vtk.export.edl import edl as text

    return _text(text(parse_rate(rate), drop, reel))


def otio(rate: Rate = None) -> "Job":
    """Write spans as a timeline of OpenTimelineIO.

    Clips with the files they are of, gradual transitions between them, markers with titles or
    captions, and what was searched for, and each whole span under `vtk` in the metadata of its
    clip. A timeline may be of several videos; it is held in memory. Needs OpenTimelineIO: pip
    install 'video-text-kit[edit]'.

    \b
    Examples:
      vtk caption film.mp4 | vtk export otio > film.otio
      vtk ground 'honey bee' shots.jsonl | vtk export otio > bees.otio
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

    Lists of texts (speech, evidence) come as their words, other lists and objects as JSON. Text
    that a spreadsheet would take for a formula gets an apostrophe before it. A field of --fields
    that no span has, and that is none of vtk's, is wrong usage.

    \b
    Examples:
      vtk split film.mp4 | vtk export csv --timecode > film.csv
      vtk export csv --fields start,end,transition.type,speech shots.jsonl
      vtk ground 'honey bee' shots.jsonl | vtk export csv > bees.csv
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
    return _text(text, by_video=each is not None)  # what two spans share comes once


def _text(text: "TextFormat", *, by_video: bool = False) -> "Job":
    """What makes the spans ready may work in several processes; files are written one by one."""
    from vtk.stream.job import Job

    return Job(text.prepare, by_video=by_video, writer=text)
