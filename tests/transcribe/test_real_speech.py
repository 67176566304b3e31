"""vtk transcribe with the weights of a real model: Whisper tiny.en."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jiwer
import numpy as np
import pytest
from whisper_normalizer.english import EnglishTextNormalizer

from tests.command_line import lines, vtk
from tests.real_weights import WHISPER_TINY_EN, whisper_tiny_en
from tests.transcribe.spoken import RATE, Samples, passages, say, write_wave
from vtk.models.speech.whisper import WhisperModel
from vtk.span import Span
from vtk.transcribe import speech_activity, transcribe

pytest.importorskip("faster_whisper")

JOINED = "The 52-year-old man had an X-ray at 2 o'clock, which cost $2,000. It's ill-advised."


class Kept(WhisperModel):
    """A model that the tests close."""

    def close(self) -> None:
        pass


@pytest.fixture(scope="module")
def model() -> Iterator[Kept]:
    opened = Kept(str(whisper_tiny_en()), device="cpu", threads=1)
    yield opened
    WhisperModel.close(opened)


def heard(path: Path, model: Kept) -> tuple[list[Any], dict[str, Any]]:
    (span,) = transcribe([Span(video=str(path))], recognizer=lambda: model)
    return span["speech"], span["made"][-1]


def text(speech: list[Any]) -> str:
    return " ".join(entry["text"] for entry in speech)


def own_words(path: Path, model: Kept) -> list[Any]:
    """What faster-whisper makes of it by itself."""
    told, _ = model._pipeline.transcribe(str(path), beam_size=5, batch_size=4, word_timestamps=True)
    return [word for one in told for word in one.words]


def with_pauses(said: list[str], seconds: float, voice: str = "en") -> Samples:
    pause = np.zeros(int(seconds * RATE), np.float32)
    return np.concatenate(
        [pause[: RATE // 2], *(x for one in said for x in (say(one, voice), pause))]
    )


def test_words_are_whole_and_the_text_is_the_models_own(model: Kept, tmp_path: Path) -> None:
    path = write_wave(tmp_path / "x.wav", with_pauses([JOINED, passages()[2]], 0.5, "en-us"))
    speech, made = heard(path, model)
    assert not re.search(r"\S [-'’,]\w", text(speech))
    joined = {"52-year-old", "X-ray", "o'clock,", "$2,000."}
    assert len(joined & {*text(speech).split()}) >= 3  # rounding may change how one is heard
    assert [w["text"] for e in speech for w in e["words"]] == text(speech).split()
    assert "Dr. Allen" in text(speech)
    assert not any(re.search(r"\b(Dr|Mrs)\.$", entry["text"]) for entry in speech)
    theirs = own_words(path, model)
    assert text(speech).split() == "".join(word.word for word in theirs).split()
    ours = [word["start"] for entry in speech for word in entry["words"]]
    begun = [word.start for word in theirs if word.word.startswith(" ")]
    assert np.quantile(np.abs(np.subtract(ours, begun)), 0.9) < 0.2
    assert all(0 < entry["score"] <= 1 for entry in speech)
    assert made["sha256"] == WHISPER_TINY_EN[2]


def test_long_silences_cost_no_words(model: Kept, tmp_path: Path) -> None:
    plain = EnglishTextNormalizer()
    truth = plain(" ".join(passages()[:5]))
    sentences = re.split(r"(?<=[.?!\"]) (?=[A-Z\"])", " ".join(passages()[:5]))
    wrong = {}
    for seconds in (0.3, 10.0):
        path = write_wave(tmp_path / f"{seconds}.wav", with_pauses(sentences, seconds))
        speech, made = heard(path, model)
        wrong[seconds] = jiwer.wer(truth, plain(text(speech)))
        for cue in speech_activity([Span(video=str(path))]):
            if cue.end - cue.start > 3:
                assert any(e["start"] < cue.end and e["end"] > cue.start for e in speech)
        assert "no_words" not in made
    assert wrong[0.3] < 0.15
    assert wrong[10.0] < wrong[0.3] + 0.03


def test_songs_and_digits_keep_their_words(model: Kept, tmp_path: Path) -> None:
    song = (
        f"{'Ten green bottles hanging on the wall. ' * 2}And if one green bottle should "
        f"accidentally fall, there'd be {'nine green bottles hanging on the wall. ' * 3}"
    )
    digits = "The number is 5 5 5 5, 0 0 0 0, 1."
    for number, said in enumerate((song, digits)):
        path = write_wave(tmp_path / f"{number}.wav", say(said, "en-us", 160))
        speech, _ = heard(path, model)
        words = text(speech).lower().split()
        theirs = "".join(word.word for word in own_words(path, model)).split()
        assert len(words) > len(theirs) - 2  # how it is cut may change a word
        assert max(Counter(words).values()) >= 4


def test_nobody_is_heard_in_silence_and_noise(model: Kept, tmp_path: Path) -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, 20 * RATE).astype(np.float32)
    sound = np.concatenate([np.zeros(20 * RATE, np.float32), noise])
    assert heard(write_wave(tmp_path / "x.wav", sound), model)[0] == []


def test_languages_are_known_by_their_codes(model: Kept, tmp_path: Path) -> None:
    path = write_wave(tmp_path / "x.wav", say("Honey is made in the hive by many bees."))
    (tmp_path / "whisper-tiny.en").symlink_to(whisper_tiny_en())
    for language in ("EN", "en-US"):
        done = vtk(
            *("transcribe", "-m", f"{tmp_path}/whisper-tiny.en", "--threads", "1"),
            *("--language", language, path),
        )
        assert (done.returncode, done.stderr) == (0, b"")
    (span,) = lines(done)
    assert span["speech"]
    assert span["made"][-1]["model"] == "whisper-tiny.en"
