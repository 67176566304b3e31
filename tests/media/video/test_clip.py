"""Stretches of a video in one file: in step, whole, and without a warning of the decoder."""

from dataclasses import replace
from fractions import Fraction
from itertools import accumulate
from pathlib import Path

import av
import av.logging
import numpy as np
import pytest

from tests.world.encode import Encoding, Tracks, write_clip
from tests.world.looks import Scene
from tests.world.sound import SoundTrack, Tone
from tests.world.timeline import Take, Timeline
from vtk.media.video import Video
from vtk.media.video.cut import join_cuts

DARK = Scene("blue", "dark", movers=0, grain=0.0)
BRIGHT = replace(DARK, colour="yellow", light="bright")
# Each holds one change from dark and silent to bright and loud, 0.37 s after it begins.
STRETCHES = [(n + 0.63, n + 1.5) for n in (0, 2, 6, 10)]


@pytest.fixture(scope="module", params=["mp4", "mkv"])
def film(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve seconds that are dark and silent, bright and loud, a second each in turn."""
    path = tmp_path_factory.mktemp("film") / f"film.{request.param}"
    rate = Fraction(25)
    takes = [Take(1, (DARK, BRIGHT)[n % 2]) for n in range(12)]
    tones = SoundTrack(tuple(Tone(n, n + 1.0) for n in range(1, 12, 2)))
    form = Encoding(request.param, width=96, height=54, rate=rate, gop=60, b_frames=2)
    write_clip(path, Timeline(takes, (96, 54), 1 / rate, 1), form, Tracks((tones,)))
    return path


def test_joined_stretches_stay_in_step(film: Path, tmp_path: Path) -> None:
    target = tmp_path / {".mp4": "skim.mkv", ".mkv": "skim.mp4"}[film.suffix]
    with Video(str(film)) as video:
        join_cuts(video, STRETCHES, target)
    begun = list(accumulate((end - start for start, end in STRETCHES), initial=0.0))
    expected = [at + 0.37 for at in begun[:-1]]
    av.logging.set_level(av.logging.WARNING)
    try:
        with av.logging.Capture() as told, av.open(str(target)) as file:
            seen = [
                (f.time or 0.0, f.to_ndarray(format="gray").mean()) for f in file.decode(video=0)
            ]
        with av.open(str(target)) as file:
            heard = [(f.time or 0.0, np.abs(f.to_ndarray())[0]) for f in file.decode(audio=0)]
            assert abs(float(file.duration or 0) / av.time_base - begun[-1]) < 0.03
    finally:
        av.logging.set_level(None)
    assert not told
    times, light = (np.array(each) for each in zip(*seen, strict=True))
    bright = light > light.mean()
    turns = times[1:][bright[1:] & ~bright[:-1]]
    samples = np.concatenate([wave for _, wave in heard])
    at = heard[0][0] + np.arange(len(samples)) / 48000
    loud = at[samples > 0.05]
    onsets = [loud[0], *loud[1:][np.diff(loud) > 0.1]]
    assert turns == pytest.approx(expected, abs=0.02)
    assert onsets == pytest.approx(expected, abs=0.02)
    assert np.abs(turns - onsets).max() < 0.02
