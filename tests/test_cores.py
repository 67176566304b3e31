"""How many cores are kept busy: those that the process may run on, fewer by VTK_THREADS."""

import os

import pytest

from tests.helpers import counted, nothing
from vtk.cores import cores
from vtk.errors import UsageError
from vtk.span import Span
from vtk.stream.workers import map_ordered

THERE = len(os.sched_getaffinity(0))


def test_cores_are_those_that_the_process_may_run_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VTK_THREADS", raising=False)
    assert cores() == THERE
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})  # as taskset and containers do
    try:
        assert cores() == 1
    finally:
        os.sched_setaffinity(0, allowed)


def test_the_variable_takes_some_away_and_adds_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VTK_THREADS", "1")
    assert cores() == 1
    monkeypatch.setenv("VTK_THREADS", "100000")
    assert cores() == THERE


@pytest.mark.parametrize(("jobs", "part"), [(2, 3), (50, 1)])
def test_processes_side_by_side_divide_the_cores(
    monkeypatch: pytest.MonkeyPatch, jobs: int, part: int
) -> None:
    monkeypatch.setattr("vtk.stream.workers.cores", lambda: 6)
    units = [[Span(video="a.mp4")]]
    found = map_ordered("vtk test", counted, units, jobs, by_video=False, settings=nothing)
    assert [span["limit"] for span in found] == [str(part)]


@pytest.mark.parametrize("value", ["0", "-1", "two", "1.5"])
def test_a_value_without_sense_is_wrong_usage(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("VTK_THREADS", value)
    with pytest.raises(UsageError, match="VTK_THREADS must be a number of threads"):
        cores()
