"""Base class of models, which a `with` block closes at its end."""

from typing import Self


class Closeable:
    """A context manager that calls its own `close` on exit."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Free all resources; the object must not be used afterwards."""
        raise NotImplementedError
