"""Summaries beside peers: what they tell, how they read, and how long they take.

    python -m tests.benchmarks.summarize [--only meetings,talks,citing] [--written N] [--small]

- meetings: 12 of QMSum, whose answer to the question about the whole meeting is the reference.
  ROUGE-1, -2 and -L, F1 with stems, by Google's `rouge-score`.
- talks: eleven talks and a lecture of four hours, which have no references.
- citing: what the check of citations lets pass, of the answers of QMSum to questions: those that
  cite what annotators gave for them, and those that cite as much of another place or meeting.

Every summary is to have 100 words. Peers choose among the very sentences that `extract` does, the
best first, as many as bring them nearest to that: the first ones, random ones (the mean of 20), and
TextRank and LexRank of sumy. SmolLM2 writes of `--written` meetings, from both halves.

- leaning: sentences that begin with a pronoun, a demonstrative or a conjunction; cut: that begin
  with a small letter, end without a mark or break off; short: of fewer than five words.
- repeated: of which another one has two thirds of the words. length: within a tenth of 100 words.
- s/h: seconds of the processor for an hour of speech; that of the models with their loading.

Methods were tuned on every other meeting, the first, third and so on ("tuned on"); "held out" are
the others. The talks were all read while the rules about sentences were made: none is held out.
"""

import argparse
import random
import re
import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from typing import Any

from tests import real_weights
from tests.benchmarks.summarize_citing import citing
from tests.benchmarks.talks import SHARED, Talk, meetings, talks
from vtk.models.embed.text_model import TextModel, open_text
from vtk.models.hub.files import Files
from vtk.models.llm.load_options import LoadOptions
from vtk.models.llm.local import LocalModel
from vtk.models.openers import Openers
from vtk.speech import speech_sentences
from vtk.summarize import Task, summarize
from vtk.text import word_count, words

WORDS = 100  # of a summary
SEEDS = 20  # of random summaries
LEANING = """this that these those it he she they him her them its his their and but so or because
then also therefore thus which who it's he's she's they're that's"""
_WHOLE = re.compile(r"[\"'“‘]?[^a-zß-ÿ].*[.!?][\"'”’)]*", re.S)
_BROKEN = re.compile(r"(?:\.\.\.|…|--|[–—-])[\"'”’)]*$")

Method = Callable[[Talk], list[list[str]]]  # sentences of one summary, or of several random ones


@dataclass
class Row:
    """What a method made: talks, their summaries, and seconds of the processor for each."""

    talks: list[Talk]
    summaries: list[list[list[str]]]
    seconds: list[float]

    def figures(self) -> list[str]:
        """The columns of a table."""
        made = [sentences for several in self.summaries for sentences in several]
        every = [sentence for sentences in made for sentence in sentences]
        lengths = [word_count(" ".join(sentences)) for sentences in made]
        hours = sum(talk.seconds for talk in self.talks) / 3600
        return [
            *(rouge(self) if self.talks[0].summaries else ()),
            *(_percent(sum(map(test, every)), len(every)) for test in (leaning, cut, short)),
            _percent(sum(map(repeated, made)), len(every)),
            _percent(sum(abs(n - WORDS) <= 0.1 * WORDS for n in lengths), len(made)),
            f"{sum(self.seconds) / hours:.2f}",
        ]


def rouge(row: Row) -> list[str]:
    """ROUGE-1, -2 and -L, F1 in percent, the mean of talks."""
    from rouge_score.rouge_scorer import RougeScorer

    kinds = ("rouge1", "rouge2", "rougeLsum")
    scorer = RougeScorer(kinds, use_stemmer=True)
    means = [
        [
            statistics.fmean(
                scorer.score_multi([_lines(text) for text in talk.summaries], "\n".join(each))[
                    kind
                ].fmeasure
                for each in several
            )
            for kind in kinds
        ]
        for talk, several in zip(row.talks, row.summaries, strict=True)
    ]
    return [f"{100 * statistics.fmean(column):.1f}" for column in zip(*means, strict=True)]


def _lines(text: str) -> str:
    return re.sub(r"(?<=[.!?]) ", "\n", text)


def leaning(sentence: str) -> bool:
    """Whether a sentence begins with what leans on the one before."""
    return sentence.lower().split()[0].strip("\"'“‘,.") in LEANING.split()


def cut(sentence: str) -> bool:
    """Whether a sentence lacks its beginning or its end."""
    return not _WHOLE.fullmatch(sentence) or _BROKEN.search(sentence) is not None


def short(sentence: str) -> bool:
    """Whether a sentence has fewer than five words."""
    return word_count(sentence) < 5


def repeated(sentences: Sequence[str]) -> int:
    """How many sentences have two thirds of their words in one before."""
    bags = [{word.casefold() for word in words(sentence)} for sentence in sentences]
    return sum(
        any(len(bag & other) * 3 > 2 * min(len(bag), len(other)) for other in bags[:n])
        for n, bag in enumerate(bags)
    )


def _percent(part: float, whole: int) -> str:
    return f"{100 * part / (whole or 1):.1f}"


def sentences_of(talk: Talk) -> list[str]:
    """The sentences that are there to choose from, in time order."""
    return [sentence.text for sentence in speech_sentences(talk.speech)]


def filled(sentences: Sequence[str], ranked: Sequence[int]) -> list[str]:
    """The best sentences that come nearest to the length, in time order."""
    chosen: list[int] = []
    size = 0
    for place in ranked:
        more = word_count(sentences[place])
        if abs(size + more - WORDS) < abs(size - WORDS):
            chosen.append(place)
            size += more
    return [sentences[place] for place in sorted(chosen)]


def lead(talk: Talk) -> list[list[str]]:
    """The first sentences."""
    found = sentences_of(talk)
    return [filled(found, range(len(found)))]


def anything(talk: Talk) -> list[list[str]]:
    """Random sentences, several times."""
    found = sentences_of(talk)
    return [
        filled(found, random.Random(seed).sample(range(len(found)), len(found)))
        for seed in range(SEEDS)
    ]


def ranked_by(name: str, talk: Talk) -> list[list[str]]:
    """The sentences that a summarizer of sumy ranks first."""
    from bm25s.stopwords import STOPWORDS_EN_PLUS
    from sumy.models.dom import ObjectDocumentModel, Paragraph, Sentence
    from sumy.nlp.stemmers import Stemmer
    from sumy.summarizers.lex_rank import LexRankSummarizer
    from sumy.summarizers.text_rank import TextRankSummarizer

    class Words:
        """Takes texts apart without data of NLTK."""

        to_words = staticmethod(lambda text: tuple(words(text)))

    found = sentences_of(talk)
    made = [Sentence(text, Words()) for text in found]
    kind = {"TextRank": TextRankSummarizer, "LexRank": LexRankSummarizer}[name]

    class Ranking(kind):  # type: ignore[misc, valid-type]
        """Gives all sentences in the order of their ratings, where sumy gives the best in time."""

        def _get_best_sentences(self, sentences: Any, count: int, rating: Any, *_: Any) -> Any:
            return sorted(sentences, key=lambda each: -rating[each])

    rank = Ranking(Stemmer("english"))
    rank.stop_words = frozenset(STOPWORDS_EN_PLUS)
    best = rank(ObjectDocumentModel([Paragraph(made)]), len(made))
    numbers = {id(each): place for place, each in enumerate(made)}
    return [filled(found, [numbers[id(each)] for each in best])]


def vtk(method: str, models: Openers, talk: Talk) -> list[list[str]]:
    """What `vtk summarize` tells."""
    (found,) = summarize([talk.span], Task(words=WORDS, models=models), method=method)
    return [[entry["text"] for entry in found["sentences"]]]


def minilm() -> AbstractContextManager[TextModel]:
    """The text embedder."""
    return open_text(str(real_weights.minilm()), threads=1)


def smollm2() -> LocalModel:
    """The language model."""
    files = Files("smollm2", real_weights.smollm2(), None)
    return LocalModel(files, LoadOptions(threads=2, context=4096))


METHODS: dict[str, Method] = {
    "first sentences": lead,
    "random sentences": anything,
    "sumy TextRank": partial(ranked_by, "TextRank"),
    "sumy LexRank": partial(ranked_by, "LexRank"),
    "vtk extract": partial(vtk, "extract", Openers()),
    "vtk extract, MiniLM": partial(vtk, "extract", Openers(embedder=minilm)),  # type: ignore[arg-type]
    "vtk map-reduce, SmolLM2": partial(vtk, "map-reduce", Openers(language=smollm2)),
}


def measured(method: Method, each: Sequence[Talk]) -> Row:
    """What a method makes of talks."""
    row = Row([], [], [])
    for talk in each:
        before = time.process_time()
        row.summaries.append(method(talk))
        row.seconds.append((time.process_time() - before) / len(row.summaries[-1]))
        row.talks.append(talk)
    return row


def table(found: Sequence[Talk], methods: Sequence[str], written: int) -> None:
    """Print what each method makes of each half."""
    columns = ["R-1", "R-2", "R-L"] if found[0].summaries else []
    columns += ["leaning", "cut", "short", "repeated", "length", "s/h"]
    for half, each in (("held out", found[1::2]), ("tuned on", found[::2])):
        print(f"\n{half}: {', '.join(talk.name for talk in each)}\n")
        print(f"| method | {' | '.join(columns)} |")
        print(f"| --- |{' ---: |' * len(columns)}")
        for name in methods:
            few = each[: written // 2] if "SmolLM2" in name else each
            if few:
                told = f"{name} ({len(few)} of them)" if len(few) < len(each) else name
                row = measured(METHODS[name], few)
                print(f"| {told} | {' | '.join(row.figures())} |", flush=True)


def main() -> None:
    """Print a table of each kind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", metavar="PART,…", default="meetings,talks,citing")
    parser.add_argument("--methods", metavar="WORDS", default="", help="those whose name has this")
    parser.add_argument("--written", metavar="N", type=int, default=4)
    parser.add_argument("--small", action="store_true", help="little material, to try it")
    chosen = parser.parse_args()
    if not (SHARED / "evaluation" / "qmsum").is_dir():
        print("not measured: ../shared/evaluation with qmsum and talks is not here")
        return
    names = [name for name in METHODS if chosen.methods in name]
    for part in chosen.only.split(","):
        print(f"\n## {part}")
        if part == "citing":
            citing(meetings()[: 2 if chosen.small else None])
        else:
            found = meetings() if part == "meetings" else talks()
            spoken = [name for name in names if part == "meetings" or "SmolLM2" not in name]
            table(found[: 2 if chosen.small else None], spoken, chosen.written)


if __name__ == "__main__":
    main()
