"""The rendered clips are what their truth says: decoded back with PyAV and compared."""

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from av.subtitles.subtitle import AssSubtitle
from numpy.typing import NDArray

from tests.world import (
    CATALOG,
    Camera,
    Clip,
    Encoding,
    Scene,
    Take,
    Timeline,
    Transition,
    Truth,
    long_clip,
    render,
    truth_path,
    write_clip,
)
from tests.world.lecture import TOPICS
from tests.world.paint import LIGHT, PALETTE, shade

PICTURED = ("cuts", "many_cuts", "gradual", "flashes", "slides", "camera", "colours")
DAMAGED = ("truncated", "truncated_mkv", "no_moov", "corrupt", "empty", "not_media", "no_frames")


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("world")


def decoded(clip: Clip) -> Iterator[av.VideoFrame]:
    with av.open(clip.path) as container:
        yield from container.decode(video=0)


def thumbnails(clip: Clip) -> NDArray[np.float32]:
    """Shape (frames, 90, 160, 3), RGB."""
    small = [f.to_ndarray(width=160, height=90, format="rgb24") for f in decoded(clip)]
    return np.stack(small).astype(np.float32)


def jumps(pictures: NDArray[np.float32]) -> NDArray[np.float32]:
    """Mean absolute difference of each frame from the one before; the first is 0."""
    steps = np.abs(np.diff(pictures, axis=0)).mean(axis=(1, 2, 3))
    return np.concatenate([[0], steps]).astype(np.float32)


def decoded_cues(clip: Clip, stream: int) -> list[tuple[float, float, str]]:
    found = []
    with av.open(clip.path) as container:
        for packet in container.demux(container.streams[stream]):
            if packet.pts is None or packet.duration is None:
                continue
            for line in packet.decode():
                assert isinstance(line, AssSubtitle)
                text = line.ass.split(b",", 8)[8].decode().replace("\\N", "\n")
                start = packet.pts * packet.time_base
                end = start + packet.duration * packet.time_base
                found.append((float(start), float(end), text))
    return [cue for cue in found if cue[2]]


def mono(clip: Clip, stream: int) -> NDArray[np.float32]:
    """The samples of a sound track, in -1 to 1, at 48 kHz."""
    with av.open(clip.path) as container:
        resampler = av.AudioResampler(format="flt", layout="mono", rate=48000)
        pieces = []
        for frame in container.decode(container.streams[stream]):
            assert isinstance(frame, av.AudioFrame)
            pieces += [piece.to_ndarray()[0] for piece in resampler.resample(frame)]
    return np.concatenate(pieces)


def test_each_frame_is_presented_at_the_pts_of_the_truth(world: Path) -> None:
    for name in set(CATALOG) - set(DAMAGED) - {"audio_only", "lecture"}:
        clip = render(name, world)
        frames = list(decoded(clip))
        assert [f.pts for f in frames] == list(clip.truth.frame_pts), name
        assert frames[0].time_base == clip.truth.time_base, name
        assert (frames[0].width, frames[0].height) == (clip.truth.width, clip.truth.height), name
        assert frames[0].format.name == clip.truth.pixel_format, name


def test_a_clip_ends_when_its_last_frame_does(world: Path) -> None:
    for name in ("cuts", "ntsc", "fifty", "variable_rate", "late_start", "one_frame", "reordered"):
        clip = render(name, world)
        with av.open(clip.path) as container:
            stream = container.streams.video[0]
            assert stream.start_time is not None
            assert stream.duration is not None
            # An edit list rounds the duration to milliseconds of the movie's clock.
            unit = max(1, round(1 / (1000 * (stream.time_base or 1))))
            assert abs(stream.start_time + stream.duration - clip.truth.end_pts) <= unit, name


def test_cuts_are_where_the_picture_jumps(world: Path) -> None:
    for name in ("cuts", "many_cuts", "similar_cuts", "whip_pan", "reordered", "variable_rate"):
        clip = render(name, world)
        steps = jumps(thumbnails(clip))
        at = [cut.frame for cut in clip.truth.cuts]
        assert at, name
        assert sorted(np.argsort(steps)[-len(at) :].tolist()) == at, name
        for cut in clip.truth.cuts:
            assert clip.truth.frame_pts[cut.frame] == cut.pts
            assert cut.seconds == float(cut.pts * (clip.truth.time_base or 0))


def test_shots_and_transitions_cover_the_clip_without_gaps(world: Path) -> None:
    for name in PICTURED:
        truth = render(name, world).truth
        spans = [(shot.start_pts, shot.end_pts) for shot in truth.shots]
        spans += [(gradual.start_pts, gradual.end_pts) for gradual in truth.transitions]
        spans.sort()
        assert spans[0][0] == truth.frame_pts[0], name
        assert spans[-1][1] == truth.end_pts, name
        assert all(a[1] == b[0] for a, b in pairwise(spans)), name


@pytest.mark.parametrize("kind", ["dissolve", "fade", "wipe"])
def test_gradual_transitions_begin_and_end_where_the_truth_says(tmp_path: Path, kind: str) -> None:
    blue, orange = (Scene(name, movers=0, grain=0.0) for name in ("blue", "orange"))
    takes = [
        Take(1.0, blue, then=Transition(kind, 0.75)),
        Take(1.0, orange),
    ]
    timeline = Timeline(takes, (160, 90), Fraction(1, 24), seed=0)
    truth = write_clip(tmp_path / "one.mp4", timeline, Encoding(width=160, height=90)).truth
    (transition,) = truth.transitions
    first = truth.frame_pts.index(transition.start_pts)
    end = truth.frame_pts.index(transition.end_pts)
    pictures = np.stack(list(timeline.pictures(timeline.frame_times()))).astype(np.float32)
    # Where nothing else moves, every step of the transition and nothing else changes the picture.
    assert np.flatnonzero(jumps(pictures)).tolist() == list(range(first, end + 1))
    assert (transition.start, transition.end) == (1.0, 1.75)


def test_gradual_transitions_survive_encoding(world: Path) -> None:
    clip = render("gradual", world)
    steps = jumps(thumbnails(clip))
    pts = clip.truth.frame_pts
    assert [t.kind for t in clip.truth.transitions] == ["dissolve", "fade", "wipe", "dissolve"]
    for transition in clip.truth.transitions:
        first, end = pts.index(transition.start_pts), pts.index(transition.end_pts)
        quiet = max(np.median(steps[first - 24 : first]), np.median(steps[end + 1 : end + 24]))
        assert steps[first : end + 1].min() > 1.5 * quiet, transition


def test_a_fade_passes_through_black(world: Path) -> None:
    clip = render("gradual", world)
    fade = next(t for t in clip.truth.transitions if t.kind == "fade")
    means = thumbnails(clip).mean(axis=(1, 2, 3))
    pts = clip.truth.frame_pts
    assert means[pts.index(fade.start_pts) : pts.index(fade.end_pts)].min() < 6


def test_flashes_are_white_and_no_cuts(world: Path) -> None:
    clip = render("flashes", world)
    means = thumbnails(clip).mean(axis=(1, 2, 3))
    pts = clip.truth.frame_pts
    white: list[int] = []
    for flash in clip.truth.flashes:
        first, end = pts.index(flash.start_pts), pts.index(flash.end_pts)
        assert end - first == flash.frames
        white += range(first, end)
    assert np.flatnonzero(means > 220).tolist() == white
    assert [f.frames for f in clip.truth.flashes] == [1, 2, 3, 1]
    assert not {c.pts for c in clip.truth.cuts} & {pts[i] for i in white}


def test_slide_changes_are_small_and_exact(world: Path) -> None:
    clip = render("slides", world)
    steps = jumps(thumbnails(clip))
    pts = clip.truth.frame_pts
    builds = [pts.index(change.pts) for change in clip.truth.slide_changes]
    pages = [cut.frame for cut in clip.truth.cuts]
    assert {cut.kind for cut in clip.truth.cuts} == {"slide"}
    still = np.delete(steps, builds + pages)
    assert steps[builds].min() > 2 * still.max()
    assert steps[pages].min() > steps[builds].max()


@pytest.mark.parametrize("index", range(4))
def test_a_pan_moves_the_picture_by_its_rate(world: Path, index: int) -> None:
    clip = render("camera", world)
    shot = clip.truth.shots[index]
    first = clip.truth.frame_pts.index(shot.start_pts)
    gray = [f.to_ndarray(format="gray").astype(np.float32) for f in decoded(clip)]
    one, other = gray[first + 12], gray[first + 24]  # half a second apart
    moved = round(shot.camera_rate / 2)
    # Content drifts against the camera: panning right, it lies further left later on.
    down, right = {"left": (0, 1), "right": (0, -1), "up": (1, 0), "down": (-1, 0)}[shot.camera]

    def misfit(pixels: int) -> float:
        shifted = np.roll(one, (down * pixels, right * pixels), axis=(0, 1))
        return float(np.abs(shifted - other)[40:-40, 40:-40].mean())

    assert min(range(-40, 41), key=misfit) == moved


def test_a_zoom_changes_the_size_at_its_rate() -> None:
    scene = Scene("green", movers=0, landmarks=40, grain=0.0)
    for move, sooner, later in (("in", 0, 1), ("out", 1, 0)):
        takes = [Take(2.0, scene, Camera(move, 0.2))]
        timeline = Timeline(takes, (320, 180), Fraction(1, 24), seed=0)
        pictures = list(timeline.pictures([Fraction(0), Fraction(1)]))
        small, large = pictures[sooner].astype(float), pictures[later].astype(float)
        # What is within 50 pixels of the centre fills 60 in the larger picture.
        nearest = np.arange(120) * 100 // 120
        grown = small[40:140, 110:210][nearest][:, nearest]
        misfit = np.abs(grown - large[30:150, 100:220]).mean()
        unscaled = np.abs(small - large)[30:150, 100:220].mean()
        assert unscaled > 3 * misfit, move


def test_shots_have_the_colour_and_light_they_were_given(world: Path) -> None:
    clip = render("colours", world)
    pictures = thumbnails(clip)
    for shot in clip.truth.shots:
        middle = clip.truth.frame_pts.index(shot.start_pts) + 12
        mean = pictures[middle].mean(axis=(0, 1))
        pairs = [(name, light) for name in PALETTE for light in LIGHT]
        pairs = [pair for pair in pairs if pair[0] not in ("white", "black", "brown", "orange")]
        near = min(pairs, key=lambda pair: float(np.abs(np.array(shade(*pair)) - mean).sum()))
        assert near == (shot.colour, shot.light)


@pytest.mark.parametrize(
    ("name", "rotation"), [("rotated", 90), ("rotated_180", 180), ("rotated_270", -90)]
)
def test_rotation_is_read_back(world: Path, name: str, rotation: int) -> None:
    clip = render(name, world)
    assert clip.truth.rotation == rotation
    found = next(decoded(clip)).rotation
    assert (found - rotation) % 360 == 0


def test_odd_sizes_stay_odd_or_are_padded(world: Path) -> None:
    for name, size in (("odd_size", (321, 181)), ("padded", (322, 182))):
        frame = next(decoded(render(name, world)))
        assert (frame.width, frame.height) == size


def test_variable_rate_really_varies(world: Path) -> None:
    for name in ("variable_rate", "variable_rate_mkv"):
        truth = render(name, world).truth
        assert truth.rate is None
        assert len(set(np.diff(truth.frame_pts).tolist())) >= 4
        assert [c.seconds for c in truth.cuts] != [2.0, 4.0]  # the first frame after, not the plan


def test_a_late_start_is_kept_by_the_container(world: Path) -> None:
    for name, start in (("late_start", 5.0), ("late_start_mkv", 7.5)):
        clip = render(name, world)
        with av.open(clip.path) as container:
            stream = container.streams.video[0]
            assert stream.start_time is not None
            assert stream.time_base
            assert float(stream.start_time * stream.time_base) == clip.truth.start == start
        assert [c.seconds for c in clip.truth.cuts] == [start + 2, start + 4]


@pytest.mark.parametrize(
    ("name", "codec", "pixel_format"),
    [
        ("ten_bit", "hevc", "yuv420p10le"),
        ("vp9", "vp9", "yuv420p"),
        ("av1", "av1", "yuv420p"),
        ("mpeg4", "mpeg4", "yuv420p"),
    ],
)
def test_codecs_and_depths_are_as_asked(
    world: Path, name: str, codec: str, pixel_format: str
) -> None:
    clip = render(name, world)
    with av.open(clip.path) as container:
        context = container.streams.video[0].codec_context
        assert (context.codec.canonical_name, context.pix_fmt) == (codec, pixel_format)


@pytest.mark.parametrize(
    "name", ["subtitled", "subtitled_mp4", "subtitled_webm", "late_start", "lecture"]
)
def test_subtitles_come_back_word_for_word(world: Path, name: str) -> None:
    clip = render(name, world)
    tracks = {cue.stream for cue in clip.truth.cues}
    assert tracks
    for stream in tracks:
        assert stream is not None
        planned = [(c.start, c.end, c.text) for c in clip.truth.cues if c.stream == stream]
        found = decoded_cues(clip, stream)
        assert [cue[2] for cue in found] == [cue[2] for cue in planned]
        assert np.allclose([c[:2] for c in found], [c[:2] for c in planned], rtol=0, atol=1e-9)


def test_streams_carry_their_languages(world: Path) -> None:
    for name in ("subtitled", "subtitled_mp4", "dubbed"):
        clip = render(name, world)
        with av.open(clip.path) as container:
            for stream in clip.truth.streams:
                found = container.streams[stream.index]
                assert found.type == stream.type
                if stream.language:
                    assert found.metadata["language"] == stream.language


def test_sidecar_files_hold_the_cues(world: Path) -> None:
    clip = render("sidecar", world)
    for name, language in zip(clip.truth.sidecars, ("eng", "ger"), strict=True):
        beside = Clip(clip.path.with_name(name), clip.truth)
        planned = [(c.start, c.end, c.text) for c in clip.truth.cues if c.language == language]
        found = decoded_cues(beside, 0)
        assert [cue[2] for cue in found] == [cue[2] for cue in planned]
        assert np.allclose([c[:2] for c in found], [c[:2] for c in planned], rtol=0, atol=1e-9)


def test_chapters_are_in_the_container(world: Path) -> None:
    for name in ("chaptered", "chaptered_mkv"):
        clip = render(name, world)
        with av.open(clip.path) as container:
            found = [
                (
                    float(c["start"] * c["time_base"]),
                    float(c["end"] * c["time_base"]),
                    c["metadata"],
                )
                for c in container.chapters()
                if c["time_base"]
            ]
        assert found == [(c.start, c.end, {"title": c.title}) for c in clip.truth.chapters]


@pytest.mark.parametrize("name", ["sounded", "audio_only", "dubbed", "subtitled", "quiet"])
def test_tones_sound_and_silences_are_silent(world: Path, name: str) -> None:
    clip = render(name, world)
    for stream in {sound.stream for sound in clip.truth.sounds}:
        wave = mono(clip, stream)
        for sound in (s for s in clip.truth.sounds if s.stream == stream):
            # Keep 50 ms from the edges, where lossy codecs ring and start late.
            inside = wave[round((sound.start + 0.05) * 48000) : round((sound.end - 0.05) * 48000)]
            loud = float(np.sqrt((inside**2).mean()))
            if not sound.hertz:
                assert loud < 0.01, sound
                continue
            assert loud > 0.1, sound
            peak = np.abs(np.fft.rfft(inside)).argmax() * 48000 / len(inside)
            assert abs(peak - sound.hertz) < 5, sound


def test_clips_without_sound_have_no_sound_track(world: Path) -> None:
    with av.open(render("silent", world).path) as container:
        assert not container.streams.audio
    with av.open(render("audio_only", world).path) as container:
        assert not container.streams.video


@pytest.mark.parametrize("name", DAMAGED)
def test_broken_files_open_or_fail_as_the_truth_says(world: Path, name: str) -> None:
    clip = render(name, world)
    damage = clip.truth.damage
    assert damage is not None
    if not damage.opens:
        with pytest.raises(av.error.InvalidDataError):
            av.open(clip.path)
        return
    with av.open(clip.path) as container:
        assert len(container.streams.video) == 1


def test_a_truncated_file_ends_after_its_intact_frames(world: Path) -> None:
    for name in ("truncated", "truncated_mkv"):
        clip = render(name, world)
        assert clip.truth.damage is not None
        intact = clip.truth.damage.intact_frames
        assert 0 < intact < len(clip.truth.frame_pts)
        found: list[int | None] = []
        with suppress(av.error.FFmpegError):
            found.extend(frame.pts for frame in decoded(clip))
        # The frame that the cut goes through may still come out, hurt.
        assert found[:intact] == list(clip.truth.frame_pts[:intact]), name
        assert len(found) <= intact + 1, name


def test_corruption_spoils_the_middle_and_spares_the_rest(world: Path) -> None:
    clip = render("corrupt", world)
    damage = clip.truth.damage
    assert damage is not None
    assert damage.hurt_frames > 1
    whole = render("silent", world)  # the same pictures in another group size
    good = dict(zip(whole.truth.frame_pts, thumbnails(whole), strict=True))
    errors: dict[int, float] = {}
    with av.open(clip.path) as container:
        for packet in container.demux(video=0):
            try:
                frames = packet.decode()
            except av.error.InvalidDataError:
                continue
            for frame in frames:
                assert isinstance(frame, av.VideoFrame)
                picture = frame.to_ndarray(width=160, height=90, format="rgb24")
                assert frame.pts is not None
                errors[frame.pts] = float(np.abs(picture - good[frame.pts]).mean())
    pts = clip.truth.frame_pts
    front = [errors[p] for p in pts[: damage.intact_frames]]
    back = [errors[p] for p in pts[-24:]]
    hurt = [errors.get(p, 255.0) for p in pts[damage.intact_frames :][: damage.hurt_frames]]
    assert max(front + back) < 4 < max(hurt)


def test_a_video_may_have_one_frame_or_none(world: Path) -> None:
    assert len(list(decoded(render("one_frame", world)))) == 1
    assert list(decoded(render("no_frames", world))) == []


def test_the_lecture_has_four_topics_with_words_of_their_own(world: Path) -> None:
    truth = render("lecture", world).truth
    assert [c.title for c in truth.chapters] == [topic.title for topic in TOPICS]
    assert truth.chapters[-1].end == truth.end
    for topic, chapter in zip(TOPICS, truth.chapters, strict=True):
        inside = [c.text for c in truth.cues if chapter.start <= c.start < chapter.end]
        outside = [c.text for c in truth.cues if not chapter.start <= c.start < chapter.end]
        assert len(inside) == 10
        for word in topic.words:
            assert word in " ".join(inside).lower(), word
            assert not any(f"{word}" in line.lower().split() for line in outside), word
        assert chapter.start in [0.0, *(cut.seconds for cut in truth.cuts)]


def test_the_same_seed_gives_the_same_bytes(world: Path, tmp_path: Path) -> None:
    names = ("cuts", "subtitled", "subtitled_mp4", "ten_bit", "vp9", "av1", "mpeg4", "corrupt")
    for name in names:
        first, again = render(name, world), render(name, tmp_path)
        one, two = (hashlib.sha256(c.path.read_bytes()).hexdigest() for c in (first, again))
        assert one == two, name
        assert first.truth == again.truth, name


def test_another_seed_gives_other_pictures_in_the_same_cut(world: Path) -> None:
    one, other = render("cuts", world), render("cuts", world, seed=1)
    assert one.path.read_bytes() != other.path.read_bytes()
    assert one.truth.cuts == other.truth.cuts


def test_a_rendered_clip_is_used_again(tmp_path: Path) -> None:
    clip = render("blank", tmp_path)
    before = clip.path.stat().st_mtime_ns
    again = render("blank", tmp_path)
    assert again == clip
    assert again.path.stat().st_mtime_ns == before


def test_the_truth_survives_json(world: Path) -> None:
    for name in ("gradual", "flashes", "slides", "subtitled", "chaptered", "truncated", "lecture"):
        clip = render(name, world)
        assert Truth.from_json(truth_path(clip.path).read_text(encoding="utf-8")) == clip.truth


def test_a_long_clip_repeats_its_minute_exactly(tmp_path: Path) -> None:
    clip = long_clip(tmp_path, minutes=3, width=160, height=90)
    with av.open(clip.path) as container:
        pts = sorted(p.pts for p in container.demux(video=0) if p.pts is not None)
    assert pts == list(clip.truth.frame_pts)
    assert len(pts) == 3 * 60 * 24
    assert clip.truth.end == 180
    steps = jumps(thumbnails(clip))
    cuts = [cut.frame for cut in clip.truth.cuts]
    others = np.delete(steps, cuts)
    assert steps[cuts].min() > others.max()


def test_clips_are_rendered_from_the_command_line(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.world", "blank", "empty", "-o", str(tmp_path)]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(tmp_path / "blank.mp4"), str(tmp_path / "empty.mp4")]
    assert (tmp_path / "blank.truth.json").exists()
