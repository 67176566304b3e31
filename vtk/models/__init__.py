"""Everything that loads model weights; `open_language` opens a local or remote language model.

Image-text embedders are `vtk.models.embed.clip.ClipModel`, text embedders
`vtk.models.embed.text.TextEmbedder`; `vtk.models.hub.files.resolve` maps names to files.
"""

from typing import TYPE_CHECKING, TypedDict, Unpack

from vtk.models.llm.load_options import LoadOptions

if TYPE_CHECKING:
    from vtk.models.llm.prompt import LanguageModel

__all__ = ["LoadOptions", "OpenOptions", "open_language"]


class OpenOptions(TypedDict, total=False):
    """How to open a language model; see `open_language`."""

    mmproj: str | None
    loading: LoadOptions | None
    endpoint: str | None
    key: str | None
    jobs: int
    timeout: float


def open_language(name: str | None, **options: Unpack[OpenOptions]) -> "LanguageModel":
    """Open the language model `name`, in this process or on the server at `endpoint` (a URL).

    `mmproj` and `loading` apply to a model in this process; `key`, `jobs` (concurrent requests, 4
    if not given) and `timeout` (300 seconds for a reply, and for a server that went away to come
    back) to a server, whose first model is used if `name` is None.
    Raises MissingError if the model or its backend is not there, UsageError for bad arguments.
    """
    if endpoint := options.get("endpoint"):
        from vtk.models.llm.openai_server import ServerModel

        jobs, timeout = options.get("jobs", 4), options.get("timeout", 300.0)
        key = options.get("key")
        return ServerModel(endpoint, name, key=key, jobs=jobs, timeout=timeout, patience=timeout)
    from vtk.errors import MissingError, UsageError
    from vtk.models.hub.files import entry_of, is_network, resolve
    from vtk.models.llm.local import LocalModel

    if not name:
        raise UsageError(
            "no model is given: use --model NAME (see vtk models list) or --endpoint URL"
        )
    entry = entry_of(name)
    if entry and entry.kind == "ocr" and is_network(entry):
        raise UsageError(f"{name} is a network for vtk ocr --weights, and no language model")
    files = resolve(name, mmproj=options.get("mmproj"), kinds=("vlm", "llm", "ocr"))
    if files.model.suffix.lower() != ".gguf":
        raise MissingError(f"{files.model} is not a GGUF file, as language models are")
    return LocalModel(files, options.get("loading"))
