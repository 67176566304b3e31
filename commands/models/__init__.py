"""vtk models: list, download, verify and benchmark models."""

import logging
import sys
from collections.abc import Iterator
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ..options import Opening
from ..subcommand import AsJson, print_lines, write
from .check import check
from .subcommand import Model, ModelOrServer, Models, models_subcommand, of_each

if TYPE_CHECKING:
    from vtk.stream import Stream

log = logging.getLogger("vtk")


def models() -> None:
    """List, fetch and check models.

    A model is named by the catalog (`vtk models list`), by a path, or as a file on the hub,
    hf:owner/repo/file.gguf. Your own entries go into models.toml in $XDG_CONFIG_HOME/vtk
    (~/.config/vtk), in the format of vtk/models/hub/models.toml in the package.

    Models are kept in the cache of huggingface_hub, which other programs share and HF_HOME moves.
    HF_TOKEN, HF_ENDPOINT and HF_HUB_OFFLINE are respected. Only `vtk models pull` fetches.

    \b
    Examples:
      vtk models list --kind vlm
      vtk models list | jq -r 'select(.fits != "no") | .name'
    """


@models_subcommand
def list_(
    stream: "Stream",
    kind: Annotated[
        Literal["vlm", "llm", "ocr", "clip", "embed", "rerank", "speech"] | None,
        typer.Option(
            show_default=False,
            help="Only one kind: vision-language (vlm), language (llm), text in pictures (ocr), "
            "image-text embedders (clip), embedders of text (embed), rerankers (rerank), speech "
            "recognition (speech).",
        ),
    ] = None,
    installed: Annotated[
        bool, typer.Option("--installed", help="Only those that are installed.")
    ] = False,
    json: AsJson = False,
) -> None:
    """List the models that vtk knows by name.

    Shows sizes, licences, what is installed and what fits. Sizes are approximate; memory is for
    8,192 tokens or 16 pictures. A model fits the largest GPU (gpu), only the memory of the machine,
    where it is slow (ram), or neither (no). `run` is yes where vtk's authors ever ran the model; of
    the others they know no more than what is published. With `serve`, a model runs behind a server
    only, which that command starts.

    \b
    Examples:
      vtk models list --installed
    """
    from vtk.models.hub.catalog import invalid_entries
    from vtk.models.hub.listing import listing, table
    from vtk.stream.terminal import is_terminal

    for reason in invalid_entries().values():
        log.warning("%s; this model is left out", reason)
    records = listing(kind=kind, installed=installed)
    if json or not is_terminal(sys.stdout):
        write(stream, records, str, json=True)
    else:
        print_lines([table(list(records), get_terminal_size().columns).rstrip()])


@models_subcommand
def pull(stream: "Stream", models: Models, json: AsJson = False) -> None:
    """Fetch models and check their SHA-256.

    An interrupted fetch resumes. Files that are already here and match the hub are left alone. A
    vision-language model is two files; both are downloaded. If one model cannot be fetched, the
    others still are.

    \b
    Examples:
      vtk models pull qwen3-vl-4b pe-core-b
      vtk models pull hf:Qwen/Qwen3-8B-GGUF/Qwen3-8B-Q4_K_M.gguf
    """
    from vtk.models.hub.download import pull
    from vtk.stream.progress import file_bar

    with file_bar("models", stream.talks) as stream.progress:
        fetched = of_each(stream, models, pull)
        write(stream, fetched, lambda f: f"{'fetched' if f.new else 'here'}  {f.path}", json)


@models_subcommand
def path(stream: "Stream", model: Model) -> None:
    """Print where the files of a model are.

    The model comes first; for a vision-language model, its projector is on a second line. A folder
    gives the file of its weights.

    \b
    Examples:
      llama-server -m "$(vtk models path qwen3-4b)"
    """
    from vtk.models.hub.files import locate

    files = locate(model)
    print_lines(str(path) for path in (files.model, files.mmproj) if path)


@models_subcommand
def verify(
    stream: "Stream",
    models: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="MODEL...",
            show_default=False,
            help="Models as for pull, or paths of files; all that are installed if none is given.",
        ),
    ] = None,
    json: AsJson = False,
) -> None:
    """Check the files of models against their SHA-256.

    Each file is ok, corrupt, or unknown, if neither the hub nor the catalog gives its SHA-256. A
    file that is cut off, of another format or in the place of another is corrupt too, whether its
    SHA-256 is known or not; `why` tells, and `fix` what to do, where a command or models.toml
    fixes it. The exit status is 1 if one is corrupt, 69 if one is not here.

    \b
    Examples:
      vtk models verify
      vtk models verify qwen3-vl-4b ./mine.gguf
    """
    from vtk.models.hub.verify import Verdict, names_installed, verify
    from vtk.stream.progress import file_bar

    def judged() -> Iterator[Verdict]:
        for verdict in of_each(stream, models or names_installed(), verify):
            if verdict.status == "corrupt":
                stream.failed += 1
                fix = f": {verdict.fix}" if verdict.fix else ""
                log.error("%s %s%s", verdict.path, verdict.why, fix)
            yield verdict

    with file_bar("models", stream.talks) as stream.progress:
        write(stream, judged(), lambda v: f"{v.status:7}  {v.name}  {v.path}", json)


@models_subcommand
def doctor(stream: "Stream", json: AsJson = False) -> None:
    """Tell what works on this machine, and how to fix what does not.

    Looks at memory, GPUs, the packages that run models and whether they load, and the room for
    models. What is not ok comes with the command that fixes it, if there is one.

    \b
    Examples:
      vtk models doctor | jq -r 'select(.ok | not) | .fix // empty'
    """
    from vtk.models.doctor import checks

    def line(check: Any) -> str:
        fix = f"\n      {check.fix}" if check.fix else ""
        return f"{'ok' if check.ok else '--':4}  {check.name}: {check.found}{fix}"

    write(stream, checks(), line, json)


@models_subcommand
def bench(
    stream: "Stream",
    opening: Opening,
    model: ModelOrServer = None,
    count: Annotated[
        int, typer.Option(metavar="N", min=1, help="Pictures or texts to measure with.")
    ] = 8,
    tokens: Annotated[int, typer.Option(metavar="N", min=2, help="Most tokens in an answer.")] = 64,
    json: AsJson = False,
) -> None:
    """Measure how fast a model is on this machine.

    Tells how many pictures of 640 x 360 and how many tokens it reads per second, how many tokens it
    writes, how many texts it embeds, how many seconds of sound it hears, and the peak memory of the
    process (without GPU memory). A path is a generative model, a text embedder, or the folder of an
    open_clip or a speech model.

    \b
    Examples:
      vtk models bench ./qwen3-vl-4b.gguf --sequences 8
      vtk models bench --endpoint http://localhost:8080
    """
    from vtk.models.bench import bench

    speed = bench(model, count=count, tokens=tokens, **opening.options())
    record = speed.record()
    lines = "\n".join(f"{key.replace('_', ' '):24} {value}" for key, value in record.items())
    write(stream, [record], lambda _: lines, json)


SUBCOMMANDS = (list_, pull, path, verify, doctor, bench, check)
