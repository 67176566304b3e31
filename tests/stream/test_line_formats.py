"""Spans as lines of text: media fragments, and templates."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtk.errors import UsageError
from vtk.span import Span, local_path, parse
from vtk.stream.line_formats import template_lines, uri_lines
from vtk.stream.writer import Output

SPAN = Span(
    video="films/talk.mp4",
    start=72.5,
    end=80.0,
    score=0.83456,
    title="A\tboat\x1b[2J",
    speech=[{"start": 72.5, "end": 75.0, "text": "Welcome"}, {"text": "back."}],
    keyframes=[{"t": 74.0}],
)


def shown(template: str, span: Span = SPAN) -> str:
    return template_lines(template).text(span) + "\n"


@pytest.mark.parametrize(
    ("template", "line"),
    [
        (r"{start:hms}\t{name}", "1:12.500\ttalk.mp4\n"),
        ("{uri} {score:.2f}", "films/talk.mp4#t=72.5,80 0.83\n"),
        ("{duration}s {keyframes.0.t:hms}", "7.5s 1:14.000\n"),
        ("{keyframes[0].t}", "74.0\n"),
        ("{speech}|{speech.1.text}|{speech.7.text}|{nosuch:.2f}", "Welcome back.|back.||\n"),
        ("{{{video}}}", "{films/talk.mp4}\n"),
        ("{start:04d} {end:.1e}", "0072 8.0e+01\n"),
    ],
)
def test_a_template_names_fields_and_formats(template: str, line: str) -> None:
    assert shown(template) == line


def test_a_format_that_meets_no_number_is_told(
    caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    template = "{title:.2f} {score:.2f} {nosuch:.2f}"
    template_lines(template).write(iter([SPAN]), Output(str(tmp_path / "lines"), "retrieve"))
    assert [message[:12] for message in caplog.messages] == ["no result ha", "{title:.2f}:"]


def test_text_of_a_video_cannot_steer_the_terminal() -> None:
    assert shown("{title}") == "A boat\\x1b[2J\n"


@pytest.mark.parametrize("template", ["", "{", "}", "{}", "{a:zz}", "a {b{c} d"])
def test_what_is_no_template_is_wrong_usage(template: str) -> None:
    with pytest.raises(UsageError):
        template_lines(template)


@given(st.text())
def test_any_text_is_a_template_or_wrong_usage(template: str) -> None:
    try:
        lines = template_lines(template)
    except UsageError:
        return
    lines.text(SPAN)


def test_a_fragment_is_read_again_as_the_span() -> None:
    assert parse(uri_lines().dump(SPAN).decode().strip()) == Span(
        video="films/talk.mp4", start=72.5, end=80.0
    )


def test_error_records_are_no_lines() -> None:
    failed = SPAN.with_error("retrieve", ValueError("no"))
    assert uri_lines().dump(failed) == b""


def test_a_field_that_no_result_has_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    failed = SPAN.with_error("retrieve", ValueError("no"))
    out = tmp_path / "out"
    template_lines("{name} {titel} {score:.1f}").write(iter([SPAN, failed]), Output(str(out)))
    assert out.read_text() == "talk.mp4  0.8\n"
    assert caplog.messages == ["no result has 'titel': see vtk schema"]


def test_the_uri_of_a_name_with_a_newline_names_the_file_in_a_line(tmp_path: Path) -> None:
    name = str(tmp_path / "a\n#b\u200e.mp4")
    line = shown("{uri}", Span(video=name, start=1.0, end=2.0)).rstrip("\n")
    assert "\n" not in line
    span = parse(line)
    assert (local_path(span.video), span.start, span.end) == (name, 1.0, 2.0)
