"""A recognizer of speech behind any server that speaks OpenAI's protocol (audio/transcriptions).

Services differ in what they tell beside the text. Times of words and segments are asked for; where
a server refuses that, only for the text, which then has the times of its piece of sound. A server
that has no such page is asked by chat.
"""

import io
import secrets
import wave
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

import numpy as np
import orjson

from vtk.errors import MissingError, ModelError
from vtk.models.http import Reply
from vtk.models.openai_server import OpenAIServer, error_text
from vtk.models.speech import openai_chat
from vtk.models.speech.recognizer import RATE, Piece, Recognized, Segment, Word, whole_words
from vtk.text import UNSPACED

Json = dict[str, Any]

Fields = tuple[tuple[str, str], ...]

DETAILED: Fields = (
    *(("response_format", "verbose_json"), ("timestamp_granularities[]", "word")),
    ("timestamp_granularities[]", "segment"),
)
WAYS: tuple[Fields, ...] = (
    DETAILED,
    (("response_format", "verbose_json"),),
    (("response_format", "json"), ("max_tokens", str(openai_chat.MOST))),  # llama-server has none
    (("response_format", "json"),),
)
LACKING = (400, 404, 405, 415, 422, 501)  # what a server answers that does not transcribe
USUAL = "whisper-1"  # what servers of a single model take for its name
NAMED = {  # languages that OpenAI tells by name
    "english": "en", "german": "de", "french": "fr", "spanish": "es", "italian": "it",
    "portuguese": "pt", "dutch": "nl", "russian": "ru", "polish": "pl", "chinese": "zh",
    "japanese": "ja", "korean": "ko", "turkish": "tr", "arabic": "ar", "hindi": "hi",
    "ukrainian": "uk", "swedish": "sv", "danish": "da", "norwegian": "no", "finnish": "fi",
    "czech": "cs", "greek": "el", "hebrew": "he", "hungarian": "hu", "romanian": "ro",
}  # fmt: skip


class TranscriptionServer(OpenAIServer):
    """The recognizer that a server runs.

    Raises UsageError for what cannot be an endpoint or a key, MissingError without httpx2, and at
    the first request where no server or no model is there.
    """

    sha256 = None  # a server does not tell
    lacks = "does not transcribe, or has no such model"

    def __init__(
        self,
        endpoint: str,
        model: str | None = None,
        *,
        key: str | None = None,
        jobs: int = 4,
        timeout: float = 300.0,
        retries: int = 5,
    ) -> None:
        self.name = model or USUAL
        self._ways = WAYS
        self._tells_times = True
        self._chats = False  # whether only chat is there
        self._boundary = secrets.token_hex(16)
        super().__init__(
            endpoint,
            key=key,
            jobs=jobs,
            timeout=timeout,
            retries=retries,
            content_type=f"multipart/form-data; boundary={self._boundary}",
        )

    def recognize(
        self, pieces: Iterable[Piece], language: str | None = None
    ) -> Iterator[Recognized | ModelError]:
        """What is said in each piece, in order; see `Recognizer`. Raises MissingError."""
        return self._service.map(pieces, partial(self._one, language=language))

    async def _one(self, piece: Piece, language: str | None) -> Recognized:
        if self._tells_times or not piece.joints:
            told = await self._told(piece, language)
            self._tells_times = bool(told.get("words") or told.get("segments") or not told["text"])
            if self._tells_times or not piece.joints:
                return _recognized(told, piece, language)
        # What is left out of the piece may be long: each part of it has a text with its own times.
        heard = [_recognized(await self._told(p, language), p, language) for p in piece.parts()]
        found = next((one.language for one in heard if one.language), None)
        return Recognized(tuple(s for one in heard for s in one.segments), found)

    async def _told(self, piece: Piece, language: str | None) -> Json:
        sound = _wave(piece.samples)
        if self._chats:
            told = await self._heard(sound, language)
        else:
            reply = await self._transcribed(sound, language)
            if reply.status not in LACKING or self._admitted:
                told = self._transcription(reply)
            else:
                try:
                    told = await self._heard(sound, language)
                except (MissingError, ModelError):
                    told = self._transcription(reply)  # tells why it does not transcribe
        return openai_chat.unmarked(told)

    async def _transcribed(self, sound: bytes, language: str | None) -> Reply:
        fields = [("model", self.name), ("temperature", "0")]
        fields += [("language", language)] if language else []
        while True:
            way = self._ways[0]
            body = _form(self._boundary, [*fields, *way], sound)
            reply = await self._service.fetch("POST", "audio/transcriptions", body)
            if not self._refuses(reply) or way == WAYS[-1]:
                return reply
            if way == self._ways[0]:  # else another request has learned it meanwhile
                self._ways = self._ways[1:]

    async def _heard(self, sound: bytes, language: str | None) -> Json:
        """What a model behind chat hears."""
        name = await self._first_model() if self.name == USUAL else self.name
        body = orjson.dumps(openai_chat.request(name, sound, language))
        kind = "application/json"
        reply = await self._service.fetch("POST", "chat/completions", body, content_type=kind)
        told = openai_chat.transcription_in(self._read(reply))
        self.name, self._admitted, self._chats = name, True, True
        return told

    def _transcription(self, reply: Reply) -> Json:
        value = self._read(reply)
        if not isinstance(value, dict) or not isinstance(value.get("text"), str):
            raise ModelError(f"the reply of {self._service.place} is not a transcription")
        self._admitted = True
        return value

    @staticmethod
    def _refuses(reply: Reply) -> bool:
        if reply.status in (500, 501):  # llama-server, of a model that does not hear
            return "not support" in error_text(reply.content)
        return reply.status in (400, 415, 422)


def _form(boundary: str, fields: Iterable[tuple[str, str]], file: bytes) -> bytes:
    """The body of a request with these fields and a file of sound."""
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="'
    parts = [f'{head}{name}"\r\n\r\n{value}\r\n'.encode() for name, value in fields]
    kind = "Content-Type: audio/wav"
    parts += [f'{head}file"; filename="speech.wav"\r\n{kind}\r\n\r\n'.encode(), file]
    return b"".join([*parts, f"\r\n--{boundary}--\r\n".encode()])


def _wave(samples: Any) -> bytes:
    """Sound as a WAV file of 16 bits."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(np.rint(np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return file.getvalue()


def _recognized(told: Json, piece: Piece, asked: str | None) -> Recognized:
    """What a reply tells, in the time of the video. Raises ModelError where it makes no sense."""
    try:
        given = told.get("words") or ()
        # Where none begins with a space, a service gives words without what is between them.
        spaced = any(str(word["word"])[:1].isspace() for word in given)
        words = [
            Word(*piece.word_times(float(w["start"]), float(w["end"])), _spaced(w["word"], spaced))
            for w in given
        ]
        segments = [
            Segment(
                *piece.times(float(one["start"]), float(one["end"])),
                str(one["text"]).strip(),
                no_speech=float(one.get("no_speech_prob") or 0.0),
                log_probability=float(one.get("avg_logprob") or 0.0),
            )
            for one in told.get("segments") or ()
        ]
    except (KeyError, TypeError, ValueError):
        raise ModelError("the reply of the server is not a transcription") from None
    if not segments and told["text"].strip():
        segments = [Segment(*piece.times(0, len(piece.samples) / RATE), told["text"].strip())]
    found = str(told.get("language") or asked or "").lower()
    return Recognized(
        tuple(_timed(segments, list(whole_words(words)))), NAMED.get(found, found) or None
    )


def _spaced(word: Any, spaced: bool) -> str:
    text = str(word)
    return text if spaced or UNSPACED.match(text) else f" {text.strip()}"


def _timed(segments: list[Segment], words: list[Word]) -> Iterator[Segment]:
    """Segments with the words whose middle lies in them; the last takes those that are left."""
    for number, segment in enumerate(segments):
        last = number == len(segments) - 1
        own = [w for w in words if last or (w.start + w.end) / 2 < segment.end]
        words = words[len(own) :]
        numbers = segment.no_speech, segment.log_probability
        yield Segment(segment.start, segment.end, segment.text, tuple(own), *numbers)
