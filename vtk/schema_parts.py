"""What the schema of a span is put together from: types of values, and lists of entries."""

from typing import Any

MAX_SECONDS = 1e12  # seconds; no video is that long, and floats stay exact to the millisecond

SECONDS = {
    "type": "number",
    "description": "seconds, a presentation timestamp",
    "minimum": -MAX_SECONDS,
    "maximum": MAX_SECONDS,
}
PTS = {
    "type": "array",
    "description": "exact start and end in units of time_base",
    "items": {"type": "integer"},
    "minItems": 2,
    "maxItems": 2,
}
EXACT = {"type": "integer", "description": "exact time in units of time_base"}
BOX = {
    "type": "array",
    "description": "left, top, right, bottom as fractions of the displayed picture",
    "items": {"type": "number"},
    "minItems": 4,
    "maxItems": 4,
}


def text(description: str) -> dict[str, Any]:
    return {"type": "string", "description": description}


def number(description: str) -> dict[str, Any]:
    return {"type": "number", "description": description}


def entries(
    description: str,
    required: list[str],
    besides: dict[str, Any] | None = None,
    **properties: Any,
) -> dict[str, Any]:
    item = {"type": "object", "required": required, "properties": properties, **(besides or {})}
    return {"type": "array", "description": description, "items": item}


SHOWN = {
    "anyOf": [{"required": ["start", "end"]}, {"required": ["t"]}],
    "dependentRequired": {"start": ["end"]},
}
TIMED = {"start": SECONDS, "end": SECONDS}
SCORE = number("higher is better; vtk-span(5) tells what each command measures")

EMBEDDING = entries(
    "unit vectors that models give, one entry a model",
    ["of", "model", "dim", "vectors"],
    of=text("what was embedded: words, looks, or signature (of frames, to find copies by)"),
    model=text("the model"),
    sha256=text("SHA-256 of its weights, if they are local"),
    checksum=text("hash of the texts, or of the times of the frames, that were embedded"),
    dim={"type": "integer", "description": "numbers of a vector", "minimum": 1},
    vectors=text("base64 of little-endian float16, one vector after another"),
    t={**SECONDS, "description": "time of the first of them, where they are of frames in order"},
    rate={**number("then: vectors a second"), "minimum": 1e-6},
)

COPY: dict[str, Any] = {
    "type": "object",
    "description": "what the span is a copy of",
    "required": ["video", "start", "end", "speed"],
    "properties": {
        "video": text("path or URL of that video"),
        **TIMED,
        "speed": number("seconds of the span a second of that video"),
        "mirrored": {"type": "boolean", "description": "whether left and right are exchanged"},
        "share": {
            **number("which part of its own video the span is"),
            "minimum": 0,
            "maximum": 1,
        },
    },
}

SKIM: dict[str, Any] = {
    "type": "object",
    "description": "what to watch of the video",
    "required": ["seconds", "stretches"],
    "properties": {
        "file": text("path of the file that shows it"),
        "seconds": number("how long it is, in seconds"),
        "stretches": entries(
            "stretches of the video, in order",
            ["start", "end", "at", "score"],
            **TIMED,
            at={**SECONDS, "description": "moment of the skim with which it begins"},
            score=number("what a second of it is worth"),
        ),
    },
}

CUE: dict[str, Any] = {
    "type": "object",
    "description": "the technical cue, and what was measured of it",
    "required": ["type"],
    "properties": {
        "type": text(
            "black, white, freeze, bars, card, letterbox, credits, silence, speech, music"
        ),
        "standard": text("standard of colour bars: ebu, smpte, smpte-rp219"),
        "amplitude": number("amplitude of colour bars, in percent"),
        "grid": {
            "type": "array",
            "description": "cells of a test card across and down",
            "items": {"type": "number"},
        },
        "circle": number("circle of a test card, in picture heights"),
        "bars": text("letterbox, pillarbox or windowbox"),
        "active": {
            "type": "array",
            "description": "the picture within its bars: left, top, right, bottom in pixels",
            "items": {"type": "integer"},
            "minItems": 4,
            "maxItems": 4,
        },
        "aspect": number("width of the active picture by height"),
        "direction": text("direction of credits: up"),
        "speed": number("speed of credits, in lines per second"),
        "level": number("level of silence, root mean square in dBFS"),
    },
}
