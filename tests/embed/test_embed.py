"""Spans with embeddings: which vectors they get, in which order, and what costs only itself."""

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import real_weights
from tests.command_line import lines, vtk
from tests.world.models.long_film import write_long_film
from tests.world.models.stage import Play, cast
from vtk.embed import embed, with_embeddings
from vtk.embed.batches import HELD
from vtk.embed.texts import MOST, chunks
from vtk.embedding import LOOKS, WORDS, vectors_of
from vtk.errors import ModelError, UsageError
from vtk.models.embed.clip import ClipModel
from vtk.models.embed.image_text import Vector
from vtk.models.embed.text_model import TextModel, open_text
from vtk.span import Span
from vtk.text import word_count

pytest.importorskip("open_clip")
from tests.world.models.train_clip import tell

TINY = Path(__file__).parents[1] / "world" / "models" / "tiny-clip"
SECONDS = 2.0


@pytest.fixture(scope="module")
def clip() -> Iterator[ClipModel]:
    with ClipModel(str(TINY), device="cpu", threads=1) as opened:
        yield opened


@pytest.fixture(scope="module")
def minilm() -> Iterator[TextModel]:
    with open_text(str(real_weights.minilm()), threads=1) as opened:
        yield opened


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Play]]:
    """A film of ten plays."""
    rng = np.random.default_rng(2)
    plays = [cast(rng, moving=True) for _ in range(10)]
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    write_long_film(path, ((play, SECONDS) for play in plays))
    return path, plays


def shots(path: Path, count: int, frames: int = 3) -> list[Span]:
    """The plays of a film as spans with keyframes."""
    return [
        Span(
            video=str(path),
            start=n * SECONDS,
            end=(n + 1) * SECONDS,
            keyframes=[{"t": (n + (k + 0.5) / frames) * SECONDS} for k in range(frames)],
        )
        for n in range(count)
    ]


def said(*texts: str, **fields: object) -> Span:
    """A span with nothing but speech, of a video that is not there."""
    speech = [{"start": float(n), "end": n + 1.0, "text": text} for n, text in enumerate(texts)]
    return Span({"video": "gone.mp4", "start": 0.0, "end": 600.0, "speech": speech, **fields})


@dataclass
class Letters:
    """A text model that counts letters, of three texts at a time, unless one of them is refused."""

    name: str = "letters"
    sha256: str | None = None
    dim: int = 2
    refused: str = "?"

    def documents(self, texts: Iterable[str]) -> Iterator[Vector]:
        source = iter(texts)
        while batch := list(islice(source, 3)):
            if any(self.refused in text for text in batch):
                raise ModelError("refused")
            for text in batch:
                yield np.array([len(text), 1], np.float32) / np.float32(np.hypot(len(text), 1))


def texts_model(**values: str) -> TextModel:
    return Letters(**values)  # type: ignore[arg-type, return-value]


def test_each_keyframe_has_the_vector_of_its_picture(
    film: tuple[Path, list[Play]], clip: ClipModel
) -> None:
    path, plays = film
    found = list(embed(shots(path, len(plays)), clip=clip))
    assert all(len(k["embedding"]) == 1 for span in found for k in span["keyframes"])
    means = np.stack([vectors_of(span, LOOKS, clip.name).mean(axis=0) for span in found])
    scores = clip.texts([tell(play, moving=True) for play in plays]) @ means.T
    assert list(scores.argmax(axis=1)) == list(range(len(plays)))


def test_vectors_go_to_their_keyframes_in_whatever_order_these_are(
    film: tuple[Path, list[Play]], clip: ClipModel
) -> None:
    (span,) = shots(film[0], 1)
    (backwards,) = embed([Span({**span, "keyframes": span["keyframes"][::-1]})], clip=clip)
    (forwards,) = embed([span], clip=clip)
    assert backwards["keyframes"] == forwards["keyframes"][::-1]


def test_a_whole_video_is_split_and_gets_keyframes(
    film: tuple[Path, list[Play]], clip: ClipModel
) -> None:
    found = list(with_embeddings([Span(video=str(film[0]))], clip=clip))
    assert len(found) > 1
    assert all(len(vectors_of(span, LOOKS, clip.name)) == 1 for span in found)


def test_what_the_model_embedded_is_kept_and_opens_no_file(
    film: tuple[Path, list[Play]], clip: ClipModel, tmp_path: Path
) -> None:
    path = Path(shutil.copy(film[0], tmp_path))
    once = list(embed(shots(path, 3), clip=clip))
    path.unlink()
    assert list(embed(once, clip=clip)) == once
    assert list(embed(once, clip=clip, pooled=True)) == once


def test_another_model_stands_beside_and_other_weights_of_a_name_replace() -> None:
    first = list(embed([said("Hello.")], embedder=texts_model(sha256="a")))
    both = list(embed(first, embedder=texts_model(name="other")))
    assert [entry["model"] for entry in both[0]["embedding"]] == ["letters", "other"]
    anew = list(embed(both, embedder=texts_model(sha256="b")))
    known = [(entry["model"], entry.get("sha256")) for entry in anew[0]["embedding"]]
    assert known == [("other", None), ("letters", "b")]


def test_words_that_changed_since_are_embedded_anew() -> None:
    (once,) = embed([said("Hello.")], embedder=texts_model())
    told = Span({**once, "caption": "Somebody says hello."})  # by a program that tells nobody
    (anew,) = embed([told], embedder=texts_model())
    assert len(vectors_of(once, WORDS, "letters")) == 1
    assert len(vectors_of(anew, WORDS, "letters")) == 2
    assert list(embed([anew], embedder=texts_model())) == [anew]
    (emptied,) = embed([Span({**anew, "caption": "", "speech": []})], embedder=texts_model())
    assert "embedding" not in emptied


def test_vectors_of_another_program_which_have_no_checksum_are_kept() -> None:
    (once,) = embed([said("Hello.")], embedder=texts_model())
    foreign = Span({**once, "caption": "A hall.", "embedding": [without(once["embedding"][0])]})
    assert list(embed([foreign], embedder=texts_model())) == [foreign]


def test_looks_of_frames_at_other_times_are_embedded_anew(
    film: tuple[Path, list[Play]], clip: ClipModel
) -> None:
    (span,) = shots(film[0], 1)
    for pooled in (False, True):
        (once,) = embed([span], clip=clip, pooled=pooled)
        moved = [{**once["keyframes"][0], "t": SECONDS + 1.0}, *once["keyframes"][1:]]
        (anew,) = embed([Span({**once, "keyframes": moved})], clip=clip, pooled=pooled)
        bare = [{**each, "t": moved[n]["t"]} for n, each in enumerate(span["keyframes"])]
        (want,) = embed([Span({**span, "keyframes": bare})], clip=clip, pooled=pooled)
        assert without(anew) == without(want)
        assert without(anew) != without(once)
    (apart,) = embed([Span({**once, "keyframes": bare})], clip=clip)
    assert "embedding" not in apart  # the mean of frames that are no longer its keyframes


def test_a_span_between_two_signatures_has_the_one_before_it(
    film: tuple[Path, list[Play]],
) -> None:
    (signed,) = embed([Span(video=str(film[0]), start=3.6, end=3.9)], signature=True)
    assert not signed.failed
    assert signed["embedding"][0]["t"] == 3.5


def test_signatures_of_other_times_are_made_anew(film: tuple[Path, list[Play]]) -> None:
    (once,) = embed([Span(video=str(film[0]), start=0.0, end=4.0)], signature=True)
    assert list(embed([once], signature=True)) == [once]
    (anew,) = embed([Span({**once, "end": 8.0})], signature=True)
    assert len(anew["embedding"][0]["vectors"]) > 1.5 * len(once["embedding"][0]["vectors"])


def without(record: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key not in ("made", "checksum")}


def test_one_vector_a_span_is_the_mean(film: tuple[Path, list[Play]], clip: ClipModel) -> None:
    span = Span({**shots(film[0], 1)[0], "caption": "A stage.", "title": "A play"})
    models = {"clip": clip, "embedder": texts_model()}
    (each,), (pooled,) = (list(embed([span], **models, pooled=p)) for p in (False, True))  # type: ignore[arg-type]
    for of, model in ((LOOKS, clip.name), (WORDS, "letters")):
        mean = vectors_of(each, of, model).mean(axis=0)
        (vector,) = vectors_of(pooled, of, model)
        assert vector @ mean / np.linalg.norm(mean) == pytest.approx(1, abs=1e-3)
    assert pooled["keyframes"] == span["keyframes"]
    assert pooled["made"][-1]["pooled"]


def test_a_broken_span_costs_only_itself_and_all_stay_in_order(
    film: tuple[Path, list[Play]], clip: ClipModel, tmp_path: Path
) -> None:
    good = shots(film[0], 4)
    past = Span({**good[3], "keyframes": [{"t": 7.0}, {"t": 500.0}, {"t": 501.0}]})
    gone = shots(tmp_path / "gone.mp4", 1)[0]
    broken = good[1].with_error("split", "broken")
    found = list(embed([good[0], gone, broken, past, good[2]], clip=clip))
    assert [span.get("error", {}).get("command") for span in found] == [
        *(None, "vtk embed", "vtk split", "vtk embed", None)
    ]
    assert found[2] == broken
    assert "500.0 s" in found[3]["error"]["message"]
    alone = list(embed([good[0], good[2]], clip=clip))
    assert [found[0], found[4]] == alone


def test_a_text_that_the_model_refuses_costs_only_its_span() -> None:
    spans = [said("One."), said("Two.", "Who?"), said("Three."), said("Why?"), said("Four.")]
    found = list(embed(spans, embedder=texts_model()))
    assert [span.failed for span in found] == [False, True, False, True, False]
    assert [span["speech"] for span in found] == [span["speech"] for span in spans]


def test_a_stream_is_not_read_to_its_end_before_its_first_result() -> None:
    taken = 0

    def endless() -> Iterator[Span]:
        nonlocal taken
        while True:
            taken += 1
            yield said()  # without words, so that the model has nothing to do

    assert next(embed(endless(), embedder=texts_model())) == said()
    assert taken <= HELD


def test_what_the_input_raises_comes_after_the_spans_before_it() -> None:
    def spans() -> Iterator[Span]:
        yield said("One.")
        raise UsageError("no more")

    found = embed(spans(), embedder=texts_model())
    assert vectors_of(next(found), WORDS, "letters").shape == (1, 2)
    with pytest.raises(UsageError, match="no more"):
        next(found)


def test_a_long_text_is_not_cut_off(minilm: TextModel) -> None:
    talk = ["We look at how bread is baked, with flour and yeast and salt."]
    talk += [f"Step {n}: knead the dough again, and let it rest for an hour." for n in range(60)]
    talk += ["At last, the rocket lifts off from the launch pad into orbit."]
    (span,) = embed([said(*talk)], embedder=minilm)
    vectors = vectors_of(span, WORDS, minilm.name)
    (query,) = minilm.queries(["spaceship starting its journey"])
    scores = vectors @ query
    assert len(vectors) > 5
    assert scores.argmax() == len(vectors) - 1


def test_spans_without_words_get_no_vector_and_are_counted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    found = list(embed([said(), said("Hello."), said()], embedder=texts_model()))
    assert ["embedding" in span for span in found] == [False, True, False]
    assert [record.message[-1] for record in caplog.records] == ["2"]


def test_told_said_and_written_words_are_embedded_apart() -> None:
    written = [{"t": 1.0, "text": "EXIT"}]
    span = said("Hello", "there.", caption="A door.", title="Doors", screen_text=written)
    assert chunks(span) == ["Doors A door.", "Hello there.", "EXIT"]


@given(st.lists(st.text(st.sampled_from("ab .東京\n"), max_size=900), max_size=4))
def test_chunks_have_every_word_in_order_and_fit(texts: list[str]) -> None:
    found = chunks(said(*texts))
    assert all(word_count(chunk) <= MOST for chunk in found)
    distinct = dict.fromkeys(text for text in texts if text.strip())
    assert "".join("".join(found).split()) == "".join("".join(distinct).split())


def test_without_a_model_the_fix_is_told() -> None:
    assert list(with_embeddings([said("One.")])) == [said("One.")]
    with pytest.raises(UsageError, match="--embedder NAME"):
        next(embed([said("One.")]))
    run = vtk("embed", "gone.mp4")
    assert run.returncode == 2
    assert b"--clip NAME" in run.stderr


def test_words_and_looks_in_one_run_of_the_command(film: tuple[Path, list[Play]]) -> None:
    file = str(real_weights.minilm())
    told = [span | {"caption": "A ball rolls."} for span in shots(film[0], 3, frames=1)]
    given = b"".join(Span(span).dump() for span in told)
    run = vtk(*("embed", "--clip", str(TINY), "--embedder", file, "--threads", "1"), stdin=given)
    assert (run.returncode, run.stderr) == (0, b"")
    for record in lines(run):
        span = Span(record)
        assert vectors_of(span, WORDS, Path(file).stem).shape[1] == 384
        assert vectors_of(span, LOOKS, TINY.name).shape == (1, 96)


@pytest.mark.parametrize(
    ("option", "name", "status"),
    [
        ("--embedder", "qwen3-vl-4b", 2),
        ("--embedder", "bge-m3", 69),
        ("--embedder", "gone.gguf", 69),
        ("--embedder", str(TINY), 69),
        ("--clip", "all-minilm", 2),
        ("--clip", "gone/", 69),
        ("--clip", "http://127.0.0.1:9", 69),
    ],
)
def test_a_model_that_cannot_embed_is_told_in_one_sentence(
    option: str, name: str, status: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    run = vtk("embed", option, name, "gone.mp4")
    assert run.returncode == status, run.stderr
    assert run.stderr.count(b"\n") == 1


def test_options_without_effect_are_told() -> None:
    run = vtk("embed", "--clip", "http://127.0.0.1:9", "--threads", "1", "--language", "de")
    assert b"not used by the model of a server: --threads" in run.stderr
    assert b"not used by --clip: --language" in run.stderr
    run = vtk("embed", "--signature", "--threads", "1", "--language", "de", "gone.mp4")
    assert run.stderr.count(b"not used by --signature: --") == 2
