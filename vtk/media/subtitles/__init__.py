"""Find the subtitles of a video: embedded tracks and subtitle files next to it (sidecars)."""

import logging
import os
from collections.abc import Iterator
from typing import NamedTuple

import av
import pysubs2
from av.container import InputContainer
from av.subtitles.stream import SubtitleStream

from vtk.entries import SpeechEntry
from vtk.errors import MediaError, UsageError
from vtk.media.container import open_container
from vtk.media.container.streams import leading_stream, stated_range
from vtk.media.subtitles.cues import RawCue, to_speech_entries
from vtk.media.subtitles.files import STORED, packet_cues, read_cues
from vtk.media.subtitles.languages import iso639_2, same_language
from vtk.media.subtitles.sidecars import Sidecar, find_sidecars
from vtk.span import local_path

log = logging.getLogger("vtk")


Origin = dict[str, str | int | list[str] | list[int]]


class SubtitleSource(NamedTuple):
    """Where the subtitles of a video were found, and the cues as stored.

    Adding `shift` seconds to the cues' times gives presentation times of the video.
    """

    origin: Origin  # `file` or `track` (stream index), `language`, and `others` that it has
    raws: list[RawCue]
    shift: float = 0.0

    @property
    def entries(self) -> list[SpeechEntry]:
        """The cues as entries of `speech`."""
        return to_speech_entries(self.raws, self.shift)


def speech_entries(video: str, language: str | None = None) -> list[SpeechEntry]:
    """The `speech` entries of the source that `find_subtitles` finds, in time order."""
    found = find_subtitles(video, language)
    return found.entries if found else []


def find_subtitles(
    video: str, language: str | None = None, track: int | None = None
) -> SubtitleSource | None:
    """Return the subtitles of a video from one source; None if it has none.

    A subtitle file (see `find_sidecars`) takes precedence over an embedded track, as somebody put
    it there. With `language` (ISO 639) only a source of that language is used, or one without a
    stated language; with `track`, a stream index, only that stream. Bitmap subtitles hold no text
    and are skipped. A subtitle file that cannot be read is skipped with a warning; where one of
    several was taken that no `language` asks for, a message says so. Raises OpenError if the video
    cannot be opened, UsageError if `track` is not a text track.
    """
    path = local_path(video)
    with open_container(video) as container:
        found = _from_file(container, video, path, language) if track is None and path else None
        if found:
            return found
        tracks = _ranked(container, language, track)
        if not tracks:
            return None
        chosen, *others = tracks
        origin: Origin = {"track": chosen.index}
        if iso639_2(chosen.language) != "und":
            origin["language"] = str(chosen.language)
        if others:
            origin["others"] = sorted(stream.index for stream in others)
        if others and not language and _is_default(chosen) == _is_default(others[0]):
            _tell(video, "tracks", len(tracks), str(chosen.index), origin.get("language"))
        return SubtitleSource(origin, list(_read_track(container, chosen)))


def _from_file(
    container: InputContainer, video: str, path: str, language: str | None
) -> SubtitleSource | None:
    """Return the words of the first subtitle file that can be read; None without any."""
    files = find_sidecars(path, language)
    if any(each.path == path for each in files):  # the video is itself such a file
        files = [Sidecar(path)]
    for file, code in files:
        try:
            raws = read_cues(file)
            # Subtitle files count time from the first frame, and players do so too.
            start, _ = stated_range(container, leading_stream(container))
        except MediaError as error:
            log.warning("%s; looking for words elsewhere", error)
            continue
        folder = os.path.dirname(path) or "."
        origin: Origin = {"file": os.path.relpath(file, folder)}
        if code:
            origin["language"] = code
        if others := [os.path.relpath(e.path, folder) for e in files if e.path != file]:
            origin["others"] = others
            if not language:
                _tell(video, "files", len(files), str(origin["file"]), code)
        return SubtitleSource(origin, raws, start)
    return None


def _tell(video: str, kind: str, count: int, taken: str, language: object) -> None:
    what = f"{taken} ({language})" if language else taken
    log.info("%s: %d subtitle %s, took %s: --language takes another", video, count, kind, what)


def _ranked(
    container: InputContainer, language: str | None, track: int | None
) -> list[SubtitleStream]:
    """Return the text tracks, of `language` if given, non-forced and default ones first."""
    forced = av.stream.Disposition.forced
    tracks = [s for s in container.streams.subtitles if s.codec_context and _is_text(s)]
    if track is not None:
        for stream in tracks:
            if stream.index == track:
                return [stream]
        there = ", ".join(f"{s.index} ({s.language or 'und'})" for s in tracks) or "none"
        raise UsageError(f"track {track} is not a text track; the text tracks are: {there}")
    if language:
        tracks = [s for s in tracks if same_language(s.language, language)] or [
            s for s in tracks if iso639_2(s.language) == "und"
        ]
    return sorted(tracks, key=lambda s: (bool(s.disposition & forced), not _is_default(s), s.index))


def _is_default(stream: SubtitleStream) -> bool:
    return bool(stream.disposition & av.stream.Disposition.default)


def _is_text(stream: SubtitleStream) -> bool:
    return bool(stream.codec_context.codec.text_sub)


def _read_track(container: InputContainer, track: SubtitleStream) -> Iterator[RawCue]:
    for stream in container.streams:
        if stream is not track:
            # Containers with an index then read only the subtitle packets.
            stream.discard = av.stream.Discard.all
    form = STORED.get(track.codec_context.name)
    try:
        for packet in container.demux(track):
            for raw in packet_cues(packet, form or "text"):
                yield raw if form else raw._replace(payload=_decoded(packet))
    except av.FFmpegError:
        return  # truncated file: keep the cues read so far


def _decoded(packet: "av.Packet[SubtitleStream]") -> str:
    """Return the text of a packet in a format that only FFmpeg decodes, such as MP4's."""
    lines = []
    for subtitle in packet.decode():
        fields = getattr(subtitle, "ass", b"").decode("utf-8", "replace").split(",", 8)
        lines += [pysubs2.SSAEvent(text=fields[8]).plaintext] if len(fields) == 9 else []
    return "\n".join(lines)
