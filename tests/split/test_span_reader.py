"""vtk split --media -: the video itself on standard input, while it is made."""

import json
import subprocess
from pathlib import Path

import av
import pytest

from tests.command_line import VTK, lines, vtk_process
from tests.world import World

FORMATS = {"mpegts": {}, "matroska": {}, "mp4": {"movflags": "frag_keyframe+empty_moov"}}


def piped(clip: Path, folder: Path, name: str, **options: str) -> bytes:
    """The pictures of a clip in a container that can be written to a pipe."""
    path = folder / "piped"
    with av.open(str(clip)) as source, av.open(str(path), "w", name, options=options) as sink:
        stream = source.streams.video[0]
        copy = sink.add_stream_from_template(stream)
        for packet in source.demux(stream):
            if packet.size:
                packet.stream = copy
                sink.mux(packet)
    return path.read_bytes()


@pytest.mark.parametrize("name", FORMATS)
def test_a_video_on_standard_input_has_the_shots_of_its_file(
    world: World, tmp_path: Path, name: str
) -> None:
    clip = world("cuts")
    data = piped(clip.path, tmp_path, name, **FORMATS[name])
    run = vtk_process("split", "--media", "-", stdin=data)
    assert run.returncode == 0, run.stderr
    found = [(s["start"], s["end"]) for s in lines(run)]
    starts = [float(s.start) for s in clip.truth.shots]
    shift = found[0][0] - starts[0]  # MPEG-TS begins later
    assert [start - shift for start, _ in found] == pytest.approx(starts, abs=0.002)
    assert {s["video"] for s in lines(run)} == {"/dev/stdin"}


def test_shots_come_out_while_the_video_still_comes_in(world: World, tmp_path: Path) -> None:
    data = piped(world("cuts").path, tmp_path, "mpegts")
    with subprocess.Popen(
        [VTK, "split", "--media", "-", "--method", "content"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as run:  # fmt: skip
        assert run.stdin
        assert run.stdout
        run.stdin.write(data[: -len(data) // 8])
        run.stdin.flush()
        first = json.loads(run.stdout.readline())  # the end has not been sent
        assert first["kind"] == "shot"
        run.stdin.write(data[-len(data) // 8 :])
        run.stdin.close()
        rest = [json.loads(line) for line in run.stdout]
        assert run.wait(timeout=20) == 0
    assert [s["index"] for s in (first, *rest)] == list(range(len(rest) + 1))


def test_scenes_come_from_a_pipe_as_well(world: World, tmp_path: Path) -> None:
    data = piped(world("cuts").path, tmp_path, "matroska")
    run = vtk_process("split", "--media", "-", "--scenes", stdin=data)
    assert run.returncode == 0, run.stderr
    assert {s["kind"] for s in lines(run)} == {"scene"}


def test_what_cannot_be_read_from_a_pipe_is_told(world: World, tmp_path: Path) -> None:
    index_at_the_end = piped(world("cuts").path, tmp_path, "mp4")
    run = vtk_process("split", "--media", "-", stdin=index_at_the_end)
    assert run.returncode in (1, 66)
    assert b"pipe" in run.stderr
    assert vtk_process("split", "--media", "-", stdin=b"{}\n").returncode == 66
    for more in (["film.mp4"], ["--method", "fast"], ["--every", "5s"], ["--cues"]):
        run = vtk_process("split", "--media", "-", *more)
        assert run.returncode == 2
        assert b"read once" in run.stderr


@pytest.mark.parametrize("command", ["keyframes", "caption", "chapter"])
def test_spans_of_a_video_that_came_on_standard_input_take_no_lines_from_those_behind(
    world: World, tmp_path: Path, command: str
) -> None:
    gone = [{"video": "/dev/stdin", "start": n, "end": n + 1, "kind": "shot"} for n in range(3)]
    here = {"video": str(world("cuts").path), "start": 0, "end": 1, "kind": "shot"}
    run = vtk_process(command, stdin=[*gone, here])
    assert run.returncode in (0, 1)
    assert {span["video"] for span in lines(run)} == {"/dev/stdin", here["video"]}
