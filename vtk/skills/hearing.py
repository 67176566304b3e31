"""Check a speech recognizer on sentences that espeak-ng speaks, where that is installed."""

import io
import re
import shutil
import subprocess
import wave
from difflib import SequenceMatcher
from itertools import cycle, islice

import numpy as np
from numpy.typing import NDArray

from vtk.errors import MissingError, ModelError
from vtk.models.speech.recognizer import RATE, Piece, Recognizer
from vtk.skills.skill import Row, Skill, Tally
from vtk.skills.vectors import PARAPHRASES

VOICE = "espeak-ng"
SECONDS = 60.0  # most time for a sentence
ENOUGH = 0.6  # least share of the words of a sentence that a right transcript has, in order

WORDS = Skill("words", 0.0)
HEARD = (WORDS.name,)


def sentences(count: int) -> list[tuple[str, NDArray[np.float32]]]:
    """Return `count` English sentences, each with its sound: samples (n,) at 16 kHz.

    Raises MissingError without espeak-ng.
    """
    if not shutil.which(VOICE):
        raise MissingError(
            f"a speech model is checked on what {VOICE} speaks, which is not here: apt install "
            f"{VOICE}"
        )
    return [(text, spoken(text)) for text in texts(count)]


def texts(count: int) -> list[str]:
    """Return `count` English sentences, from some number on again."""
    return list(islice(cycle(text for pair in PARAPHRASES for text in pair), count))


def check_recognizer(model: Recognizer, said: list[tuple[str, NDArray[np.float32]]]) -> Row:
    """Return the row of a recognizer: how many sentences it writes for the most part."""
    tally = Tally(WORDS)
    heard = model.recognize((Piece(0.0, samples) for _, samples in said), "en")
    for (text, _), found in zip(said, heard, strict=True):
        if isinstance(found, ModelError):
            tally.fail(found)
        else:
            tally.add_all([_alike(text, " ".join(each.text for each in found.segments))])
    return tally.row(model.name or "")


def spoken(text: str) -> NDArray[np.float32]:
    """Return a spoken text: samples (n,) at 16 kHz. Raises MissingError if the voice fails."""
    try:
        run = subprocess.run([VOICE, "--stdout", text], capture_output=True, timeout=SECONDS)
        with wave.open(io.BytesIO(run.stdout)) as sound:
            rate = sound.getframerate()
            samples = np.frombuffer(run.stdout[44:], np.int16)  # the length in the header is wrong
    except (OSError, subprocess.TimeoutExpired, wave.Error, EOFError):
        raise MissingError(f"{VOICE} does not speak: install it anew") from None
    times = np.arange(int(len(samples) * RATE / rate)) * rate / RATE
    return np.asarray(np.interp(times, np.arange(len(samples)), samples / 32768), np.float32)


def _alike(said: str, heard: str) -> bool:
    words, found = (re.findall(r"[\w']+", text.casefold()) for text in (said, heard))
    matches = SequenceMatcher(None, words, found, autojunk=False).get_matching_blocks()
    return sum(match.size for match in matches) >= ENOUGH * len(words)
