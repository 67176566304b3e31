"""Search by words over a stream of 100,000 spans: seconds and memory, beside plain BM25.

Each row is a process of its own that reads the same JSON Lines and answers 1 query, or 100 in one
pass. `json` are the seconds that json or orjson and the check of each record take; `read` those of
words and index; `query` those of one query after that. Peers: bm25s as its page shows it (its own
tokenizer, with the stemmer that vtk uses), and BM25 in plain Python as rank_bm25 computes it. The
texts are made: words of a vocabulary of 30,000, as frequent as Zipf's law says, 20 to 56 a span.
`same` is the share of queries whose best span is the one that bm25s finds best (a tie counts
against it, as do words that no span has, which vtk takes as others: many with `--small`).
"""

import json
import math
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from itertools import accumulate
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import orjson

SPANS, WORDS, VOCABULARY = 100_000, (20, 56), 30_000
Answer = Callable[[str], int | None]  # from a query to the number of its best span
Record = dict[str, Any]
Reader = Callable[[Iterable[Record], list[str]], Answer]


def run(folder: Path, *, small: bool) -> None:
    """Print the table."""
    count = SPANS // 50 if small else SPANS
    file = folder / f"spans-{count}.jsonl"
    queries = _write(file, count)
    print(f"{count} spans, {file.stat().st_size / 2**20:.0f} MB\n")
    names = ("queries", "json s", "read s", "query s", "all s", "MB", "same")
    print(f"{'':16}" + "".join(f"{name:>9}" for name in names))
    truth: dict[int, list[int | None]] = {}
    for name, reader in PROGRAMS.items():
        for many in (1, 100):
            if name == "plain Python" and many > 1:
                continue
            parts, memory, found = _measured(reader, name, file, queries[:many])
            truth.setdefault(many, found)
            same = sum(a == b for a, b in zip(found, truth[many], strict=True)) / many
            took = "".join(f"{seconds:9.3f}" for seconds in parts)
            total = parts[0] + parts[1] + many * parts[2]
            print(f"{name:16}{many:9}{took}{total:9.2f}{memory:9.0f}{same:9.0%}", flush=True)


def _write(file: Path, count: int) -> list[str]:
    """Write the spans, and return queries of three words that occur in them."""
    rng = random.Random(22)
    syllables = [a + b for a in "bdfgklmnprstvz" for b in "aeiou"]
    vocabulary = ["".join(rng.choices(syllables, k=rng.randint(2, 4))) for _ in range(VOCABULARY)]
    weights = list(accumulate(1 / rank for rank in range(1, VOCABULARY + 1)))
    with file.open("wb") as out:
        for number in range(count):
            start = number % 500 * 5.0
            words = rng.choices(vocabulary, cum_weights=weights, k=rng.randint(*WORDS))
            speech = {"start": start, "end": start + 5, "text": " ".join(words[15:]) + "."}
            span = {"video": f"{number // 500}.mp4", "start": start, "end": start + 5}
            span |= {"kind": "shot", "caption": " ".join(words[:15]) + ".", "speech": [speech]}
            out.write(orjson.dumps(span, option=orjson.OPT_APPEND_NEWLINE))
    return [" ".join(rng.choices(vocabulary[50:3000], k=3)) for _ in range(100)]


def _measured(
    reader: Reader, name: str, file: Path, queries: list[str]
) -> tuple[tuple[float, float, float], float, list[int | None]]:
    """Seconds of JSON, of reading and of one query; megabytes; the best span of each query."""
    context = get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_work, args=(there, reader, name, file, queries))
    process.start()
    found: tuple[tuple[float, float, float], float, list[int | None]] = here.recv()
    process.join()
    return found


def _work(there: Connection, reader: Reader, name: str, file: Path, queries: list[str]) -> None:
    parse: Callable[[bytes], Record] = json.loads
    if name.startswith("vtk"):
        from vtk.span import load

        parse = load
    begun = time.perf_counter()
    with file.open("rb") as lines:
        for line in lines:
            parse(line)
    parsed = time.perf_counter() - begun
    with file.open("rb") as lines:
        answer = reader(map(parse, lines), queries)
    read = time.perf_counter() - begun - 2 * parsed
    begun = time.perf_counter()
    found = [answer(query) for query in queries]
    each = (time.perf_counter() - begun) / len(queries)
    # Not `getrusage`, whose figure a process has from the one that began it, if that is larger.
    told = Path("/proc/self/status").read_text().splitlines()
    (most,) = (line for line in told if line.startswith("VmHWM"))
    memory = int(most.split()[1]) / 1024
    there.send(((parsed, read, each), memory, found))


def _texts(spans: Iterable[Record]) -> list[str]:
    return [f"{span['caption']} {span['speech'][0]['text']}" for span in spans]


def _vtk(spans: Iterable[Record], queries: list[str]) -> Answer:
    from vtk.query import Query
    from vtk.retrieve.in_memory import InMemory
    from vtk.retrieve.words import Words
    from vtk.span import Span

    parsed = {text: Query(text) for text in queries}
    collection = InMemory(parsed.values())
    for span in spans:
        collection.add(Span(span))
    words = Words()

    def answer(query: str) -> int | None:
        rows = words(collection, parsed[query], 10).rows
        collection.spans(rows.tolist())
        return int(rows[0]) if len(rows) else None

    return answer


def _bm25s(spans: Iterable[Record], queries: list[str]) -> Answer:
    import bm25s
    import Stemmer

    stemmer = Stemmer.Stemmer("english")
    tokens = partial(bm25s.tokenize, stopwords="en", stemmer=stemmer, show_progress=False)
    index = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
    index.index(tokens(_texts(spans)), show_progress=False)

    def answer(query: str) -> int | None:
        rows, scores = index.retrieve(tokens(query), k=10, show_progress=False)
        return int(rows[0][0]) if scores[0][0] > 0 else None

    return answer


def _plain(spans: Iterable[Record], queries: list[str]) -> Answer:
    documents = [Counter(re.findall(r"\w+", text.lower())) for text in _texts(spans)]
    lengths = [sum(document.values()) for document in documents]
    mean = sum(lengths) / len(lengths)
    holding = Counter(word for document in documents for word in document)

    def answer(query: str) -> int | None:
        scores = [0.0] * len(documents)
        for word in query.split():
            rarity = math.log(1 + (len(documents) - holding[word] + 0.5) / (holding[word] + 0.5))
            for number, document in enumerate(documents):
                count = document.get(word, 0)
                norm = 1.2 * (0.25 + 0.75 * lengths[number] / mean)
                scores[number] += rarity * count / (count + norm)
        best = max(range(len(scores)), key=scores.__getitem__)
        return best if scores[best] else None

    return answer


PROGRAMS: dict[str, Reader] = {"bm25s": _bm25s, "plain Python": _plain, "vtk": _vtk}
