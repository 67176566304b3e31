"""Speech with exact truth: sentences of espeak-ng, alone or over noise and music."""

import ctypes
import shutil
import subprocess
import wave
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

RATE = 16_000
SENTENCES = (
    "The rocket lifts off from the pad at nine in the morning.",
    "Honey is made in the hive by many bees.",
    "This half of the observatory was moved to another place.",
    "We are glad that you came to see it, and we hope you like it.",
)
VOICES = ("en", "en-us", "de", "en+f3")

Samples = NDArray[np.float32]


@cache
def say(text: str, voice: str = "en", speed: int = 175) -> Samples:
    """A text without silence around it, at 16 kHz; `speed` is in words a minute.

    Skips the test where nothing can speak.
    """
    if shutil.which("espeak-ng"):
        command = ["espeak-ng", "--stdout", "-s", str(speed), "-v", voice, text]
        data = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout
        with wave.open(BytesIO(data)) as file:
            rate = file.getframerate()
            stored = np.frombuffer(file.readframes(2**30), np.int16)
    else:
        rate, stored = _by_library(text, voice, speed)
    sound = stored.astype(np.float32) / 32768
    count = int(len(sound) * RATE / rate)
    sound = np.interp(np.arange(count) * rate / RATE, np.arange(len(sound)), sound)
    loud = np.flatnonzero(np.abs(sound) > 0.01)
    return np.asarray(sound[loud[0] : loud[-1] + 1], np.float32)


def _by_library(text: str, voice: str, speed: int) -> tuple[int, NDArray[np.int16]]:
    """The same of the library in the package espeakng-loader."""
    loader = pytest.importorskip(
        "espeakng_loader", reason="no espeak-ng here: apt install espeak-ng"
    )
    library, rate = _library(loader)
    heard: list[NDArray[np.int16]] = []

    def listen(samples: Any, count: int, _: Any) -> int:
        if samples and count:
            heard.append(np.ctypeslib.as_array(samples, (count,)).copy())
        return 0

    kinds = ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
    listener = ctypes.CFUNCTYPE(ctypes.c_int, *kinds)(listen)  # C keeps no reference of its own
    library.espeak_SetSynthCallback(listener)
    library.espeak_SetVoiceByName(voice.encode())
    library.espeak_SetParameter(1, speed, 0)
    data = text.encode()
    library.espeak_Synth(data, len(data) + 1, 0, 0, 0, 1, None, None)
    library.espeak_Synchronize()
    return rate, np.concatenate(heard)


@cache
def _library(loader: Any) -> tuple[Any, int]:
    library = ctypes.CDLL(loader.get_library_path())
    return library, library.espeak_Initialize(2, 0, loader.get_data_path().encode(), 0)


def talk(seed: int, count: int = 8) -> tuple[Samples, list[tuple[float, float]]]:
    """Sentences with pauses between, and when each is said, in seconds."""
    chance, done, truth = np.random.default_rng(seed), 0, list[tuple[float, float]]()
    parts: list[Samples] = []
    for number in range(count):
        sentence = say(SENTENCES[number % 4], VOICES[(number + seed) % 4])
        pause = np.zeros(int(chance.uniform(1.5, 4) * RATE), np.float32)
        first = done + len(pause)
        done = first + len(sentence)
        truth.append((first / RATE, done / RATE))
        parts += [pause, sentence]
    return np.concatenate([*parts, np.zeros(2 * RATE, np.float32)]), truth


def behind(kind: str, count: int, seed: int) -> Samples:
    """What is heard behind speech: none, white or pink noise, or music."""
    chance = np.random.default_rng(seed)
    if kind == "none":
        return np.zeros(count, np.float32)
    noise = chance.normal(size=count)
    if kind == "pink":
        spectrum = np.fft.rfft(noise) / np.sqrt(np.maximum(np.arange(count // 2 + 1), 1))
        noise = np.fft.irfft(spectrum, count)
    if kind == "music":
        noise = _music(count, chance)
    return noise.astype(np.float32)


def _music(count: int, chance: np.random.Generator) -> NDArray[np.float64]:
    """Chords of three tones with overtones, two a second, and a drum."""
    sound = np.zeros(count)
    for start in range(0, count, RATE // 2):
        time = np.arange(min(RATE, count - start)) / RATE
        root = chance.choice([220, 262, 294, 330, 392, 440])
        for tone in (root, root * 1.25, root * 1.5):
            for over in range(1, 6):
                wave = np.sin(2 * np.pi * tone * over * time) * np.exp(-3 * time) / over
                sound[start : start + len(time)] += wave
        sound[start : start + len(time)] += chance.normal(size=len(time)) * np.exp(-40 * time)
    return sound


def mixed(speech: Samples, truth: list[tuple[float, float]], kind: str, decibels: float) -> Samples:
    """Speech over something else, louder than that by so many decibels while it is said."""
    other = behind(kind, len(speech), seed=1)
    said = np.concatenate([speech[int(a * RATE) : int(b * RATE)] for a, b in truth])
    power = float(np.mean(other**2))
    size = np.sqrt(np.mean(said**2) / 10 ** (decibels / 10) / power) if power else 0.0
    return (speech + other * size).astype(np.float32)


def passages() -> list[str]:
    """Sixteen texts of 61 to 67 words."""
    return Path(__file__).with_name("passages.txt").read_text(encoding="utf-8").split("\n\n")


def write_wave(path: Path, sound: Samples, rate: int = RATE) -> Path:
    """Sound, (samples,) or (samples, channels), as a WAV file."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1 if sound.ndim == 1 else sound.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.rint(np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
    return path
