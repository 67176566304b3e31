"""vtk export webvtt: cues as players and pysubs2 read them."""

import html
import tempfile

import pysubs2
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.command_line import vtk
from tests.export.tape import TEXT, shots, written
from tests.world import World
from vtk.export.webvtt import webvtt


def cues(text: str) -> list[tuple[int, int, str]]:
    """Start and end in milliseconds and the words, as pysubs2 reads them."""
    found = pysubs2.SSAFile.from_string(text, format_="vtt")
    return [(event.start, event.end, html.unescape(event.plaintext)) for event in found]


def test_a_cue_is_the_title_of_its_span(world: World) -> None:
    spans = shots(5, 6.0005, 11, video=str(world("late_start").path))
    spans[0]["title"] = "Bees & <b>hives</b>"
    result = vtk("export", "webvtt", stdin=spans)
    assert (result.returncode, result.stderr) == (0, b"")
    assert result.stdout.decode() == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\nBees &amp; &lt;b&gt;hives&lt;/b&gt;\n"
        "\n00:00:01.000 --> 00:00:06.000\nShot 2\n"
    )


def test_timed_texts_of_a_field_are_cues_of_their_own() -> None:
    said = [{"start": 0.5, "end": 1, "text": "Hello"}, {"start": 1.8, "end": 2.4, "text": "you."}]
    one, two = shots(0, 2, 3)
    one["speech"], two["speech"] = said, [*said[1:], {"start": 2.5, "end": 2.5, "text": "  "}]
    result = vtk("export", "webvtt", "--field", "speech", stdin=[one, two])
    assert cues(result.stdout.decode()) == [(500, 1000, "Hello"), (1800, 2400, "you.")]
    odd = {**one, "mine": [1, {"text": 5}, {"text": "x", "start": "y"}, {"text": "ok", "t": 1}]}
    found = vtk("export", "webvtt", "--field", "mine", stdin=[odd])
    assert cues(found.stdout.decode()) == [(1000, 2000, "ok")]


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(TEXT, st.floats(0, 4e5), st.floats(0, 9)),
        min_size=1,
        max_size=4,
        unique_by=lambda row: row[1],
    ),
    st.sampled_from([None, "caption"]),
)
def test_whatever_is_told_there_is_a_cue_for_each_span(
    rows: list[tuple[str, float, float]], field: str | None
) -> None:
    spans = [s for text, at, long in rows for s in shots(at, at + long, caption=text)]
    with tempfile.TemporaryDirectory() as folder:
        text = written(webvtt, spans, folder=folder, field=field)
    head, *blocks = text.removesuffix("\n").split("\n\n")
    assert head == "WEBVTT" or (not blocks and head == "WEBVTT\n")
    told = [row for row in rows if field is None or row[0].strip()]
    assert len(blocks) == len(told)
    for block, (caption, at, _) in zip(blocks, told, strict=True):
        times, *lines = block.split("\n")
        start, end = (_milliseconds(time) for time in times.split(" --> "))
        assert abs(start - at * 1000) <= 0.5001
        assert start < end
        assert lines
        assert all(line.strip() and not {"<", ">"} & {*line} for line in lines)
        if caption.isprintable() and caption.strip():
            assert html.unescape(lines[0]) == " ".join(caption.split())


def _milliseconds(stamp: str) -> int:
    hours, minutes, seconds = stamp.split(":")
    return (int(hours) * 60 + int(minutes)) * 60_000 + round(float(seconds) * 1000)
