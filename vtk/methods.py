"""A registry of the methods of an ability, used for choices, help, errors and lazy loading."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Generic, TypeVar, cast

from vtk.errors import UsageError

M = TypeVar("M")


class Methods(Mapping[str, str], Generic[M]):
    """The methods of an ability: a mapping from name to a short description for the help text.

    `M` is the type of a method, which the ability calls. `table` gives, by name, the description
    and the location of the method (``vtk.split.content:METHOD``), which `load` imports.
    """

    def __init__(self, ability: str, table: Mapping[str, tuple[str, str]]) -> None:
        self.ability, self._table = ability, table

    def __getitem__(self, name: str) -> str:
        return self._table[name][0]

    def __iter__(self) -> Iterator[str]:
        return iter(self._table)

    def __len__(self) -> int:
        return len(self._table)

    @property
    def help(self) -> str:
        """All methods with their descriptions, as the help text of an option."""
        return "; ".join(f"{name}: {does}" for name, does in self.items()) + "."

    def check(self, name: str) -> str:
        """Return the name. Raises UsageError if there is no such method."""
        if name in self._table:
            return name
        verb = "is" if len(self) == 1 else "are"
        raise UsageError(
            f"no method {name!r} for {self.ability}; there {verb} {', '.join(self._table)}"
        )

    def load(self, name: str) -> M:
        """Import and return the method `name`. Raises UsageError if there is none."""
        module, _, attribute = self._table[self.check(name)][1].partition(":")
        return cast(M, getattr(import_module(module), attribute))
