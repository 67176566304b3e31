"""How many words are heard wrong, beside faster-whisper's own calls, and what that costs.

    python tests/benchmarks/transcribe_words.py FOLDER [--rows R,R] [--texts 0-7] [--seed N]
        [--engines E,E] [--minutes N] [--speech FOLDER] [--threads N]

FOLDER is a Whisper model as faster-whisper loads it. The engines are vtk, WhisperModel.transcribe
(fw: vad_filter, beam 5) and BatchedInferencePipeline (fwb: beam 5, batch 4); all int8, with word
times. For each condition: the word error rate in percent after Whisper's English normalizer, CPU
seconds a second of sound, and by how much words begin earlier or later than those of the others
(the 50th and 90th percentile of seconds). Speech is by espeak-ng; texts 0-7 and 8-15, and other
seeds with other voices, tell what holds for more than one choice. The exit status is 1 where vtk
is not as good as the marks at the top of this file.
"""

import argparse
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.transcribe.played import noise
from tests.transcribe.spoken import RATE, Samples, behind, mixed, passages, say, write_wave
from vtk.span import Span
from vtk.transcribe import open_recognizer, transcribe

WORSE, LATER, SLOWER = 0.5, 0.2, 1.05  # points, seconds, times: the most that is allowed
BETTER = 0.75  # of the others' errors on the long row
VOICES = ("en", "en-us", "en-gb-scotland", "en+f3", "en-us+m3", "en-gb-x-rp", "en+f2", "en-us+f4")
SUNG = (
    "Ten green bottles hanging on the wall. "
    * 2
    + "And if one green bottle should accidentally fall, there'd be nine green bottles hanging on "
    "the wall. " + "Nine green bottles hanging on the wall. " * 2 + "And if one green bottle "
    "should accidentally fall, there'd be eight green bottles hanging on the wall.",
    "The number is 5 5 5 5, 0 0 0 0, 1. I will say it again. 5 5 5 5, 0 0 0 0, 1.",
    "No, no, no, no, no, no! I said no. Bye, bye, bye, bye, bye. See you on Monday.",
)

Words = list[tuple[float, str]]
Engine = Callable[[Path], tuple[str, Words]]


@dataclass
class Clip:
    """Sound, its rate in samples a second, and what is said in it."""

    sound: Samples
    text: str
    rate: int = RATE


@dataclass
class Heard:
    """What an engine heard in the clips of a row."""

    texts: list[str] = field(default_factory=list)
    words: list[Words] = field(default_factory=list)
    cpu: float = 0.0
    seconds: float = 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("model", metavar="FOLDER", help="a Whisper model of faster-whisper")
    parser.add_argument("--rows", metavar="R,R", help="all if not given")
    parser.add_argument("--texts", default="0-7", metavar="FIRST-LAST", help="of 0-15; default 0-7")
    parser.add_argument("--seed", type=int, default=0, metavar="N")
    parser.add_argument("--engines", default="vtk,fw,fwb", metavar="E,E", help="all if not given")
    parser.add_argument("--minutes", type=float, default=30, metavar="N", help="of the long row")
    parser.add_argument("--speech", type=Path, default=Path("../shared/speech"), metavar="FOLDER")
    parser.add_argument("--threads", type=int, default=2, metavar="N")
    options = parser.parse_args()
    called, missed = engines(options), False
    print(f"{'% of words wrong, CPU s a s':28}" + "".join(f"{name:>16}" for name in called), end="")
    print("   vtk's words, s from theirs: 50 %, 90 %")
    for row, make in rows(options).items():
        clips = make()
        with tempfile.TemporaryDirectory() as folder:
            found = {name: heard(clips, Path(folder), hear) for name, hear in called.items()}
        if row == "nothing said":
            counts = [sum(map(len, one.words)) for one in found.values()]
            print(f"{row:28}" + "".join(f"{count:9} words " for count in counts), flush=True)
            missed |= "vtk" in found and counts[0] > 0
            continue
        line = f"{row + f', {sum(len(c.text.split()) for c in clips)} words':28}"
        for one in found.values():
            line += f"{errors(clips, one):9.1f} {one.cpu / one.seconds:6.3f}"
        lags = []
        for name in [n for n in found if n != "vtk" and "vtk" in found]:
            lags.append(apart(found["vtk"], found[name]))
            line += "{:9.2f}{:6.2f}".format(*np.quantile(lags[-1] or [0.0], (0.5, 0.9)))
        print(line, flush=True)
        if "vtk" in found and len(found) == 3:
            missed |= misses(row, *(errors(clips, one) for one in found.values()))
            missed |= found["vtk"].cpu > SLOWER * found["fwb"].cpu
            missed |= any(np.median(lag) > LATER for lag in lags if lag)
    sys.exit(missed)


def misses(row: str, ours: float, *theirs: float) -> bool:
    return ours > (BETTER * min(theirs) if row == "long" else min(theirs) + WORSE)


def clean(text: str, n: int) -> Clip:
    voice, speed = VOICES[n % len(VOICES)], 140 + n * 7 % 36
    return Clip(np.pad(say(text, voice, speed), RATE // 2).astype(np.float32), text)


def over(kind: str, decibels: float, text: str, n: int) -> Clip:
    clip = clean(text, n)
    loud = [(0.5, len(clip.sound) / RATE - 0.5)]
    return Clip(_level(mixed(clip.sound, loud, kind, decibels)), text)


def gaps(text: str, n: int, kind: str = "none") -> Clip:
    """Sentences with silences of 5 to 30 s, or soft music, between them."""
    chance, parts, truth, done = np.random.default_rng(n), list[Samples](), [], 0
    for sentence in re.split(r"(?<=[.?!]) (?=[A-Z])", text):
        pause = np.zeros(int(chance.uniform(5, 30) * RATE), np.float32)
        said = say(sentence, VOICES[n % len(VOICES)], 140 + n * 7 % 36)
        truth.append(((done + len(pause)) / RATE, (done + len(pause) + len(said)) / RATE))
        done += len(pause) + len(said)
        parts += [pause, said]
    sound = np.concatenate([*parts, np.zeros(RATE, np.float32)])
    return Clip(_level(mixed(sound, truth, kind, 15)), text)


def narrow(text: str, n: int) -> Clip:
    """At 8 kHz, as over a telephone."""
    sound = clean(text, n).sound
    spectrum = np.fft.rfft(sound[: len(sound) // 2 * 2])
    half = np.fft.irfft(spectrum[: len(spectrum) // 2 + 1]) / 2
    return Clip(_level(half.astype(np.float32)), text, RATE // 2)


def left(text: str, n: int) -> Clip:
    sound = clean(text, n).sound
    return Clip(np.stack([sound, sound * np.float32(0)], 1), text)


def long(texts: list[str], seed: int, minutes: float) -> Clip:
    """Texts in random order by changing voices, with pauses of 0.3 to 3 s."""
    chance, parts, said, done = np.random.default_rng(seed), list[Samples](), list[str](), 0
    while done < minutes * 60 * RATE:
        for place in chance.permutation(len(texts)).tolist():
            sound = clean(texts[place], seed + len(parts)).sound
            pause = np.zeros(int(chance.uniform(0, 2.5) * RATE), np.float32)
            parts.append(np.concatenate([sound[RATE // 3 :], pause]))
            said.append(texts[place])
            done += len(parts[-1])
            if done >= minutes * 60 * RATE:
                break
    return Clip(np.concatenate(parts).astype(np.float32), " ".join(said))


def nothing(seed: int) -> Iterator[Clip]:
    """A minute each of what nobody says."""
    yield Clip(np.zeros(60 * RATE, np.float32), "")
    for kind in ("white", "pink", "music"):
        yield Clip(_level(behind(kind, 60 * RATE, seed) / np.float32(8)), "")
    for kind in ("hum", "slams", "drums"):
        yield Clip(_level(noise(kind, 60, seed)), "")


def human(folder: Path) -> Iterator[Clip]:
    """Recordings of people, where they are at hand."""
    from vtk.media.audio.speech_audio import SpeechAudio

    said = {}
    if (truth := folder / "two_speakers.stm").is_file():
        lines = truth.read_text().splitlines()
        said["two_speakers.wav"] = " ".join(line.split(maxsplit=5)[5] for line in lines)
    said["jfk.flac"] = (
        "And so, my fellow Americans, ask not what your country can do for you, "
        "ask what you can do for your country."
    )
    for name, text in said.items():
        if (folder / name).is_file():
            blocks = SpeechAudio(str(folder / name)).blocks(0, np.inf)
            yield Clip(np.concatenate([block.samples for block in blocks]), text)


def _level(sound: Samples) -> Samples:
    return (sound / max(1.0, float(np.abs(sound).max()))).astype(np.float32)


def rows(options: argparse.Namespace) -> dict[str, Callable[[], list[Clip]]]:
    """The conditions by name."""
    first, _, last = options.texts.partition("-")
    texts = passages()[int(first) : int(last or first) + 1]
    seed = options.seed

    def each(make: Callable[..., Clip], *given: Any) -> Callable[[], list[Clip]]:
        return lambda: [make(*given, text, seed + n) for n, text in enumerate(texts)]

    table = {"clean": each(clean)}
    table |= {f"noise {level} dB": each(over, "pink", level) for level in (20, 10, 5)}
    table |= {"music 10 dB": each(over, "music", 10)}
    table |= {"silences": each(gaps), "music between": each(lambda t, n: gaps(t, n, "music"))}
    table |= {"8 kHz": each(narrow), "one channel": each(left)}
    table |= {"repeated": lambda: [clean(text, seed + n) for n, text in enumerate(SUNG)]}
    table |= {"people": lambda: list(human(options.speech))}
    table |= {"nothing said": lambda: list(nothing(seed))}
    table |= {"long": lambda: [long(texts, seed, options.minutes)]}
    wanted = options.rows.split(",") if options.rows else list(table)
    return {name: make for name, make in table.items() if name in wanted}


def engines(options: argparse.Namespace) -> dict[str, Engine]:
    """The engines by name; each gives the text of a file, and when its words begin."""
    from faster_whisper import BatchedInferencePipeline, WhisperModel

    known: dict[str, Engine] = {}
    opened = open_recognizer(options.model, threads=options.threads)

    def vtk(path: Path) -> tuple[str, Words]:
        (span,) = transcribe([Span(video=str(path))], recognizer=lambda: _Kept(opened))
        words = [(w["start"], w["text"]) for entry in span["speech"] for w in entry["words"]]
        return " ".join(entry["text"] for entry in span["speech"]), words

    peer = WhisperModel(options.model, "cpu", compute_type="int8", cpu_threads=options.threads)

    def of_peer(call: Callable[..., Any], **given: Any) -> Engine:
        def hear(path: Path) -> tuple[str, Words]:
            told, _ = call(str(path), beam_size=5, word_timestamps=True, language="en", **given)
            words = [(word.start, word.word) for one in told for word in one.words]
            return "".join(text for _, text in words), words

        return hear

    known["vtk"] = vtk
    known["fw"] = of_peer(peer.transcribe, vad_filter=True)
    known["fwb"] = of_peer(BatchedInferencePipeline(peer).transcribe, batch_size=4)
    return {name: known[name] for name in options.engines.split(",")}


class _Kept:
    """A recognizer that stays open."""

    def __init__(self, opened: Any) -> None:
        self._opened = opened

    def __getattr__(self, name: str) -> Any:
        return getattr(self._opened, name)

    def close(self) -> None:
        pass


def heard(clips: list[Clip], folder: Path, hear: Engine) -> Heard:
    found = Heard()
    for number, clip in enumerate(clips):
        path = folder / f"{number}.wav"
        if not path.is_file():
            write_wave(path, clip.sound, clip.rate)
        begun = time.process_time()
        text, words = hear(path)
        found.cpu += time.process_time() - begun
        found.seconds += len(clip.sound) / clip.rate
        found.words.append(words)
        found.texts.append(text)
    return found


def errors(clips: list[Clip], found: Heard) -> float:
    """Percent of words that are wrong."""
    import jiwer
    from whisper_normalizer.english import EnglishTextNormalizer

    plain = EnglishTextNormalizer()
    return 100 * jiwer.wer([plain(c.text) for c in clips], [plain(text) for text in found.texts])


def apart(one: Heard, two: Heard) -> list[float]:
    """Seconds between the beginnings of the words that both heard."""
    found = []
    for ours, theirs in zip(one.words, two.words, strict=True):
        one_side, other = (
            [re.sub(r"\W", "", text.lower()) for _, text in words] for words in (ours, theirs)
        )
        for a, b, size in SequenceMatcher(None, one_side, other, False).get_matching_blocks():
            found += [abs(ours[a + n][0] - theirs[b + n][0]) for n in range(size)]
    return found


if __name__ == "__main__":
    main()
