"""How exports count: frames, timecodes with and without drop-frame, start timecodes of files."""

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.export.tape import tape
from vtk.errors import MediaError, OpenError, UsageError
from vtk.export.clock import counts, parse_rate
from vtk.timecode import timecode
from vtk.times import stamp

NTSC = Fraction(30000, 1001)


@pytest.mark.parametrize(
    ("frame", "rate", "drop", "text"),
    [
        (86399, 24, False, "00:59:59:23"),
        (1799, NTSC, True, "00:00:59;29"),
        (1800, NTSC, True, "00:01:00;02"),
        (17981, NTSC, True, "00:09:59;29"),
        (17982, NTSC, True, "00:10:00;00"),
        (1800, NTSC, False, "00:01:00:00"),
        (3600, 2 * NTSC, True, "00:01:00;04"),
        (107892, NTSC, True, "01:00:00;00"),
        (24 * 3600 * 25, 25, False, "00:00:00:00"),
    ],
)
def test_a_timecode_is_that_of_the_standard(
    frame: int, rate: Fraction, drop: bool, text: str
) -> None:
    assert timecode(frame, Fraction(rate), drop) == text


@settings(deadline=None)
@given(st.integers(0, 24 * 3600 * 60 - 200_000), st.sampled_from([24, 25, NTSC, 2 * NTSC, 60]))
def test_timecodes_are_those_of_opentimelineio(frame: int, rate: Fraction) -> None:
    opentime = pytest.importorskip("opentimelineio").opentime
    drop = Fraction(rate).denominator == 1001
    frame %= 24 * 3600 * round(rate) - 3000
    time = opentime.RationalTime(frame, float(rate))
    assert timecode(frame, Fraction(rate), drop) == opentime.to_timecode(time, float(rate), drop)


@pytest.mark.parametrize(
    ("rate", "start", "first", "later"),
    [
        (24, "01:02:03:04", "01:02:03:04", "01:02:04:04"),
        (NTSC, "00:00:59;20", "00:00:59;20", "00:01:00;22"),
        (NTSC, "00:00:59:20", "00:00:59:20", "00:01:00:20"),
        (2 * NTSC, "10:09:59;50", "10:09:59;50", "10:10:00;50"),
    ],
)
def test_timecodes_go_on_from_that_of_the_file(
    tmp_path: Path, rate: Fraction, start: str, first: str, later: str
) -> None:
    path = tape(tmp_path / "x.mov", rate, timecode=start, reel_name="A001")
    count = counts(None)(str(path))
    assert count.rate == rate
    assert count.timing.reel == "A001"
    assert count.timecode(count.frame(0)) == first
    assert count.timecode(count.frame(float(round(rate) / rate))) == later


def test_times_count_from_the_first_picture(tmp_path: Path) -> None:
    count = counts(Fraction(25))("none.mp4")
    assert [count.frame(time) for time in (-1, 0, 0.0199, 0.0201, 1)] == [0, 0, 0, 1, 25]
    with pytest.raises(OpenError):
        counts(None)("none.mp4")


def test_a_rate_is_the_standard_one_that_was_meant() -> None:
    assert parse_rate("29.97") == parse_rate("30000/1001") == NTSC
    assert parse_rate("23.98") == parse_rate("23.976") == Fraction(24000, 1001)
    assert parse_rate("12.5") == Fraction(25, 2)
    for text in ("0", "-25", "240", "fast", "1/0", "nan", "inf", ""):
        with pytest.raises(UsageError):
            parse_rate(text)


def test_what_has_no_timecodes_is_told(tmp_path: Path) -> None:
    path = tape(tmp_path / "x.mp4", 120)
    with pytest.raises(MediaError, match="--rate"):
        counts(None)(str(path))
    assert counts(Fraction(30))(str(path)).frame(1) == 30
    with pytest.raises(UsageError, match="drop-frame"):
        counts(Fraction(25), drop=True)


def test_a_stamp_is_of_milliseconds() -> None:
    assert [stamp(t) for t in (-1, 0, 59.9996, 3661.5)] == [
        *("00:00:00.000", "00:00:00.000", "00:01:00.000", "01:01:01.500")
    ]
