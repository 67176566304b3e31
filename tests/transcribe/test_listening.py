"""vtk transcribe --sounds: where there is speech, music and silence, and where none of these."""

from itertools import chain, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.command_line import lines, vtk
from tests.transcribe.played import MUSIC, NOISE, music, noise, over
from tests.transcribe.spoken import RATE, SENTENCES, Samples, say, write_wave
from tests.world import World
from vtk.span import Span
from vtk.split.cues import cues
from vtk.transcribe import audio_events, speech_activity
from vtk.transcribe.harmonics import STEP, PartialTracker
from vtk.transcribe.music import MusicDetector

Range = tuple[float, float]
Part = tuple[str, Samples]
GRID = 100  # frames a second in which results are compared


@pytest.fixture(autouse=True)
def detector() -> None:
    pytest.importorskip("onnxruntime")
    pytest.importorskip("faster_whisper")


def written(path: Path, parts: list[Part]) -> dict[str, list[Range]]:
    """Writes the parts one after the other; tells when each type is heard, in seconds."""
    truth: dict[str, list[Range]] = {}
    done = 0
    for kind, sound in parts:
        truth.setdefault(kind, []).append((done / RATE, (done + len(sound)) / RATE))
        done += len(sound)
    write_wave(path, np.concatenate([sound for _, sound in parts]))
    return truth


def silent(seconds: float) -> Samples:
    return np.zeros(int(seconds * RATE), np.float32)


def told(path: Path | str) -> dict[str, list[Range]]:
    found: dict[str, list[Range]] = {"speech": [], "music": [], "silence": []}
    for span in audio_events([Span(video=str(path))]):
        assert not span.failed
        found[span["cue"]["type"]].append((span.start, span.end))
    return found


def score(told: list[Range], truth: list[Range], seconds: float) -> float:
    """F1 over frames."""

    def frames(ranges: list[Range]) -> NDArray[np.bool_]:
        marked = np.zeros(int(seconds * GRID), bool)
        for start, end in ranges:
            marked[round(start * GRID) : round(end * GRID)] = True
        return marked

    one, two = frames(told), frames(truth)
    return float(2 * (one & two).sum() / max(one.sum() + two.sum(), 1))


def over_noise(kind: str, seconds: float, seed: int) -> Samples:
    behind = noise(("pink", "white", "rain")[seed % 3], seconds, seed)
    return over(music(kind, seconds, seed), behind, 10)


@pytest.mark.parametrize("kind", MUSIC)
@pytest.mark.parametrize("seed", [101, 102])
def test_music_speech_and_silence_are_told_apart_and_from_noise(
    tmp_path: Path, kind: str, seed: int
) -> None:
    parts = [
        ("noise", noise("pink", 3, seed)),
        ("music", over_noise(kind, 7, seed)),
        ("silence", silent(3)),
        ("speech", say(SENTENCES[seed % 4])),
        ("noise", 0.1 * noise("wind", 3, seed)),
        ("music", 0.2 * music(kind, 5, seed + 1)),
    ]
    path = tmp_path / "x.wav"
    truth, found = written(path, parts), told(path)
    seconds = truth["music"][-1][1]
    assert score(found["music"], truth["music"], seconds) >= 0.9
    assert score(found["silence"], truth["silence"], seconds) >= 0.99
    assert score(found["speech"], truth["speech"], seconds) >= 0.8


@pytest.mark.parametrize("kind", NOISE)
@pytest.mark.parametrize("seed", [103, 104])
def test_what_is_no_music_is_not_told(tmp_path: Path, kind: str, seed: int) -> None:
    found = told(write_wave(tmp_path / "x.wav", noise(kind, 24, seed)))
    assert found["music"] == found["silence"] == []


def test_speech_and_silence_are_no_music(tmp_path: Path) -> None:
    spoken = [[("silence", silent(2.5)), ("speech", say(text))] for text in SENTENCES]
    path = tmp_path / "x.wav"
    truth, found = written(path, list(chain.from_iterable(spoken))), told(path)
    assert found["music"] == []
    for kind in ("silence", "speech"):
        for one, two in zip(found[kind], truth[kind], strict=True):
            assert one == pytest.approx(two, abs=0.15)


def test_music_that_somebody_speaks_over_is_speech(tmp_path: Path) -> None:
    said = np.concatenate([say(SENTENCES[0]), say(SENTENCES[3])])
    length = len(said) / RATE
    played = music("organ chords", 10 + length, 105) * 0.3
    played[5 * RATE : 5 * RATE + len(said)] += said
    path = write_wave(tmp_path / "x.wav", played)
    found = told(path)
    assert score(found["speech"], [(5, 5 + length)], 10 + length) >= 0.9
    assert score(found["music"], [(0, 5), (5 + length, 10 + length)], 10 + length) >= 0.9
    both = sorted(found["speech"] + found["music"])
    assert all(one[1] <= two[0] + STEP for one, two in pairwise(both))


def test_speech_is_what_is_told_of_it_alone_and_silence_what_split_tells(tmp_path: Path) -> None:
    parts = [("silence", silent(4)), ("speech", say(SENTENCES[1])), ("silence", silent(1.5))]
    parts += [("music", music("band", 4, 106)), ("silence", 1e-4 * noise("pink", 3, 1))]
    path = tmp_path / "x.wav"
    written(path, parts)

    def plain(span: Span) -> Any:
        return span.start, span.end, span["cue"], span.get("score")

    spans = list(audio_events([Span(video=str(path))]))
    by = {kind: [plain(s) for s in spans if s["cue"]["type"] == kind] for kind in told(path)}
    assert by["speech"] == [plain(span) for span in speech_activity([Span(video=str(path))])]
    assert by["silence"] == [plain(span) for span in cues(Span(video=str(path)))]
    assert len(by["silence"]) == 2


@pytest.mark.parametrize("name", ["silent", "quiet", "sounded"])
def test_silence_in_films_is_what_split_tells(world: World, name: str) -> None:
    path = str(world(name).path)
    here = told(path)["silence"]
    there = [(s.start, s.end) for s in cues(Span(video=path)) if s["cue"]["type"] == "silence"]
    assert len(here) == len(there) == {"silent": 0, "quiet": 1}.get(name, len(there))
    for one, two in zip(here, there, strict=True):
        assert one == pytest.approx(two, abs=0.05)


def test_the_command_gives_spans_in_the_order_of_their_start(tmp_path: Path) -> None:
    parts = [("silence", silent(3)), ("speech", say(SENTENCES[0])), ("noise", silent(1))]
    parts += [("music", music("piano chords", 5, 107)), ("silence", silent(2.5))]
    path = tmp_path / "x.wav"
    written(path, parts)
    result = vtk("transcribe", "--sounds", path)
    assert (result.returncode, result.stderr) == (0, b"")
    spans = lines(result)
    assert [s["cue"]["type"] for s in spans] == ["silence", "speech", "music", "silence"]
    assert [s["index"] for s in spans] == [0, 1, 2, 3]
    assert all(0.5 < s["score"] <= 1 for s in spans[1:3])
    assert spans[0]["cue"]["level"] == -120.0
    middle = (spans[2]["start"] + spans[2]["end"]) / 2
    (part,) = lines(vtk("transcribe", "--sounds", f"{path}#t={middle - 1.5},{middle + 1.5}"))
    assert part["cue"] == {"type": "music"}
    assert (part["start"], part["end"]) == pytest.approx((middle - 1.5, middle + 1.5), abs=0.2)
    assert vtk("transcribe", "--sounds", "--vad-only", path).returncode == 2
    assert vtk("transcribe", "--sounds", "--track", "2", path).returncode == 2


@pytest.mark.parametrize("count", [1, 511, 1024, 1025, 2048, 16384, 40000])
def test_every_length_of_sound_is_told_frame_by_frame(count: int) -> None:
    sound = music("flute", 4, 1)[:count]
    whole, parts = PartialTracker(), PartialTracker()
    once = [*whole(sound), *whole.finish()]
    pieces = (sound[n : n + 700] for n in range(0, count, 700))
    assert once == [*chain.from_iterable(map(parts, pieces)), *parts.finish()]
    assert len(once) == -(-count // 1024)


def test_an_hour_of_music_and_noise_is_heard_in_little_memory() -> None:
    chance = np.random.default_rng(0)
    kinds = over_noise("plucked chords", 10, 108), noise("pink", 10, 108)
    state, heard, kept, found = PartialTracker(), MusicDetector(), 0, 0
    for frame in range(360):
        sound = kinds[frame % 6 > 0] * np.float32(chance.uniform(0.5, 1))
        for place in range(0, len(sound), 16384):
            for pitches in state(sound[place : place + 16384]):
                kept += 1
                found += heard(kept * STEP, pitches) is not None
        assert len(state._pitches) * STEP < 15
        assert len(state._tracks) < 1000
    assert found >= 59
