"""The sound of a file, read from any place: also where it begins long after the pictures."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from vtk.media.audio.track import AudioTrack

RATE = 48_000
LATE, END = 12, 16  # seconds


def pictures_then_sound(path: Path) -> Path:
    """Grey pictures from 0 to END seconds, and a tone that begins at LATE."""
    with av.open(str(path), "w") as out:
        pictures = out.add_stream("libvpx", rate=5)
        assert isinstance(pictures, av.VideoStream)
        pictures.width, pictures.height, pictures.pix_fmt = 64, 48, "yuv420p"
        tone = out.add_stream("libopus", rate=RATE)
        assert isinstance(tone, av.AudioStream)
        tone.layout = "mono"
        part = RATE // 5
        wave = (np.sin(np.arange(part) / 20) * 8000).astype(np.int16)[None]
        for number in range(5 * END):
            picture = av.VideoFrame.from_ndarray(np.full((48, 64, 3), number, np.uint8))
            picture.pts, picture.time_base = number, Fraction(1, 5)
            out.mux(pictures.encode(picture))
            if number >= 5 * LATE:
                heard = av.AudioFrame.from_ndarray(wave, format="s16", layout="mono")
                heard.sample_rate, heard.time_base = RATE, Fraction(1, RATE)
                heard.pts = number * part
                out.mux(tone.encode(heard))
        out.mux([*pictures.encode(None), *tone.encode(None)])
    return path


@pytest.mark.parametrize("ending", ["mkv", "webm"])
def test_sound_that_begins_late_is_read_from_any_place(tmp_path: Path, ending: str) -> None:
    name = str(pictures_then_sound(tmp_path / f"late.{ending}"))
    for start, seconds in ((0.0, 0.0), (5.0, 0.0), (11.9, 0.4), (13.5, 0.5), (15.0, 0.5)):
        track = AudioTrack(name)
        heard = sum(chunk.samples.shape[1] for chunk in track.between(start, start + 0.5))
        track.close()
        assert heard / RATE == pytest.approx(seconds, abs=0.03), start
