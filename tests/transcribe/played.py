"""Sound that is not spoken: music of several kinds, and what is none, made anew for every seed."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tests.transcribe.spoken import RATE, Samples

Wave = NDArray[np.float64]
Chance = np.random.Generator
SCALE = (0, 2, 4, 5, 7, 9, 11)  # semitones of the major scale
CHORDS = ((0, 4, 7), (5, 9, 12), (7, 11, 14), (9, 12, 16), (2, 5, 9), (4, 7, 11))


def music(kind: str, seconds: float, seed: int) -> Samples:
    """Music of a kind of MUSIC, of a mean power of 0.01."""
    return _levelled(MUSIC[kind](int(seconds * RATE), np.random.default_rng(seed)))


def noise(kind: str, seconds: float, seed: int) -> Samples:
    """Sound of a kind of NOISE, of a mean power of 0.01."""
    return _levelled(NOISE[kind](int(seconds * RATE), np.random.default_rng(seed)))


def over(one: Samples, other: Samples, decibels: float) -> Samples:
    """Sound over other sound of its mean power, louder than that by so many decibels."""
    return _levelled((one + other * 10 ** (-decibels / 20)).astype(np.float64))


def _levelled(wave: Wave) -> Samples:
    size = np.sqrt(0.01 / max(float(np.mean(wave**2)), 1e-12))
    return np.asarray(np.clip(wave * size, -1, 1), np.float32)


def _tone(hertz: float | Wave, seconds: float, instrument: str) -> Wave:
    """A note. `hertz` is one number, or one for each sample."""
    time = np.arange(int(seconds * RATE)) / RATE
    pitch = np.broadcast_to(np.asarray(hertz, float), time.shape)
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    sound = np.zeros(len(time))
    for number in range(1, 25):
        stiff = number * np.sqrt(1 + 0.0004 * number**2) if instrument == "piano" else number
        if stiff * pitch.max() > 7000:
            break
        size = {
            "saw": 1 / number,
            "organ": {1: 1.0, 2: 0.7, 3: 0.5, 4: 0.4, 8: 0.2}.get(number, 0.0),
            "plucked": np.exp(-time * (2 + 1.2 * number)) / number,
            "piano": np.exp(-time * (1 + 0.5 * number)) / number**1.3,
            "strings": 1 / number**1.2,
            "flute": (1.0, 0.3, 0.1)[number - 1] if number < 4 else 0.0,
        }[instrument]
        sound += size * np.sin(stiff * phase)
    soft = {"strings": 0.08, "flute": 0.04}.get(instrument, 0.01)
    rise = np.minimum(1, np.minimum(time, time[::-1]) / soft)
    return np.asarray(sound * rise, np.float64)


def _note(semitones: float) -> float:
    return float(440 * 2 ** (semitones / 12))


def _add(sound: Wave, start: float, tone: Wave) -> None:
    first = int(start * RATE)
    tone = tone[: max(len(sound) - first, 0)]
    sound[first : first + len(tone)] += tone


def _chords(instrument: str) -> Callable[[int, Chance], Wave]:
    def play(count: int, chance: Chance) -> Wave:
        sound, time = np.zeros(count), 0.0
        root, beat = int(chance.integers(-19, -4)), chance.uniform(0.35, 0.8)
        while time * RATE < count:
            chord = CHORDS[chance.integers(len(CHORDS))]
            strokes = int(chance.integers(1, 5))
            for stroke in range(strokes):
                for tone in chord:
                    _add(
                        sound,
                        time + stroke * beat + chance.uniform(0, 0.02),
                        chance.uniform(0.7, 1) * _tone(_note(root + tone), beat * 1.1, instrument),
                    )
            _add(sound, time, _tone(_note(root + chord[0] - 12), beat * strokes, instrument))
            time += strokes * beat
        return sound

    return play


def _melody(instrument: str, vibrato: float) -> Callable[[int, Chance], Wave]:
    def play(count: int, chance: Chance) -> Wave:
        sound, time, step = np.zeros(count), 0.0, int(chance.integers(7))
        root, beat = int(chance.integers(-10, 6)), chance.uniform(0.18, 0.4)
        while time * RATE < count:
            step = int(np.clip(step + chance.integers(-2, 3), -3, 10))
            length = beat * float(chance.choice([1, 1, 2, 3]))
            pitch = _note(root + SCALE[step % 7] + 12 * (step // 7))
            clock = np.arange(int(length * RATE)) / RATE
            depth = vibrato * np.minimum(clock / 0.2, 1) / 1200
            swing = np.sin(2 * np.pi * chance.uniform(4.5, 6.5) * clock)
            _add(sound, time, _tone(pitch * 2 ** (depth * swing), len(clock) / RATE, instrument))
            time += length
        return sound

    return play


def _band(count: int, chance: Chance) -> Wave:
    """Chords, a melody and drums."""
    chords = _chords(str(chance.choice(["saw", "organ", "piano"])))(count, chance)
    melody = _melody("strings", 30)(count, chance)
    return _unit(chords) + 0.7 * _unit(melody) + 0.7 * _unit(_drums(count, chance))


def _drums(count: int, chance: Chance) -> Wave:
    """A bass drum, a snare and cymbals."""
    sound, beat = np.zeros(count), chance.uniform(0.22, 0.35)
    clock = np.arange(int(0.3 * RATE)) / RATE
    bass = np.sin(2 * np.pi * (50 * clock + 4 * (1 - np.exp(-30 * clock)))) * np.exp(-12 * clock)
    for number in range(int(count / RATE / beat) + 1):
        hit = chance.normal(size=len(clock))
        drum = (
            bass * 3,
            np.diff(hit, append=0) * np.exp(-60 * clock) * 0.5,
            hit * np.exp(-22 * clock),
            np.diff(hit, append=0) * np.exp(-60 * clock) * 0.5,
        )
        _add(sound, number * beat, drum[number % 4])
    return sound


def _unit(wave: Wave) -> Wave:
    return np.asarray(wave / np.sqrt(np.mean(wave**2) + 1e-12), np.float64)


def _coloured(count: int, chance: Chance, slope: float) -> Wave:
    """Noise whose amplitude falls with frequency to that power."""
    spectrum = np.fft.rfft(chance.normal(size=count))
    return np.fft.irfft(spectrum / np.maximum(np.arange(count // 2 + 1), 1) ** slope, count)


def _wind(count: int, chance: Chance) -> Wave:
    """Noise through resonances that wander slowly, in gusts."""
    sound, clock = np.zeros(count), np.arange(count) / RATE
    for _ in range(3):
        width, centre = chance.uniform(40, 200), chance.uniform(200, 900)
        steps = int(width * 2)
        grid = np.linspace(0, count, max(count * steps // RATE, 2))
        parts = chance.normal(size=(2, len(grid)))
        real, other = (np.interp(np.arange(count), grid, part) for part in parts)
        drift = centre * (1 + 0.2 * np.sin(2 * np.pi * chance.uniform(0.1, 0.3) * clock))
        phase = 2 * np.pi * np.cumsum(drift) / RATE
        gust = 1 + 0.8 * np.sin(2 * np.pi * chance.uniform(0.1, 0.4) * clock)
        sound += gust * (real * np.cos(phase) - other * np.sin(phase))
    return _unit(sound) + 0.5 * _unit(_coloured(count, chance, 0.7))


def _rain(count: int, chance: Chance) -> Wave:
    """Drops on a roof over a hiss."""
    sound = np.zeros(count)
    clock = np.arange(int(0.02 * RATE)) / RATE
    for start in chance.uniform(0, count / RATE, size=count * 40 // RATE):
        pitch = chance.uniform(800, 5000)
        drop = np.sin(2 * np.pi * pitch * clock) * np.exp(-300 * clock)
        _add(sound, start, chance.exponential() * drop)
    return _unit(sound) + 0.5 * _unit(_coloured(count, chance, 0.3))


def _slams(count: int, chance: Chance) -> Wave:
    """Doors: a bang and some resonances of wood that die away, every second or two."""
    sound, time = np.zeros(count), 0.3
    clock = np.arange(int(0.6 * RATE)) / RATE
    while time * RATE < count:
        bang = chance.normal(size=len(clock)) * np.exp(-18 * clock)
        for hertz in chance.uniform(80, 900, size=5):
            bang += 0.8 * np.sin(2 * np.pi * hertz * clock) * np.exp(-14 * clock)
        _add(sound, time, bang)
        time += chance.uniform(0.8, 2.5)
    return sound + 0.01 * _unit(_coloured(count, chance, 0.5))


def _hum(partials: int, hiss: float) -> Callable[[int, Chance], Wave]:
    """The mains at 50 or 60 Hz, with its multiples and a hiss."""

    def sound(count: int, chance: Chance) -> Wave:
        clock, mains = np.arange(count) / RATE, float(chance.choice([50, 60]))
        hum = np.zeros(count)
        for number in range(1, partials + 1):
            size = chance.uniform(0.3, 1) / number**0.5
            hum += size * np.sin(2 * np.pi * (mains * number * clock + chance.uniform()))
        return _unit(hum) + hiss * _unit(_coloured(count, chance, 0.5))

    return sound


def _tones(count: int, chance: Chance) -> Wave:
    """A tone for tests: one pitch, now and then interrupted."""
    clock = np.arange(count) / RATE
    on = (clock % chance.uniform(1, 4)) > chance.choice([0.0, 0.5])
    return np.asarray(np.sin(2 * np.pi * chance.choice([440.0, 1000.0]) * clock) * on, np.float64)


def _clicks(count: int, chance: Chance) -> Wave:
    """Steps, typing, applause: many short bursts."""
    sound = np.zeros(count)
    clock = np.arange(int(0.05 * RATE)) / RATE
    for start in np.cumsum(chance.exponential(0.08, size=count * 13 // RATE)):
        burst = chance.normal(size=len(clock)) * np.exp(-chance.uniform(80, 300) * clock)
        _add(sound, start, burst)
    return sound + 0.01 * chance.normal(size=count)


MUSIC: dict[str, Callable[[int, Chance], Wave]] = {
    **{f"{name} chords": _chords(name) for name in ("saw", "organ", "plucked", "piano", "strings")},
    "flute": _melody("flute", 0),
    "violin with vibrato": _melody("strings", 40),
    "band": _band,
}
NOISE: dict[str, Callable[[int, Chance], Wave]] = {
    "white": lambda count, chance: chance.normal(size=count),
    "pink": lambda count, chance: _coloured(count, chance, 0.5),
    "brown": lambda count, chance: _coloured(count, chance, 1.0),
    "wind": _wind,
    "rain": _rain,
    "slams": _slams,
    "hum": _hum(1, 0.0),
    "buzz": _hum(30, 0.1),
    "buzz in a hiss": _hum(30, 1.0),
    "tones": _tones,
    "clicks": _clicks,
    "drums": _drums,
}
