"""What captions get right, and how quick they are, with tiny-vlm on films that it never saw.

    python -m tests.benchmarks.caption [--shots N] [--threads N] [--speed-only | --quality-only]

Films of plays (tests/world/models/film.py), every first actor a combination of colour and shape
kept from training, are captioned by each layout and strategy, and each caption is judged against
what happens in its shot: shares of attributes that are right, changes told, and per caption the
statements that are invented. Speed is measured beside llama-cpp-python's own chat handler in a
loop over PNG frames of the same moments, on a film of 720 by 720; tiny-vlm is so quick that most of
the time goes into decoding, for both. How long a model waits for frames is measured with random
weights in the shape of 256 million parameters (tests/benchmarks/models.py), which cost what real
ones cost.
"""

import argparse
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.benchmarks.models import TINY, Plain, made
from tests.models.tiny import HOME
from tests.world.models.film import Film, film, recurring_film
from tests.world.models.judge import Tally, judge
from vtk.caption import caption, written
from vtk.caption.long import repeated_share
from vtk.caption.options import CaptionOptions
from vtk.media.video import VideoCache
from vtk.models.embed.clip import ClipModel
from vtk.models.hub.files import Files
from vtk.models.llm.load_options import LoadOptions
from vtk.models.llm.local import LocalModel
from vtk.models.llm.prompt import Sampling
from vtk.prefetch import prefetch
from vtk.prompting.frames import FrameOptions, select_frames
from vtk.prompting.templates import PromptContext
from vtk.span import Span
from vtk.text import word_count

DESCRIBE, HAPPENS = "Describe the video.", "What happens?"
# The words that tiny-vlm was trained to be asked with; it cannot merge texts, so none are merged.
PROMPTS: dict[str, dict[str, str]] = {
    "plain": {"caption": DESCRIBE},
    "differential": {"first": DESCRIBE, "change": HAPPENS, "merge": ""},
    "dense": {"event": HAPPENS, "caption": DESCRIBE},
    "detailed": {
        "subjects": DESCRIBE,
        "actions": HAPPENS,
        **dict.fromkeys(("setting", "camera", "mood", "text", "merge"), ""),
    },
    "verify": {"caption": DESCRIBE},
    "best-of": {"caption": DESCRIBE},
}
ASIDE = dict.fromkeys(("mentions", "cast", "scene", "whole"), "")  # by the words alone


def spans(of: Film) -> list[Span]:
    """The shots of a film as spans."""
    video = str(of.path)
    return [Span(video=video, start=s[0].start, end=s[-1].end, kind="shot") for s in of.shots]


def options(method: str, layout: str, frames: int, **more: Any) -> CaptionOptions:
    """How tiny-vlm is asked."""
    context = PromptContext(PROMPTS[method] | ASIDE)
    return CaptionOptions(
        FrameOptions(layout, frames, 320), context, Sampling(max_tokens=60), **more
    )


def judged(
    name: str,
    of: Film,
    model: LocalModel,
    method: str,
    chosen: CaptionOptions,
    given: Iterable[Span] | None = None,
) -> list[Span]:
    """A row of the table: a strategy or layout on a film, or on captions of its shots."""
    found = list(caption(given or spans(of), method=method, model=model, options=chosen))
    print(tallied(found, of).row(name), flush=True)
    return found


def tallied(found: Iterable[Span], of: Film) -> Tally:
    """Captions of the shots of a film, judged."""
    tally = Tally()
    for span, acts in zip(found, of.shots, strict=True):
        assert not span.failed, span["error"]
        tally.add(judge(span["caption"], acts))
    return tally


def unseen(found: Iterable[Span]) -> list[Span]:
    """Captions without the frames that they were made of."""
    return [Span({key: value for key, value in s.items() if key != "keyframes"}) for s in found]


def quality(folder: Path, count: int, model: LocalModel) -> None:
    """The tables of what is right and what is invented."""
    clip = ClipModel(f"local-dir:{HOME / 'tiny-clip'}", threads=1)
    print(f"{count} shots with one motion an actor, 2 frames\n\n{Tally.HEAD}")
    single = film(folder / "single.mp4", 11, shots=count)
    verify = options("verify", "frames", 2)
    for layout in ("frames", "grid", "thumbnail", "clip"):
        found = judged(f"plain, {layout}", single, model, "plain", options("plain", layout, 2))
        judged(f"{layout}, verified", single, model, "verify", verify, unseen(found))
    warm = replace(options("plain", "frames", 2), sampling=Sampling(max_tokens=60, temperature=1.5))
    found = judged("plain, drawn at 1.5", single, model, "plain", warm)
    judged("drawn, verified", single, model, "verify", verify, unseen(found))
    judged("detailed", single, model, "detailed", options("detailed", "frames", 2))
    chosen = options("best-of", "frames", 2, clip=clip, candidates=4)
    judged("best-of", single, model, "best-of", chosen)
    print(f"\n{count} shots with two motions, one after the other, 3 frames\n\n{Tally.HEAD}")
    double = film(folder / "double.mp4", 12, shots=count, acts=2)
    for method in ("plain", "differential", "dense"):
        judged(method, double, model, method, options(method, "frames", 3))


def whole(folder: Path, count: int, model: LocalModel) -> None:
    """What --names and --long make of films of `count` shots, and of ten minutes."""
    recurring = recurring_film(folder / "recurring.mp4", 14, shots=count)
    chosen = options("plain", "frames", 2, names=True)
    found = list(caption(spans(recurring), method="plain", model=model, options=chosen))
    names: dict[str, set[str]] = {}
    for span in found:
        for each in span.get("names", []):
            names.setdefault(each["said"].split(maxsplit=1)[1], set()).add(each["name"])
    actors = {f"{a.colour} {a.shape}" for act in recurring.acts for a in act.play.actors}
    one = sum(len(names.get(actor, ())) == 1 for actor in actors)
    apart = len(set().union(*(names.get(actor, set()) for actor in actors)))
    print(f"\n--names, {count} shots: {one} of {len(actors)} actors have one name, {apart} names")
    ten = film(folder / "ten.mp4", 15, shots=200)
    (text,) = caption(
        spans(ten), method="plain", model=model, options=options("plain", "frames", 2, long=1000)
    )
    told = text["caption"]
    print(
        f"--long 1000, ten minutes: {word_count(told)} words, {repeated_share(told):.1%} repeated"
    )


class Waited:
    """Counts the seconds for which the model waits for frames."""

    seconds = 0.0

    def prefetch(self, items: Any, count: int) -> Iterator[Any]:
        """As `vtk.prefetch.prefetch`, counted."""
        source = prefetch(items, count)
        try:
            while True:
                begun = time.perf_counter()
                try:
                    item = next(source)
                finally:
                    self.seconds += time.perf_counter() - begun
                yield item
        except StopIteration:
            return
        finally:
            source.close()


def speed(files: Files, large: Film, tokens: int, threads: int, rounds: int) -> None:
    """Captions a second beside the loop."""
    chosen = replace(options("plain", "frames", 2), sampling=Sampling(max_tokens=tokens))
    count, loop, ours = len(large.shots), [], []
    print(f"\n{files.name}: {count} shots of 720 x 720, 2 frames, up to {tokens} tokens each")
    with closing(
        LocalModel(files, LoadOptions(context=4096, threads=threads, sequences=1))
    ) as model:
        plain = Plain(files, threads)
        for _ in range(rounds):
            begun = time.perf_counter()
            with VideoCache() as latest:
                for span in spans(large):
                    shown = select_frames(latest(span.video), span, chosen.frames)
                    plain.answer([picture for _, picture in shown], DESCRIBE, tokens)
            loop.append(time.perf_counter() - begun)
            ours.append(captioned(model, large, chosen)[0])
    print(f"  chat calls in a loop {count / min(loop):7.2f} captions/s")
    print(f"  vtk caption          {count / min(ours):7.2f} captions/s", end="")
    print(f"  {min(loop) / min(ours):.2f}x")


def captioned(model: LocalModel, large: Film, chosen: CaptionOptions) -> tuple[float, float]:
    """Seconds that captions of a film take, and for how many of them the model waits."""
    waited = Waited()
    setattr(written, "prefetch", waited.prefetch)  # noqa: B010
    begun = time.perf_counter()
    found = list(caption(spans(large), method="plain", model=model, options=chosen))
    assert not any(span.failed for span in found)
    return time.perf_counter() - begun, waited.seconds


def waits(files: Files, large: Film, tokens: int, threads: int) -> None:
    """For how long a model that costs what a real one costs waits for frames."""
    chosen = replace(options("plain", "frames", 2), sampling=Sampling(max_tokens=tokens))
    with closing(
        LocalModel(files, LoadOptions(context=4096, threads=threads, sequences=1))
    ) as model:
        taken, waited = captioned(model, large, chosen)
    print(f"\n{files.name}: {len(large.shots)} shots of 720 x 720, up to {tokens} tokens each")
    print(f"  {len(large.shots) / taken:.2f} captions/s, waits for frames {waited / taken:.1%}")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shots", type=int, default=60)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--quality-only", action="store_true")
    parser.add_argument("--speed-only", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        if not chosen.speed_only:
            with closing(
                LocalModel(TINY, LoadOptions(threads=chosen.threads, sequences=1))
            ) as model:
                quality(Path(name), chosen.shots, model)
                whole(Path(name), 30, model)
        if not chosen.quality_only:
            large = film(Path(name) / "large.mp4", 13, shots=12, side=720)
            speed(TINY, large, 60, chosen.threads, chosen.rounds)
            waits(made(Path(name)), large, 24, chosen.threads)


if __name__ == "__main__":
    main()
