"""Check what a model can do, on pictures, clips and texts whose right answers are known.

A share right is compared with that of a model which does not look. This is how a broken build,
projector or quantization shows: the model loads and answers, and is right as often as chance.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Unpack

from vtk.errors import MissingError, UsageError
from vtk.models import LoadOptions, OpenOptions, open_language
from vtk.models.hub.files import resolve
from vtk.models.hub.kind import kind_and_entry
from vtk.skills import hearing, language, vectors
from vtk.skills.skill import Row

if TYPE_CHECKING:
    from vtk.models.hub.catalog import Entry
    from vtk.models.llm.prompt import LanguageModel

__all__ = ["Row", "check_model"]

Progress = Callable[[str, int, int], None]  # skills, pictures or texts that are done, their total
FEWEST = 8  # questions about a skill: chance alone is hardly right in all of them


@dataclass(frozen=True)
class Order:
    """What is to be checked; without `skills` what the model claims by its entry, or all."""

    skills: Collection[str] = ()
    count: int = 16
    seed: int = 0
    progress: Progress = lambda skills, done, total: None
    entry: "Entry | None" = None
    served: bool = False

    @property
    def cure(self) -> str:
        """What gives sight to a model that has none."""
        if self.served:
            return "start the server with a projector (llama-server: --mmproj FILE)"
        return "it needs its projector, --mmproj FILE (or a file mmproj*.gguf beside the model)"

    @property
    def language(self) -> tuple[str, ...]:
        """The skills that a language model of this kind may have."""
        return language.READ if self.entry and self.entry.kind == "ocr" else language.NAMES

    def asked(self, names: Collection[str]) -> list[str]:
        """Return the skills to check, of those that models of this kind may have.

        Raises UsageError for a skill that is not among them.
        """
        claimed = self.entry.skills if self.entry else ()
        if unknown := {*self.skills, *claimed} - set(names):
            raise UsageError(
                f"models of this kind have no skill {min(unknown)!r} to be checked; there are "
                f"{', '.join(names)}"
            )
        wanted = self.skills or claimed
        return [name for name in names if name in wanted or not wanted]

    def unchecked(self, model: str, names: Collection[str], blind: bool = False) -> Iterator[Row]:
        """Yield a row for each skill that is not checked although no skills were chosen."""
        for name in names if not self.skills else ():
            claimed = name in self.asked(names)
            if blind and name in language.SEEN and claimed:
                yield Row(model, name, "not checked", note="the model has no projector")
            elif not claimed:
                yield Row(model, name, "not checked", note="the model does not claim it")


def check_model(
    name: str | None,
    *,
    skills: Collection[str] = (),
    count: int = 16,
    seed: int = 0,
    progress: Progress = lambda skills, done, total: None,
    **options: Unpack[OpenOptions],
) -> Iterator[Row]:
    """Yield a row for each of `skills`, by default those that the model claims.

    Rows for skills that it does not claim say so. `options` are those of `open_language`; the
    model may also be an embedder or a recognizer of speech. A skill has
    `count` questions or more; they depend on `seed` alone. Raises MissingError if the model is not
    there or cannot be checked, UsageError.
    """
    if count < FEWEST:
        raise UsageError(f"skill is told from chance by {FEWEST} questions or more")
    endpoint = options.get("endpoint")
    kind, entry = kind_and_entry(name, options.get("mmproj"), endpoint)
    order = Order(skills, count, seed, progress, entry, bool(endpoint))
    loading = options.get("loading") or LoadOptions()
    if name and kind == "clip":
        return _clip(name, order, loading)
    if name and kind == "embed":
        return _embedder(name, order, loading)
    if name and kind == "speech":
        return _recognizer(name, order, loading)
    if kind not in ("vlm", "llm", "ocr"):
        raise UsageError(f"{name} is of the kind {kind}, which has no skills to be checked")
    order.asked(order.language)  # a wrong skill is told before anything is loaded
    model = open_language(name, **options)
    return _language(model, order)


def _language(model: "LanguageModel", order: Order) -> Iterator[Row]:
    try:
        blind = not getattr(model, "has_vision", True)
        asked = order.asked(order.language)
        if blind:
            sees = order.entry is not None and order.entry.kind != "llm"
            if not language.SEEN.isdisjoint(asked) and (order.skills or sees):
                raise MissingError(f"{model.name} cannot see: {order.cure}")
            asked = [name for name in asked if name not in language.SEEN]
        yield from language.check_language(
            model,
            asked,
            count=order.count,
            seed=order.seed,
            ocr_prompt=order.entry.ocr_prompt if order.entry else None,
            progress=order.progress,
        )
        yield from order.unchecked(model.name, order.language, blind)
    finally:
        model.close()


def _clip(name: str, order: Order, loading: LoadOptions) -> Iterator[Row]:
    from vtk.models.embed.clip import ClipModel

    asked = order.asked(vectors.IMAGE_TEXT)
    with ClipModel(name, threads=loading.threads) as model:
        yield from vectors.check_clip(model, asked, count=order.count, seed=order.seed)
        yield from order.unchecked(model.name, vectors.IMAGE_TEXT)


def _embedder(name: str, order: Order, loading: LoadOptions) -> Iterator[Row]:
    from vtk.models.embed.text import TextEmbedder

    order.asked(vectors.TEXT_ONLY)
    gpu_layers, threads = loading.gpu_layers, loading.threads
    with TextEmbedder(resolve(name), gpu_layers=gpu_layers, threads=threads) as model:
        yield vectors.check_embedder(model)


def _recognizer(name: str, order: Order, loading: LoadOptions) -> Iterator[Row]:
    from vtk.models.speech.whisper import WhisperModel

    order.asked(hearing.HEARD)
    said = hearing.sentences(order.count)
    with WhisperModel(name, threads=loading.threads) as model:
        yield hearing.check_recognizer(model, said)
