"""Image-text models through open_clip: embed pictures and texts in one vector space."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from vtk.cores import cores
from vtk.embedding import unit
from vtk.errors import MissingError, UsageError
from vtk.models.closeable import Closeable
from vtk.models.embed import open_clip as clip_library
from vtk.models.embed.clip_weights import Source, source, tokenizer
from vtk.models.embed.open_clip import line, offline, quiet
from vtk.models.hub.files import sha256
from vtk.models.hub.formats import cause
from vtk.models.llm.prompt import Picture
from vtk.prefetch import prefetch
from vtk.text import sentences

T = TypeVar("T")
Vector = NDArray[np.float32]

AHEAD = 2  # batches prepared while the model processes one


class ClipModel(Closeable):
    """An image-text model; `vtk.models.embed.clip_weights` describes the names.

    `device` is cuda, mps or cpu, `precision` fp32, bf16 or fp16; None selects the best available.
    `batch` counts pictures or texts. Raises MissingError if weights are missing, incompatible or
    incomplete: a model never runs with randomly initialized weights. Not thread-safe.
    """

    def __init__(
        self,
        name: str,
        *,
        checkpoint: Path | None = None,
        device: str | None = None,
        precision: str | None = None,
        batch: int | None = None,
        threads: int | None = None,
    ) -> None:
        if batch is not None and batch < 1:
            raise UsageError("a batch holds 1 picture or more")
        self._torch, library = clip_library.library()
        self._torch.set_num_threads(threads or min(cores(), self._torch.get_num_threads()))
        self._source = source(library, name, checkpoint)
        self.name = self._source.name
        self.device = clip_library.device(self._torch, device)
        self.precision = clip_library.precision(self._torch, self.device, precision)
        self.batch = batch or (16 if self.device == "cpu" else 64)
        with quiet(), offline():
            self._open(library)

    def _open(self, library: Any) -> None:
        told = self._source
        try:
            config = library.get_model_config(told.model)
            self.dim = int(config["embed_dim"])
            self._model = library.create_model(
                told.model,
                load_weights=False,
                pretrained_text=False,
                precision=self.precision,
                device=self.device,
                force_quick_gelu=told.quick_gelu,
                force_preprocess_cfg=dict(told.look),
            )
            library.load_checkpoint(self._model, str(told.weights), strict=True, weights_only=True)
            self._prepare = _preparation(library, self._model)
        except Exception as error:  # open_clip may raise anything for an untrusted file
            raise MissingError(_refused(told, error)) from None
        self._model.eval()
        self._dtype = {
            "fp32": self._torch.float32,
            "bf16": self._torch.bfloat16,
            "fp16": self._torch.float16,
        }[self.precision]
        self._tokenizer = tokenizer(library, told, config)

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of the weights file, for provenance."""
        return sha256(self._source.weights)

    def close(self) -> None:
        """Free the model; it must not be used afterwards."""
        self._model = None
        if self.device.startswith("cuda"):
            self._torch.cuda.empty_cache()

    def images(self, pictures: Iterable[Picture]) -> Iterator[Vector]:
        """Yield a unit vector (dim,) for each picture, in order; see `tagged`."""
        for _, vector in self.tagged((None, picture) for picture in pictures):
            yield vector

    def tagged(self, pairs: Iterable[tuple[T, Picture]]) -> Iterator[tuple[T, Vector]]:
        """Yield each tag with the unit vector (dim,) of its picture, in order.

        Pictures are read and preprocessed in a thread, at most AHEAD batches in advance. An
        exception from `pairs` is raised here, after the vectors of the pictures before it.
        """
        batches = prefetch(self._batches(pairs), AHEAD)
        try:
            for tags, pictures in batches:
                yield from zip(tags, self._encoded("encode_image", pictures), strict=True)
        finally:
            batches.close()

    def texts(self, texts: list[str]) -> NDArray[np.float32]:
        """Return the unit vectors of texts: shape (texts, dim).

        A text longer than the context window is embedded as the mean of its sentences.
        """
        parts = [self._parts(text) for text in texts]
        flat = [part for several in parts for part in several]
        found = [np.zeros((0, self.dim), np.float32)]
        for start in range(0, len(flat), self.batch):
            tokens = self._tokenizer(flat[start : start + self.batch])
            found.append(self._encoded("encode_text", tokens))
        vectors = iter(np.concatenate(found))
        means = [np.mean([next(vectors) for _ in several], axis=0) for several in parts]
        return unit(np.array(means, np.float32).reshape(len(texts), self.dim))

    def _parts(self, text: str) -> list[str]:
        """Return the text, or its sentences if the tokenizer finds it too long."""
        encode = getattr(self._tokenizer, "encode", None)
        if encode is None or len(encode(text)) + 2 <= self._tokenizer.context_length:
            return [text]
        return sentences(text) or [text]

    def _batches(self, pairs: Iterable[tuple[T, Picture]]) -> Iterator[tuple[list[T], Any]]:
        """Yield the tags and the preprocessed pictures, `batch` at a time."""
        from PIL import Image

        tags: list[T] = []
        pictures: list[Any] = []
        try:
            for tag, picture in pairs:
                tags.append(tag)
                pictures.append(self._prepare(Image.fromarray(picture)))
                if len(tags) == self.batch:
                    yield tags, self._torch.stack(pictures)
                    tags, pictures = [], []
        except Exception:
            if pictures:
                yield tags[: len(pictures)], self._torch.stack(pictures)
            raise
        if pictures:
            yield tags, self._torch.stack(pictures)

    def _encoded(self, how: str, values: Any) -> NDArray[np.float32]:
        """Encode a batch with the model method `how` to unit vectors: shape (batch, dim)."""
        values = values.to(self.device)
        if how == "encode_image":
            values = values.to(self._dtype)
        with self._torch.inference_mode():
            found = getattr(self._model, how)(values)
        return unit(found.float().cpu().numpy())


def _preparation(library: Any, model: Any) -> Any:
    """Return the preprocessing transform of a model, from PIL image to input tensor."""
    transform = library.transform
    look = transform.PreprocessCfg(**model.visual.preprocess_cfg)
    return transform.image_transform_v2(look, is_train=False)


def _refused(told: Source, error: Exception) -> str:
    if isinstance(error, MissingError):
        return str(error)
    return f"{told.weights} cannot be loaded as {told.name}: {cause(told.weights, line(error))}"
