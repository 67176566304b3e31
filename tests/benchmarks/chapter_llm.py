"""SmolLM2 as the language model of `vtk chapter --method llm`, for `tests.benchmarks.chapter`.

It has 135 million parameters, and shows what the windows, the schema and the mending make of a
model that understands little; a threshold for others, not a recommendation.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from tests import real_weights
from vtk.models.hub.files import Files
from vtk.models.llm.load_options import LoadOptions
from vtk.models.llm.local import LocalModel
from vtk.models.openers import Openers

CONTEXT = 2048  # tokens, for which it was trained


class Kept(LocalModel):
    """A model that stays open over several runs."""

    def close(self) -> None:
        """Keep it."""

    def free(self) -> None:
        """Free it."""
        super().close()


@contextmanager
def smollm2(threads: int = 1) -> Iterator[Openers | None]:
    """Openers with SmolLM2, which stays open for the time of a block; None where it is not here."""
    found = real_weights.find(*real_weights.SMOLLM2)
    if isinstance(found, str):
        print(f"without SmolLM2: {found}")
        yield None
        return
    loading = LoadOptions(context=CONTEXT, threads=threads, sequences=1)
    model = Kept(Files("smollm2", found, None), loading)
    try:
        yield Openers(language=lambda: model)
    finally:
        model.free()
