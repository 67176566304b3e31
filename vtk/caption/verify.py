"""verify: a caption less what the frames do not bear out.

Each statement of the caption, the one that a span has or else a plain one, is put to the model as
a question of yes or no about the frames, and goes where no is likelier, as in the checks of
statements by which Woodpecker (Yin et al. 2023) corrects captions.
"""

import re
from collections.abc import Generator, Sequence
from operator import itemgetter
from typing import Any

from vtk.caption.methods import CaptionMethod
from vtk.caption.plain import PROMPTS as PLAIN
from vtk.caption.task import CaptionTask
from vtk.prompting.dialogue import Dialogue, Request
from vtk.text import sentences

PROMPTS = {
    "verify": "Is it true that {statement}? Answer yes or no.",
    "there": "{question}? Answer yes or no.",  # such as: Is there a dog, Are there two dogs
    "caption": PLAIN["caption"],
}
Judged = tuple[str, float]  # a statement and its probability of yes
LEAST = 0.5  # probability of yes from which a statement stays
DOUBT = 0.25  # the same of a phrase at its end, given the statement, which may be what was denied
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
CORE = 3  # words of the shortest statement that is left when what follows it is taken off


def caption(task: CaptionTask) -> Dialogue:
    """`caption` of what is borne out, and `dropped`: what was taken out, each with its score.

    A statement that is denied is asked again without the phrases at its end ("on the grass"), and
    each of these with what stays of its sentence. Of one that is denied all the same the thing
    that it is about stays ("There is a dog") where the frames show it and nothing else in the
    caption names it. Where nothing is borne out, the likeliest statement stays.
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
    gone = [{"text": text, "score": round(score, 4)} for text, score in dropped]
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
    """What stays of the statements of a sentence, and what goes, with scores.

    Phrases at the end of the last statement may be about all of the sentence: where that one goes
    they are asked, and stay, with the one before. Where none is left to ask them with, it is
    their share of the probability of the statement that counts.
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
    """What stays: of each statement all, that there is what it is about, or nothing."""
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
    """The words in small letters, each between spaces, so that whole ones are looked for."""
    return "".join(f" {word} " for word in re.findall(r"\w+", " ".join(texts).casefold()))


def subject_of(statement: str) -> str:
    """What a statement is about: its words before the first verb, "" where none is made out."""
    found = _THING.match(statement.strip())
    said = as_clause(found[1] or found[2]) if found else ""
    return "" if _OPEN.search(said) else said


def split_trailing_phrases(statement: str) -> list[str]:
    """A statement without the phrases of place and manner at its end, then each of them."""
    bare = statement.strip().rstrip(".!?…,;")
    core, *tails = _TAIL.split(bare)
    while tails and len(core.split()) < CORE:
        core = f"{core} {tails.pop(0)}"
    return [core, *tails]


def statements(sentence: str) -> list[str]:
    """The statements of a sentence: its parts that begin with an article after a comma or `and`."""
    return [piece for piece in _JOINT.split(sentence) if piece.strip()]


def as_clause(statement: str) -> str:
    """A statement as it stands in a question: without its end mark, its first letter small."""
    bare = statement.strip().rstrip(".!?…")
    return bare[:1].lower() + bare[1:] if bare[1:2].islower() or bare[1:2] == " " else bare


def rejoin(pieces: list[str], stays: list[str]) -> str:
    """The statements that stay as one sentence that begins and ends as the whole did."""
    text = " and ".join(piece.strip().rstrip(".!?…,;") for piece in stays)
    end = pieces[-1].strip()[-1:]
    mark = end if end in ".!?…" else ""
    return (text[:1].upper() if pieces[0][:1].isupper() else text[:1]) + text[1:] + mark


METHOD = CaptionMethod(PROMPTS, caption)
