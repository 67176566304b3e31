"""Video over TLS, and video in parts that a playlist or a manifest lists."""

import shutil
import sys
from pathlib import Path

import av
import pytest

from tests.command_line import lines, vtk
from tests.media.container.test_container import noise, refused
from tests.media.films import remuxed
from tests.media.http_server import certificate, serving
from tests.world import World
from vtk.media.video import Video


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for localhost that nobody vouches for."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not here")
    return certificate(tmp_path_factory.mktemp("certificate"))


def test_over_tls_only_what_is_needed_is_fetched_too(
    tmp_path: Path, certified: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = noise(tmp_path / "film.mp4").stat().st_size
    monkeypatch.setenv("SSL_CERT_FILE", str(certified))
    with serving(tmp_path, certified=certified) as served, Video(f"{served.url}/film.mp4") as video:
        assert [frame.time for frame in video.frames_at([0.0, 15.0])] == [0.0, 15.0]
        assert 0 < served.sent < 0.75 * size


def test_a_server_whose_certificate_is_not_trusted_is_not_opened(
    world: World, certified: Path, tmp_path: Path
) -> None:
    clip = world("silent").path
    with serving(clip.parent, certified=certified) as served:
        url = f"{served.url}/{clip.name}"
        result = vtk("probe", url)
        assert result.returncode == 66
        assert served.sent == 0
        (line,) = result.stderr.decode().splitlines()
        assert "the certificate of the server is not trusted (self-signed certificate)" in line
        assert "SSL_CERT_FILE" in line
        (record,) = lines(vtk("probe", url, env={"SSL_CERT_FILE": str(certified)}))
        assert record["media"]["duration"] == pytest.approx(float(world("silent").truth.end))
        result = vtk("probe", url, env={"SSL_CERT_FILE": str(tmp_path / "none.pem")})
        assert result.returncode == 66
        assert b"none.pem: No such file" in result.stderr
    with serving(clip.parent, certified=certificate(tmp_path, "elsewhere")) as served:
        named = {"SSL_CERT_FILE": str(tmp_path / "elsewhere.pem")}
        result = vtk("probe", f"{served.url}/{clip.name}", env=named)
        assert result.returncode == 66
        assert b"Hostname mismatch" in result.stderr


def pictures(name: str, times: list[float]) -> list[bytes]:
    """What is on screen so many seconds after the beginning, which parts do not keep at 0."""
    with Video(name) as video:
        begin = next(video.frames()).time
        return [f.image.to_ndarray().tobytes() for f in video.frames_at(begin + t for t in times)]


@pytest.mark.parametrize("kind", ["mpegts", "fmp4"])
def test_pictures_of_hls_on_a_server_are_those_of_the_video(
    world: World, tmp_path: Path, kind: str
) -> None:
    source, times = world("reordered").path, [0.5, 2.5, 4.0, 5.5]
    options = {"hls_time": "1", "hls_list_size": "0", "hls_segment_type": kind}
    remuxed(source, tmp_path / "parts.m3u8", **options)
    (tmp_path / "all.m3u8").write_text(
        "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=100000,RESOLUTION=320x180\nparts.m3u8\n"
    )
    wanted = pictures(str(source), times)
    with serving(tmp_path) as served:
        for name in ("parts.m3u8", "all.m3u8"):
            assert pictures(f"{served.url}/{name}", times) == wanted
            (record,) = lines(vtk("probe", f"{served.url}/{name}"))
            assert record["media"]["duration"] == pytest.approx(6, abs=0.1)


def test_hls_over_tls(
    world: World, tmp_path: Path, certified: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = world("silent").path
    remuxed(source, tmp_path / "parts.m3u8", hls_time="1", hls_list_size="0")
    with serving(tmp_path, certified=certified) as served:
        assert "certificate of the server is not trusted" in refused(f"{served.url}/parts.m3u8")
        monkeypatch.setenv("SSL_CERT_FILE", str(certified))
        assert pictures(f"{served.url}/parts.m3u8", [1.0]) == pictures(str(source), [1.0])


@pytest.mark.skipif(av.ContainerFormat("dash").is_input, reason="this FFmpeg reads DASH")
def test_dash_is_refused_in_a_sentence_that_says_what_to_do(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("yt_dlp")
    path = remuxed(world("silent").path, tmp_path / "parts.mpd", seg_duration="1")
    assert "leads to other files" in refused(str(path))
    with serving(tmp_path) as served:
        url = f"{served.url}/parts.mpd"
        assert "as DASH segments" in refused(url)
        assert "save it with yt-dlp" in refused(url)
        result = vtk("probe", url)
        assert result.returncode == 66
        assert len(result.stderr.splitlines()) == 1
        monkeypatch.setitem(sys.modules, "yt_dlp", None)
        assert "video-text-kit[web]" in refused(url)
