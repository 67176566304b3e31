"""Fusion beside its parts: words (BM25) and meaning (MiniLM) or looks (tiny-clip), and all fused.

Texts: `told.tsv`, its queries in other words, among `passages.txt` and the licence; then stretches
of a lecture, where `../shared` has it. Queries are in other words; the same misled by a word of
another text; four or two words of a text in any order; four of which the longest is misspelled; and
other words followed by two of the text. The same among texts that have two words of a query in
other words, and nothing to do with it. Looks: plays of the stage among 400, half of them with their
description as caption, described in full or by four words of the description.

How words count in `vtk.retrieve.words` was chosen on queries with even numbers ("chosen on"); "held
out" are the others. A figure is recall at 1 / at 5; "all" are the queries of a set together, which
is what fusion is made for: it is never told of which kind a query is, or whether the play that is
meant has a caption. In a kind of 32 queries one of them is 3 points.

Rules that were tried on the even queries and gave no more: words by how few spans would have as
many of them by chance (natural logarithms, with and without a correction for the choice among the
words of a query), by the mean rarity of those that were found, with a share of what a text has in
part, only where vectors agree, and cosines above those of chance counting more.
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from tests import real_weights
from tests.benchmarks.search_meaning import table
from tests.benchmarks.search_scores import PLAYS
from tests.models.tiny import HOME as MODELS
from tests.world.models.stage import cast
from tests.world.models.train_clip import tell
from vtk.embedding import LOOKS, WORDS, pack
from vtk.models.embed.clip import ClipModel
from vtk.models.embed.text_model import TextModel, open_text
from vtk.query import Query
from vtk.retrieve import METHODS, Models, Search, find
from vtk.retrieve.fusion import HOW, Fusion
from vtk.retrieve.in_memory import InMemory
from vtk.span import Span
from vtk.text import Analyzer, words

HERE = Path(__file__)
TOLD = HERE.with_name("told.tsv")
PASSAGES = HERE.parents[1] / "transcribe" / "passages.txt"
LICENCE = HERE.parents[2] / "LICENSE"
LECTURE = HERE.parents[3] / "shared" / "evaluation" / "talks" / "lecture_75min_03.srt"
SHARE = 0.4  # of a play, at which its picture is taken
UNKNOWN = "Nothing was written about it."
ENGLISH = Analyzer("en")

Asked = list[tuple[str, int, str]]  # of each query its kind, the row it means, its text


def run(folder: Path, *, small: bool) -> None:
    """Print recall by each part and by each fusion, for every kind of query."""
    rng = np.random.default_rng(22)
    rows = table(TOLD)[: 8 if small else None]
    said = [row[0] for row in rows]
    asked: Asked = [("other words", n, row[1]) for n, row in enumerate(rows)]
    for n, (text, other) in enumerate(rows):
        misleading = _words_of(said[(n + 17) % len(said)], 1, rng)
        asked.append(("other words, misled", n, f"{other} {misleading[0]}"))
        asked.append(("both", n, " ".join([other, *_words_of(text, 2, rng)])))
    asked += _quoted(said, rng)
    licence = _stretches(LICENCE.read_text("utf-8"), rng)
    asked += [(f"licence, {kind}", n + len(said), text) for kind, n, text in _quoted(licence, rng)]
    others = re.split(r"(?<=[.!?])\s+", PASSAGES.read_text("utf-8"))
    with open_text(str(real_weights.minilm()), threads=1) as model:
        texts = [*said, *licence, *others[: 8 if small else None]]
        _texts("told", texts, asked, model)
        astray = [_astray(row[1], said[(n + 9) % len(said)]) for n, row in enumerate(rows)]
        _texts("told, among texts that mislead", [*texts, *astray], asked, model)
        if LECTURE.exists():
            lines = re.sub(r"(?m)^(\d+|.*-->.*)$|<[^>]+>", "", LECTURE.read_text("utf-8"))
            heard = _stretches(lines, rng)[: 20 if small else 250]
            _texts("lecture", heard, _quoted(heard, rng), model)
        else:
            print("lecture: not measured, as ../shared/evaluation/talks is not here")
        _plays(rng, PLAYS // 20 if small else PLAYS, model)


def _words_of(text: str, count: int, rng: np.random.Generator) -> list[str]:
    """Some words of a text that are no stop words, in any order."""
    known = {ENGLISH.term(word, stop=True): word for word in words(text) if word.isalpha()}
    known.pop(None, None)
    own = list(known.values())
    return [own[at] for at in rng.permutation(len(own))[:count]]


def _astray(query: str, text: str) -> str:
    """The beginning of a text, with two words of a query."""
    own = [word for word in words(query) if ENGLISH.term(word, stop=True)]
    return " ".join([*words(text)[:6], *own[:2]])


def _quoted(texts: Sequence[str], rng: np.random.Generator) -> Asked:
    asked: Asked = []
    for number, text in enumerate(texts):
        four = _words_of(text, 4, rng)
        longest = max(four, key=len)
        wrong = [_misspelled(word, rng) if word is longest else word for word in four]
        asked.append(("four words", number, " ".join(four)))
        asked.append(("two words", number, " ".join(_words_of(text, 2, rng))))
        asked.append(("four, one misspelled", number, " ".join(wrong)))
    return asked


def _misspelled(word: str, rng: np.random.Generator) -> str:
    """A word of five letters or more with two of them inside swapped."""
    if len(word) < 5:
        return word
    at = int(rng.integers(1, len(word) - 2))
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _stretches(text: str, rng: np.random.Generator) -> list[str]:
    """A text in stretches of 8 to 90 words."""
    left, found = text.split(), []
    while len(left) > 8:
        length = int(rng.integers(8, 90))
        found.append(" ".join(left[:length]))
        left = left[length:]
    return found


def _texts(name: str, texts: Sequence[str], asked: Asked, model: TextModel) -> None:
    spans = [
        Span(
            video=str(row),
            start=0.0,
            end=5.0,
            caption=text,
            embedding=[pack(vector[None], WORDS, model.name)],
        )
        for row, (text, vector) in enumerate(zip(texts, model.documents(texts), strict=True))
    ]
    _print(name, spans, asked, ("words", "meaning"), Models(embedder=model))


def _plays(rng: np.random.Generator, count: int, texts: TextModel) -> None:
    plays = [cast(rng, moving=True) for _ in range(count)]
    told = [tell(play, moving=True) for play in plays]
    asked: Asked = []
    for number, text in enumerate(told[: count // 2]):
        of = "uncaptioned" if number // 2 % 2 else "captioned"
        asked.append((f"described, {of}", number, text))
        asked.append((f"four words, {of}", number, " ".join(_words_of(text, 4, rng))))
    with ClipModel(str(MODELS / "tiny-clip"), threads=1) as model:
        seen = list(model.images(play.picture(SHARE) for play in plays))
        captions = [UNKNOWN if row // 2 % 2 else text for row, text in enumerate(told)]
        spans = [
            Span(
                video=str(row),
                start=0.0,
                end=5.0,
                caption=caption,
                embedding=[
                    pack(picture[None], LOOKS, model.name),
                    pack(text[None], WORDS, texts.name),
                ],
            )
            for row, (caption, picture, text) in enumerate(
                zip(captions, seen, texts.documents(captions), strict=True)
            )
        ]
        _print("plays", spans, asked, ("words", "looks"), Models(clip=model))
        three = Models(embedder=texts, clip=model)
        _print("plays, by all three", spans, asked, ("words", "meaning", "looks"), three)


def _print(name: str, spans: list[Span], asked: Asked, by: Sequence[str], models: Models) -> None:
    queries = [Query(text, n=5, id=str(number)) for number, (*_, text) in enumerate(asked)]
    channels = [METHODS.load(each)(models) for each in by]
    collection = InMemory(queries, [need for each in channels if (need := each.needs)])
    for span in spans:
        collection.add(span)
    ways = {each.name: ([each], "sum") for each in channels}
    ways |= {how: (channels, how) for how in HOW}
    places = {
        way: _places(find(collection, queries, own, Search(fuse=Fusion(how))), asked)
        for way, (own, how) in ways.items()
    }
    print(f"\n{name}: {len(spans)} spans | queries | {' | '.join(ways)}")
    print(" | ".join(["---"] * (2 + len(ways))))
    for half, of in enumerate(("chosen on", "held out")):
        for kind in ("all", *dict.fromkeys(kind for kind, *_ in asked)):
            held = [n for n, (_, row, _) in enumerate(asked) if row % 2 == half]
            own = [n for n in held if kind in ("all", asked[n][0])]
            cells = [
                f"{np.mean([found[n] < 1 for n in own]):.2f} / "
                f"{np.mean([found[n] < 5 for n in own]):.2f}"
                for found in places.values()
            ]
            print(f"{of}: {kind} | {len(own)} | {' | '.join(cells)}")


def _places(found: Iterable[Span], asked: Asked) -> list[int]:
    """At which place each query finds what it means, from 0; 5 if it does not."""
    places = [5] * len(asked)
    for span in found:
        number = int(span["query_id"])
        if span.video == str(asked[number][1]):
            places[number] = span["rank"] - 1
    return places
