"""Language models in the process beside llama-cpp-python's own chat handler in a plain loop.

    python -m tests.benchmarks.models [--shape tiny|256m] [--model FILE --mmproj FILE] [--rounds N]
                                      [--only pictures|texts|kept]

The loop is what a program without vtk would do: each frame as PNG in a data URI to
`create_chat_completion`, one call after the other. `tiny` is tiny-vlm with its trained weights.
`256m` has random weights in the shape of a vision-language model of 256 million parameters (12
blocks of 768 for pictures of 224 pixels, 30 of 576 for text, Q8_0), so that it costs what a real
one costs; what it says means nothing. A model of your own is measured with `--model`. Rates are of
the best round; rounds of both take turns.

Texts are written by SmolLM2-135M-Instruct, real weights with a real vocabulary, freely and under a
JSON Schema. Frames are kept by models with random weights, a dense one and a hybrid one whose state
cannot go back: what counts is how many pictures are encoded.
"""

import argparse
import base64
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

import numpy as np

from tests.real_weights import SMOLLM2, find
from vtk.errors import ModelError
from vtk.media.image import png
from vtk.models.hub.files import Files
from vtk.models.llm.llama_chunks import Chunk
from vtk.models.llm.llama_cpp import Engine
from vtk.models.llm.llama_library import library
from vtk.models.llm.load_options import LoadOptions
from vtk.models.llm.local import LocalModel
from vtk.models.llm.prompt import Picture, Prompt, Sampling

HOME = Path(__file__).parents[1] / "world" / "models" / "tiny-vlm"
TINY = Files("tiny-vlm", HOME / "tiny-vlm-q8_0.gguf", HOME / "mmproj-tiny-vlm-f16.gguf")
CONTEXT = 4096


def made(folder: Path) -> Files:
    """A model with random weights in the shape of one of 256 million parameters."""
    import torch

    from tests.world.models.export_vlm import write_language, write_projector
    from tests.world.models.network import Shape, TinyVLM
    from tests.world.models.tokens import VOCABULARY

    torch.manual_seed(0)
    eye = {"side": 224, "patch": 14, "eye": 768, "eye_heads": 12, "eye_blocks": 12}
    words = {"eye_inner": 3072, "width": 576, "heads": 9, "blocks": 30, "inner": 1536}
    with torch.inference_mode():
        network = TinyVLM(len(VOCABULARY), Shape(**eye, **words))
        write_language(network, folder / "m.gguf", "q8_0")
        write_projector(network, folder / "mmproj.gguf")
    return Files("256m", folder / "m.gguf", folder / "mmproj.gguf")


def frames(count: int, side: int, seed: int) -> list[Picture]:
    """Frames of the world, all different, and others for another seed."""
    from tests.world.models.stage import cast

    rng = np.random.default_rng((5, seed))
    return [cast(rng).picture(side=side) for _ in range(count)]


Work = Callable[[int], tuple[list[str], int]]  # what a round says, and its tokens


class Plain:
    """llama-cpp-python as its documentation shows it."""

    def __init__(self, files: Files, threads: int) -> None:
        library()  # silent
        from llama_cpp import Llama
        from llama_cpp.llama_chat_format import MTMDChatHandler

        handler = MTMDChatHandler(str(files.mmproj), verbose=False)
        self.llama = Llama(
            str(files.model),
            chat_handler=handler,
            n_ctx=CONTEXT,
            n_threads=threads,
            n_threads_batch=threads,
            verbose=False,
        )

    def answer(self, pictures: list[Picture], question: str, tokens: int) -> tuple[str, int]:
        """The text and its tokens."""
        content: list[dict[str, object]] = []
        for picture in pictures:
            data = base64.b64encode(png.encode_png(picture)).decode()
            content.append(
                {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{data}"}}
            )
        content.append({"type": "text", "text": question})
        reply = self.llama.create_chat_completion(
            [{"role": "user", "content": content}],  # type: ignore[list-item, misc]
            max_tokens=tokens,
            temperature=0,
            repeat_penalty=1.0,
        )
        assert isinstance(reply, dict)
        return str(reply["choices"][0]["message"]["content"]), reply["usage"]["completion_tokens"]


def ours(files: Files, threads: int, sequences: int) -> LocalModel:
    """The same model with vtk."""
    return LocalModel(files, LoadOptions(context=CONTEXT, threads=threads, sequences=sequences))


def answered(
    model: LocalModel,
    prompts: list[Prompt],
    tokens: int,
    schema: dict[str, object] | None = None,
) -> tuple[list[str], int]:
    """Texts and the number of their tokens."""
    texts, count = [], 0
    for answer in model.answers(prompts, Sampling(max_tokens=tokens, schema=schema)):
        if isinstance(answer, ModelError):
            raise answer
        texts.append(answer.text)
        count += answer.tokens_out
    return texts, count


def raced(works: dict[str, Work], rounds: int) -> dict[str, float]:
    """The best seconds of each, taking turns; prints tokens written a second."""
    best: dict[str, float] = {}
    said: dict[str, tuple[list[str], int]] = {}
    for number in range(rounds):
        for name, work in works.items():
            begun = time.perf_counter()
            said[name] = work(number)
            best[name] = min(best.get(name, 1e9), time.perf_counter() - begun)
    base = next(iter(works))
    for name, seconds in best.items():
        texts, tokens = said[name]
        same = sum(a.strip() == b for a, b in zip(said[base][0], texts, strict=True))
        print(
            f"  {name:24} {seconds:7.2f} s  {len(texts) / seconds:7.2f} answers/s"
            f"  {tokens / seconds:7.1f} tokens/s  {best[base] / seconds:5.2f}x"
            f"  same text {same if name != base else len(texts)}/{len(texts)}"
        )
    return best


def bulk(files: Files, threads: int, side: int, rounds: int, count: int, tokens: int) -> None:
    """Captions of different frames."""
    plain = Plain(files, threads)
    models = {f"vtk, {n} in flight": ours(files, threads, n) for n in (1, 4, 8)}

    def loop(number: int) -> tuple[list[str], int]:
        pictures = frames(count, side, number)
        replies = [plain.answer([picture], "describe", tokens) for picture in pictures]
        return [text for text, _ in replies], sum(size for _, size in replies)

    def captions(model: LocalModel, number: int) -> tuple[list[str], int]:
        prompts = [Prompt((picture, "describe")) for picture in frames(count, side, number)]
        return answered(model, prompts, tokens)

    works: dict[str, Work] = {"plain loop": loop}
    works |= {name: partial(captions, model) for name, model in models.items()}
    print(f"captions of {count} frames, up to {tokens} tokens each")
    best = raced(works, rounds)
    print(f"  pictures a second: {count / min(best.values()):.2f}")
    plain.llama.close()
    for model in models.values():
        model.close()


def questions(files: Files, threads: int, side: int, rounds: int, tokens: int) -> None:
    """Many questions on the same frames."""
    colours = ("red", "green", "blue", "white", "black", "pink", "teal", "brown")
    asked = [f"Is there a {colour} star?" for colour in colours] * 2
    plain = Plain(files, threads)

    def loop(number: int) -> tuple[list[str], int]:
        shown = frames(8, side, number)
        replies = [plain.answer(shown, question, tokens) for question in asked]
        return [text for text, _ in replies], sum(size for _, size in replies)

    with closing(ours(files, threads, 1)) as one:
        print(f"{len(asked)} questions on the same 8 frames")

        def kept(number: int) -> tuple[list[str], int]:
            shown = frames(8, side, number)
            return answered(one, [Prompt((*shown, question)) for question in asked], tokens)

        raced({"plain loop": loop, "vtk, frames kept": kept}, rounds)
    plain.llama.close()


SUBJECTS = ("bread", "rain", "bees", "glass", "trains", "salt", "wool", "bridges")
QUESTION = "Are there {} stars?"
SCHEMA: dict[str, object] = {
    "type": "object",
    "properties": {
        "title": {"type": "string"},
        "facts": {"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 4},
    },
    "required": ["title", "facts"],
}


def texts(threads: int, rounds: int, tokens: int) -> None:
    """Texts without pictures, by a real model, with and without a schema."""
    from llama_cpp import Llama

    file = find(*SMOLLM2)
    if isinstance(file, str):
        print(f"texts: {file}")
        return
    library()  # silent
    files = Files("SmolLM2-135M-Instruct", file, None)
    plain = Llama(
        str(file),
        n_ctx=CONTEXT,
        n_threads=threads,
        n_threads_batch=threads,
        flash_attn=True,  # as llama.cpp and vtk have it by default
        verbose=False,
    )
    models = {f"vtk, {n} in flight": ours(files, threads, n) for n in (1, 4, 8)}
    asked = [f"Tell in JSON, as title and facts, what you know of {each}." for each in SUBJECTS]

    def loop(schema: dict[str, object] | None, _: int) -> tuple[list[str], int]:
        form = {"response_format": {"type": "json_object", "schema": schema}} if schema else {}
        said, count = [], 0
        for question in asked:
            reply = plain.create_chat_completion(
                [{"role": "user", "content": question}],
                max_tokens=tokens,
                temperature=0,
                repeat_penalty=1.0,
                **form,  # type: ignore[arg-type]
            )
            assert isinstance(reply, dict)
            said.append(str(reply["choices"][0]["message"]["content"]))
            count += reply["usage"]["completion_tokens"]
        return said, count

    def written(
        model: LocalModel, schema: dict[str, object] | None, _: int
    ) -> tuple[list[str], int]:
        prompts = [Prompt((question,)) for question in asked]
        return answered(model, prompts, tokens, schema)

    for schema in (None, SCHEMA):
        print(f"{len(asked)} texts by {files.name}, {'under a schema' if schema else 'free'}")
        works: dict[str, Work] = {"plain loop": partial(loop, schema)}
        works |= {name: partial(written, model, schema) for name, model in models.items()}
        raced(works, rounds)
    plain.close()
    for model in models.values():
        model.close()


def kept(threads: int, rounds: int) -> None:
    """Questions on the same frames, of a dense and of a hybrid model, and on others in between."""
    from tests.world.models import random_vlm

    encode, counts = Engine._encode, [0]

    def counted(self: Engine, batch: object, pictures: Sequence[Chunk]) -> int:
        counts[0] += (together := encode(self, batch, pictures))
        return together

    Engine._encode = counted  # type: ignore[method-assign]
    with tempfile.TemporaryDirectory() as folder:
        for kind, name in (("pairs", "dense"), ("hybrid", "hybrid")):
            files = Files(kind, *random_vlm.write(Path(folder), kind))
            with closing(ours(files, threads, 1)) as model:
                for row, films in (("the same 8 frames", 1), ("8 frames each", 16)):
                    best = 1e9
                    for number in range(rounds):
                        shown = [
                            list(enumerate(frames(8, 320, 100 * number + 20 * films + film)))
                            for film in range(films)
                        ]
                        asked = [
                            Prompt.about(shown[n % films], QUESTION.format(n), pairs=model.pairs)
                            for n in range(16)
                        ]
                        begun, counts[0] = time.perf_counter(), 0
                        list(model.scores(asked))
                        best = min(best, time.perf_counter() - begun)
                    print(
                        f"  {name:6} 16 questions on {row:18}{best:7.2f} s"
                        f"  {counts[0]:3} pictures encoded, two frames in each"
                    )
    Engine._encode = encode  # type: ignore[method-assign]


MEMORY = """
import resource, sys
from tests.benchmarks import models
files = models.Files("m", *(models.Path(a) for a in sys.argv[1:3]))
side = int(sys.argv[4])
if sys.argv[3] == "plain":
    plain = models.Plain(files, 2)
    for picture in models.frames(20, side, 0):
        plain.answer([picture], "describe", 20)
else:
    model = models.ours(files, 2, int(sys.argv[3]))
    models.answered(model, [models.Prompt((p, "describe")) for p in models.frames(20, side, 0)], 20)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def memory(files: Files, side: int) -> None:
    """The most memory of a process that captions 20 frames."""
    for kind in ("plain", "1", "4"):
        command = [
            sys.executable,
            "-c",
            MEMORY,
            str(files.model),
            str(files.mmproj),
            kind,
            str(side),
        ]
        peak = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
        name = "plain loop" if kind == "plain" else f"vtk, {kind} in flight"
        print(f"  {name:24} {peak:>5} MB at most")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--shape", choices=["tiny", "256m"], default="tiny")
    parser.add_argument("--model", type=Path)
    parser.add_argument("--mmproj", type=Path)
    parser.add_argument("--only", choices=["pictures", "texts", "kept"])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    chosen = parser.parse_args()
    if chosen.only in (None, "texts"):
        texts(chosen.threads, chosen.rounds, 64)
    if chosen.only in (None, "kept"):
        print("frames kept, by models with random weights")
        kept(chosen.threads, chosen.rounds)
    if chosen.only not in (None, "pictures"):
        return
    with tempfile.TemporaryDirectory() as folder:
        files = TINY if chosen.shape == "tiny" else made(Path(folder))
        if chosen.model:
            files = Files(chosen.model.stem, chosen.model, chosen.mmproj)
        side = 64 if files is TINY else 224
        count, tokens = (100, 40) if files is TINY else (8, 24)
        print(f"{files.name}, {chosen.threads} threads, best of {chosen.rounds} rounds")
        bulk(files, chosen.threads, side, chosen.rounds, count, tokens)
        questions(files, chosen.threads, side, chosen.rounds, 8)
        print("captions of 20 frames, memory")
        memory(files, side)


if __name__ == "__main__":
    main()
