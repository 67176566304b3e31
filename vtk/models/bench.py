"""Benchmark the speed of a model on this machine with synthetic pictures, texts and sound."""

import resource
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any, Unpack

import numpy as np

from vtk.errors import ModelError, UsageError
from vtk.models import LoadOptions, OpenOptions, open_language
from vtk.models.hub.files import resolve
from vtk.models.hub.kind import kind_and_entry
from vtk.models.llm.prompt import LanguageModel, Picture, Prompt, Sampling

QUESTION = "Describe everything that this shows, in as many words as you can."
TEXT = "A lecturer stands at a whiteboard and explains how rockets leave the ground. " * 12
SIZE = (360, 640)
ROUNDS = 5


@dataclass(frozen=True)
class Speed:
    """Benchmark results; rates are None where they do not apply.

    What is read is averaged over one run. `tokens_out_per_second` is of the best of ROUNDS runs on
    prompts that the model holds already, so that their reading, which takes far longer, adds no
    noise to it; several prompts are answered together, as many as the model takes at once.
    """

    name: str
    kind: str
    load_seconds: float
    pictures_per_second: float | None = None
    tokens_in_per_second: float | None = None
    tokens_out_per_second: float | None = None
    texts_per_second: float | None = None
    sound_seconds_per_second: float | None = None
    memory_gb: float | None = None

    def record(self) -> dict[str, Any]:
        """Return the results as a record, without the fields that are None."""
        return {key: value for key, value in asdict(self).items() if value is not None}


def bench(
    name: str | None,
    *,
    count: int = 8,
    tokens: int = 64,
    **options: Unpack[OpenOptions],
) -> Speed:
    """Measure a model with `count` pictures or texts and up to `tokens` tokens per answer.

    `options` are those of `open_language`.
    Raises MissingError if the model is not there, ModelError if it gives no answer, UsageError for
    a model of another kind, such as a reranker.
    """
    if count < 1 or tokens < 1:
        raise UsageError("a measurement needs at least one picture and one token")
    kind, _ = kind_and_entry(name, options.get("mmproj"), options.get("endpoint"))
    loading = options.get("loading") or LoadOptions()
    if name and kind == "speech":
        return _speech(name, loading, count)
    if kind not in ("vlm", "llm", "ocr", "clip", "embed"):
        raise UsageError(f"{name} is of the kind {kind}, which is not measured here")
    if name and kind in ("clip", "embed"):
        return _vectors(name, kind, loading, count)
    begun = time.perf_counter()
    model = open_language(name, **options)
    loaded = time.perf_counter() - begun
    try:
        return _language(model, loaded, count, tokens)
    finally:
        model.close()


def _language(model: LanguageModel, loaded: float, count: int, tokens: int) -> Speed:
    sees = getattr(model, "has_vision", True)
    pictures = _pictures(count) if sees else [None] * count
    prompts = [_prompt(number, picture) for number, picture in enumerate(pictures)]
    _run(model, [_prompt(-1, _pictures(1, seed=1)[0] if sees else None)], 1)  # warm-up run
    first, read = _run(model, prompts, 1)
    writing = _writing(model, prompts[: model.at_once], tokens)
    return Speed(
        model.name,
        "vlm" if sees else "llm",
        round(loaded, 2),
        pictures_per_second=round(count / read, 2) if sees else None,
        tokens_in_per_second=round(sum(size for size, _ in first) / read, 1) or None,
        tokens_out_per_second=round(writing, 1) or None,
        memory_gb=memory_gb(),
    )


def _writing(model: LanguageModel, prompts: list[Prompt], tokens: int) -> float:
    """Return the tokens a second of the answers to prompts that the model holds already."""
    _run(model, prompts, 1)
    rates = []
    for _ in range(ROUNDS):
        counts, seconds = _run(model, prompts, tokens)
        rates.append(sum(out for _, out in counts) / seconds)
    return max(rates)


def _prompt(number: int, picture: Picture | None) -> Prompt:
    if picture is None:
        return Prompt((f"{number}. {TEXT}{QUESTION}",))
    return Prompt.about([(float(number), picture)], QUESTION)


def _run(
    model: LanguageModel, prompts: list[Prompt], tokens: int
) -> tuple[list[tuple[int, int]], float]:
    """Return the prompt and answer token counts of each prompt, and the total seconds."""
    begun = time.perf_counter()
    counts = []
    for answer in model.answers(prompts, Sampling(max_tokens=tokens)):
        if isinstance(answer, ModelError):
            raise answer
        counts.append((answer.tokens_in, answer.tokens_out))
    return counts, time.perf_counter() - begun


def _vectors(name: str, kind: str, loading: LoadOptions, count: int) -> Speed:
    begun = time.perf_counter()
    model: Any
    if kind == "clip":
        from vtk.models.embed.clip import ClipModel

        model = ClipModel(name, threads=loading.threads)
    else:
        from vtk.models.embed.text import TextEmbedder

        model = TextEmbedder(resolve(name), gpu_layers=loading.gpu_layers, threads=loading.threads)
    loaded = round(time.perf_counter() - begun, 2)
    texts = [f"{number}. {TEXT[:70]}" for number in range(count)]
    try:
        pictures = None
        if kind == "clip":
            embed: Callable[[list[str]], Any] = model.texts
            pictures = _rate(lambda: sum(1 for _ in model.images(_pictures(count))), count)
        else:
            embed = lambda texts: list(model.documents(texts))  # noqa: E731
        return Speed(
            model.name,
            kind,
            loaded,
            pictures_per_second=pictures,
            texts_per_second=_rate(lambda: embed(texts), count),
            memory_gb=memory_gb(),
        )
    finally:
        model.close()


def _speech(name: str, loading: LoadOptions, count: int) -> Speed:
    """Measure a speech model on windows of sound with the rhythm of syllables, but no words."""
    from vtk.models.speech.recognizer import LONGEST, RATE, Piece
    from vtk.models.speech.whisper import WhisperModel

    begun = time.perf_counter()
    with WhisperModel(name, threads=loading.threads) as model:
        loaded = round(time.perf_counter() - begun, 2)
        times = np.arange(int(LONGEST * RATE)) / RATE
        noise = np.random.default_rng(0).normal(0, 0.1, (count, len(times)))
        sound = (noise * np.sin(2 * np.pi * 2 * times) ** 2).astype(np.float32)
        pieces = [Piece(LONGEST * number, samples) for number, samples in enumerate(sound)]

        def hear() -> None:
            for heard in model.recognize(pieces):
                if isinstance(heard, ModelError):
                    raise heard

        speed = _rate(hear, count) * LONGEST
        found = Speed(model.name, "speech", loaded, sound_seconds_per_second=round(speed, 2))
    return replace(found, memory_gb=memory_gb())


def _rate(work: Callable[[], Any], count: int) -> float:
    work()
    begun = time.perf_counter()
    work()
    return round(count / (time.perf_counter() - begun), 2)


def _pictures(count: int, *, seed: int = 0) -> list[Picture]:
    """Return `count` different pictures of coarse random blocks."""
    rng = np.random.default_rng(seed)
    height, width = SIZE
    coarse = rng.integers(0, 256, (count, height // 40, width // 40, 3), dtype=np.uint8)
    return list(coarse.repeat(40, axis=1).repeat(40, axis=2))


def memory_gb() -> float:
    """Return the peak memory of this process in 10^9 bytes, without GPU memory."""
    unit = 1 if sys.platform == "darwin" else 1024
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9, 3)
