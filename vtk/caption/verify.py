"""verify: remove from a caption the statements that the frames do not support.

Each statement of the caption (the span's own, or else a new one by `plain`) becomes a yes-or-no
question about the frames, and is removed if "no" is more likely, like the statement checks by
which Woodpecker (Yin et al. 2023) corrects captions.
"""

import re
from collections.abc import Generator, Sequence
from operator import itemgetter
from typing import Any

from vtk.caption.methods import CaptionMethod
from vtk.caption.plain import PROMPTS as PLAIN
from vtk.caption.task import CaptionTask
from vtk.entries import ScoredText
from vtk.prompting.dialogue import Dialogue, Request
from vtk.text import sentences

PROMPTS = {
    "verify": "Is it true that {statement}? Answer yes or no.",
    "there": "{question}? Answer yes or no.",  # question: "Is there a dog", "Are there two dogs"
    "caption": PLAIN["caption"],
}
Judged = tuple[str, float]  # a statement and its probability of "yes"
LEAST = 0.5  # probability of "yes" from which a statement stays
# Probability of a trailing phrase, given its statement, from which the phrase stays. It is lower
# than LEAST, as the statement rather than the phrase may be what was denied.
DOUBT = 0.25
ARTICLES = "a|an|the|one|two|three|some|another|several|many"
PLACES = "on|in|at|with|under|over|near|beside|behind|against|inside|outside|above|below|around"
VERBS = "is|are|was|were|has|have|had|can|will|does|do"
_JOINT = re.compile(rf"(?:,?\s+and|,\s+while|;|,)\s+(?=(?:{ARTICLES})\s)", re.I)
_TAIL = re.compile(rf"\s+(?=(?:{PLACES})\s)", re.I)
SEVERAL = "two|three|several|many"
_THING = re.compile(
    rf"((?:{SEVERAL}) .+?) (?:{VERBS})\b|((?:an?|one|another) .+?) (?:{VERBS}|\w+[^\Wsui]s)\b", re.I
)
_OPEN = re.compile(rf" (?:{ARTICLES}|{PLACES}|and|or|of|to|from|for)$", re.I)
_THERE = re.compile(r"there (is|are) (.+)", re.I)
CORE = 3  # words that a statement keeps at least when trailing phrases are split off


def caption(task: CaptionTask) -> Dialogue:
    """Return `caption` of the supported statements, and `dropped`: the others, with their scores.

    If the last statement of a sentence is denied, it is asked again without its trailing phrases
    ("on the grass"), and each phrase with what stays of the sentence. Of a statement that is still
    denied, the subject stays ("There is a dog") if the frames show it and nothing else in the
    caption names it. If nothing is supported, the most likely statement stays.
    """
    text = task.known["caption"].strip()
    if not text:
        (text,) = yield [task.generate("caption", task.parts)]
    said = sentences(text)
    pieces = [statements(sentence) for sentence in said]
    scores = iter((yield _asked(task, [piece for each in pieces for piece in each])))
    judged = [[(piece, next(scores)) for piece in each] for each in pieces]
    told = [piece for each in judged for piece, score in each if score >= LEAST]
    kept, dropped = [], []
    for sentence, whole, each in zip(said, pieces, judged, strict=True):
        if all(score >= LEAST for _, score in each):
            kept.append(sentence)
            continue
        left, out = yield from _mended(task, each, told)
        dropped += out
        told += left
        if left:
            kept.append(rejoin(whole, left))
    if not kept:
        best = max((each for every in judged for each in every), key=itemgetter(1))
        kept, dropped = [best[0]], [each for each in dropped if each != best]
    gone: list[ScoredText] = [{"text": text, "score": round(score, 4)} for text, score in dropped]
    return {"caption": " ".join(kept), **({"dropped": gone} if gone else {})}


def _asked(task: CaptionTask, said: Sequence[str]) -> list[Request]:
    return [_question(task, as_clause(each)) for each in said]


def _question(task: CaptionTask, statement: str) -> Request:
    if found := _THERE.fullmatch(statement):
        question = f"{found[1].title()} there {found[2]}"
        return task.yes_no("there", task.parts, question=question)
    return task.yes_no("verify", task.parts, statement=statement)


def _mended(
    task: CaptionTask, judged: Sequence[Judged], told: Sequence[str]
) -> Generator[list[Request], list[Any], tuple[list[str], list[Judged]]]:
    """The statements of a sentence that stay, and what is dropped, with scores.

    The trailing phrases of the last statement may describe the whole sentence: they are asked, and
    stay, with the last statement that was confirmed. If only subjects ("there is a dog") stay, the
    phrases are asked with the denied statement, and judged by their share of its probability.
    """
    parts, (last, score) = list(judged), judged[-1]
    core, *tails = split_trailing_phrases(last) if score < LEAST else [last]
    if tails:
        (core_score,) = yield _asked(task, [core])
        parts[-1] = core, core_score
    stays = yield from _borne_out(task, parts, told)
    out = [each for each in parts if each[1] < LEAST]
    left = [piece for piece, _ in stays]
    if not left and tails:
        return left, [*out[:-1], (last, score)]
    whole = [number for number, piece in enumerate(left) if not _THERE.match(piece)]
    host = whole[-1] if whole else -1
    said, likely = stays[host] if whole else parts[-1]
    scores = (yield _asked(task, [f"{said} {tail}" for tail in tails])) if tails else []
    for tail, both in zip(tails, scores, strict=True):
        if both >= DOUBT * likely:
            left[host] += f" {tail}"
        else:
            out.append((tail, both))
    return left, out


def _borne_out(
    task: CaptionTask, judged: Sequence[Judged], told: Sequence[str]
) -> Generator[list[Request], list[Any], list[Judged]]:
    """What stays of each statement: all of it, only its subject ("there is a dog"), or nothing."""
    stays = [each if each[1] >= LEAST else ("", 0.0) for each in judged]
    named = _words(*told, *(piece for piece, _ in stays))
    there: dict[int, str] = {}
    for number, (piece, _) in enumerate(judged):
        found = "" if stays[number][0] else subject_of(piece)
        if found and _words(*found.split()[1:]) not in named:
            several = found.split()[0] in SEVERAL.split("|")
            there[number] = f"there {'are' if several else 'is'} {found}"
            named += _words(found)
    scores = (yield _asked(task, list(there.values()))) if there else []
    for (number, text), score in zip(there.items(), scores, strict=True):
        if score >= LEAST:
            stays[number] = text, score
    return [each for each in stays if each[0]]


def _words(*texts: str) -> str:
    """The words in lower case, each between spaces, so that only whole words match."""
    return "".join(f" {word} " for word in re.findall(r"\w+", " ".join(texts).casefold()))


def subject_of(statement: str) -> str:
    """The subject of a statement: its words before the first verb; "" if none is found."""
    found = _THING.match(statement.strip())
    said = as_clause(found[1] or found[2]) if found else ""
    return "" if _OPEN.search(said) else said


def split_trailing_phrases(statement: str) -> list[str]:
    """A statement without its trailing phrases of place and manner, followed by each phrase."""
    bare = statement.strip().rstrip(".!?…,;")
    core, *tails = _TAIL.split(bare)
    while tails and len(core.split()) < CORE:
        core = f"{core} {tails.pop(0)}"
    return [core, *tails]


def statements(sentence: str) -> list[str]:
    """Split a sentence into statements, where an article follows a comma, semicolon or `and`."""
    return [piece for piece in _JOINT.split(sentence) if piece.strip()]


def as_clause(statement: str) -> str:
    """A statement as a clause of a question: without its end mark, its first letter lower case."""
    bare = statement.strip().rstrip(".!?…")
    return bare[:1].lower() + bare[1:] if bare[1:2].islower() or bare[1:2] == " " else bare


def rejoin(pieces: list[str], stays: list[str]) -> str:
    """Join the statements that stay into a sentence that begins and ends like the original."""
    text = " and ".join(piece.strip().rstrip(".!?…,;") for piece in stays)
    end = pieces[-1].strip()[-1:]
    mark = end if end in ".!?…" else ""
    return (text[:1].upper() if pieces[0][:1].isupper() else text[:1]) + text[1:] + mark


METHOD = CaptionMethod(PROMPTS, caption)
