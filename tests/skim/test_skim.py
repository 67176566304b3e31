"""Skims: what is chosen of a video, where it is cut, and how long the file is."""

import logging
from itertools import combinations, pairwise
from pathlib import Path

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.world import World
from vtk.check import check
from vtk.entries import SpeechEntry
from vtk.errors import OutputError, UsageError
from vtk.schema import SCHEMA
from vtk.skim import Wish, select, skim
from vtk.skim.knapsack import AIM, SLACK, Unit, choose
from vtk.skim.units import LEAST, units
from vtk.span import Span
from vtk.transcribe import transcribe

sizes = st.lists(st.tuples(st.integers(1, 9), st.integers(0, 20)), min_size=1, max_size=8)


def worth(chosen: list[Unit], jump: float) -> float:
    """The value of units in order, less what the jumps to them cost."""
    runs = 1 + sum(one.end < two.start for one, two in pairwise(chosen))
    return sum(unit.value for unit in chosen) - runs * jump


@given(sizes, st.integers(1, 30), st.sampled_from([0.0, 3.0]))
@settings(max_examples=60)
def test_the_best_units_are_chosen(parts: list[tuple[int, int]], seconds: int, jump: float) -> None:
    edges = [0.0]
    for size, _ in parts:
        edges.append(edges[-1] + size)
    found = [Unit(*pair, value) for pair, (_, value) in zip(pairwise(edges), parts, strict=True)]
    chosen = [found[n] for n in choose(found, seconds, jump)]
    several = [
        list(some) for n in range(1, len(found) + 1) for some in combinations(found, n)
    ]  # all that could be chosen
    lengths = {id(some): sum(unit.end - unit.start for unit in some) for some in several}
    off = {place: abs(length - seconds) / seconds for place, length in lengths.items()}
    bound = next((bound for bound in (AIM, SLACK) if min(off.values()) <= bound), None)
    length = sum(unit.end - unit.start for unit in chosen)
    if bound:
        near = [some for some in several if off[id(some)] <= bound]
        assert abs(length - seconds) <= bound * seconds
        assert worth(chosen, jump) == pytest.approx(max(worth(some, jump) for some in near))
    else:
        below = [each for each in lengths.values() if each < seconds]
        assert length == (max(below) if below else min(lengths.values()))


@given(
    st.lists(st.tuples(st.floats(0, 90), st.floats(0.3, 9)), max_size=12),
    st.lists(st.floats(0, 100), max_size=12),
)
@settings(max_examples=60)
def test_units_cover_a_video_and_cut_no_words(
    cues: list[tuple[float, float]], cuts: list[float]
) -> None:
    speech: list[SpeechEntry] = [
        {"start": start, "end": start + wide, "text": f"It is {n} that is said."}
        for n, (start, wide) in enumerate(cues)
    ]
    found = units((0.0, 100.0), cuts, speech, 8.0, lambda low, high: (low + high) / 2)
    assert found[0].start == 0
    assert found[-1].end == 100
    assert all(one.end == two.start for one, two in pairwise(found))
    assert all(unit.end - unit.start >= LEAST - 1e-6 for unit in found)
    for edge in (unit.start for unit in found[1:]):
        said = [cue for cue in speech if cue["start"] + 0.01 < edge < cue["end"] - 0.01]
        # Only where two speak at once, and for long, is one of them cut off.
        assert len(said) != 1 or any(
            other is not said[0]
            and other["start"] < said[0]["end"]
            and other["end"] > said[0]["start"]
            for other in speech
        )


def test_a_unit_ends_at_a_cut_rather_than_beside_it() -> None:
    speech: list[SpeechEntry] = [
        {"start": 2.0, "end": 5.0, "text": "One."},
        {"start": 7.0, "end": 9.0, "text": "Two."},
    ]
    found = units((0.0, 12.0), [5.6, 8.0], speech, 20.0, lambda low, high: (low + high) / 2)
    assert [unit.start for unit in found] == [0.0, 1.85, 5.6, 6.85, 9.15]


def talk(world: World) -> list[Span]:
    """The shots of a narrated lecture with what is said in them."""
    (whole,) = transcribe([Span(video=str(world("talk").path))])
    cuts = [0.0, 20.0, 30.0, whole.end]
    return [whole.sub_span(*pair, "shot") for pair in pairwise(cuts)]


@pytest.fixture(scope="module")
def made(world: World, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Span]:
    folder = tmp_path_factory.mktemp("skim")
    (found,) = skim(talk(world), Wish(seconds=12, file=f"{folder}/talk.mp4"))
    return folder, found


def test_a_skim_is_as_long_as_wished_and_holds_whole_sentences(
    made: tuple[Path, Span], world: World
) -> None:
    folder, found = made
    check(found, SCHEMA)
    assert [path.name for path in folder.iterdir()] == ["talk.mp4"]
    with av.open(found["skim"]["file"]) as file:
        seconds = float(file.duration or 0) / av.time_base
        stamps = sorted(packet.pts for packet in file.demux(video=0) if packet.pts is not None)
    # No picture flashes up at a joint.
    assert min(two - one for one, two in pairwise(stamps)) > 0.9 * stamps[-1] / (len(stamps) - 1)
    assert seconds == pytest.approx(found["skim"]["seconds"], abs=0.05)
    assert seconds == pytest.approx(12, rel=SLACK)
    stretches = found["skim"]["stretches"]
    for cue in found["speech"]:
        for edge in (each[key] for each in stretches for key in ("start", "end")):
            assert not cue["start"] < edge < cue["end"]
    assert sum(each["end"] - each["start"] for each in stretches) == pytest.approx(
        seconds, abs=0.05
    )
    shown = [each for each in found["sentences"] if "skim" in each]
    assert shown
    for sentence in shown:
        (within,) = (s for s in stretches if s["start"] <= sentence["start"] < s["end"])
        place = within["at"] + sentence["start"] - within["start"]
        assert sentence["skim"] == pytest.approx(place, abs=1e-5)


def test_select_gives_the_stretches_without_a_file(made: tuple[Path, Span], world: World) -> None:
    _, whole = made
    found = list(select(talk(world), Wish(seconds=12)))
    for each in found:
        check(each, SCHEMA)
    stretches = whole["skim"]["stretches"]
    assert [(s.start, s.end) for s in found] == [(s["start"], s["end"]) for s in stretches]
    assert any("speech" in span and span["evidence"] for span in found)


def test_what_cannot_be_written_is_said_before_the_work(
    world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    video = str(world("talk").path)
    with pytest.raises(UsageError, match=r"H\.264 and AAC"):
        Wish(file="skim.webm")
    with pytest.raises(UsageError, match="would replace it"):
        list(skim(talk(world), Wish(file=video)))
    first, *_ = talk(world)
    spans = [first, Span(first, video="other.mp4")]
    with (
        caplog.at_level(logging.CRITICAL),
        pytest.raises(UsageError, match="name a folder for several"),
    ):
        list(skim(spans, Wish(file=f"{tmp_path}/one.mp4")))
    with pytest.raises(OutputError, match="nowhere"):
        list(skim(talk(world), Wish(file=f"{tmp_path}/nowhere/skim.mp4")))
