"""Input that is JSON, but not one record a line."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.command_line import lines, vtk
from vtk.stream.json_text import JsonText

Records = list[dict[str, Any]]
FORMS: dict[str, Callable[[Records], str]] = {
    "jq .": lambda records: "\n".join(json.dumps(each, indent=2) for each in records),
    "jq -s .": lambda records: json.dumps(records, indent=2),
    "jq -c -s .": json.dumps,
    "jq -j .": lambda records: "".join(map(json.dumps, records)),
    "jq --tab .": lambda records: "\n".join(json.dumps(each, indent="\t") for each in records),
    "jq --seq -c .": lambda records: "".join("\x1e" + json.dumps(r) + "\n" for r in records),
    "a record a line in an array": lambda records: (
        "[\n" + ",\n".join(map(json.dumps, records)) + "\n]\n"
    ),
    "arrays of arrays": lambda records: json.dumps([[[r] for r in records]], indent=0),
}
# Error records pass through every command untouched.
GONE = {"command": "vtk split", "type": "OpenError", "message": "gone"}
RECORDS = [
    {"error": GONE, "video": f"{n}.mp4", "x": {"}": ['"[', {}, [1.5e-7, None]]}} for n in range(3)
]


@pytest.mark.parametrize("form", FORMS)
def test_whatever_jq_prints_is_read(form: str) -> None:
    result = vtk("probe", "-q", stdin=FORMS[form](RECORDS).encode())
    assert lines(result) == RECORDS
    assert not result.stderr


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(-1e300, 1e300)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(
    st.lists(st.dictionaries(st.text(), VALUES, max_size=4), max_size=4), st.sampled_from([*FORMS])
)
def test_any_objects_come_out_as_they_are(records: Records, form: str) -> None:
    text = JsonText()
    told = FORMS[form](records).replace("\x1e", "").encode().split(b"\n")
    assert [json.loads(each) for line in told for each in text.feed(line)] == records
    assert not text.inside


def test_names_in_quotes_are_names() -> None:
    result = vtk("probe", "-q", stdin=b'"a b.mp4"\n["c.mp4", "d.mp4#t=1,2"]\n')
    assert [r["video"] for r in lines(result)] == ["a b.mp4", "c.mp4", "d.mp4"]
    assert lines(result)[2]["end"] == 2


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('{"video": "x.mp4", "sta', 2),  # a killed writer
        ('{"video": "x.mp4", "start": 1.5', 2),
        ("{'video': 'x.mp4'}", 2),
        ('{\n  "video": "x.mp4",\n  start: 1,\n  "end": 2,\n  "x": [\n    1\n  ]\n}', 2),
        ("[\n  1,\n  2,\n  3\n]", 3),
        ('[{"video": "x.mp4"]', 2),
        ('{"video": 1 2 }\n', 2),
        ("}", 2),
    ],
)
def test_what_is_no_json_is_one_error_and_the_records_around_it_come_through(
    text: str, line: int
) -> None:
    around = json.dumps({"video": "a.mp4", "error": GONE})
    result = vtk("probe", "-q", stdin="\n".join([around, text, around]).encode())
    assert [r["video"] for r in lines(result)] == ["a.mp4", "a.mp4"]
    assert result.returncode == 65
    assert result.stderr.count(b"\n") == 1
    assert b"line %d: " % line in result.stderr


def test_an_unfinished_value_is_told_with_the_line_that_it_begins_in() -> None:
    result = vtk("show", stdin=b'[\n{"video": "a.mp4"},\n{\n"video":\n')
    assert result.returncode == 65
    assert b"line 3: not JSON: it ends inside a value" in result.stderr
