"""Subtitles as a track of their own in a copy of a video; nothing is encoded anew."""

import io
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import av
import pysubs2
from av.container import InputContainer, OutputContainer
from av.subtitles.stream import SubtitleStream

from vtk.errors import MediaError, UsageError
from vtk.media.container import open_container
from vtk.media.subtitles import code_of
from vtk.output import atomic
from vtk.span import log

READERS = {"srt": "srt", "vtt": "webvtt", "ass": "ass"}
# What containers hold, by the ending of the file: the encoder of MP4's own, else a copy of these.
MP4 = (".mp4", ".m4v", ".mov")
HOLDS = {".mkv": ("srt", "vtt", "ass"), ".webm": ("vtt",), **dict.fromkeys(MP4, tuple(READERS))}
KINDS = ("video", "audio", "subtitle")

Packets = Iterator["av.Packet[Any]"]


def embed(video: str, text: str, form: str, target: Path, language: str | None = None) -> None:
    """Write a copy of a video to `target`, with subtitles as one more track, the default one.

    `text` is a file of subtitles in `form` (srt, vtt, ass), its times those of the video's own
    presentation. Pictures, sound and subtitles that are there are copied as they are. Raises
    UsageError where the container named by the ending holds no such subtitles, MediaError where
    the streams do not fit it, OpenError, OutputError.
    """
    ending = target.suffix.lower()
    if form not in HOLDS.get(ending, ()):
        able = ", ".join(suffix for suffix, forms in HOLDS.items() if form in forms)
        raise UsageError(f"a file named *{ending} holds no subtitles as {form}: name it {able}")
    if ending in MP4:
        form, text = "ass", pysubs2.SSAFile.from_string(text, format_=form).to_string("ass")
    with ExitStack() as stack:
        source = stack.enter_context(open_container(video))
        words = stack.enter_context(av.open(io.BytesIO(text.encode()), "r", format=READERS[form]))
        file = stack.enter_context(atomic(target))
        kind = {".mkv": "matroska", ".m4v": "mp4"}.get(ending, ending[1:])
        try:
            with av.open(file, "w", format=kind) as out:
                _mux(source, words, out, language, encoded=ending in MP4)
        except (av.FFmpegError, ValueError) as error:
            raise MediaError(f"the streams do not fit into *{ending}: {error}") from None


def _mux(
    source: InputContainer,
    words: InputContainer,
    out: OutputContainer,
    language: str | None,
    *,
    encoded: bool,
) -> None:
    copies = {}
    for stream in source.streams:
        if stream.type not in KINDS or stream.codec_context is None:
            continue
        try:
            copy = out.add_stream_from_template(stream)
        except ValueError:
            if stream.type != "subtitle":
                raise
            log.warning("left out track %d: the copy cannot hold it", stream.index)
            continue
        copies[stream.index] = copy
        copy.metadata.update(stream.metadata)
        copy.disposition = stream.disposition
        if stream.type == "subtitle":
            copy.disposition &= ~av.stream.Disposition.default
    out.metadata.update(source.metadata)
    track = words.streams.subtitles[0]
    if encoded:
        new = out.add_stream("mov_text")
        new.codec_context.subtitle_header = pysubs2.SSAFile().to_string("ass").encode()
        spoken = _encoded(words, track, new)
    else:
        new = out.add_stream_from_template(track)
        spoken = (packet for packet in words.demux(track) if packet.pts is not None)
    new.disposition = av.stream.Disposition.default
    if language:
        new.metadata["language"] = code_of(language)
    out.set_chapters(source.chapters())
    waiting = next(spoken, None)
    for packet in source.demux([source.streams[index] for index in copies]):
        if packet.dts is None:
            continue
        while waiting is not None and _seconds(waiting) <= _seconds(packet):
            out.mux(_of(waiting, new))
            waiting = next(spoken, None)
        out.mux(_of(packet, copies[packet.stream_index]))
    while waiting is not None:
        out.mux(_of(waiting, new))
        waiting = next(spoken, None)


def _encoded(words: InputContainer, track: SubtitleStream, new: Any) -> Packets:
    """The cues as MP4 holds them."""
    for packet in words.demux(track):
        found = track.codec_context.decode2(packet) if packet.pts is not None else None
        if found is not None:
            made = new.codec_context.encode_subtitle(found)
            made.pts = made.dts = packet.pts
            made.duration, made.time_base = packet.duration, packet.time_base
            yield made


def _of(packet: Any, stream: Any) -> Any:
    packet.stream = stream
    return packet


def _seconds(packet: Any) -> float:
    return float((packet.dts if packet.dts is not None else packet.pts) * packet.time_base)
