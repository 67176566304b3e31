"""A recognizer of speech behind any server that speaks OpenAI's protocol (audio/transcriptions).

Services differ in what they tell beside the text. Times of words and segments are asked for; where
a server refuses that, only for the text, which then has the times of its piece of sound. A server
that has no such page is asked by chat.
"""

import asyncio
import io
import logging
import re
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
from vtk.text import UNSPACED, without_controls

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
USUAL = "whisper-1"  # what servers that list no model take for its name
ASIDE = 1.0  # seconds outside a piece that its times may be off
NAMED = {  # languages that OpenAI tells by name
    "english": "en", "german": "de", "french": "fr", "spanish": "es", "italian": "it",
    "portuguese": "pt", "dutch": "nl", "russian": "ru", "polish": "pl", "chinese": "zh",
    "japanese": "ja", "korean": "ko", "turkish": "tr", "arabic": "ar", "hindi": "hi",
    "ukrainian": "uk", "swedish": "sv", "danish": "da", "norwegian": "no", "finnish": "fi",
    "czech": "cs", "greek": "el", "hebrew": "he", "hungarian": "hu", "romanian": "ro",
}  # fmt: skip

DEAF = re.compile(r"(audio|transcri).*not support|not support.*(audio|transcri)", re.I)

log = logging.getLogger("vtk")


class TranscriptionServer(OpenAIServer):
    """The recognizer that a server runs, or one of them by name.

    Without `model`, `whisper-1` is asked for where the server lists it or no model at all, else the
    first one that it lists. What it says to be outside the sound is left out, and counted in a
    warning at the end. Raises UsageError for what cannot be an endpoint or a key, MissingError
    without httpx2, and at the first request where no server or no model is there.
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
        self.name: str | None = model  # None until it is known, and where no server tells it
        self._naming, self._asked_for = asyncio.Lock(), model or ""
        self._misplaced = 0
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

    def close(self) -> None:
        """Give up what is in flight, and tell what was left out."""
        super().close()
        if self._misplaced:
            told = "words and segments left out, as the server puts them outside the sound: %d"
            log.warning(told, self._misplaced)
            self._misplaced = 0

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
                return self._recognized(told, piece, language)
        # What is left out of the piece may be long: each part of it has a text with its own times.
        heard = [
            self._recognized(await self._told(part, language), part, language)
            for part in piece.parts()
        ]
        found = next((one.language for one in heard if one.language), None)
        return Recognized(tuple(s for one in heard for s in one.segments), found)

    async def _told(self, piece: Piece, language: str | None) -> Json:
        sound = _wave(piece.samples)
        if self._chats:
            told = await self._heard(sound, language)
        else:
            reply = await self._transcribed(sound, language)
            if self._admitted or not (reply.status in LACKING or self._refuses(reply)):
                told = self._transcription(reply)
            else:
                try:
                    told = await self._heard(sound, language)
                except (MissingError, ModelError) as error:
                    self._check_ears(error_text(reply.content), str(error))
                    told = self._transcription(reply)  # tells why it does not transcribe
        return openai_chat.unmarked(told)

    async def _transcribed(self, sound: bytes, language: str | None) -> Reply:
        fields = [("model", await self._model()), ("temperature", "0")]
        fields += [("language", language)] if language else []
        while True:
            way = self._ways[0]
            body = _form(self._boundary, [*fields, *way], sound)
            reply = await self._service.fetch("POST", "audio/transcriptions", body)
            if not self._refuses(reply) or way == WAYS[-1]:
                return reply
            if way == self._ways[0]:  # else another request has learned it meanwhile
                self._ways = self._ways[1:]

    async def _model(self) -> str:
        """The name to ask for, found out once. Raises MissingError where no server is there."""
        async with self._naming:
            if not self._asked_for:
                try:
                    listed = _ids(self._read(await self._service.fetch("GET", "models")))
                except MissingError:
                    if not self._service.reached:
                        raise
                    listed = []
                except ModelError:
                    listed = []
                self.name = USUAL if USUAL in listed else next(iter(listed), None)
                self._asked_for = self.name or USUAL
        return self._asked_for

    def _check_ears(self, *told: str) -> None:
        """Raise MissingError if a refusal says that the model takes no sound."""
        for each in told:
            if DEAF.search(each):
                raise MissingError(
                    f"the model of {self._service.place} cannot hear "
                    f"({self._service.redacted(each)}): start the server with one that does "
                    "(llama-server with its projector, --mmproj FILE)"
                )

    async def _heard(self, sound: bytes, language: str | None) -> Json:
        """What a model behind chat hears."""
        name = await self._model()
        body = orjson.dumps(openai_chat.request(name, sound, language))
        kind = "application/json"
        reply = await self._service.fetch("POST", "chat/completions", body, content_type=kind)
        told = openai_chat.transcription_in(self._read(reply))
        self._admitted = self._chats = True
        return told

    def _transcription(self, reply: Reply) -> Json:
        value = self._read(reply)
        if not isinstance(value, dict) or not isinstance(value.get("text"), str):
            raise ModelError(f"the reply of {self._service.place} is not a transcription")
        self._admitted = True
        return value

    def _recognized(self, told: Json, piece: Piece, language: str | None) -> Recognized:
        """What a reply tells, less what it puts outside the sound. Raises ModelError."""
        for key in ("words", "segments"):
            given = told.get(key) or []
            if isinstance(given, list):
                told[key] = [each for each in given if _is_inside(each, piece)]
                self._misplaced += len(given) - len(told[key])
        return _recognized(told, piece, language)

    @staticmethod
    def _refuses(reply: Reply) -> bool:
        if reply.status in (500, 501):  # llama-server, of a model that does not hear
            return "not support" in error_text(reply.content)
        return reply.status in (400, 415, 422)


def _ids(listed: Any) -> list[str]:
    """The names in a list of models; none if it is no such list."""
    models = listed.get("data") if isinstance(listed, dict) else None
    found = [each.get("id") for each in models or () if isinstance(each, dict)]
    return [name for name in found if isinstance(name, str) and name]


def _is_inside(told: Any, piece: Piece) -> bool:
    """Whether a word or segment lies in the sound; true also for what has no times."""
    match told:
        case {"start": float() | int() as start, "end": float() | int() as end}:
            return start <= end and end >= -ASIDE and start <= len(piece.samples) / RATE + ASIDE
    return True


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
                without_controls(str(one["text"])).strip(),
                no_speech=float(one.get("no_speech_prob") or 0.0),
                log_probability=float(one.get("avg_logprob") or 0.0),
            )
            for one in told.get("segments") or ()
        ]
    except (KeyError, TypeError, ValueError):
        raise ModelError("the reply of the server is not a transcription") from None
    text = without_controls(told["text"]).strip()
    if text and not segments:
        segments = [Segment(*piece.times(0, len(piece.samples) / RATE), text)]
    found = str(told.get("language") or asked or "").lower()
    return Recognized(
        tuple(_timed(segments, list(whole_words(words)))), NAMED.get(found, found) or None
    )


def _spaced(word: Any, spaced: bool) -> str:
    text = without_controls(str(word))
    return text if spaced or UNSPACED.match(text) else f" {text.strip()}"


def _timed(segments: list[Segment], words: list[Word]) -> Iterator[Segment]:
    """Segments with the words whose middle lies in them; the last takes those that are left."""
    for number, segment in enumerate(segments):
        last = number == len(segments) - 1
        own = [w for w in words if last or (w.start + w.end) / 2 < segment.end]
        words = words[len(own) :]
        numbers = segment.no_speech, segment.log_probability
        yield Segment(segment.start, segment.end, segment.text, tuple(own), *numbers)
