"""What every model has in common: it is closed at the end of a `with` block."""

from typing import Self


class Closeable:
    """A context manager that closes itself."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Free what is held; it is not used again."""
        raise NotImplementedError
