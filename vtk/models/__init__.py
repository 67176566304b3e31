"""models: every touch of weights. `open_language` opens a language model, wherever it runs.

Image-text embedders are `vtk.models.embed.clip.ClipModel`, text embedders
`vtk.models.embed.text.TextEmbedder`; names become files in `vtk.models.hub.files.resolve`.
"""

from typing import TYPE_CHECKING

from vtk.models.llm.load_options import LoadOptions

if TYPE_CHECKING:
    from vtk.models.llm.prompt import LanguageModel

__all__ = ["LoadOptions", "open_language"]


def open_language(
    name: str | None,
    *,
    mmproj: str | None = None,
    loading: LoadOptions | None = None,
    endpoint: str | None = None,
    key: str | None = None,
    jobs: int = 4,
    timeout: float = 300.0,
) -> "LanguageModel":
    """The language model of that name: in this process, or behind `endpoint` (a URL).

    `mmproj` and `loading` are for this process; `key`, `jobs` (requests at once) and `timeout`
    (seconds a reply) for a server, where no name means its first model. Raises MissingError where
    the model or what runs it is not there, UsageError for what makes no sense.
    """
    if endpoint:
        from vtk.models.llm.openai_server import ServerModel

        return ServerModel(endpoint, name, key=key, jobs=jobs, timeout=timeout)
    from vtk.errors import UsageError
    from vtk.models.hub.files import resolve
    from vtk.models.llm.local import LocalModel

    if not name:
        raise UsageError(
            "no model is given: use --model NAME (see vtk models list) or --endpoint URL"
        )
    return LocalModel(resolve(name, mmproj=mmproj), loading)
