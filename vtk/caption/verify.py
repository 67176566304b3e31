"""verify: a caption less what the frames do not bear out.

Each statement of the caption, the one that a span has or else a plain one, is put to the model as
a question of yes or no about the frames, and goes where no is likelier, as in the checks of
statements by which Woodpecker (Yin et al. 2023) corrects captions.
"""

import re

from vtk.caption.plain import PROMPTS as PLAIN
from vtk.caption.scene import Scene
from vtk.caption.talk import Talk
from vtk.text import sentences

PROMPTS = {
    "verify": "Is it true that {statement}? Answer yes or no.",
    "caption": PLAIN["caption"],
}
LEAST = 0.5  # probability of yes from which a statement stays
ARTICLES = "a|an|the|one|two|three|some|another|several|many"
_JOINT = re.compile(rf"(?:,?\s+and|,\s+while|;|,)\s+(?=(?:{ARTICLES})\s)", re.I)


def caption(scene: Scene) -> Talk:
    """`caption` of what is borne out, and `dropped`: statements taken out, each with its score.

    Where nothing is borne out, the likeliest statement stays.
    """
    text = scene.known["caption"].strip()
    parts = scene.parts
    if not text:
        (text,) = yield [scene.ask("caption", parts)]
    pieces = [statements(sentence) for sentence in sentences(text)]
    scores = yield [
        scene.weigh("verify", parts, statement=asked(piece)) for each in pieces for piece in each
    ]
    least, kept, dropped = min(LEAST, max(scores)), [], []
    rest = iter(scores)
    for each in pieces:
        judged = [(piece, next(rest)) for piece in each]
        stays = [piece for piece, score in judged if score >= least]
        dropped += [
            {"text": piece, "score": round(score, 4)} for piece, score in judged if score < least
        ]
        if stays:
            kept.append(rejoined(each, stays))
    return {"caption": " ".join(kept), **({"dropped": dropped} if dropped else {})}


def statements(sentence: str) -> list[str]:
    """The statements of a sentence: its parts that begin with an article after a comma or `and`."""
    return [piece for piece in _JOINT.split(sentence) if piece.strip()]


def asked(statement: str) -> str:
    """A statement as it stands in a question: without its end mark, its first letter small."""
    bare = statement.strip().rstrip(".!?…")
    return bare[:1].lower() + bare[1:] if bare[1:2].islower() or bare[1:2] == " " else bare


def rejoined(pieces: list[str], stays: list[str]) -> str:
    """The statements that stay as one sentence that begins and ends as the whole did."""
    if stays == pieces and len(pieces) == 1:
        return pieces[0]
    text = " and ".join(piece.strip().rstrip(".!?…,;") for piece in stays)
    end = pieces[-1].strip()[-1:]
    mark = end if end in ".!?…" else ""
    return (text[:1].upper() if pieces[0][:1].isupper() else text[:1]) + text[1:] + mark
