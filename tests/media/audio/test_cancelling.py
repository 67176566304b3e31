"""Channels that cancel each other when they are mixed."""

from pathlib import Path

import numpy as np
import pytest

from tests.transcribe.spoken import RATE, SENTENCES, Samples, say, write_wave
from vtk.media.audio.speech_audio import SpeechAudio
from vtk.span import Span
from vtk.transcribe import audio_events, speech_activity

MIXED = np.sqrt(2)  # how much louder than one channel FFmpeg makes a mix of two that are the same


def heard(path: Path) -> tuple[Samples, bool]:
    voice = SpeechAudio(str(path))
    sound = np.concatenate([block.samples for block in voice.blocks(0.0, np.inf)])
    voice.close()
    return sound, voice.one_channel


def test_the_louder_of_two_channels_that_cancel_each_other_is_heard(tmp_path: Path) -> None:
    pytest.importorskip("faster_whisper")
    speech = say(SENTENCES[0])
    one = heard(write_wave(tmp_path / "one.wav", speech))[0]
    path = write_wave(tmp_path / "two.wav", np.stack([0.9 * speech, -speech], axis=1))
    both, told = heard(path)
    assert told
    assert np.allclose(both, -MIXED * one, atol=0.001)
    for cues in (speech_activity, audio_events):
        first = next(iter(cues([Span(video=str(path))])))
        assert first["cue"]["type"] == "speech"
        assert first["made"][-1]["one_channel"] is True


def test_other_channels_are_mixed(tmp_path: Path) -> None:
    speech = say(SENTENCES[0])
    other = np.random.default_rng(0).normal(0, 0.1, len(speech)).astype(np.float32)
    for right in (speech, np.zeros_like(speech), other - 0.5 * speech):
        path = write_wave(tmp_path / "two.wav", np.stack([speech, right], axis=1))
        found, told = heard(path)
        assert not told
        assert np.allclose(found, MIXED / 2 * (speech + right), atol=0.001)


def test_a_part_in_which_they_do_is_heard_between_others(tmp_path: Path) -> None:
    speech = say(SENTENCES[0])[: 2 * RATE]
    sound = np.stack([np.tile(speech, 3), np.concatenate([speech, -speech, speech])], axis=1)
    found, told = heard(write_wave(tmp_path / "two.wav", sound))
    assert told
    parts = [found[n * 2 * RATE :][: 2 * RATE] for n in range(3)]
    assert [np.std(part) for part in parts] == pytest.approx([MIXED * np.std(speech)] * 3, rel=0.2)
