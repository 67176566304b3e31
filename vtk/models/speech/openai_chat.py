"""Transcription by chat: a model that takes sound in messages is asked to write down what is said.

The way to Qwen3-ASR, Voxtral, Granite Speech and others behind a server without the page
`audio/transcriptions`, or with one that its model does not serve.
"""

import re
from base64 import b64encode
from typing import Any

from vtk.errors import ModelError
from vtk.models.llm.openai_chat import answer_in

Json = dict[str, Any]

ASKED = "Transcribe the speech word for word, in its own language. Write only what is said."
MOST = 512  # tokens of a piece: in 30 s nobody says more
_MARKED = re.compile(r"\s*language\s+(\w+)\s*<asr_text>", re.I)  # as Qwen3-ASR answers


def request(model: str, sound: bytes, language: str | None) -> Json:
    """Return the request for the words in a WAV file."""
    audio = {"data": b64encode(sound).decode(), "format": "wav"}
    known = f" Its language is {language}." if language else ""
    parts = [
        {"type": "input_audio", "input_audio": audio},
        {"type": "text", "text": ASKED + known},
    ]
    messages = [{"role": "user", "content": parts}]
    return {"model": model, "messages": messages, "temperature": 0, "max_tokens": MOST}


def transcription_in(reply: Any) -> Json:
    """Return what a reply says, as `audio/transcriptions` puts it. Raises ModelError."""
    answer = answer_in(reply)
    if not answer.whole:
        raise ModelError(f"the transcript of a piece of sound did not end within {MOST} tokens")
    return unmarked({"text": answer.text})


def unmarked(told: Json) -> Json:
    """Return a transcription without the mark of the language that Qwen3-ASR puts before it."""
    marked = _MARKED.match(told["text"])
    if not marked:
        return told
    language = marked[1].lower()
    found = {"language": language} if language != "none" else {}
    return {**told, **found, "text": told["text"][marked.end() :]}
