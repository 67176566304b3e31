"""What all commands share: the options of the stream, declared once, and how a run begins."""

import functools
import inspect
import logging
import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

import typer
from typer.models import ArgumentInfo

from .config import with_origin
from .result_options import Results, result_options
from .stream_options import PRINTING, printed, printing_options, shared_options

if TYPE_CHECKING:
    from vtk.models import OpenOptions
    from vtk.models.llm.prompt import LanguageModel
    from vtk.stream.job import Job

log = logging.getLogger("vtk")

Language = Annotated[
    str | None,
    typer.Option(
        metavar="CODE", envvar="VTK_LANGUAGE", help="Language of the words (en, de, …), ISO 639."
    ),
]

# How a language model is loaded; the same for every command that takes one.
Mmproj = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help="The model's projector for pictures; found beside the model if exactly one fits.",
    ),
]
GpuLayers = Annotated[
    int, typer.Option(metavar="N", help="Layers to put on the GPU, if there is one; -1 for all.")
]
Context = Annotated[
    int | None,
    typer.Option(
        metavar="TOKENS",
        min=64,
        help="Room for a prompt and its answer together; up to 8192 if not given.",
    ),
]


def _threads(count: int | None) -> int | None:
    from vtk.cores import sensible_threads

    return sensible_threads(count)


Threads = Annotated[
    int | None,
    typer.Option(metavar="N", min=1, callback=_threads, help="Threads; all cores if not given."),
]
FlashAttention = Annotated[
    bool | None,
    typer.Option(
        "--flash-attention/--no-flash-attention",
        help="Flash attention, which needs less memory; automatic if neither is given.",
    ),
]
KvType = Annotated[
    Literal["f16", "q8_0", "q4_0"],
    typer.Option(help="Type of the KV cache: q8_0 halves its memory, q4_0 quarters it."),
]
Sequences = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        min=1,
        help="Prompts to work on at once; if not given, 4 on a GPU or a server, else 1.",
    ),
]
PictureTokens = Annotated[
    int | None,
    typer.Option(
        metavar="N", min=1, help="Most tokens for one picture, if the model supports several sizes."
    ),
]
LeastPictureTokens = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        min=1,
        help="Fewest tokens for one picture, if the model supports several sizes; Qwen's models "
        "need 1024 to find places.",
    ),
]
Pairs = Annotated[
    bool,
    typer.Option(
        "--pairs/--no-pairs",
        help="Show two frames as one picture to a model trained so (Qwen's): half the tokens.",
    ),
]
_SERVER = "Use the model of an OpenAI-compatible server (llama-server, vLLM)."
Endpoint = Annotated[str | None, typer.Option(metavar="URL", envvar="VTK_ENDPOINT", help=_SERVER)]

Timeout = Annotated[
    float,
    typer.Option(
        metavar="SECONDS",
        min=1,
        help="Most time for an answer of the server, and after a failure for further tries or for "
        "the server to come back.",
    ),
]


ONE_PROCESS = (  # commands that work in one process
    *("embed", "index", "retrieve", "ground", "show", "export parquet", "export webdataset"),
    *("export markdown", "export html-notes"),
)
DECODING = ("split", "keyframes", "ocr", "caption", "embed")  # commands that look at pictures


def _pictures(
    decode: Annotated[
        Literal["auto", "cpu", "cuda"],
        typer.Option(
            envvar="VTK_DECODE", help="Where to decode: auto uses an NVIDIA GPU if there is one."
        ),
    ] = "auto",
) -> None:
    """Only a signature: the parameters of every command that decodes pictures."""


def _model(
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            "-m",
            metavar="NAME",
            envvar="VTK_MODEL",
            help="A model of vtk models list, a .gguf file or hf:OWNER/REPO/FILE.gguf; with "
            "--endpoint the server's name for it (its first model if not given).",
        ),
    ] = None,
    endpoint: Endpoint = None,
    timeout: Timeout = 300.0,
    mmproj: Mmproj = None,
    gpu_layers: GpuLayers = -1,
    context: Context = None,
    threads: Threads = None,
    flash_attention: FlashAttention = None,
    kv_type: KvType = "f16",
    sequences: Sequences = None,
    picture_tokens: PictureTokens = None,
    least_picture_tokens: LeastPictureTokens = None,
    pairs: Pairs = True,
) -> None:
    """Only a signature: the parameters of every command that takes a language model."""


# Options of a model in this process, which those who start a server give to it.
LOCAL = {
    *("mmproj", "gpu_layers", "context", "threads", "flash_attention", "kv_type"),
    *("picture_tokens", "least_picture_tokens", "pairs"),
}


def tell_of_english(language: str | None) -> None:
    """Tell that what is measured is in English, where another language is named."""
    if language and not language.lower().startswith("en"):
        told = "what is measured is told in English; --language is that of the words quoted"
        logging.getLogger("vtk").info(told)


def warn_of_unused(names: Collection[str], by: str) -> None:
    """Warn of options that have no effect on what `by` names."""
    if names:
        options = ", ".join(f"--{name.replace('_', '-')}" for name in sorted(names))
        log.warning("not used by %s: %s", by, options)


@dataclass(frozen=True)
class Opening:
    """A language model as the options name it, to be opened when it is needed."""

    values: Mapping[str, Any] = field(default_factory=dict)
    jobs: int = 1
    given: frozenset[str] = frozenset()  # names of the options of the command line

    @property
    def named(self) -> bool:
        """Whether the user, a variable or the configuration names a model."""
        return bool(self.values.get("model") or self.values.get("endpoint"))

    def warn_of_unused(self, by: str, *used: str) -> None:
        """Warn of options of the command line that a method has no use for, but for `used`."""
        warn_of_unused(self.given.intersection(self.values) - {*used}, by)

    def __call__(self) -> "LanguageModel":
        """The model, loaded. Raises MissingError, UsageError."""
        from vtk.models import open_language

        return open_language(self.values["model"], **self.options())

    def options(self) -> "OpenOptions":
        """How to open the model, for `open_language`; warns of options without effect on it."""
        from vtk.models import LoadOptions

        if self.values["endpoint"]:
            warn_of_unused(self.given & LOCAL, "the model of a server")
        else:
            warn_of_unused(self.given & {"timeout"}, "a model in this process")
        rest = {name: value for name, value in self.values.items() if name != "model"}
        mmproj, endpoint, timeout = (rest.pop(key) for key in ("mmproj", "endpoint", "timeout"))
        return {
            "mmproj": mmproj,
            "loading": LoadOptions(**rest),
            "endpoint": endpoint,
            "key": os.environ.get("VTK_API_KEY"),
            "jobs": rest["sequences"] or (self.jobs if self.jobs > 1 else 4),
            "timeout": timeout,
        }


def is_given(context: typer.Context, name: str) -> bool:
    """Whether an option comes from the command line, not from a variable or the configuration."""
    return getattr(context.get_parameter_source(name), "name", None) == "COMMANDLINE"


def _is_argument(parameter: inspect.Parameter) -> bool:
    """Whether a parameter is an argument of the command line, not an option."""
    return any(isinstance(m, ArgumentInfo) for m in get_args(parameter.annotation)[1:])


# Options that change how a run goes, and nothing in what it gives.
OF_A_RUN = {"resume", "threads", "decode", "timeout"}


def _told(values: Mapping[str, Any]) -> str:
    """The options of a command as text, with the times of files that they name."""
    told = {name: str(value) for name, value in values.items() if name not in OF_A_RUN}
    files = {name: os.stat(value) for name, value in told.items() if os.path.isfile(value)}
    stamps = {name: (file.st_size, file.st_mtime_ns) for name, file in files.items()}
    return repr(sorted(told.items()) + sorted(stamps.items()))


def on_stream(words: str, function: Callable[..., "Job | str"]) -> Callable[..., None]:
    """A command that runs the job of `function(own options)`, with the shared options added.

    `words` are those of the command line. Own arguments (a query) come before the inputs, own
    options before the shared ones. A function that names a shared option is told of it; one that
    takes `opening` has the options of a language model as well, `results` those of results. What
    it gives as text is printed. `given` are the names of the options that the command line has.
    """
    shared = dict(inspect.signature(shared_options).parameters)
    taken = inspect.signature(function).parameters
    if words.startswith(ONE_PROCESS):
        del shared["jobs"]
    loading = inspect.signature(_model).parameters if "opening" in taken else {}
    seeing = inspect.signature(_pictures).parameters if words in DECODING else {}
    giving = inspect.signature(result_options).parameters if "results" in taken else {}
    telling = inspect.signature(printing_options).parameters if words in PRINTING else {}
    told = {"opening", "given", "results"}
    own = [p for name, p in taken.items() if name not in told and name not in shared]

    @functools.wraps(function)
    def command(ctx: typer.Context, **values: Any) -> None:
        from vtk.stream import Stream  # on first use: help must not pay for it

        from .shown import as_wanted

        settings = {name: values.pop(name) for name in shared}
        settings["inputs"] = settings["inputs"] or []
        settings["options"] = _told(values | {"absolute": settings["absolute"]})
        values |= {name: settings[name] for name in taken if name in shared}
        if seeing:  # the processes of --jobs are to know it too
            os.environ["VTK_DECODE"] = values.pop("decode")
        template = values.pop("template") if telling else None
        given = frozenset(name for name in values if is_given(ctx, name))
        if loading:
            own_values = {name: values.pop(name) for name in loading}
            values["opening"] = Opening(own_values, settings.get("jobs", 1), given)
        if giving:
            wishes = {name: values.pop(name) for name in giving}
            values["results"] = Results(words, wishes)
        if "given" in taken:
            values["given"] = given
        raw = settings["output"] is not None or (bool(giving) and is_given(ctx, "form"))
        job = as_wanted(printed(functools.partial(function, **values), template), raw=raw)
        settings["explain"] = functools.partial(with_origin, ctx)
        raise SystemExit(Stream(words, **settings).run(job))

    positional = [p for p in own if _is_argument(p)]
    optional = [p for p in own if not _is_argument(p)]
    inputs, *rest = shared.values()
    added = [*giving.values(), *telling.values(), *loading.values(), *seeing.values()]
    parameters = [*positional, inputs, *optional, *added, *rest]
    ctx = inspect.Parameter("ctx", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
    parameters.append(ctx)
    keyword = [p.replace(kind=p.KEYWORD_ONLY) for p in parameters]
    command.__signature__ = inspect.Signature(keyword)  # type: ignore[attr-defined]
    command.__annotations__ = {p.name: p.annotation for p in parameters}
    del command.__wrapped__
    return command
