"""citing: what the check of citations lets pass of what people wrote about meetings."""

import random
from collections import Counter
from collections.abc import Sequence

from tests.benchmarks.talks import Talk
from vtk.passages import Passage
from vtk.summarize.citing import Citations, Written
from vtk.text import sentences


def citing(meetings: Sequence[Talk]) -> None:
    """Print how many sentences stay with what they cite, of those that cite rightly and wrongly.

    A sentence of an answer cites what annotators gave for the answer (right), as many turns
    elsewhere in the meeting that share none with it (other place), or it is checked against the
    next meeting of the set (other meeting). In percent: kept as it cites, mended, and dropped.
    """
    for half, each in (("held out", meetings[1::2]), ("tuned on", meetings[::2])):
        print(f"\n{half}\n\n| cites | sentences | kept | mended | dropped |")
        print("| --- | ---: | ---: | ---: | ---: |")
        for name in ("right", "other place", "other meeting"):
            counts: Counter[str] = Counter()
            for talk, other in zip(each, [*each[1:], each[0]], strict=True):
                counts.update(_checked(name, talk, other))
            shares = (100 * counts[kind] / counts.total() for kind in ("kept", "mended", "dropped"))
            told = " | ".join(f"{share:.1f}" for share in shares)
            print(f"| {name} | {counts.total()} | {told} |", flush=True)


def _checked(name: str, talk: Talk, other: Talk) -> Counter[str]:
    """What becomes of the sentences of the answers about a meeting."""
    told = _turns(other if name == "other meeting" else talk)
    drawn = random.Random(talk.name)
    written: list[Written] = []
    for answer, places in talk.answers:
        cited = set(places)
        if name != "right":
            start = drawn.randrange(len(told))
            free = [n for n in range(len(told)) if name == "other meeting" or n not in cited]
            cited = {free[(start + n) % len(free)] for n in range(min(len(cited), len(free)))}
        rests = [told[n] for n in sorted(cited) if n < len(told)]
        written += [(sentence, rests) for sentence in sentences(answer)]
    citations = Citations(told, names=[entry.get("speaker", "") for entry in talk.speech])
    citations.checked(written)
    lost = Counter(mended=citations.mended, dropped=citations.dropped)
    return lost + Counter(kept=len(written) - lost.total())


def _turns(talk: Talk) -> list[Passage]:
    return [Passage(each["text"], each["start"], each["end"], "speech") for each in talk.speech]
