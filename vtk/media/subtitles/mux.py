"""Mux subtitles as an additional track into a copy of a video, without re-encoding."""

import io
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import av
import pysubs2
from av.container import InputContainer, OutputContainer
from av.stream import Disposition
from av.subtitles.stream import SubtitleStream

from vtk.errors import UsageError
from vtk.media.container import open_container
from vtk.media.container.copying import (
    Packets,
    copied_packets,
    copied_streams,
    muxing,
    of_stream,
)
from vtk.media.subtitles.languages import iso639_2
from vtk.output import atomic

READERS = {"srt": "srt", "vtt": "webvtt", "ass": "ass"}
# Subtitle formats a container holds, by file extension: MP4 re-encodes them, others copy them.
MP4 = (".mp4", ".m4v", ".mov")
HOLDS = {".mkv": ("srt", "vtt", "ass"), ".webm": ("vtt",), **dict.fromkeys(MP4, tuple(READERS))}


def mux_subtitles(
    video: str, text: str, form: str, target: Path, language: str | None = None
) -> None:
    """Write a copy of a video to `target`, with subtitles as an additional, default track.

    `text` is the content of a subtitle file in `form` (srt, vtt, ass), with presentation times of
    the video. Existing video, audio, subtitles and attachments are copied unchanged. Raises
    UsageError if the container named by the extension of `target` cannot hold such subtitles,
    MediaError if the streams do not fit into it, and OpenError and OutputError.
    """
    ending = target.suffix.lower()
    if form not in HOLDS.get(ending, ()):
        able = ", ".join(suffix for suffix, forms in HOLDS.items() if form in forms)
        raise UsageError(f"*{ending} files cannot hold {form} subtitles: use {able}")
    if ending in MP4:
        form, text = "ass", pysubs2.SSAFile.from_string(text, format_=form).to_string("ass")
    with ExitStack() as stack:
        source = stack.enter_context(open_container(video))
        words = stack.enter_context(av.open(io.BytesIO(text.encode()), "r", format=READERS[form]))
        file = stack.enter_context(atomic(target))
        kind = {".mkv": "matroska", ".m4v": "mp4"}.get(ending, ending[1:])
        with muxing(target), av.open(f"file:{file.name}", "w", format=kind) as out:
            _mux(source, words, out, language, encoded=ending in MP4)


def _mux(
    source: InputContainer,
    words: InputContainer,
    out: OutputContainer,
    language: str | None,
    *,
    encoded: bool,
) -> None:
    copies, covers = copied_streams(source, out)
    for copy in copies.values():
        if copy.type == "subtitle":
            copy.disposition &= ~Disposition.default
    out.metadata.update(source.metadata)
    track = words.streams.subtitles[0]
    if encoded:
        new = out.add_stream("mov_text")
        new.codec_context.subtitle_header = pysubs2.SSAFile().to_string("ass").encode()
        spoken = _encoded(words, track, new)
    else:
        new = out.add_stream_from_template(track)
        spoken = (packet for packet in words.demux(track) if packet.pts is not None)
    new.disposition = Disposition.default
    if language:
        new.metadata["language"] = iso639_2(language)
    out.set_chapters(source.chapters())
    waiting = next(spoken, None)
    for packet in copied_packets(source, copies, covers):
        while waiting is not None and _seconds(waiting) <= _seconds(packet):
            out.mux(of_stream(waiting, new))
            waiting = next(spoken, None)
        out.mux(packet)
    while waiting is not None:
        out.mux(of_stream(waiting, new))
        waiting = next(spoken, None)


def _encoded(words: InputContainer, track: SubtitleStream, new: Any) -> Packets:
    """Yield the cues as packets in MP4's own subtitle format."""
    for packet in words.demux(track):
        found = track.codec_context.decode2(packet) if packet.pts is not None else None
        if found is not None:
            made = new.codec_context.encode_subtitle(found)
            made.pts = made.dts = packet.pts
            made.duration, made.time_base = packet.duration, packet.time_base
            yield made


def _seconds(packet: Any) -> float:
    return float((packet.dts if packet.dts is not None else packet.pts) * packet.time_base)
