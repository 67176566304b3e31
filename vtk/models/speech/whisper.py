"""Whisper in this process with faster-whisper: int8 on the CPU, int8 and float16 on a GPU.

Radford et al. 2023, "Robust Speech Recognition via Large-Scale Weak Supervision"; pieces of audio
are transcribed in batches, and word times come from cross-attention.
"""

import logging
import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cached_property
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import numpy as np

from vtk.cores import cores
from vtk.errors import MissingError, ModelError, UsageError
from vtk.media.subtitles.languages import same_language
from vtk.models.closeable import Closeable
from vtk.models.hub.files import CTRANSLATE2, blob_sha256, is_path, resolve, sha256
from vtk.models.hub.formats import fault
from vtk.models.hub.whisper_folder import check_tokens, missing_files
from vtk.models.speech.recognizer import RATE, Piece, Recognized, Segment, Word, whole_words

BATCH = {"cpu": 4, "cuda": 16}  # pieces per batch
BEAM = 5  # beam size, as in the paper
GRAIN = RATE // 100  # samples per spectrogram frame
FEWEST = 10  # spectrogram frames to which shorter pieces are padded

log = logging.getLogger("vtk")


class WhisperModel(Closeable):
    """A Whisper model from the catalog, or from a folder in CTranslate2 format.

    Runs on a GPU if there is one, unless `device` is cpu. Raises MissingError if the model or
    faster-whisper is missing, with the command that gets it.
    """

    def __init__(self, name: str, *, device: str = "auto", threads: int | None = None) -> None:
        self.name, self._folder = _folder(name)
        self._given = name  # which tells more than the name of a folder alone
        try:
            import ctranslate2
            import tqdm
            from faster_whisper import BatchedInferencePipeline

            # faster-whisper shows no bars; their usual lock is a semaphore that outlives a worker.
            tqdm.tqdm.set_lock(threading.RLock())
        except (ImportError, OSError) as error:
            reason = "" if isinstance(error, ModuleNotFoundError) else f" ({error})"
            raise MissingError(
                f"recognizing speech needs faster-whisper{reason}: "
                "pip install 'video-text-kit[speech]'"
            ) from None
        if device == "auto":
            device = "cuda" if ctranslate2.get_cuda_device_count() else "cpu"
        count = threads or cores()
        try:
            self._model = _loaded(self._folder, device, count)
        except MissingError as error:
            if device == "cpu" or fault(self._folder / CTRANSLATE2):
                raise
            log.warning("%s; going on without the GPU", error)
            device = "cpu"
            self._model = _loaded(self._folder, device, count)
        self.device, self._batch = device, BATCH[device]
        self._model.feature_extractor = _SilencePadded(self._model.feature_extractor)
        self._pipeline: Any = BatchedInferencePipeline(self._model)

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of the weights, for provenance."""
        weights = self._folder / CTRANSLATE2
        return blob_sha256(weights) or sha256(weights)

    def close(self) -> None:
        """Free the model; it must not be used afterwards."""
        with suppress(AttributeError):
            self._model.model.unload_model()

    def recognize(
        self, pieces: Iterable[Piece], language: str | None = None
    ) -> Iterator[Recognized | ModelError]:
        """Yield the transcript of each piece, in order; see `Recognizer`. Raises UsageError."""
        known = list(self._model.supported_languages)
        if asked := language:
            language = next((code for code in known if same_language(code, asked)), None)
            if not language:
                codes = "such as en or de" if len(known) > 2 else f"it knows, {' or '.join(known)}"
                raise UsageError(
                    f"{self._given} does not know the language {asked!r}: give the code of one "
                    f"{codes}, or none to have it detected"
                )
        waiting = iter(pieces)
        while batch := list(islice(waiting, self._batch)):
            try:
                language = language or self._language(batch)
                found = self._heard(batch, language)
                yield from [Recognized(tuple(segments), language) for segments in found]
            except (RuntimeError, ValueError) as error:
                yield from [ModelError(f"{self._given} failed: {error}")] * len(batch)

    def _language(self, batch: list[Piece]) -> str:
        """Return the likeliest language over all pieces, weighted by their length."""
        if not self._model.model.is_multilingual:
            return "en"
        sums: dict[str, float] = {}
        for piece in batch:
            _, _, told = self._model.detect_language(audio=piece.samples)
            for code, probability in told or []:
                sums[code] = sums.get(code, 0.0) + probability * len(piece.samples)
        return max(sums, key=lambda code: sums[code])

    def _heard(self, batch: list[Piece], language: str) -> list[list[Segment]]:
        """Transcribe a batch and return the segments of each piece."""
        # Pad to whole frames, because word times are counted in frames from the start of a clip.
        sizes = [max(-(-len(piece.samples) // GRAIN), FEWEST) * GRAIN for piece in batch]
        padded = [
            np.pad(piece.samples, (0, size - len(piece.samples)))
            for piece, size in zip(batch, sizes, strict=True)
        ]
        edges = np.cumsum([0, *(len(samples) for samples in padded)])
        clips = [
            {"start": (low + 0.5) / RATE, "end": (high + 0.5) / RATE}
            for low, high in pairwise(edges)
        ]
        told, _ = self._pipeline.transcribe(
            np.concatenate(padded),
            language=language,
            clip_timestamps=clips,
            batch_size=len(batch),
            beam_size=BEAM,
            word_timestamps=True,
        )
        found: list[list[Segment]] = [[] for _ in batch]
        for segment in told:
            number = int(np.searchsorted(edges // GRAIN, segment.seek + 1, "right")) - 1
            piece, base = batch[number], edges[number] / RATE
            found[number].append(_segment(segment, piece, float(base)))
        return found


class _SilencePadded:
    """Whisper's features of sound with silence after it to the end of the window, as in training.

    faster-whisper pads the features themselves, by a level that is not that of silence.
    """

    def __init__(self, extractor: Any) -> None:
        self._extractor = extractor

    def __getattr__(self, name: str) -> Any:
        return getattr(self._extractor, name)

    def __call__(self, sound: Any, *rest: Any, **options: Any) -> Any:
        missing = max(self._extractor.n_samples - len(sound), 0)
        return self._extractor(np.pad(sound, (0, missing)), *rest, **options)


def _segment(told: Any, piece: Piece, base: float) -> Segment:
    """Convert a faster-whisper segment, whose clip begins at `base` s, to video time."""
    found: list[Word] = []
    for word in told.words or ():
        if word.word.strip():
            times = piece.word_times(float(word.start) - base, float(word.end) - base)
            found.append(Word(*times, word.word, float(word.probability)))
    words = tuple(whole_words(found))
    start, end = piece.times(float(told.start) - base, float(told.end) - base)
    if words:
        start, end = words[0].start, words[-1].end
    sure = float(told.avg_logprob)
    return Segment(start, end, told.text.strip(), words, float(told.no_speech_prob), sure)


def _folder(name: str) -> tuple[str, Path]:
    """Return the display name and the folder of a model. Raises MissingError, UsageError."""
    folder = Path(name).expanduser()
    if is_path(name) and folder.is_dir():
        label = Path(os.path.abspath(folder)).name  # a link has the name that its user gave it
    elif "/" in name and not name.startswith("hf:") and not folder.is_file():
        raise MissingError(f"there is no folder {name}")
    else:
        files = resolve(name, kinds=("speech",))
        if files.model.name != CTRANSLATE2:
            raise UsageError(f"{name} is not a speech model: see `vtk models list --kind speech`")
        folder = files.model.parent
        label = files.name if files.entry else Path(os.path.abspath(folder)).name
    for file in missing_files(folder):
        raise MissingError(f"there is no {file} in {folder}: it is not a faster-whisper model")
    return label, folder


def _loaded(folder: Path, device: str, threads: int) -> Any:
    """Load the faster-whisper model and, on a GPU, test it. Raises MissingError."""
    check_tokens(folder)
    import faster_whisper

    try:
        model = faster_whisper.WhisperModel(
            str(folder),
            device=device,
            compute_type="int8" if device == "cpu" else "int8_float16",
            cpu_threads=threads,
            local_files_only=True,
        )
        if device != "cpu":  # missing CUDA libraries cause an error only at the first use
            model.encode(np.zeros((model.model.n_mels, 3000), np.float32))
    except Exception as error:  # the tokenizers library raises plain Exception
        if wrong := fault(folder / CTRANSLATE2):
            raise MissingError(f"{folder}/model.bin cannot be loaded: it {wrong}") from None
        if isinstance(error, (RuntimeError, ValueError, OSError)):
            raise MissingError(f"{folder} cannot be loaded on the {device}: {error}") from None
        raise MissingError(f"{folder} is not a faster-whisper model: {error}") from None
    return model
