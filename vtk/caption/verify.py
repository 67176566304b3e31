"""verify: a caption less what the frames do not bear out.

Each statement of the caption, the one that a span has or else a plain one, is put to the model as
a question of yes or no about the frames, and goes where no is likelier, as in the checks of
statements by which Woodpecker (Yin et al. 2023) corrects captions.
"""

import re
from collections.abc import Generator, Sequence
from operator import itemgetter
from typing import Any

from vtk.caption.plain import PROMPTS as PLAIN
from vtk.caption.scene import Scene
from vtk.caption.talk import Request, Talk
from vtk.text import sentences

PROMPTS = {
    "verify": "Is it true that {statement}? Answer yes or no.",
    "caption": PLAIN["caption"],
}
LEAST = 0.5  # probability of yes from which a statement stays
ARTICLES = "a|an|the|one|two|three|some|another|several|many"
PLACES = "on|in|at|with|under|over|near|beside|behind|against|inside|outside|above|below|around"
_JOINT = re.compile(rf"(?:,?\s+and|,\s+while|;|,)\s+(?=(?:{ARTICLES})\s)", re.I)
_TAIL = re.compile(rf"\s+(?=(?:{PLACES})\s)", re.I)
CORE = 3  # words of the shortest statement that is left when what follows it is taken off


def caption(scene: Scene) -> Talk:
    """`caption` of what is borne out, and `dropped`: what was taken out, each with its score.

    A statement that is denied is asked again without the phrases at its end ("on the grass"), and
    each of these with what stays of its sentence. Where nothing is borne out, the likeliest
    statement stays.
    """
    text = scene.known["caption"].strip()
    if not text:
        (text,) = yield [scene.ask("caption", scene.parts)]
    said = sentences(text)
    pieces = [statements(sentence) for sentence in said]
    scores = iter((yield _asked(scene, [piece for each in pieces for piece in each])))
    judged = [[(piece, next(scores)) for piece in each] for each in pieces]
    kept, dropped = [], []
    for sentence, whole, each in zip(said, pieces, judged, strict=True):
        if all(score >= LEAST for _, score in each):
            kept.append(sentence)
            continue
        left, out = yield from _shortened(scene, each)
        dropped += out
        if left:
            kept.append(rejoined(whole, left))
    if not kept:
        best = max((each for every in judged for each in every), key=itemgetter(1))
        kept, dropped = [best[0]], [each for each in dropped if each != best]
    gone = [{"text": text, "score": round(score, 4)} for text, score in dropped]
    return {"caption": " ".join(kept), **({"dropped": gone} if gone else {})}


def _asked(scene: Scene, said: Sequence[str]) -> list[Request]:
    return [scene.weigh("verify", scene.parts, statement=asked(each)) for each in said]


def _shortened(
    scene: Scene, judged: Sequence[tuple[str, float]]
) -> Generator[list[Request], list[Any], tuple[list[str], list[tuple[str, float]]]]:
    """What stays of the statements of a sentence, and what goes, with scores.

    Phrases at the end of the last statement may be about all of the sentence: they stay with the
    statement before where the last one goes.
    """
    left = [piece for piece, score in judged[:-1] if score >= LEAST]
    out = [(piece, score) for piece, score in judged[:-1] if score < LEAST]
    last, score = judged[-1]
    if score >= LEAST:
        return [*left, last], out
    core, *tails = tailed(last)
    if not tails:
        return left, [*out, (last, score)]
    (core_score,) = yield _asked(scene, [core])
    if core_score >= LEAST:
        left.append(core)
    else:
        out.append((core, core_score))
    if not left:
        return left, [*out[:-1], (last, score)]
    scores = yield _asked(scene, [f"{left[-1]} {tail}" for tail in tails])
    for tail, tail_score in zip(tails, scores, strict=True):
        if tail_score >= LEAST:
            left[-1] += f" {tail}"
        else:
            out.append((tail, tail_score))
    return left, out


def tailed(statement: str) -> list[str]:
    """A statement without the phrases of place and manner at its end, then each of them."""
    bare = statement.strip().rstrip(".!?…,;")
    core, *tails = _TAIL.split(bare)
    while tails and len(core.split()) < CORE:
        core = f"{core} {tails.pop(0)}"
    return [core, *tails]


def statements(sentence: str) -> list[str]:
    """The statements of a sentence: its parts that begin with an article after a comma or `and`."""
    return [piece for piece in _JOINT.split(sentence) if piece.strip()]


def asked(statement: str) -> str:
    """A statement as it stands in a question: without its end mark, its first letter small."""
    bare = statement.strip().rstrip(".!?…")
    return bare[:1].lower() + bare[1:] if bare[1:2].islower() or bare[1:2] == " " else bare


def rejoined(pieces: list[str], stays: list[str]) -> str:
    """The statements that stay as one sentence that begins and ends as the whole did."""
    text = " and ".join(piece.strip().rstrip(".!?…,;") for piece in stays)
    end = pieces[-1].strip()[-1:]
    mark = end if end in ".!?…" else ""
    return (text[:1].upper() if pieces[0][:1].isupper() else text[:1]) + text[1:] + mark
