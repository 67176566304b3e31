"""Row numbers, from 0 on without gaps, and where the engine has these rows."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vtk.store.collection import Rows

OFFSET = 32  # bits of an address that say which row of its fragment it is of


class RowNumbers:
    """The numbers of the rows of one version of a table.

    An address is the number of a fragment (a file of rows) and the place in it; deleted rows keep
    theirs, and have no number.
    """

    def __init__(self, table: Any) -> None:
        self._table = table
        self._fragments = (
            table.get_fragments()
        )  # in the order of rows, which is not that of numbers
        counts = [fragment.count_rows() for fragment in self._fragments]
        ids = np.array([fragment.fragment_id for fragment in self._fragments], np.int64)
        self.count: int = sum(counts)
        self._order = np.argsort(ids)
        self._ids = ids[self._order]
        self._first = np.cumsum([0, *counts])[:-1].astype(np.int64)
        self._live: dict[int, NDArray[np.int64]] = {}  # offsets that are left, by fragment

    def of(self, addresses: NDArray[np.uint64]) -> Rows:
        """Return the row number of each address."""
        places = addresses.astype(np.int64)
        fragments, offsets = places >> OFFSET, places & ((1 << OFFSET) - 1)
        rows = np.zeros(len(places), np.int64)
        numbers = self._order[np.searchsorted(self._ids, fragments)]
        for number in np.unique(numbers):
            own = numbers == number
            found = offsets[own]
            if self._fragments[number].num_deletions:
                found = np.searchsorted(self._offsets(int(number)), found)
            rows[own] = self._first[number] + found
        return rows

    def _offsets(self, number: int) -> NDArray[np.int64]:
        if number not in self._live:
            scanner = self._table.scanner(
                columns=[], fragments=[self._fragments[number]], with_row_address=True
            )
            found = scanner.to_table()["_rowaddr"].to_numpy().astype(np.int64)
            self._live[number] = found & ((1 << OFFSET) - 1)
        return self._live[number]
