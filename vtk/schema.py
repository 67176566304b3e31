"""The JSON Schema of a span: the declaration that input is checked against.

``vtk schema`` prints it, and the stream reader validates every line against it. `vtk.entries`
repeats it as types, for mypy.
"""

from typing import Any

from vtk.schema_parts import (
    BOX,
    COPY,
    CUE,
    EMBEDDING,
    EXACT,
    PTS,
    SCORE,
    SECONDS,
    SHOWN,
    SKIM,
    TIMED,
    entries,
    number,
    text,
)

KINDS = [
    *("video", "shot", "scene", "window", "cue", "chapter", "section", "summary", "moment"),
    "answer",
]

# The fields that a part of a span may have.
PART = (
    *("start", "end", "kind", "index", "score", "speech", "screen_text", "facts", "caption"),
    *("title", "summary", "sentences", "parts", "evidence"),
)
PROPERTIES: dict[str, Any] = {
    "video": {
        "type": "string",
        "minLength": 1,
        "description": "path or URL; a name that is not UTF-8 is a percent-encoded file:// URL",
    },
    "start": {**SECONDS, "description": "first moment of the span, in seconds"},
    "end": {**SECONDS, "description": "end of the span in seconds, not part of it"},
    "kind": {"type": "string", "description": "what the span is", "enum": KINDS},
    "index": {"type": "integer", "description": "place among the spans of its kind, from 0"},
    "time_base": text("unit of `pts` in seconds, as a fraction"),
    "pts": PTS,
    "score": SCORE,
    "rank": {"type": "integer", "description": "place among the results, from 1"},
    "query": text("what was searched for"),
    "query_id": text("the name that the query has in its file"),
    "why": {"type": "object", "description": "what answers the query, or stands out"},
    "scores": entries(
        "how well the query fits over time, or how much stands out",
        ["t", "score"],
        t=SECONDS,
        score=SCORE,
    ),
    "transition": {
        "type": "object",
        "description": "how the shot began",
        "required": ["type"],
        "properties": {
            "type": text("cut, dissolve, fade or wipe; divided where --max-length divided it"),
            **TIMED,
            "pts": PTS,
            "score": SCORE,
            "why": {"type": "object", "description": "measurements behind it, by name"},
        },
    },
    "transition_out": {
        "type": "object",
        "description": "how the shot gives way to the next, if that is gradual",
        "required": ["type", "start"],
        "properties": {
            "type": text("dissolve, fade or wipe"),
            "start": SECONDS,
            "pts": EXACT,
        },
    },
    "cue": CUE,
    "measured": {
        "type": "object",
        "description": "measurements by which a recipe chose the span: seconds, motion (share of "
        "the picture that changes in 0.2 s), light and contrast (0..1), sharpness",
        "additionalProperties": {"type": "number"},
    },
    "shots": {"type": "integer", "description": "how many shots were joined into the scene"},
    "media": {"type": "object", "description": "what the file holds: container, streams"},
    "keyframes": entries(
        "frames that stand for the span, in time order",
        ["t"],
        t=SECONDS,
        pts=EXACT,
        score=SCORE,
        why={"type": "object", "description": "measurements behind it, by name"},
        image=text("file of the picture"),
        box={**BOX, "description": "part that answers the query best; the picture shows this part"},
        size={
            "type": "array",
            "description": "most width and height for a model, in pixels, of the frame or its box",
            "items": {"type": "integer", "minimum": 1},
            "minItems": 2,
            "maxItems": 2,
        },
        same_as=entries(
            "later keyframes of the video that were left out, as they are nearly the same",
            ["t"],
            t=SECONDS,
            pts=EXACT,
        ),
        black={"type": "boolean", "description": "whether the frame is all but black"},
        look={
            "type": "array",
            "description": "MPEG-7 colour layout of the frame: 6 luma, 3 Cb, 3 Cr coefficients",
            "items": {"type": "integer"},
            "minItems": 12,
            "maxItems": 12,
        },
        embedding=EMBEDDING,
    ),
    "gif": text("file of the span's animation"),
    "damaged": {"type": "integer", "description": "packets in the span that did not decode"},
    "speech": entries(
        "what is said, in time order",
        ["start", "end", "text"],
        **TIMED,
        text=text("the words, on one line"),
        speaker=text("who speaks"),
        words=entries(
            "each word", ["start", "end", "text"], **TIMED, text=text("the word, as it is said")
        ),
        score=SCORE,
        markup={
            "type": "object",
            "description": "the cue as it was, by format (srt, vtt): with its tags and line "
            "breaks, or only the places in `text` at which its lines break",
        },
    ),
    "screen_text": entries(
        "what is written in the picture, with the time it is shown, or one moment `t`",
        ["text"],
        SHOWN,
        **TIMED,
        t=SECONDS,
        text=text("the words of a line"),
        box=BOX,
        score=SCORE,
        role=text("slide, caption, title, credit or other"),
    ),
    "facts": {
        "type": "object",
        "description": "what was measured of the picture",
        "properties": {
            "picture": text("the measurements as a sentence"),
            "faces": entries("faces seen, the largest first", ["box"], box=BOX),
            "scale": text("shot scale by the largest face: extreme close-up to medium shot"),
            "seconds": number("how long the span is"),
            "light": number("mean luma, 0 to 1"),
            "colours": {
                "type": "object",
                "description": "share of the picture by name of the colour, the largest first",
                "additionalProperties": {"type": "number"},
            },
            "camera": text("what the camera does"),
            "motion": text("how much moves"),
            "sound": {
                "type": "object",
                "description": "what was measured of the sound",
                "required": ["silence"],
                "properties": {
                    "silence": number("share that is silent, 0 to 1"),
                    "loudness": number("loudness of the rest, in LUFS"),
                },
            },
        },
    },
    "caption": text("what the span shows and says"),
    "changes": entries(
        "what changes from frame to frame",
        ["start", "end", "text"],
        **TIMED,
        text=text("what changes"),
    ),
    "events": entries(
        "what happens inside the span, in time order",
        ["start", "end", "text"],
        **TIMED,
        text=text("what happens"),
    ),
    "aspects": {"type": "object", "description": "sides of the span, each described on its own"},
    "fields": {"type": "object", "description": "an answer that follows the user's schema"},
    "dropped": entries(
        "statements that the frames do not support",
        ["text"],
        text=text("the statement"),
        score=SCORE,
    ),
    "candidates": entries(
        "captions that were not chosen, the best first",
        ["text"],
        text=text("the caption"),
        score=SCORE,
    ),
    "tags": entries(
        "tags of the user's list, the likeliest first", ["tag"], tag=text("the tag"), score=SCORE
    ),
    "names": entries(
        "people and things with one name throughout the video",
        ["name", "said"],
        name=text("the name"),
        said=text("what the caption said before"),
    ),
    "embedding": EMBEDDING,
    "copy": COPY,
    "title": text("a short name of the span"),
    "url": text("a page about the span, from a list of chapters"),
    "image": text("address of a picture of the span, from a list of chapters"),
    "summary": text("the whole in a few sentences"),
    "sentences": entries(
        "the sentences of the summary and where each comes from",
        ["start", "end", "text"],
        **TIMED,
        text=text("the sentence"),
        cites=entries(
            "what of the video it rests on",
            ["start", "end"],
            **TIMED,
            source=text("speech, screen_text, caption, title or summary"),
        ),
        section=text("heading of the summary that it stands under"),
        skim={**SECONDS, "description": "moment of the skim at which that begins"},
    ),
    "skim": SKIM,
    "parts": entries(
        "the spans that were joined into this one, with what is known of each",
        ["start", "end"],
        **{name: {"$ref": f"#/properties/{name}"} for name in PART},
    ),
    "evidence": entries(
        "the texts and looks that a moment rests on",
        ["start", "end", "text"],
        **TIMED,
        text=text("the text; empty for a look"),
        source=text("speech, screen_text, caption, title, summary or looks"),
        guessed={"type": "boolean", "description": "the times are shared out over a longer text"},
        score=SCORE,
    ),
    "clip": {
        "type": "object",
        "description": "the file that the span was cut out into",
        "required": ["file", "start", "end"],
        "properties": {
            "file": text("path of the file"),
            "start": {**SECONDS, "description": "moment of the video with which the file begins"},
            "end": {**SECONDS, "description": "moment with which it ends"},
        },
    },
    "error": {
        "type": "object",
        "description": "why there is no result for this span",
        "required": ["command", "type", "message"],
        "properties": {
            "command": text("the command that failed"),
            "type": text("the kind of error"),
            "message": text("one sentence"),
        },
    },
    "made": entries(
        "what was done to the span, in order",
        ["by"],
        by=text("command"),
        method=text("method"),
        version=text("version of vtk"),
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
