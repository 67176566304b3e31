"""vtk export webdataset: the samples that are read back, their pictures and their clips."""

import io
import json
import re
import shutil
import signal
import subprocess
import tarfile
import time
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from tests.command_line import VTK, lines, vtk
from tests.world import World
from vtk.media.image.to_rgb import to_rgb
from vtk.media.video import Video

Samples = dict[str, dict[str, bytes]]


def export(*arguments: str | Path, **options: Any) -> subprocess.CompletedProcess[bytes]:
    return vtk("export", "webdataset", *arguments, **options)


def read(folder: Path) -> Samples:
    """The samples of all shards by key, each its fields by name; a key must not come again."""
    samples: Samples = {}
    for path in sorted(folder.glob("*.tar")):
        last = ""
        with tarfile.open(path) as tar:
            for member in tar:
                key, _, field = member.name.partition(".")
                assert key == last or key not in samples, f"{key} comes twice"
                file = tar.extractfile(member)
                assert file is not None
                samples.setdefault(key, {})[field] = file.read()
                last = key
    return samples


def spans(video: Path | str, *times: tuple[float, float], **fields: Any) -> list[dict[str, Any]]:
    return [{"video": str(video), "start": a, "end": b, **fields} for a, b in times]


def picture(data: bytes) -> Any:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int)


def test_a_sample_is_the_record_its_caption_and_its_pictures(world: World, tmp_path: Path) -> None:
    measured = lines(vtk("caption", world("cuts").path))
    told = [json.dumps(record | {"caption": "A square moves."}) for record in measured]
    captioned = subprocess.CompletedProcess((), 0, "\n".join(told).encode(), b"")
    result = export(tmp_path / "out", stdin=captioned.stdout)
    assert (result.returncode, result.stderr) == (0, b"")
    samples, records = read(tmp_path / "out"), lines(captioned)
    assert [json.loads(sample["json"]) for sample in samples.values()] == records
    for sample, record in zip(samples.values(), records, strict=True):
        assert set(sample) == {"json", "txt", "000.jpg"}
        assert sample["txt"].decode() == record["caption"]
    for key, given, record in zip(samples, records, lines(result), strict=True):
        assert record.pop("sample") == {"shard": "000000.tar", "key": key}
        assert record.pop("made")[-1]["by"] == "vtk export webdataset"
        given.pop("made")
        assert record == given


@pytest.mark.parametrize("name", ["cuts", "rotated", "late_start", "odd_size"])
def test_pictures_are_those_shown_at_the_times(world: World, tmp_path: Path, name: str) -> None:
    result = vtk("keyframes", "-k", "2", world(name).path)
    assert export(tmp_path / "out", stdin=result.stdout).returncode == 0
    with Video(str(world(name).path)) as video:
        for sample, record in zip(read(tmp_path / "out").values(), lines(result), strict=True):
            times = [entry["t"] for entry in record["keyframes"]]
            for place, frame in enumerate(video.frames_at(times)):
                found = picture(sample[f"{place:03d}.jpg"])
                assert np.abs(found - to_rgb(frame.image)).mean() < 4


def test_a_picture_that_is_there_is_taken_as_it_is(world: World, tmp_path: Path) -> None:
    path = world("cuts").path
    shown = vtk("keyframes", "--images", "i", "--format", "webp", f"{path}#t=0,1", cwd=tmp_path)
    (record,) = lines(shown)
    image = (tmp_path / record["keyframes"][0]["image"]).read_bytes()
    moved = {**record, "video": "moved.mp4"}  # there is no need for the video
    assert export("out", stdin=[moved], cwd=tmp_path).returncode == 0
    (sample,) = read(tmp_path / "out").values()
    assert sample["000.webp"] == image
    assert export("small", "--height", "90", stdin=[record], cwd=tmp_path).returncode == 0
    (sample,) = read(tmp_path / "small").values()
    assert picture(sample["000.jpg"]).shape == (90, 160, 3)


def test_without_pictures_and_clips_no_video_is_opened(tmp_path: Path) -> None:
    given = spans("none.mp4", (0, 1), caption="A bee.", keyframes=[{"t": 0.5}])
    assert export(tmp_path, "--no-pictures", stdin=given).returncode == 0
    assert [set(sample) for sample in read(tmp_path).values()] == [{"json", "txt"}]


def test_keys_are_unique_and_without_dots_whatever_the_names(tmp_path: Path) -> None:
    names = ["a.b c.mp4", "x/a.b c.mp4", "a.b_c.mkv", "日本語.mp4", "../..mp4", "café.v2.tar.mp4"]
    given = [span for name in names for span in spans(name, (0, 1), (0, 1), (0, 1.0004), (-2, 1))]
    assert export(tmp_path, "--no-pictures", stdin=given).returncode == 0
    samples = read(tmp_path)
    assert len(samples) == len(given)
    assert all(re.fullmatch(r"[\w-]+", key, re.ASCII) for key in samples)
    assert [json.loads(sample["json"]) for sample in samples.values()] == given


def test_shards_end_by_number_and_by_size(tmp_path: Path) -> None:
    given = spans("a.mp4", *((n, n + 1) for n in range(7)), text="x" * 400_000)
    by_number = export(tmp_path / "n", "--no-pictures", "--shard-size", "3", stdin=given)
    by_size = export(tmp_path / "s", "--no-pictures", "--shard-mb", "1", stdin=given)
    for folder, result, counts in (("n", by_number, (3, 3, 1)), ("s", by_size, (2, 2, 2, 1))):
        wanted = {f"{number:06d}.tar": count for number, count in enumerate(counts)}
        found = {}
        for path in sorted((tmp_path / folder).glob("*.tar")):
            with tarfile.open(path) as tar:
                found[path.name] = len(tar.getnames())
            assert folder == "n" or path.stat().st_size < 10**6
        assert found == wanted
        told = [record["sample"]["shard"] for record in lines(result)]
        assert {shard: told.count(shard) for shard in told} == wanted
    assert len(read(tmp_path / "s")) == 7


def test_the_same_spans_give_the_same_bytes(world: World, tmp_path: Path) -> None:
    runs = [export(tmp_path / name, "--clips", world("sounded").path) for name in "ab"]
    assert runs[0].stdout == runs[1].stdout
    one, two = (tmp_path / name / "000000.tar" for name in "ab")
    assert one.read_bytes() == two.read_bytes()
    with tarfile.open(one) as tar:
        assert {(m.mtime, m.uid, m.gid, m.uname, m.mode) for m in tar} == {(0, 0, 0, "", 0o644)}


@pytest.mark.parametrize("name", ["cuts", "rotated", "variable_rate", "late_start", "ntsc", "vp9"])
def test_a_clip_shows_the_frames_of_its_span_at_their_times(
    world: World, tmp_path: Path, name: str
) -> None:
    path = world(name).path
    assert export(tmp_path, "--clips", "--no-pictures", path).returncode == 0
    with Video(str(path)) as video:
        for sample in read(tmp_path).values():
            record = json.loads(sample["json"])
            start, end = record["start"], record["end"]
            wanted = [(f.time - start, to_rgb(f.image)) for f in video.frames(start, end)]
            with av.open(io.BytesIO(sample["mp4"]), "r") as clip:
                stream = clip.streams.video[0]
                assert stream.duration is not None
                assert stream.time_base is not None
                assert float(stream.duration * stream.time_base) == pytest.approx(end - start)
                found = [(f.time, f.to_ndarray(format="rgb24")) for f in clip.decode(stream)]
            assert [t for t, _ in found] == pytest.approx([t for t, _ in wanted], abs=1e-4)
            for (_, one), (_, two) in zip(found, wanted, strict=True):
                assert np.abs(one.astype(int) - two).mean() < 4


def test_a_cut_between_two_frames_begins_with_the_one_on_screen(
    world: World, tmp_path: Path
) -> None:
    given = spans(world("cuts").path, (1.03, 1.11))  # frames at 1 + 0/24, 1/24, 2/24, 3/24 s
    assert export(tmp_path, "--clips", "--no-pictures", stdin=given).returncode == 0
    (sample,) = read(tmp_path).values()
    with av.open(io.BytesIO(sample["mp4"]), "r") as clip:
        times = [frame.time for frame in clip.decode(video=0)]
        assert times == pytest.approx([0, 1 / 24 - 0.03, 2 / 24 - 0.03], abs=1e-4)
        assert clip.duration == pytest.approx(80_000, abs=100)


@pytest.mark.parametrize("name", ["sounded", "late_start", "vp9"])
def test_a_clip_sounds_as_its_span(world: World, tmp_path: Path, name: str) -> None:
    """From 2.2 to 3.5 s the clips have a tone of 660 Hz that begins at 2.5 and ends at 3 s."""
    begin = world(name).truth.start
    given = spans(world(name).path, (begin + 2.2, begin + 3.5))
    assert export(tmp_path, "--clips", "--no-pictures", stdin=given).returncode == 0
    (sample,) = read(tmp_path).values()
    with av.open(io.BytesIO(sample["mp4"]), "r") as clip:
        heard = np.concatenate([f.to_ndarray()[0] for f in clip.decode(audio=0)])
        rate = clip.streams.audio[0].rate
    assert len(heard) / rate == pytest.approx(1.3, abs=0.05)
    loud = np.flatnonzero(np.abs(heard) > 0.1) / rate
    assert (loud[0], loud[-1]) == pytest.approx((0.3, 0.8), abs=0.02)
    tone = heard[round(0.35 * rate) : round(0.75 * rate)]
    assert np.abs(np.fft.rfft(tone)).argmax() * rate / len(tone) == pytest.approx(660, abs=5)


def test_a_clip_of_another_height_is_even_and_in_shape(world: World, tmp_path: Path) -> None:
    given = spans(world("rotated").path, (0, 0.2))
    assert export(tmp_path, "--clips", "--height", "101", stdin=given).returncode == 0
    (sample,) = read(tmp_path).values()
    with av.open(io.BytesIO(sample["mp4"]), "r") as clip:
        stream = clip.streams.video[0]
        assert (stream.width, stream.height) == (56, 100)
    assert picture(sample["000.jpg"]).shape == (101, 57, 3)


def test_what_does_not_decode_becomes_an_error_record(world: World, tmp_path: Path) -> None:
    good, bad = world("cuts").path, world("not_media").path
    given = [*spans(good, (0, 1)), *spans(bad, (0, 1)), *spans(good, (90, 95), (1, 2))]
    for frame in (0, 2, 3):
        given[frame]["keyframes"] = [{"t": given[frame]["start"] + 0.5}]
    result = export(tmp_path, "--clips", stdin=given)
    assert result.returncode == 1
    assert [("error" in record) for record in lines(result)] == [False, True, True, False]
    assert b"outside the video" in result.stderr
    assert result.stderr.endswith(b"vtk export webdataset: warning: left out 2 error records\n")
    assert len(read(tmp_path)) == 2


def test_a_folder_with_shards_is_not_written_to(tmp_path: Path) -> None:
    given = spans("a.mp4", (0, 1))
    assert export(tmp_path, "--no-pictures", stdin=given).returncode == 0
    before = (tmp_path / "000000.tar").read_bytes()
    again = export(tmp_path, "--no-pictures", stdin=given * 2)
    assert (again.returncode, again.stderr.count(b"\n")) == (74, 1)
    assert b"already holds shards" in again.stderr
    assert (tmp_path / "000000.tar").read_bytes() == before
    (tmp_path / "file").touch()
    assert export(tmp_path / "file", stdin=given).returncode == 74


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_interrupted_run_leaves_whole_shards_only(
    tmp_path: Path, number: signal.Signals
) -> None:
    command = [VTK, "export", "webdataset", str(tmp_path), "--no-pictures", "--shard-size", "2"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as run:
        assert run.stdin
        assert run.stdout
        for span in spans("a.mp4", (0, 1), (1, 2), (2, 3)):
            run.stdin.write(json.dumps(span).encode() + b"\n")
        run.stdin.flush()
        for _ in range(3):
            run.stdout.readline()
        time.sleep(0.1)
        run.send_signal(number)
        run.wait(30)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".vtk.json", "000000.tar"]
    assert len(read(tmp_path)) == 2


def test_a_run_goes_on_in_its_own_folder(world: World, tmp_path: Path) -> None:
    """What is there stays as it is; what is missing comes after it, with the same bytes."""
    options = ["--clips", "--shard-size", "2", "--height", "90"]
    path = world("cuts").path
    whole = export(tmp_path / "whole", *options, path)
    half = tmp_path / "half"
    shutil.copytree(tmp_path / "whole", half)
    for name in ("000002.tar", "000003.tar"):
        (half / name).unlink()
    before = {p.name: p.stat().st_mtime_ns for p in half.iterdir()}
    again = export(half, *options, "--resume", path)
    assert (again.returncode, again.stdout) == (0, whole.stdout)
    for file in (tmp_path / "whole").iterdir():
        assert (half / file.name).read_bytes() == file.read_bytes()
    tars = [name for name in before if name.endswith(".tar")]
    assert {name: (half / name).stat().st_mtime_ns for name in tars} == {n: before[n] for n in tars}
    last = export(half, *options, "--resume", path)
    assert (last.returncode, last.stdout) == (0, whole.stdout)
    assert len(list(half.iterdir())) == 5


def test_it_goes_on_in_no_folder_of_others(tmp_path: Path) -> None:
    given = spans("a.mp4", (0, 1), (1, 2))
    assert export(tmp_path, "--no-pictures", stdin=given).returncode == 0
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    other = [{**given[0], "caption": "Another."}]
    for result, told in (
        (export(tmp_path, "--no-pictures", "--resume", stdin=other), b"of another record"),
        (export(tmp_path, "--resume", stdin=given), b"made with other options"),
    ):
        assert (result.returncode, result.stderr.count(b"\n")) == (2, 1)
        assert told in result.stderr
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before
    more = export(tmp_path, "--no-pictures", "--resume", stdin=[*given, *spans("b.mp4", (0, 1))])
    assert [record["sample"]["shard"] for record in lines(more)] == [
        *("000000.tar", "000000.tar", "000001.tar")
    ]
    (tmp_path / "000001.tar").write_bytes(b"not a shard" * 99)
    damaged = export(tmp_path, "--no-pictures", "--resume", stdin=given)
    assert damaged.returncode == 74
    assert b"000001.tar is no whole shard" in damaged.stderr


def test_a_full_disk_leaves_no_shard(world: World, tmp_path: Path) -> None:
    shutil.copy(world("cuts").path, tmp_path / "a.mp4")
    result = subprocess.run(
        ["bash", "-c", f"ulimit -f 8; exec '{VTK}' export webdataset out a.mp4 --clips"],
        capture_output=True, cwd=tmp_path, timeout=60,
    )  # fmt: skip
    assert (result.returncode, result.stderr.count(b"\n")) == (74, 1)
    assert b"cannot write out: File too large" in result.stderr
    assert list((tmp_path / "out").glob("*.tar")) == []


def test_the_examples_of_the_help_run(world: World, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    shutil.copy(world("subtitled_mp4").path, tmp_path / "talk.mp4")
    (tmp_path / "shots.jsonl").write_bytes(vtk("caption", "talk.mp4", cwd=tmp_path).stdout)
    for name in ("parquet", "webdataset"):
        text = vtk("export", name, "--help").stdout.decode()
        examples = re.findall(r"^ +(vtk .*)$", text, re.M)
        assert len(examples) == (2 if name == "parquet" else 3)
        for line in examples:
            command = ["bash", "-o", "pipefail", "-c", f'PATH="{Path(VTK).parent}:$PATH"; {line}']
            result = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=60)
            assert (result.returncode, result.stderr) == (0, b""), line


def test_what_is_only_measured_is_no_caption_to_train_on(world: World, tmp_path: Path) -> None:
    captioned = vtk("caption", world("cuts").path)
    result = export(tmp_path / "out", stdin=captioned.stdout)
    samples = read(tmp_path / "out").values()
    assert all(set(sample) == {"json", "000.jpg"} for sample in samples)
    told = f"samples without .txt, as their captions are only measured: {len(samples)}"
    assert (result.returncode, told in result.stderr.decode()) == (0, True)
