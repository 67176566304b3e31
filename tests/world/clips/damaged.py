"""Files that are broken, empty, or hardly a video."""

from dataclasses import replace
from pathlib import Path

import av

from tests.world import broken
from tests.world.clips.streams import TONES, three_shots
from tests.world.encode import Encoding, Tracks, create, write_clip
from tests.world.looks import Scene
from tests.world.sound import SoundTrack
from tests.world.timeline import Take, Timeline
from tests.world.truth import Clip, Damage, Truth

SOUND = Tracks((SoundTrack(TONES),))


def truncated(directory: Path, seed: int = 0) -> Clip:
    """MP4 with its index first, cut off after half of its pictures: it opens and then ends."""
    clip = three_shots(directory, "truncated", seed, Encoding(faststart=True, gop=24), SOUND)
    return broken.truncate(clip, 0.5)


def truncated_mkv(directory: Path, seed: int = 0) -> Clip:
    """Matroska cut off after 60 % of its pictures, without its seek index."""
    clip = three_shots(directory, "truncated_mkv", seed, Encoding("mkv", gop=24), SOUND)
    return broken.truncate(clip, 0.6)


def no_moov(directory: Path, seed: int = 0) -> Clip:
    """MP4 that lost its index (moov) at the end: it cannot be opened."""
    return broken.drop_index(three_shots(directory, "no_moov", seed, Encoding(), SOUND))


def corrupt(directory: Path, seed: int = 0) -> Clip:
    """MP4 with noise over frames 60 to 79, a keyframe among them; whole again from 96 on."""
    clip = three_shots(directory, "corrupt", seed, Encoding(gop=24))
    return broken.overwrite(clip, 60, 20, seed)


def empty(directory: Path, seed: int = 0) -> Clip:
    """A file of no bytes named .mp4."""
    return _plain(directory / "empty.mp4", b"", seed, "empty")


def not_media(directory: Path, seed: int = 0) -> Clip:
    """A text file named .mp4."""
    words = "These are the minutes of a meeting, and no video at all.\n" * 20
    return _plain(directory / "not_media.mp4", words.encode(), seed, "not_media")


def no_frames(directory: Path, seed: int = 0) -> Clip:
    """MP4 that declares an H.264 stream and holds not one frame: it opens."""
    path = directory / "no_frames.mp4"
    with create(path, "empty_moov") as out:
        stream = out.add_stream("libx264", rate=24)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        out.start_encoding()
    truth = Truth("no_frames", seed, path.name, width=320, height=180)
    return Clip(path, replace(truth, damage=Damage("no_frames", True)))


def one_frame(directory: Path, seed: int = 0) -> Clip:
    """A video of a single frame."""
    encoding = Encoding()
    size = (encoding.width, encoding.height)
    timeline = Timeline([Take(1 / 24, Scene("orange"))], size, 1 / encoding.rate, seed)
    return write_clip(directory / "one_frame.mp4", timeline, encoding)


def _plain(path: Path, data: bytes, seed: int, kind: str) -> Clip:
    path.write_bytes(data)
    return Clip(path, Truth(path.stem, seed, path.name, damage=Damage(kind, False)))
