"""Options shared by several export commands."""

from typing import Annotated

import typer

Rate = Annotated[
    str | None,
    typer.Option(
        metavar="RATE",
        show_default="the video's",
        help="Frames per second of the edit: 25, 29.97, 30000/1001.",
    ),
]
Drop = Annotated[
    bool | None,
    typer.Option(
        "--drop-frame/--non-drop-frame",
        show_default="as the file, else drop-frame at 29.97 and 59.94",
        help="How timecodes at 29.97 and 59.94 frames per second count.",
    ),
]
Fields = Annotated[
    str | None,
    typer.Option(
        metavar="NAMES",
        show_default="video,start,end,kind,index,cue.type,score,title,caption,query,evidence",
        help="The columns: fields of a span, with a dot for one in another (transition.type).",
    ),
]
Timecode = Annotated[
    bool, typer.Option("--timecode", help="Add columns with the timecodes of start and end.")
]
SceneList = Annotated[
    bool, typer.Option("--scene-list", help="Write the columns of PySceneDetect's list of scenes.")
]
Each = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="A row for each timed text of this field (speech, events) instead of each span.",
    ),
]
