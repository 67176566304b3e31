"""The JSON Schema of a span: the declaration that input is checked against.

``vtk schema`` prints it, and the stream reader validates every line against it. `vtk.entries`
repeats it as types, for mypy.
"""

from typing import Any

KINDS = ["video", "shot", "scene", "window", "cue", "chapter", "summary", "moment", "answer"]

MAX_SECONDS = 1e12  # seconds; no video is that long, and floats stay exact to the millisecond

_SECONDS = {
    "type": "number",
    "description": "seconds, a presentation timestamp",
    "minimum": -MAX_SECONDS,
    "maximum": MAX_SECONDS,
}
_PTS = {
    "type": "array",
    "description": "exact start and end in units of time_base",
    "items": {"type": "integer"},
    "minItems": 2,
    "maxItems": 2,
}
_BOX = {
    "type": "array",
    "description": "left, top, right, bottom as fractions of the displayed picture",
    "items": {"type": "number"},
    "minItems": 4,
    "maxItems": 4,
}


def _text(description: str) -> dict[str, Any]:
    return {"type": "string", "description": description}


def _entries(
    description: str,
    required: list[str],
    besides: dict[str, Any] | None = None,
    **properties: Any,
) -> dict[str, Any]:
    item = {"type": "object", "required": required, "properties": properties, **(besides or {})}
    return {"type": "array", "description": description, "items": item}


_SHOWN = {
    "anyOf": [{"required": ["start", "end"]}, {"required": ["t"]}],
    "dependentRequired": {"start": ["end"]},
}
# The fields that a part of a span may have.
PART = (
    *("start", "end", "kind", "index", "score", "speech", "screen_text", "facts", "caption"),
    *("title", "summary", "sentences", "parts", "evidence"),
)
_TIMED = {"start": _SECONDS, "end": _SECONDS}
_SCORE = {"type": "number", "description": "higher is better; what it measures: see `made`"}

_EMBEDDING = _entries(
    "unit vectors that models give, one entry a model",
    ["of", "model", "dim", "vectors"],
    of=_text("what was embedded: words or looks"),
    model=_text("the model"),
    sha256=_text("SHA-256 of its weights, if they are local"),
    dim={"type": "integer", "description": "numbers of a vector", "minimum": 1},
    vectors=_text("base64 of little-endian float16, one vector after another"),
)

PROPERTIES: dict[str, Any] = {
    "video": {
        "type": "string",
        "minLength": 1,
        "description": "path or URL; a name that is not UTF-8 is a percent-encoded file:// URL",
    },
    "start": {**_SECONDS, "description": "first moment of the span, in seconds"},
    "end": {**_SECONDS, "description": "end of the span in seconds, not part of it"},
    "kind": {"type": "string", "enum": KINDS},
    "index": {"type": "integer", "description": "place among the spans of its kind, from 0"},
    "time_base": _text("unit of `pts` in seconds, as a fraction"),
    "pts": _PTS,
    "score": _SCORE,
    "rank": {"type": "integer", "description": "place among the results, from 1"},
    "query": _text("what was searched for"),
    "transition": {
        "type": "object",
        "description": "how the shot began",
        "required": ["type"],
        "properties": {
            "type": _text("cut, dissolve, fade or wipe; divided where --max-length divided it"),
            **_TIMED,
            "pts": _PTS,
            "score": _SCORE,
            "why": {"type": "object", "description": "measurements behind it, by name"},
        },
    },
    "transition_out": {
        "type": "object",
        "description": "how the shot gives way to the next, if that is gradual",
        "required": ["type", "start"],
        "properties": {
            "type": _text("dissolve, fade or wipe"),
            "start": _SECONDS,
            "pts": {"type": "integer"},
        },
    },
    "cue": {
        "type": "object",
        "description": "the technical cue, and what was measured of it",
        "required": ["type"],
        "properties": {
            "type": _text(
                "black, white, freeze, bars, card, letterbox, credits, silence, speech, music"
            ),
            "standard": _text("standard of colour bars: ebu, smpte, smpte-rp219"),
            "amplitude": {"type": "number", "description": "amplitude of colour bars, in percent"},
            "grid": {
                "type": "array",
                "description": "cells of a test card across and down",
                "items": {"type": "number"},
            },
            "circle": {
                "type": "number",
                "description": "circle of a test card, in picture heights",
            },
            "bars": _text("letterbox, pillarbox or windowbox"),
            "active": {
                "type": "array",
                "description": "the picture within its bars: left, top, right, bottom in pixels",
                "items": {"type": "integer"},
                "minItems": 4,
                "maxItems": 4,
            },
            "aspect": {"type": "number", "description": "width of the active picture by height"},
            "direction": _text("direction of credits: up"),
            "speed": {"type": "number", "description": "speed of credits, in lines per second"},
            "level": {
                "type": "number",
                "description": "level of silence, root mean square in dBFS",
            },
        },
    },
    "measured": {
        "type": "object",
        "description": "measurements by which a recipe chose the span: seconds, motion (share of "
        "the picture that changes in 0.2 s), light and contrast (0..1), sharpness",
        "additionalProperties": {"type": "number"},
    },
    "shots": {"type": "integer", "description": "how many shots were joined into the scene"},
    "media": {"type": "object", "description": "what the file holds: container, streams"},
    "keyframes": _entries(
        "frames that stand for the span, in time order",
        ["t"],
        t=_SECONDS,
        pts={"type": "integer"},
        score=_SCORE,
        why={"type": "object", "description": "measurements behind it, by name"},
        image=_text("file of the picture"),
        same_as=_entries(
            "later keyframes of the video that were left out, as they are nearly the same",
            ["t"],
            t=_SECONDS,
            pts={"type": "integer"},
        ),
        look={
            "type": "array",
            "description": "MPEG-7 colour layout of the frame: 6 luma, 3 Cb, 3 Cr coefficients",
            "items": {"type": "integer"},
            "minItems": 12,
            "maxItems": 12,
        },
        embedding=_EMBEDDING,
    ),
    "gif": _text("file of the span's animation"),
    "damaged": {"type": "integer", "description": "packets in the span that did not decode"},
    "speech": _entries(
        "what is said, in time order",
        ["start", "end", "text"],
        **_TIMED,
        text=_text("the words, on one line"),
        speaker=_text("who speaks"),
        words=_entries(
            "each word", ["start", "end", "text"], **_TIMED, text=_text("the word, as it is said")
        ),
        score=_SCORE,
        markup={
            "type": "object",
            "description": "the cue as it was, with its tags and line breaks, by format: srt, vtt",
        },
    ),
    "screen_text": _entries(
        "what is written in the picture, with the time it is shown, or one moment `t`",
        ["text"],
        _SHOWN,
        **_TIMED,
        t=_SECONDS,
        text=_text("the words of a line"),
        box=_BOX,
        score=_SCORE,
        role=_text("slide, caption, title, credit or other"),
    ),
    "facts": {
        "type": "object",
        "description": "what was measured of the picture",
        "properties": {
            "picture": _text("the measurements as a sentence"),
            "faces": _entries("faces seen, the largest first", ["box"], box=_BOX),
            "scale": _text("shot scale by the largest face: extreme close-up to medium shot"),
            "seconds": {"type": "number", "description": "how long the span is"},
            "light": {"type": "number", "description": "mean luma, 0 to 1"},
            "colours": {
                "type": "object",
                "description": "share of the picture by name of the colour, the largest first",
                "additionalProperties": {"type": "number"},
            },
            "camera": _text("what the camera does"),
            "motion": _text("how much moves"),
            "sound": {
                "type": "object",
                "description": "what was measured of the sound",
                "required": ["silence"],
                "properties": {
                    "silence": {"type": "number", "description": "share that is silent, 0 to 1"},
                    "loudness": {"type": "number", "description": "loudness of the rest, in LUFS"},
                },
            },
        },
    },
    "caption": _text("what the span shows and says"),
    "changes": _entries(
        "what changes from frame to frame",
        ["start", "end", "text"],
        **_TIMED,
        text=_text("what changes"),
    ),
    "events": _entries(
        "what happens inside the span, in time order",
        ["start", "end", "text"],
        **_TIMED,
        text=_text("what happens"),
    ),
    "aspects": {"type": "object", "description": "sides of the span, each described on its own"},
    "fields": {"type": "object", "description": "an answer that follows the user's schema"},
    "dropped": _entries(
        "statements that the frames do not support",
        ["text"],
        text=_text("the statement"),
        score=_SCORE,
    ),
    "candidates": _entries(
        "captions that were not chosen, the best first",
        ["text"],
        text=_text("the caption"),
        score=_SCORE,
    ),
    "tags": _entries(
        "tags of the user's list, the likeliest first", ["tag"], tag=_text("the tag"), score=_SCORE
    ),
    "names": _entries(
        "people and things with one name throughout the video",
        ["name", "said"],
        name=_text("the name"),
        said=_text("what the caption said before"),
    ),
    "embedding": _EMBEDDING,
    "title": _text("a short name of the span"),
    "summary": _text("the whole in a few sentences"),
    "sentences": _entries(
        "the sentences of the summary and where each comes from",
        ["start", "end", "text"],
        **_TIMED,
        text=_text("the sentence"),
    ),
    "parts": _entries(
        "the spans that were joined into this one, with what is known of each",
        ["start", "end"],
        **{name: {"$ref": f"#/properties/{name}"} for name in PART},
    ),
    "evidence": _entries(
        "the texts that a moment rests on",
        ["start", "end", "text"],
        **_TIMED,
        text=_text("the text"),
        source=_text("speech, screen_text, caption, title or summary"),
    ),
    "error": {
        "type": "object",
        "description": "why there is no result for this span",
        "required": ["command", "type", "message"],
        "properties": {
            "command": _text("the command that failed"),
            "type": _text("the kind of error"),
            "message": _text("one sentence"),
        },
    },
    "made": _entries(
        "what was done to the span, in order",
        ["by"],
        by=_text("command"),
        method=_text("method"),
        version=_text("version of vtk"),
    ),
}

# The schema of input lines: a line without `start` and `end` is a whole video.
READ: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "span",
    "description": "One stretch of one video and what is known about it; one line of a stream.",
    "type": "object",
    "required": ["video"],
    "properties": PROPERTIES,
    "additionalProperties": True,
}
# The schema of output lines.
SCHEMA: dict[str, Any] = {
    **READ,
    "anyOf": [{"required": ["start", "end"]}, {"required": ["error"]}],
}
