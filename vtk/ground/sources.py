"""The spans that moments come from, kept as text."""

from array import array

import orjson

from vtk.span import SPAN_ONLY_FIELDS, TIMED_FIELDS, Span


class Sources:
    """Keeps compactly the fields that moments take over from the spans they lie in."""

    def __init__(self) -> None:
        self._lines = bytearray()
        self._offsets = array("q", [0])

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def __getitem__(self, number: int) -> Span:
        first, last = self._offsets[number : number + 2]
        return Span(orjson.loads(self._lines[first:last]))

    def append(self, span: Span) -> None:
        kept = {
            key: value
            for key, value in span.items()
            if key not in SPAN_ONLY_FIELDS or key in TIMED_FIELDS
        }
        extent = {key: span[key] for key in ("start", "end") if key in span}
        self._lines += orjson.dumps({**kept, **extent})
        self._offsets.append(len(self._lines))
