"""vtk: small commands that turn long videos into text you can search, read and pipe.

Each command is a function of its name, from videos or spans to spans, imported when it is used:

    import vtk
    for span in vtk.caption(vtk.split("talk.mp4")):
        print(span.fragment, span["caption"])

docs/api.md describes them.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from vtk.caption import caption as caption
    from vtk.chapter import chapter as chapter
    from vtk.embed import embed as embed
    from vtk.errors import VtkError as VtkError
    from vtk.ground import ground as ground
    from vtk.keyframes import keyframes as keyframes
    from vtk.media.probe import probe as probe
    from vtk.ocr import ocr as ocr
    from vtk.retrieve import retrieve as retrieve
    from vtk.show import show as show
    from vtk.span import Span as Span
    from vtk.split import split as split
    from vtk.summarize import summarize as summarize
    from vtk.transcribe import transcribe as transcribe

# Where what `import vtk` offers is found.
OFFERED = {
    "probe": "vtk.media.probe",
    "Span": "vtk.span",
    "VtkError": "vtk.errors",
    **{
        name: f"vtk.{name}"
        for name in (
            *("split", "keyframes", "transcribe", "ocr", "caption", "chapter", "summarize"),
            *("embed", "retrieve", "ground", "show"),
        )
    },
}


class _Ability(ModuleType):
    """A module that is called as the function of its name: `vtk.split` is `vtk.split.split`."""

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        return self.__wrapped__(*arguments, **options)

    @property
    def __wrapped__(self) -> Any:
        """The function, whose signature `help` and editors show."""
        return getattr(self, self.__name__.rpartition(".")[2])


class _Package(ModuleType):
    """This package, whose modules named as a command are called as their function."""

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, ModuleType) and OFFERED.get(name) == value.__name__:
            value.__class__ = _Ability
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __getattr__(name: str) -> Any:
    if name not in OFFERED:
        raise AttributeError(f"module 'vtk' has no attribute {name!r}")
    module = import_module(OFFERED[name])
    return module if module.__name__ == f"vtk.{name}" else getattr(module, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *OFFERED})
