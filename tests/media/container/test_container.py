"""Whatever the name stands for is opened, and nothing that was not named."""

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.video.frame import VideoFrame

from tests.command_line import lines, vtk, vtk_process
from tests.media.http_server import Served, serving
from tests.world import World
from vtk.errors import MissingError, OpenError
from vtk.media.container import open_container, seekable
from vtk.media.image.sidedata import orientation
from vtk.media.image.to_rgb import to_rgb
from vtk.media.probe import probe
from vtk.media.video import Video
from vtk.span import Span, parse


def lights(name: str) -> list[tuple[float, int]]:
    """When each picture is shown, rounded to milliseconds, and its mean light."""
    with Video(name) as video:
        return [(round(f.time, 3), round(to_rgb(f.image).mean())) for f in video.frames()]


def times(name: str) -> list[float]:
    """When each picture is shown."""
    with Video(name) as video:
        return [frame.time for frame in video.frames()]


def refused(name: str) -> str:
    """The sentence in which an input is refused."""
    with pytest.raises(OpenError) as caught, open_container(name):
        pass
    assert "\n" not in str(caught.value)
    return str(caught.value)


def noise(path: Path, movflags: str = "") -> Path:
    """20 seconds of noise, a keyframe each second, some 20 MB."""
    rng = np.random.default_rng(0)
    with av.open(str(path), "w", container_options={"movflags": movflags} if movflags else {}) as c:
        stream = c.add_stream("libx264", rate=5, options={"preset": "ultrafast", "qp": "10"})
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt, stream.gop_size = 480, 320, "yuv420p", 5
        for _ in range(100):
            picture = rng.integers(0, 256, (320, 480, 3), np.uint8)
            c.mux(stream.encode(VideoFrame.from_ndarray(picture, format="rgb24")))
        c.mux(stream.encode(None))
    return path


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Large files for a server."""
    folder = tmp_path_factory.mktemp("web")
    for name, flags in (("front.mp4", "faststart"), ("end.mp4", ""), ("film.mkv", "")):
        noise(folder / name, flags)
    return folder


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Served]:
    with serving(tmp_path) as served:
        yield served


@pytest.mark.parametrize("name", ["front.mp4", "end.mp4", "film.mkv"])
def test_of_a_file_on_a_server_only_what_is_needed_is_fetched(web: Path, name: str) -> None:
    size = (web / name).stat().st_size
    with serving(web) as served:
        url = f"{served.url}/{name}"
        (span,) = probe([Span(video=url)])
        assert span["end"] == pytest.approx(20)
        assert served.sent < 0.75 * size
        served.sent = 0
        with Video(url) as video:
            assert [frame.time for frame in video.frames_at([0.0, 15.0])] == [0.0, 15.0]
        assert served.sent < 0.75 * size
    assert size > 15_000_000


@pytest.mark.parametrize("name", ["front.mp4", "film.mkv"])
def test_a_server_without_ranges_is_read_from_the_start(web: Path, name: str) -> None:
    with serving(web, ranges=False) as served, Video(f"{served.url}/{name}") as video:
        assert [frame.time for frame in video.frames_at([0.0, 15.0])] == [0.0, 15.0]


def test_what_a_server_does_not_have_is_told(server: Served) -> None:
    assert "404" in refused(f"{server.url}/no.mp4")
    assert "refused" in refused("http://127.0.0.1:9/no.mp4")
    assert "Protocol not known: foo" in refused("foo://bar/no.mp4")


@pytest.fixture
def private(tmp_path: Path, world: World) -> Path:
    """A playable file that no playlist may show."""
    folder = tmp_path / "private"
    folder.mkdir()
    path = folder / "secret.ts"
    with av.open(str(world("silent").path)) as source, av.open(str(path), "w") as out:
        track = out.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.size:
                packet.stream = track
                out.mux(packet)
    assert times(str(path))
    return path


def playlist(target: str) -> str:
    return f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{target}\n#EXT-X-ENDLIST\n"


def concat(target: str) -> str:
    return f"ffconcat version 1.0\nfile '{target}'\n"


SESSION = "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 32\n"


@pytest.mark.parametrize("name", ["list.m3u8", "list.ffconcat", "film.mp4", "film.mkv"])
@pytest.mark.parametrize("script", [playlist, concat])
@pytest.mark.parametrize("target", ["{path}", "file:{path}", "file://{path}", "private/secret.ts"])
def test_a_script_on_this_machine_opens_no_other_file(
    private: Path, name: str, script: Callable[[str], str], target: str
) -> None:
    path = private.parent.parent / name
    path.write_text(script(target.format(path=private)))
    assert any(word in refused(str(path)) for word in ("leads to other files", "not a media file"))


def test_a_script_on_this_machine_asks_no_server(server: Served, private: Path) -> None:
    shutil.copy(private, server.folder / "seen.ts")
    for number, text in enumerate(
        (playlist(f"{server.url}/seen.ts"), concat(f"{server.url}/seen.ts"), SESSION)
    ):
        path = server.folder / f"list{number}.m3u8"
        path.write_text(text)
        assert "leads to other files" in refused(str(path))
    assert server.sent == 0


@pytest.mark.parametrize(
    "target",
    ["{path}", "file:{path}", "file://{path}", "crypto:{path}", "subfile,,start,0,end,0,,:{path}"],
)
@pytest.mark.parametrize("script", [playlist, concat])
def test_a_script_on_a_server_opens_no_file_of_this_machine(
    server: Served, private: Path, target: str, script: Callable[[str], str]
) -> None:
    (server.folder / "list.m3u8").write_text(script(target.format(path=private)))
    said = refused(f"{server.url}/list.m3u8")
    assert "leads to other files" in said or "404" in said


def test_a_server_cannot_forward_to_a_file(server: Served, private: Path) -> None:
    server.moved = {"film.mp4": f"file://{private}", "on.ts": f"{server.url}/private/secret.ts"}
    assert "leads to other files" in refused(f"{server.url}/film.mp4")
    assert times(f"{server.url}/on.ts")


def test_a_playlist_on_a_server_shows_what_is_on_it(server: Served, private: Path) -> None:
    (server.folder / "list.m3u8").write_text(playlist("private/secret.ts"))
    assert len(times(f"{server.url}/list.m3u8")) == len(times(str(private)))


def test_names_that_look_like_protocols_are_files(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("concat:a|b.mp4", "talk: part 1.mp4", "100%03d.mp4"):
        shutil.copy(world("one_frame").path, name)
        assert len(times(name)) == 1


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Pictures 8.png to 12.png, lighter and lighter, and something that is none."""
    folder = tmp_path / "50% of it"
    folder.mkdir()
    for number in range(8, 13):
        picture = np.full((48, 64, 3), 20 * number, np.uint8)
        VideoFrame.from_ndarray(picture, format="rgb24").save(str(folder / f"{number}.png"))
    (folder / "notes 7.txt").write_text("no picture")
    return folder


@pytest.mark.parametrize("form", ["{}/%d.png#rate=10", "{}#rate=10", "{}/#rate=10.0"])
def test_numbered_pictures_are_a_video(folder: Path, form: str) -> None:
    wanted = [(round(number / 10, 3), 20 * (number + 8)) for number in range(5)]
    name = form.format(folder)
    assert lights(name) == wanted
    assert seekable(name)
    with Video(name) as video:
        assert [frame.time for frame in video.frames_at([0.3, 0.1])] == [0.3, 0.1]
    span = parse(f"{name}#t=0.2,0.4")
    assert (span.video, span.start, span.end) == (name, 0.2, 0.4)


def test_numbers_with_zeros_and_exact_rates(folder: Path) -> None:
    for number, path in enumerate(sorted(folder.glob("*.png"), key=lambda path: int(path.stem))):
        path.rename(folder / f"a{number + 998:04d}.png")
    for name in (f"{folder}#rate=30000/1001", f"{folder}/a%04d.png#rate=30000/1001"):
        assert [time for time, _ in lights(name)] == [0.0, 0.033, 0.067, 0.1, 0.133]


def test_series_that_are_not_whole_or_not_clear_are_refused(folder: Path) -> None:
    assert "with their rate, as in" in refused(f"{folder}/%d.png")
    assert "#rate=25" in refused(str(folder))
    assert "0 is not a number of pictures" in refused(f"{folder}#rate=0")
    assert "no picture has such a name" in refused(f"{folder}/%04d.png#rate=5")
    assert "No such file" in refused(f"{folder}/none/%d.png#rate=5")
    (folder / "10.png").unlink()
    assert "10.png is missing" in refused(f"{folder}#rate=5")
    (folder / "other 1.png").write_bytes(b"")
    assert "in several ways" in refused(f"{folder}#rate=5")


def test_a_file_of_the_name_of_a_series_is_that_file(tmp_path: Path, world: World) -> None:
    name = tmp_path / "talk#rate=25"
    shutil.copy(world("one_frame").path, name)
    assert len(times(str(name))) == 1


@pytest.mark.parametrize("name", ["moving.gif", "moving.webp", "moving.png"])
def test_moving_pictures_of_the_web(tmp_path: Path, name: str) -> None:
    image = pytest.importorskip("PIL.Image")
    pictures = [image.new("RGB", (64, 48), (60 * n, 60 * n, 60 * n)) for n in range(4)]
    about: dict[str, Any] = {"lossless": True} if name.endswith("webp") else {}
    times = [100, 300, 100, 50]
    pictures[0].save(
        tmp_path / name, save_all=True, append_images=pictures[1:], duration=times, **about
    )
    assert lights(str(tmp_path / name)) == [(0.0, 0), (0.1, 60), (0.4, 120), (0.5, 180)]
    (span,) = probe([Span(video=str(tmp_path / name))])
    assert span["media"]["streams"][0]["width"] == 64


def test_a_moving_webp_that_is_damaged_or_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = pytest.importorskip("PIL.Image")
    path = tmp_path / "moving.webp"
    pictures = [image.new("RGB", (64, 48), (60 * n, 0, 0)) for n in range(4)]
    pictures[0].save(path, save_all=True, append_images=pictures[1:], duration=100)
    path.write_bytes(path.read_bytes()[:60])
    assert "damaged" in refused(str(path))
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(MissingError, match="pip install pillow"), open_container(str(path)):
        pass


def test_what_fsspec_stores_is_opened(world: World) -> None:
    fsspec = pytest.importorskip("fsspec")
    clip = world("reordered")
    with fsspec.open("memory://clips/film.mp4", "wb") as file:
        file.write(clip.path.read_bytes())
    assert times("memory://clips/film.mp4") == times(str(clip.path))
    assert "No such file" in refused("memory://clips/no.mp4")
    with fsspec.open("memory://clips/list.m3u8", "wb") as file:
        file.write(playlist(str(clip.path)).encode())
    refused("memory://clips/list.m3u8")


def test_an_error_of_the_storage_is_one_sentence(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    fsspec = pytest.importorskip("fsspec")
    memory = pytest.importorskip("fsspec.implementations.memory")
    with fsspec.open("memory://clips/broken.mp4", "wb") as file:
        file.write(world("silent").path.read_bytes())

    def read(*about: Any) -> bytes:
        raise RuntimeError("the storage\nis gone")

    monkeypatch.setattr(memory.MemoryFile, "read", read, raising=False)
    assert "the storage is gone" in refused("memory://clips/broken.mp4")


@pytest.mark.parametrize("missing", ["fsspec", "s3fs"])
def test_a_missing_package_is_named_with_its_command(
    missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    command = (
        "pip install 'video-text-kit\\[fsspec\\]'" if missing == "fsspec" else "pip install s3fs"
    )
    with pytest.raises(MissingError, match=command), open_container("s3://bucket/film.mp4"):
        pass


def test_without_fsspec_the_status_is_that_of_a_missing_package(tmp_path: Path) -> None:
    (tmp_path / "fsspec.py").write_text("raise ImportError('hidden by the test')")
    result = vtk_process("probe", "s3://bucket/film.mp4", env={"PYTHONPATH": str(tmp_path)})
    assert result.returncode == 69
    assert b"video-text-kit[fsspec]" in result.stderr
    assert b"Traceback" not in result.stderr


def test_the_video_of_a_web_page_is_found(server: Served, world: World) -> None:
    pytest.importorskip("yt_dlp")
    shutil.copy(world("silent").path, server.folder / "film.mp4")
    page = "<html><head><title>A talk</title></head><body>{}</body></html>"
    (server.folder / "talk.html").write_text(page.format('<video src="film.mp4"></video>'))
    (server.folder / "none.html").write_text(page.format("Nothing to see."))
    (server.folder / "bad.html").write_text(
        page.format(f'<video src="file://{server.folder}/film.mp4">')
    )
    assert times(f"{server.url}/talk.html") == times(str(world("silent").path))
    assert "yt-dlp finds no video there" in refused(f"{server.url}/none.html")
    refused(f"{server.url}/bad.html")
    (record,) = lines(vtk("probe", f"{server.url}/talk.html"))
    assert record["video"] == f"{server.url}/talk.html"
    assert record["media"]["duration"] == pytest.approx(float(world("silent").truth.end))


def test_without_yt_dlp_a_page_says_how_to_get_it(
    server: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    (server.folder / "talk.html").write_text("<html><body>A talk</body></html>")
    monkeypatch.setitem(sys.modules, "yt_dlp", None)
    assert "video-text-kit[web]" in refused(f"{server.url}/talk.html")


@pytest.mark.parametrize("ending", ["jpg", "png", "webp", "tiff", "bmp"])
def test_a_photograph_is_opened_as_it_is_meant_to_be_seen(tmp_path: Path, ending: str) -> None:
    image = pytest.importorskip("PIL.Image").new("RGB", (48, 32), "red")
    exif = image.getexif()
    exif[0x0112] = 6  # to be turned clockwise
    exif[0x010E] = "a note"
    path = tmp_path / f"photo %d.{ending}"
    image.save(path, **({} if ending == "bmp" else {"exif": exif}))
    with Video(str(path)) as video:
        (frame,) = video.frames()
        assert orientation(frame.image).rotation == (0 if ending == "bmp" else 90)
