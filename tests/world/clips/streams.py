"""Clips whose truth lies in the container: clocks, codecs, rotation, sound, subtitles."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from tests.world import text
from tests.world.encode import NO_TRACKS, Encoding, Tracks, write_clip, write_sound
from tests.world.looks import Scene
from tests.world.sound import SoundTrack, Tone
from tests.world.text import Line, SubtitleTrack
from tests.world.timeline import Take, Timeline
from tests.world.truth import Clip

ENGLISH = (
    Line(0.5, 1.75, "Good morning, everyone."),
    Line(2.0, 3.25, "The river rose overnight.\nThe old mill is under water."),
    Line(3.5, 4.75, "Boats are on their way."),
    Line(5.042, 5.917, "Stay where you are!"),
)
GERMAN = (
    Line(0.5, 1.75, "Guten Morgen zusammen."),
    Line(2.0, 3.25, "Der Fluss ist über Nacht gestiegen.\nDie alte Mühle steht unter Wasser."),
    Line(3.5, 4.75, "Boote sind unterwegs."),
    Line(5.042, 5.917, "Bleiben Sie, wo Sie sind!"),
)
TONES = (Tone(0.5, 1.5, 440.0), Tone(2.5, 3.0, 660.0), Tone(4.0, 5.5, 330.0))


def three_shots(
    directory: Path,
    name: str,
    seed: int,
    encoding: Encoding,
    tracks: Tracks = NO_TRACKS,
    variable: bool = False,
) -> Clip:
    """Three shots of two seconds in the encoding given, as NAME with the container's ending."""
    takes = [Take(2.0, Scene("blue")), Take(2.0, Scene("orange")), Take(2.0, Scene("green"))]
    size = (encoding.width, encoding.height)
    timeline = Timeline(takes, size, 1 / encoding.rate, seed)
    times = variable_times(float(timeline.seconds), seed) if variable else None
    path = directory / f"{name}.{encoding.container}"
    return write_clip(path, timeline, encoding, tracks, times)


def variable_times(seconds: float, seed: int) -> list[Fraction]:
    """Frame times whose distances wander between a thirtieth and a tenth of a second."""
    rng = np.random.default_rng([seed, 1])
    times, clock = [], Fraction(0)
    while clock < seconds:
        times.append(clock)
        clock += Fraction(int(rng.choice([800, 1000, 1600, 2400])), 24000)
    return times


def subtitled(directory: Path, seed: int = 0) -> Clip:
    """Matroska with an English SubRip and a German ASS track, and sound."""
    titles = (SubtitleTrack(ENGLISH, "subrip", "eng"), SubtitleTrack(GERMAN, "ass", "ger"))
    tracks = Tracks((SoundTrack(TONES, "libopus", "eng"),), titles)
    return three_shots(directory, "subtitled", seed, Encoding("mkv"), tracks)


def subtitled_mp4(directory: Path, seed: int = 0) -> Clip:
    """MP4 with English and German mov_text tracks, and sound."""
    titles = (SubtitleTrack(ENGLISH, "mov_text", "eng"), SubtitleTrack(GERMAN, "mov_text", "ger"))
    tracks = Tracks((SoundTrack(TONES, "aac", "eng"),), titles)
    return three_shots(directory, "subtitled_mp4", seed, Encoding(), tracks)


def subtitled_webm(directory: Path, seed: int = 0) -> Clip:
    """WebM: VP9, Opus and an English WebVTT track."""
    tracks = Tracks(
        (SoundTrack(TONES, "libopus", "eng"),), (SubtitleTrack(ENGLISH, "webvtt", "eng"),)
    )
    encoding = Encoding("webm", "libvpx-vp9")
    return three_shots(directory, "subtitled_webm", seed, encoding, tracks)


def sidecar(directory: Path, seed: int = 0) -> Clip:
    """MP4 without subtitles, with an English .srt and a German .vtt beside it."""
    tracks = Tracks((SoundTrack(TONES),))
    clip = three_shots(directory, "sidecar", seed, Encoding(), tracks)
    names = ("sidecar.srt", "sidecar.de.vtt")
    text.write_srt(directory / names[0], ENGLISH)
    text.write_vtt(directory / names[1], GERMAN)
    cues = text.cues(ENGLISH, "eng", 0.0, None) + text.cues(GERMAN, "ger", 0.0, None)
    return Clip(clip.path, replace(clip.truth, cues=cues, sidecars=names))


def chaptered(directory: Path, seed: int = 0) -> Clip:
    """MP4 with three chapters in the container, which adds a data stream without a codec."""
    chapters = ((0.0, 2.0, "Opening"), (2.0, 4.0, "The flood"), (4.0, 6.0, "Rescue"))
    return three_shots(directory, "chaptered", seed, Encoding(), Tracks(chapters=chapters))


def chaptered_mkv(directory: Path, seed: int = 0) -> Clip:
    """Matroska with three chapters in the container."""
    chapters = ((0.0, 2.0, "Opening"), (2.0, 4.0, "The flood"), (4.0, 6.0, "Rescue"))
    tracks = Tracks(chapters=chapters)
    return three_shots(directory, "chaptered_mkv", seed, Encoding("mkv"), tracks)


def late_start(directory: Path, seed: int = 0) -> Clip:
    """MP4 whose first frame is presented at 5 s (an edit list), with sound and subtitles."""
    tracks = Tracks((SoundTrack(TONES),), (SubtitleTrack(ENGLISH, "mov_text", "eng"),))
    return three_shots(directory, "late_start", seed, Encoding(start=5.0), tracks)


def late_start_mkv(directory: Path, seed: int = 0) -> Clip:
    """Matroska whose first frame is presented at 7.5 s."""
    return three_shots(directory, "late_start_mkv", seed, Encoding("mkv", start=7.5))


def variable_rate(directory: Path, seed: int = 0) -> Clip:
    """MP4 whose frame durations wander between 33 and 100 ms."""
    return three_shots(directory, "variable_rate", seed, Encoding(), variable=True)


def variable_rate_mkv(directory: Path, seed: int = 0) -> Clip:
    """Matroska of variable rate: the same wandering, rounded to milliseconds."""
    return three_shots(directory, "variable_rate_mkv", seed, Encoding("mkv"), variable=True)


def ntsc(directory: Path, seed: int = 0) -> Clip:
    """24000/1001 frames a second."""
    return three_shots(directory, "ntsc", seed, Encoding(rate=Fraction(24000, 1001)))


def fifty(directory: Path, seed: int = 0) -> Clip:
    """QuickTime (.mov) at 50 frames a second, with sound."""
    encoding = Encoding("mov", rate=Fraction(50))
    return three_shots(directory, "fifty", seed, encoding, Tracks((SoundTrack(TONES),)))


def reordered(directory: Path, seed: int = 0) -> Clip:
    """H.264 with B-frames and a keyframe every two seconds: packets are not in display order."""
    encoding = Encoding(gop=48, b_frames=3, options={"preset": "veryfast"})
    return three_shots(directory, "reordered", seed, encoding)


def rotated(directory: Path, seed: int = 0) -> Clip:
    """To be shown turned by 90 degrees counter-clockwise: coded 320x180, displayed 180x320."""
    return three_shots(directory, "rotated", seed, Encoding(rotation=90))


def rotated_180(directory: Path, seed: int = 0) -> Clip:
    """Matroska to be shown upside down."""
    return three_shots(directory, "rotated_180", seed, Encoding("mkv", rotation=180))


def rotated_270(directory: Path, seed: int = 0) -> Clip:
    """QuickTime to be shown turned by 90 degrees clockwise; libav reads it as -90."""
    return three_shots(directory, "rotated_270", seed, Encoding("mov", rotation=-90))


def ten_bit(directory: Path, seed: int = 0) -> Clip:
    """HEVC, ten bits a sample."""
    encoding = Encoding("mkv", "libx265", "yuv420p10le")
    return three_shots(directory, "ten_bit", seed, encoding)


def hevc(directory: Path, seed: int = 0) -> Clip:
    """HEVC in MP4."""
    return three_shots(directory, "hevc", seed, Encoding(codec="libx265"))


def vp9(directory: Path, seed: int = 0) -> Clip:
    """VP9 and Opus in WebM."""
    tracks = Tracks((SoundTrack(TONES, "libopus"),))
    return three_shots(directory, "vp9", seed, Encoding("webm", "libvpx-vp9"), tracks)


def av1(directory: Path, seed: int = 0) -> Clip:
    """AV1 in MP4."""
    return three_shots(directory, "av1", seed, Encoding(codec="libsvtav1"))


def mpeg4(directory: Path, seed: int = 0) -> Clip:
    """MPEG-4 part 2 in MP4."""
    return three_shots(directory, "mpeg4", seed, Encoding(codec="mpeg4"))


def odd_size(directory: Path, seed: int = 0) -> Clip:
    """VP9 of 321x181, odd both ways."""
    encoding = Encoding("webm", "libvpx-vp9", width=321, height=181)
    return three_shots(directory, "odd_size", seed, encoding)


def padded(directory: Path, seed: int = 0) -> Clip:
    """H.264 of a 321x181 picture, padded to 322x182."""
    return three_shots(directory, "padded", seed, Encoding(width=321, height=181))


def silent(directory: Path, seed: int = 0) -> Clip:
    """No sound track at all."""
    return three_shots(directory, "silent", seed, Encoding())


def quiet(directory: Path, seed: int = 0) -> Clip:
    """A sound track that is silent throughout."""
    return three_shots(directory, "quiet", seed, Encoding(), Tracks((SoundTrack(),)))


def sounded(directory: Path, seed: int = 0) -> Clip:
    """Three tones with silence between them, AAC."""
    return three_shots(directory, "sounded", seed, Encoding(), Tracks((SoundTrack(TONES),)))


def dubbed(directory: Path, seed: int = 0) -> Clip:
    """Two sound tracks, English (tones of 440, 660, 330 Hz) and German (a tone of 880 Hz)."""
    german = SoundTrack((Tone(1.0, 5.0, 880.0),), "aac", "ger")
    tracks = Tracks((SoundTrack(TONES, "aac", "eng"), german))
    return three_shots(directory, "dubbed", seed, Encoding("mkv"), tracks)


def audio_only(directory: Path, seed: int = 0) -> Clip:
    """Sound without pictures, AAC in .m4a."""
    return write_sound(directory / "audio_only.m4a", Tracks((SoundTrack(TONES),)), 6.0, seed)
