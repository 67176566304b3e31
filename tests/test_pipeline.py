"""Streams of spans: what is mapped, grouped and filled."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from vtk.errors import MediaError
from vtk.pipeline import fill_missing, group_by_video, map_spans, map_videos
from vtk.span import Span


@given(st.lists(st.sampled_from("ab"), max_size=12))
def test_spans_are_grouped_by_runs_of_one_video(names: list[str]) -> None:
    spans = [Span(video=name, start=float(i), end=i + 1.0) for i, name in enumerate(names)]
    groups = list(group_by_video(spans))
    assert [span for group in groups for span in group] == spans
    assert all(len({span.video for span in group}) == 1 for group in groups)
    assert all(a[0].video != b[0].video for a, b in itertools.pairwise(groups))


def test_an_error_ends_its_span_only_and_keeps_what_came_before() -> None:
    def work(span: Span) -> itertools.chain[Span]:
        return itertools.chain([span], map(_fail, [span] if span.start == 1 else []))

    spans = [Span(video="a", start=float(i), end=i + 1.0) for i in range(3)]
    out = list(map_spans("split", spans, work))
    assert [(span.start, span.failed) for span in out] == [(0, 0), (1, 0), (1, 1), (2, 0)]
    assert out[2]["error"]["command"] == "vtk split"
    assert not spans[1].failed


def test_error_records_pass_a_video_on_their_side_of_it() -> None:
    broken = Span(video="a").with_error("split", MediaError("broken"))
    spans = [Span(broken), Span(video="a", start=0.0, end=1.0), Span(broken)]
    out = list(map_videos("chapter", [spans], lambda good: [Span(good[0], title="One")]))
    assert [span.failed for span in out] == [True, False, True]
    assert out[1]["title"] == "One"


def test_only_what_lacks_a_field_is_filled() -> None:
    spans = [Span(video="a"), Span(video="b", caption="kept"), Span(video="c")]
    spans.append(Span(video="d").with_error("split", "broken"))
    filled = fill_missing(
        spans,
        lambda span: "caption" not in span,
        lambda run: (Span(span, caption="made") for span in run),
    )
    assert [span.get("caption") for span in filled] == ["made", "kept", "made", None]


def _fail(span: Span) -> Span:
    raise MediaError(f"{span.video} is broken")
