"""vtk transcribe --vad-only: where somebody speaks, over noise and music."""

import tracemalloc
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.command_line import lines, vtk
from tests.transcribe.spoken import RATE, behind, mixed, talk, write_wave
from tests.world import World
from vtk.media.audio.speech_audio import BLOCK, AudioBlock, SpeechAudio
from vtk.models.speech.recognizer import LONGEST
from vtk.span import Span
from vtk.transcribe import speech_activity
from vtk.transcribe.activity import Hysteresis, feed, with_probabilities
from vtk.transcribe.pieces import padded_speech, pieces

pytest.importorskip("onnxruntime")
pytest.importorskip("faster_whisper")

Range = tuple[float, float]
GRID = 100  # frames a second in which results are compared


def frames(ranges: list[Range], seconds: float) -> NDArray[np.bool_]:
    marked = np.zeros(int(seconds * GRID), bool)
    for start, end in ranges:
        marked[round(start * GRID) : round(end * GRID)] = True
    return marked


def found(path: Path) -> list[Range]:
    spans = list(speech_activity([Span(video=str(path))]))
    assert not [span for span in spans if span.failed]
    assert all(span["cue"] == {"type": "speech"} for span in spans)
    return [(span.start, span.end) for span in spans]


@pytest.mark.parametrize("kind", ["none", "white", "pink", "music"])
@pytest.mark.parametrize("seed", [0, 1])
def test_speech_is_found_over_noise_and_music_at_10_decibels(
    tmp_path: Path, kind: str, seed: int
) -> None:
    speech, truth = talk(seed)
    sound = mixed(speech, truth, kind, 10)
    loudest = np.float32(max(1.0, float(np.abs(sound).max())))
    path = write_wave(tmp_path / "talk.wav", np.asarray(sound / loudest, np.float32))
    told, wanted = (frames(r, len(sound) / RATE) for r in (found(path), truth))
    assert 2 * (told & wanted).sum() / (told.sum() + wanted.sum()) >= 0.95


@pytest.mark.parametrize("kind", ["none", "white", "pink", "music"])
def test_nobody_speaks_in_silence_noise_and_music(tmp_path: Path, kind: str) -> None:
    sound = behind(kind, 20 * RATE, seed=3)
    loudest = np.float32(np.abs(sound).max() or 1.0)
    assert found(write_wave(tmp_path / "x.wav", np.asarray(sound / loudest / 2, np.float32))) == []


def test_the_command_gives_spans_that_others_take(tmp_path: Path) -> None:
    speech, truth = talk(2, count=2)
    path = write_wave(tmp_path / "talk.wav", speech)
    result = vtk("transcribe", "--vad-only", path)
    assert (result.returncode, result.stderr) == (0, b"")
    spans = lines(result)
    assert [(s["kind"], s["index"]) for s in spans] == [("cue", 0), ("cue", 1)]
    assert [(s["start"], s["end"]) for s in spans] == [pytest.approx(t, abs=0.15) for t in truth]
    assert all(0.5 < s["score"] <= 1 for s in spans)
    part = lines(vtk("transcribe", "--vad-only", f"{path}#t={truth[1][0] - 0.5},{truth[1][1]}"))
    assert [(s["start"], s["end"]) for s in part] == [pytest.approx(truth[1], abs=0.15)]


@pytest.mark.parametrize("name", ["silent", "quiet"])
def test_a_film_in_which_nothing_is_heard_has_no_speech(world: World, name: str) -> None:
    result = vtk("transcribe", "--vad-only", world(name).path)
    assert (result.returncode, result.stdout) == (0, b"")


@pytest.mark.parametrize("count", [0, 1, 511, 512, 513, 1600, BLOCK, BLOCK + 1, 3 * BLOCK])
def test_sound_of_every_length_is_given_whole(tmp_path: Path, count: int) -> None:
    sound = np.linspace(-0.5, 0.5, count, dtype=np.float32)
    path = write_wave(tmp_path / "x.wav", sound)
    if count == 0:
        assert lines(vtk("transcribe", "--vad-only", path)) == []
        return
    voice = SpeechAudio(str(path))
    blocks = list(voice.blocks(0.0, np.inf))
    heard = np.concatenate([block.samples for block in blocks])
    assert np.abs(heard - sound).max() < 1e-4
    assert [block.start for block in blocks] == [n * BLOCK / RATE for n in range(len(blocks))]
    assert found(path) == []


@pytest.mark.parametrize("rate", [8000, 22050, 48000])
def test_other_rates_keep_their_time(tmp_path: Path, rate: int) -> None:
    sound = np.zeros(3 * rate, np.float32)
    sound[2 * rate : 2 * rate + rate // 10] = 0.5
    voice = SpeechAudio(str(write_wave(tmp_path / "x.wav", sound, rate)))
    heard = np.concatenate([block.samples for block in voice.blocks(0.5, 10.0)])
    assert abs(len(heard) / RATE - 2.5) < 0.01
    assert abs(np.flatnonzero(heard > 0.25)[0] / RATE - 1.5) < 0.005


def test_sound_ends_where_its_track_does(tmp_path: Path) -> None:
    speech, truth = talk(0, count=1)
    path = write_wave(tmp_path / "x.wav", speech)
    span = Span(video=str(path), start=0.0, end=60.0)
    (cue,) = speech_activity([span])
    assert cue.end == pytest.approx(truth[0][1], abs=0.15)
    (outside,) = speech_activity([Span(video=str(path), start=50.0, end=60.0)])
    assert outside.failed


class Alternating:
    """A detector that hears speech for `on` seconds after every `off` of silence."""

    def __init__(self, on: float, off: float) -> None:
        self.on, self.off, self.place = on, off, 0

    def reset(self) -> None:
        self.place = 0

    def probabilities(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        times = (self.place + np.arange(-(-len(samples) // 512))) * 512 / RATE
        self.place += len(times)
        return ((times % (self.on + self.off)) >= self.off).astype(np.float32) * 0.9


def blocks(seconds: float) -> Iterator[AudioBlock]:
    for place in range(0, int(seconds * RATE), BLOCK):
        yield AudioBlock(place / RATE, np.full(BLOCK, place, np.float32))


@pytest.mark.parametrize(("on", "off"), [(3, 0.5), (1, 5), (100, 1), (29.5, 0.4), (0.3, 0.31)])
def test_pieces_hold_all_speech_once_and_none_is_longer_than_what_is_heard_at_once(
    on: float, off: float
) -> None:
    detector, state = Alternating(on, off), Hysteresis()
    wanted = [
        s for b, p in with_probabilities(blocks(300), detector) for s in feed(state, b.start, p)
    ]
    wanted += [last] if (last := state.finish()) else []
    spoken = list(pieces(padded_speech(with_probabilities(blocks(300), detector))))
    inside = [stretch for one in spoken for stretch in one.speech]
    assert sum(s.end - s.start for s in inside) == pytest.approx(
        sum(s.end - s.start for s in wanted), rel=0.01
    )
    end = 0.0
    for piece in (one.piece for one in spoken):
        assert len(piece.samples) <= LONGEST * RATE
        parts = [(0, piece.start), *piece.joints, (len(piece.samples), np.inf)]
        for (low, start), (high, _) in pairwise(parts):
            assert start >= end - 1e-3  # no sound twice
            end = start + (high - low) / RATE
            for sample in (low, high - 1):  # each tells the block that it is of
                time = start + (sample - low) / RATE
                assert piece.samples[sample] <= time * RATE + 1 < piece.samples[sample] + BLOCK + 2
                middle = (sample + 0.5) / RATE
                assert piece.word_times(middle, middle)[0] == pytest.approx(time, abs=1e-4)
                assert len(piece.cut(time - 0.01, time + 0.01).samples) <= 0.02 * RATE + 1
    for one in spoken:
        for stretch in one.speech:
            sound = one.piece.cut(stretch.start, stretch.end).samples
            assert len(sound) / RATE == pytest.approx(stretch.end - stretch.start, abs=0.001)


def test_a_piece_ends_at_the_longest_pause_near_its_end() -> None:
    class Sentences(Alternating):
        """Speech of 2 s with pauses of 0.5 s, and of 1.5 s before the twelfth."""

        def probabilities(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
            times = (self.place + np.arange(-(-len(samples) // 512))) * 512 / RATE
            self.place += len(times)
            times = np.where(times > 28.5, times - 1, np.where(times > 27.4, 27.4, times))
            return ((times % 2.5) < 2).astype(np.float32) * 0.9

    heard = with_probabilities(blocks(60), Sentences(0, 0))
    first, second, *_ = pieces(padded_speech(heard))
    assert first.speech[-1].end == pytest.approx(27, abs=0.1)
    assert second.speech[0].start == pytest.approx(28.5, abs=0.1)


def test_an_hour_of_sound_is_cut_in_little_memory() -> None:
    heard = with_probabilities(blocks(3600), Alternating(20, 0.4))
    tracemalloc.start()
    count = sum(1 for _ in pieces(padded_speech(heard)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count > 100
    assert peak < 20e6
