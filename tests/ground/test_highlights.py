"""Highlights: what stands out of a video, without a query."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.command_line import lines, vtk
from tests.world.encode import Encoding, Tracks, write_clip
from tests.world.looks import Scene
from tests.world.sound import SoundTrack, Tone
from tests.world.timeline import Take, Timeline
from vtk.check import check
from vtk.errors import UsageError
from vtk.ground import ground
from vtk.ground.highlights import LEVEL, attention, peaks
from vtk.models.embed.clip import ClipModel
from vtk.models.openers import Openers
from vtk.schema import SCHEMA
from vtk.span import Span

CLIP = Path(__file__).parents[1] / "world" / "models" / "tiny-clip"
RATE = Fraction(10)
STILL = Scene("blue", "medium", movers=0, grain=0.0)
# A tone all along, which becomes no louder and no quieter.
HUM = SoundTrack(tuple(Tone(n, n + 1.0) for n in range(60)))


def film(folder: Path, takes: Sequence[Take], tracks: Tracks = Tracks()) -> str:  # noqa: B008
    path = folder / "film.mp4"
    timeline = Timeline(takes, (96, 54), 1 / RATE, 1)
    write_clip(path, timeline, Encoding(width=96, height=54, rate=RATE), tracks)
    return str(path)


def found(video: str, **options: Any) -> list[Span]:
    return list(ground([Span(video=video)], method="highlights", **options))


def test_what_moves_and_looks_unlike_the_rest_stands_out(tmp_path: Path) -> None:
    moving = replace(STILL, movers=6, speed=200.0, colour="orange")
    video = film(tmp_path, [Take(30, STILL), Take(8, moving), Take(22, STILL)])
    (first, *others) = found(video)
    check(first, SCHEMA)
    assert abs(first.start - 30) <= 2
    assert abs(first.end - 38) <= 2
    assert (first["rank"], first["kind"], len(others)) == (1, "moment", 0)
    assert first["score"] > 0.5
    assert first["why"]["motion"] > 0.5
    assert first["why"]["unusual"] > 0.5
    assert first["made"][-1]["method"] == "highlights"
    assert set(first["made"][-1]["cues"]) == first["why"].keys() == {"unusual", "change", "motion"}
    model = Openers(clip=partial(ClipModel, str(CLIP), threads=1))
    (again,) = found(video, models=model)
    assert (abs(again.start - 30) <= 2, abs(again.end - 38) <= 2) == (True, True)
    assert again["made"][-1]["clip"] == "tiny-clip"
    assert again["why"]["unusual"] > 0.5


def test_what_is_loud_stands_out(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    sound = Tracks((SoundTrack((Tone(20.0, 27.0), Tone(45.0, 47.0))),))
    video = film(tmp_path, [Take(60, STILL)], sound)
    loud, short = found(video)
    assert (abs(loud.start - 20) <= 1, abs(loud.end - 27) <= 1) == (True, True)
    assert short.start < 47
    assert short.end > 45
    assert loud["why"].keys() == {"sound"}
    assert "unusual (1), change (1), motion (1), speech (1)" in caplog.text


def test_where_much_is_said_stands_out(tmp_path: Path) -> None:
    video = film(tmp_path, [Take(60, STILL)], Tracks((HUM,)))
    said = [(0, 30, "well"), (30, 36, "and so on it goes " * 5), (36, 60, "then")]
    speech = [{"start": a, "end": b, "text": text} for a, b, text in said]
    spans = [Span(video=video, start=0, end=60, speech=speech)]
    (moment,) = ground(spans, method="highlights")
    assert (abs(moment.start - 30) <= 1, abs(moment.end - 36) <= 1) == (True, True)
    assert moment["why"].keys() == {"speech"}


def test_a_still_silent_film_says_that_nothing_stands_out(tmp_path: Path) -> None:
    video = film(tmp_path, [Take(30, STILL)])
    result = vtk("ground", "--highlights", "--fail-empty", video)
    assert (result.returncode, lines(result)) == (1, [])
    assert b"nothing stands out, as nothing in it varies" in result.stderr


def test_moments_end_at_shots_and_keep_their_lengths(tmp_path: Path) -> None:
    moving = replace(STILL, movers=6, speed=200.0, colour="orange")
    video = film(tmp_path, [Take(20, STILL), Take(8.3, moving), Take(21.7, STILL)])
    edges = [0, 20, 28.3, 50]
    shots = [Span(video=video, start=a, end=b) for a, b in pairwise(edges)]
    (whole,) = ground(shots, method="highlights")
    assert (whole.start, whole.end) == (20, 28.3)
    (short,) = ground(shots, method="highlights", n=1, max_length=3)
    assert 20 <= short.start < short.end <= 28.3
    assert short.end - short.start <= 3
    (wide,) = ground(shots, method="highlights", min_length=15)
    assert wide.end - wide.start == pytest.approx(15)


def test_each_video_is_judged_by_itself(tmp_path: Path) -> None:
    moving = replace(STILL, movers=6, speed=200.0)
    video = film(tmp_path, [Take(20, STILL), Take(5, moving), Take(20, STILL)])
    spans = [Span(video=video), Span(video="gone.mp4"), Span(video=video, start=0, end=45)]
    records = list(ground(spans, method="highlights", n=1))
    assert [record.get("rank") for record in records] == [1, None, 1]
    assert records[1]["error"]["command"] == "vtk ground"


def test_highlights_take_no_query() -> None:
    with pytest.raises(UsageError, match="without a query"):
        list(ground([], "a boat", method="highlights"))
    result = vtk("ground", "--highlights", "--queries", "steps.txt")
    assert result.returncode == 2
    assert b"--highlights needs no query" in result.stderr
    assert vtk("ground", "--highlights", "--words", "a boat").returncode == 2


@given(st.lists(st.integers(0, 9), min_size=1, max_size=40), st.integers(1, 9))
def test_peaks_lie_apart_and_hold_what_is_half_as_high(values: list[int], most: int) -> None:
    curve = np.array(values, float)
    pieces = peaks(curve, 1.0, most)
    assert bool(pieces) == (max(values) >= 1)
    covered = [number for low, high in pieces for number in range(low, high)]
    assert len(covered) == len({*covered})
    for low, high in pieces:
        assert 1 <= high - low <= most
        assert min(curve[low:high]) > LEVEL * max(curve[low:high])


def test_a_cue_that_is_high_in_little_of_a_video_weighs_more() -> None:
    rare, common = np.zeros(10), np.ones(10)
    rare[2], common[7] = 1, 0
    both = attention({"sound": rare, "motion": common})
    assert both[2] == 1
    assert both[7] == 0
    assert both[0] < 0.05
