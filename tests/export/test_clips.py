"""vtk export clips: files that hold their spans; a further run makes only what is missing."""

import os
import shutil
import subprocess
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest

from tests.command_line import VTK, lines, vtk, vtk_process
from tests.export.tape import shots
from tests.world import World


def probed(path: str | Path) -> dict[str, Any]:
    """What PyAV reads of a clip."""
    with av.open(str(path)) as file:
        stream = file.streams.video[0]
        assert file.duration is not None
        times = [frame.time for frame in file.decode(stream)]
        return {
            "codec": stream.codec_context.codec.canonical_name,
            "tracks": [each.type for each in file.streams],
            "seconds": file.duration / av.time_base,
            "size": (stream.width, stream.height),
            "rate": stream.average_rate,
            "times": times,
        }


def stamps(folder: Path) -> dict[str, tuple[int, int]]:
    """Which file each name stands for, and when it was written."""
    return {p.name: (p.stat().st_ino, p.stat().st_mtime_ns) for p in folder.iterdir()}


def test_each_span_has_a_file_that_lasts_as_long_with_handles(world: World, tmp_path: Path) -> None:
    spans = shots(0, 1, 2.5, 4, video=str(world("sounded").path))
    result = vtk("export", "clips", tmp_path / "out", "--pad", "500ms", stdin=spans)
    assert (result.returncode, result.stderr) == (0, b"")
    held = [record["clip"] for record in lines(result)]
    assert [(h["start"], h["end"]) for h in held] == [(0.0, 1.5), (0.5, 3.0), (2.0, 4.5)]
    for clip in held:
        found = probed(clip["file"])
        assert (found["codec"], found["tracks"]) == ("h264", ["video", "audio"])
        assert found["seconds"] == pytest.approx(clip["end"] - clip["start"], abs=0.03)
        assert found["times"][0] == 0
    assert [record["start"] for record in lines(result)] == [0.0, 1.0, 2.5]


@pytest.mark.parametrize("codec", ["h264", "hevc", "av1"])
def test_codec_quality_rate_and_height_are_as_asked(
    world: World, tmp_path: Path, codec: str
) -> None:
    span = f"{world('cuts').path}#t=1,2"
    sizes = []
    for crf in ("20", "50"):
        options = ["-c", codec, "--crf", crf, "--fps", "12.5", "--height", "90"]
        (record,) = lines(vtk("export", "clips", tmp_path / crf, *options, span))
        found = probed(record["clip"]["file"])
        assert (found["codec"], found["size"], found["rate"]) == (codec, (160, 90), Fraction(25, 2))
        assert found["times"] == pytest.approx([n / 12.5 for n in range(13)], abs=1e-3)
        sizes.append(Path(record["clip"]["file"]).stat().st_size)
    assert sizes[1] < 0.8 * sizes[0]


def test_a_copy_keeps_packets_and_begins_at_the_keyframe_before(
    world: World, tmp_path: Path
) -> None:
    source = world("talk").path
    given = f"{source}#t=9,11"
    (record,) = lines(vtk("export", "clips", tmp_path / "o", "--codec", "copy", given))
    clip = record["clip"]
    assert clip["start"] <= 9 < clip["end"] == 11
    with av.open(clip["file"]) as cut, av.open(str(source)) as whole:
        packets = {bytes(packet) for packet in whole.demux(video=0)}
        assert all(bytes(packet) in packets for packet in cut.demux(video=0))
    wrong = vtk("export", "clips", tmp_path, "--codec", "copy", "--crf", "20", given)
    assert (wrong.returncode, wrong.stderr.count(b"\n")) == (2, 1)
    again = vtk("export", "clips", tmp_path / "o", "--codec", "copy", given)
    assert lines(again) == [record]


def test_whole_videos_are_cut_at_their_shots_by_several_processes(
    world: World, tmp_path: Path
) -> None:
    clip = world("cuts")
    one = vtk("export", "clips", tmp_path / "a", clip.path)
    two = vtk_process("export", "clips", tmp_path / "b", "--jobs", "2", clip.path)
    assert len(lines(one)) == len(clip.truth.shots)
    assert two.stdout.replace(f"{tmp_path}/b".encode(), f"{tmp_path}/a".encode()) == one.stdout
    for path in (tmp_path / "a").iterdir():
        assert (tmp_path / "b" / path.name).read_bytes() == path.read_bytes()


def test_a_further_run_makes_only_what_is_missing(world: World, tmp_path: Path) -> None:
    out = tmp_path / "out"
    spans = shots(0, 1, 2, 3, video=str(world("cuts").path))
    first = vtk("export", "clips", out, stdin=spans)
    before = stamps(out)
    gone = Path(lines(first)[1]["clip"]["file"])
    content = gone.read_bytes()
    gone.unlink()
    again = vtk("export", "clips", out, stdin=spans)
    assert again.stdout == first.stdout
    after = stamps(out)
    assert {name for name in before if after[name] != before[name]} == {gone.name}
    assert gone.read_bytes() == content
    worse = vtk("export", "clips", out, "--crf", "40", stdin=spans)
    assert worse.returncode == 0
    assert all(stamps(out)[name] != after[name] for name in after)


def test_clips_of_a_video_that_was_replaced_are_made_anew(world: World, tmp_path: Path) -> None:
    shutil.copy(world("cuts").path, tmp_path / "film.mp4")
    vtk("export", "clips", "out", "film.mp4#t=0,1", cwd=tmp_path)
    (name, before), *_ = stamps(tmp_path / "out").items()
    shutil.copy(world("sounded").path, tmp_path / "film.mp4")
    assert vtk("export", "clips", "out", "film.mp4#t=0,1", cwd=tmp_path).returncode == 0
    assert stamps(tmp_path / "out")[name] != before
    assert probed(tmp_path / "out" / name)["tracks"] == ["video", "audio"]


def test_names_are_those_of_a_template_and_each_is_there_once(world: World, tmp_path: Path) -> None:
    spans = shots(0, 1, 2, 3, video=str(world("cuts").path), title='What/why: "Ä"?')
    spans[2]["title"] = "WHAT WHY Ä"
    template = ["--name", "{title}"]
    result = vtk("export", "clips", tmp_path, *template, stdin=spans)
    names = ["What why Ä.mp4", "What why Ä-2.mp4", "WHAT WHY Ä-3.mp4"]
    assert [Path(record["clip"]["file"]).name for record in lines(result)] == names
    assert vtk("export", "clips", tmp_path, *template, stdin=spans).stdout == result.stdout
    named = vtk("export", "clips", tmp_path / "b", "--name", "{index:02d} {stem}", stdin=spans[:1])
    assert Path(lines(named)[0]["clip"]["file"]).name == "00 cuts.mp4"
    shutil.rmtree(tmp_path / "b")
    for wrong in ("{title", "a/{title}"):
        assert vtk("export", "clips", tmp_path, "--name", wrong, stdin=spans).returncode == 2
    assert sorted(os.listdir(tmp_path)) == sorted(names)


def test_nothing_that_holds_something_else_is_replaced(world: World, tmp_path: Path) -> None:
    (tmp_path / "shot 0.mp4").write_bytes(b"mine")
    spans = shots(0, 1, 2, video=str(world("cuts").path))
    result = vtk("export", "clips", tmp_path, "--name", "shot {index}", stdin=spans)
    assert result.returncode == 1
    assert b"shot 0.mp4 is there already, and holds something else" in result.stderr
    assert ["error" in record for record in lines(result)] == [True, False]
    assert "clip" not in lines(result)[0]
    assert (tmp_path / "shot 0.mp4").read_bytes() == b"mine"
    moved = vtk(
        "export", "clips", tmp_path, "--name", "shot 1", stdin=shots(3, 4, video=spans[0].video)
    )
    assert moved.returncode == 1


def test_a_run_that_was_ended_leaves_whole_files_and_is_finished_by_the_next(
    world: World, tmp_path: Path
) -> None:
    spans = shots(*range(12), video=str(world("cuts").path))
    command = [VTK, "export", "clips", str(tmp_path / "out")]
    source = b"".join(span.dump() for span in spans)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as run:
        assert run.stdin
        assert run.stdout
        run.stdin.write(source)
        run.stdin.flush()
        for _ in range(3):
            run.stdout.readline()
        run.terminate()
        run.wait(30)
    left = stamps(tmp_path / "out")
    assert 3 <= len(left) < 12
    assert all(name.endswith(".mp4") and name[0] != "." for name in left)
    result = vtk("export", "clips", tmp_path / "out", stdin=spans)
    assert (result.returncode, len(stamps(tmp_path / "out"))) == (0, 11)
    assert {name: stamps(tmp_path / "out")[name] for name in left} == left


def test_a_missing_video_costs_only_its_spans(world: World, tmp_path: Path) -> None:
    spans = [*shots(0, 1), *shots(0, 1, video=str(world("cuts").path))]
    result = vtk("export", "clips", tmp_path, stdin=spans)
    assert result.returncode == 1
    assert ["error" in record for record in lines(result)] == [True, False]
