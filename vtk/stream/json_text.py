"""JSON that is not one record a line: pretty-printed, in arrays, or several values on a line."""

import re
from collections.abc import Iterator

from vtk.errors import NotJsonError
from vtk.stream.lines import LONGEST_LINE

# A string never crosses lines, as JSON has no line breaks in strings.
_TOKEN = re.compile(
    rb'\s+|"(?:[^"\\]|\\.)*"|[{}\[\],:]|(?:true|false|null|-?\d[\d.eE+-]*)(?![^\s,:\]}])'
)
_OPENING = {b"}": b"{", b"]": b"["}
_CONTINUING = b' \t}],"'  # how a line of a value begins that does not begin one


class JsonText:
    """Takes JSON apart, line by line, into the records that it holds, as `jq .` or `jq -s` print.

    Arrays around records are taken off, however many. Memory is that of one record.
    """

    def __init__(self) -> None:
        self._open: list[bytes] = []  # brackets, the outermost first
        self._parts: list[bytes] = []  # of the record that is not whole yet
        self._size = 0
        self._broken = False  # given up

    @property
    def inside(self) -> bool:
        """Whether a value is not whole yet."""
        return bool(self._open)

    @property
    def in_record(self) -> bool:
        """Whether a record is not whole yet, beside the arrays around it."""
        return b"{" in self._open

    def is_rest(self, line: bytes) -> bool:
        """Whether a line seems to go on with a value that was given up."""
        self._broken = self._broken and line[:1] in _CONTINUING
        return self._broken

    def feed(self, line: bytes) -> Iterator[bytes]:
        """Yield the objects and strings that end in a line.

        Raises NotJsonError if it is no JSON, or holds something else.
        """
        place = 0
        while place < len(line):
            token = _TOKEN.match(line, place)
            if token is None:
                beginning = line[place : place + 20].decode(errors="replace")
                raise NotJsonError(f"not JSON: unexpected {beginning}")
            place = token.end()
            if (record := self._taken(token[0])) is not None:
                yield record

    def give_up(self) -> None:
        """Forget the value that is not whole yet, and take what goes on with it for its rest."""
        self._open, self._parts, self._size, self._broken = [], [], 0, True

    def _taken(self, token: bytes) -> bytes | None:
        """Take a token; return the object or string that it completes."""
        outside = not self.in_record
        if token in _OPENING and (not self._open or self._open.pop() != _OPENING[token]):
            raise NotJsonError(f"not JSON: unexpected {token.decode()}")
        if token in _OPENING.values():
            self._open.append(token)
        if outside:
            if token in (b"[", b"]", b",") or token.isspace():
                return None
            if token[:1] not in b'{"':
                raise NotJsonError(f"{token.decode()} is neither an object nor a string")
        self._parts.append(token)
        self._size += len(token)
        if self._size > LONGEST_LINE:
            raise NotJsonError(f"a value of more than {LONGEST_LINE} bytes")
        if self.in_record:
            return None
        record = b"".join(self._parts)
        self._parts, self._size = [], 0
        return record
