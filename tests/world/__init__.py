"""Small videos with exactly known truth, rendered from a seed.

    clip = render("cuts", directory)
    [cut.pts for cut in clip.truth.cuts]

`catalog` names the clips, `long` makes hours of video cheaply, and `timeline`, `looks`, `encode`
compose new ones: a list of `Take`s makes a `Timeline`, which `write_clip` encodes.
"""

from collections.abc import Callable

from tests.world.catalog import CATALOG, render, truth_path, version
from tests.world.encode import Encoding, Tracks, write_clip, write_sound
from tests.world.long import long_clip
from tests.world.looks import Blank, Camera, Scene, Slide
from tests.world.sound import SoundTrack, Tone
from tests.world.text import Line, SubtitleTrack, write_srt, write_vtt
from tests.world.timeline import Flash, Take, Timeline, Transition
from tests.world.truth import Clip, Truth

World = Callable[[str], Clip]  # gives the clip of a name

__all__ = [
    "CATALOG",
    "Blank",
    "Camera",
    "Clip",
    "Encoding",
    "Flash",
    "Line",
    "Scene",
    "Slide",
    "SoundTrack",
    "SubtitleTrack",
    "Take",
    "Timeline",
    "Tone",
    "Tracks",
    "Transition",
    "Truth",
    "World",
    "long_clip",
    "render",
    "truth_path",
    "version",
    "write_clip",
    "write_sound",
    "write_srt",
    "write_vtt",
]
