"""vtk transcribe: add the speech of a span, with times."""

import os
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from vtk.methods import Methods

from .options import Language, Threads, warn_of_unused
from .resume_option import Resume

MODEL = {"speech_model", "speech_endpoint"}

METHODS: "Methods[SpeechSources]" = Methods("transcribe")

if TYPE_CHECKING:
    from vtk.stream.job import Job
    from vtk.transcribe import SpeechSources

    Method = str
else:
    Method = Literal[*METHODS]


def transcribe(
    method: Annotated[Method, typer.Option(help=METHODS.help)] = "auto",
    track: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=0,
            help="The subtitle stream, by its index in vtk probe; the default one if not given.",
        ),
    ] = None,
    transcript: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="FILE",
            help="A transcript made elsewhere: JSON (whisper, whisper.cpp, whisperX, OpenAI, "
            "YouTube json3, Podcasting 2.0), text with time codes, or subtitles.",
        ),
    ] = None,
    vad_only: Annotated[
        bool,
        typer.Option(
            "--vad-only", help="Only tell where somebody speaks: a span for each stretch."
        ),
    ] = False,
    every_sound: Annotated[
        bool,
        typer.Option(
            "--sounds",
            help="Only tell where there is speech, music or silence: a span for each stretch.",
        ),
    ] = False,
    # Separate from the options of language models: a model configured for all commands would be
    # used here, but cannot transcribe.
    speech_model: Annotated[
        str | None,
        typer.Option(
            "--model",
            "-m",
            metavar="NAME",
            envvar="VTK_SPEECH_MODEL",
            help="The speech model: a name of vtk models list --kind speech, or a folder.",
        ),
    ] = None,
    speech_endpoint: Annotated[
        str | None,
        typer.Option(
            "--endpoint",
            metavar="URL",
            envvar="VTK_SPEECH_ENDPOINT",
            help="Let an OpenAI-compatible server transcribe, by its first model if --model is "
            "not given.",
        ),
    ] = None,
    resume: Resume = False,
    threads: Threads = None,
    language: Language = None,
    *,
    given: frozenset[str] = frozenset(),
) -> "Job":
    """Give each span what is said in it.

    Gives spans with `speech`: entries with start, end and text, in seconds of the video, with the
    speaker and the times of words where they are known. A whole video stays one span. A word that
    a span cuts is in the span in which its middle lies. Sound before the first picture and after
    the last one is heard too: its words are in the span that begins or ends the video.

    The words are those that come with the video: a subtitle file (.srt, .vtt, .ass, .ssa, .ttml,
    .lrc) of its name (talk.srt, talk.mp4.srt, talk.en.srt) beside it or in a folder Subs there, or
    a subtitle track in it, with --language one of that language; which one of several was taken is
    told, and noted in `made`. Tags and lines
    that rolling captions repeat are taken out; `markup` keeps a cue as it was. Without such words,
    the model of --model or --endpoint recognizes them, only where a voice is detected, in one pass
    over the sound whatever the number of spans. Needs faster-whisper: pip install
    'video-text-kit[speech]'. With no model either, the exit status is 69 and a message names the
    command that fetches one.

    With --vad-only, spans of the kind cue and the type speech come out for the stretches in which
    somebody speaks, with the probability as their score; this needs no model to be fetched. With
    --sounds, also those of the types music and silence, in the order of their start. Music is sound
    with sustained tones, for 2 s or more, over which nobody speaks; silence is found as by
    vtk split --cues; other sound, such as noise, is left out.

    Where the sound is damaged or cut off, an error record tells which part is lost.

    \b
    Examples:
      vtk transcribe film.mkv
      vtk transcribe --language de film.mkv | vtk export srt > film.de.srt
      vtk split talk.mp4 | vtk transcribe > talk.jsonl
      vtk transcribe --model whisper-small lecture.mp4 > lecture.jsonl
      find . -name '*.mp4' | vtk transcribe -m whisper-small -o talks.jsonl --resume
      vtk transcribe --from whisperx.json lecture.mp4 > lecture.jsonl
      vtk transcribe --vad-only lecture.mp4 | jq -r '[.start, .end] | @tsv'
      vtk transcribe --sounds film.mkv | jq -c 'select(.cue.type == "music")'
    """
    from functools import partial

    from vtk.errors import UsageError
    from vtk.models.endpoint import base_url
    from vtk.stream.job import Job
    from vtk.transcribe import audio_events, open_recognizer, speech_activity
    from vtk.transcribe import transcribe as write

    named = speech_model or speech_endpoint
    asked = {name.removeprefix("speech_") for name in given & MODEL}
    if vad_only or every_sound:
        option = "--vad-only" if vad_only else "--sounds"
        if vad_only and every_sound:
            raise UsageError("--sounds tells what --vad-only does, and more: choose one")
        if transcript or track is not None or method != "auto":
            raise UsageError(f"{option} tells only where something is heard: no words are read")
        warn_of_unused(asked, option)
        return Job(speech_activity if vad_only else audio_events, keeps=resume)
    if speech_endpoint:
        base_url(speech_endpoint)  # told now, not at the first video without words of its own
    if transcript or method == "subtitles":
        warn_of_unused(asked, "--from" if transcript else "the method subtitles")
    opener = partial(
        open_recognizer,
        speech_model,
        speech_endpoint,
        threads=threads,
        key=os.environ.get("VTK_API_KEY"),
    )
    return Job(
        partial(
            write,
            method=method,
            language=language,
            track=track,
            transcript=transcript,
            recognizer=opener if named else None,
        ),
        by_video=True,
        keeps=resume,
    )
