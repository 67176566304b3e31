"""The methods of an ability in one table, from which choices, help, errors and loading come."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Generic, TypeVar, cast

from vtk.errors import UsageError

M = TypeVar("M")


class Methods(Mapping[str, str], Generic[M]):
    """The names of the methods of an ability, each with what it does, in a clause for the help.

    `M` is the type of a method: what the ability calls. `table` gives, by name, that clause and
    where the method stands (``vtk.split.content:METHOD``), which is imported when it is loaded.
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
        """All methods with what they do, as the help of an option."""
        return "; ".join(f"{name}: {does}" for name, does in self.items()) + "."

    def check(self, name: str) -> str:
        """The name. Raises UsageError where no method has it."""
        if name in self._table:
            return name
        verb = "is" if len(self) == 1 else "are"
        raise UsageError(
            f"no method {name!r} for {self.ability}; there {verb} {', '.join(self._table)}"
        )

    def load(self, name: str) -> M:
        """The method of that name, imported now. Raises UsageError where there is none."""
        module, _, attribute = self._table[self.check(name)][1].partition(":")
        return cast(M, getattr(import_module(module), attribute))
