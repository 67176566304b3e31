"""How likely a given text is as the answer to a prompt: on real weights, tiny ones, and servers."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest

from tests.models.chat_server import Asked, ChatServer, Told, chat_server, said
from tests.real_weights import smollm2
from vtk.errors import ModelError, UsageError
from vtk.models.llm.likelihood import AT_ONCE, tokens_after
from vtk.models.llm.prompt import Likelihood, Prompt, Sampling

QUESTION = Prompt(("What is the capital of France?",))
TEXTS = [
    "The capital of France is Paris.",
    "The capital of France is London.",
    "Paris",
    " Paris",
    "\n\nParis",
    "Париж",
    "<|im_end|>",
    " ".join(f"After {n} comes {n + 1}." for n in range(10)),  # more than is held at once
]


@pytest.fixture(scope="module")
def smol() -> Iterator[Any]:
    pytest.importorskip("llama_cpp")
    from vtk.models.hub.files import Files
    from vtk.models.llm.load_options import LoadOptions
    from vtk.models.llm.local import LocalModel

    options = LoadOptions(threads=1, context=512, flash_attention=True)
    with LocalModel(Files("smollm2", smollm2(), None), options) as model:
        yield model


def logs(found: Sequence[object]) -> list[float]:
    for each in found:
        assert isinstance(each, Likelihood), each
    return [each.log for each in found if isinstance(each, Likelihood)]


def test_likelihoods_are_those_of_llama_cpp_pythons_own_logits(smol: Any) -> None:
    from llama_cpp import Llama

    llama = Llama(
        str(smollm2()),
        n_ctx=512,
        n_threads=1,
        n_threads_batch=1,
        logits_all=True,
        flash_attn=True,
        verbose=False,
    )
    before = [int(c.key) for c in smol._chunks(smol._template.render(QUESTION))]
    found = list(smol.likelihoods((QUESTION, text) for text in TEXTS))
    for text, ours in zip(TEXTS, found, strict=True):
        tokens = llama.tokenize(text.encode(), add_bos=False, special=False)
        llama.reset()  # type: ignore[no-untyped-call]
        # In batches of other sizes llama.cpp rounds otherwise, by up to 0.5 in all.
        llama.eval(before[:-1])
        read = [before[-1], *tokens]
        for start in range(0, len(read), AT_ONCE):
            llama.eval(read[start : start + AT_ONCE])
        rows = llama.scores[len(before) - 1 : len(before) + len(tokens) - 1].astype(float)
        rows -= rows.max(1, keepdims=True)
        rows -= np.log(np.exp(rows).sum(1, keepdims=True))
        theirs = float(sum(rows[n, token] for n, token in enumerate(tokens)))
        assert isinstance(ours, Likelihood)
        assert ours.tokens == len(tokens)
        assert ours.log == pytest.approx(theirs, abs=1e-3)
    llama.close()


def test_a_likelier_answer_has_the_higher_log_probability(smol: Any) -> None:
    right, wrong = logs(list(smol.likelihoods((QUESTION, text) for text in TEXTS[:2])))
    assert right > wrong + 3
    assert right < 0


def test_texts_on_the_same_prompt_evaluate_it_once(
    smol: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluated = 0
    evaluate = type(smol._engine).evaluate

    def watched(self: Any, tokens: Sequence[Any]) -> None:
        nonlocal evaluated
        evaluated += len(tokens)
        evaluate(self, tokens)

    monkeypatch.setattr(type(smol._engine), "evaluate", watched)
    long = Prompt(("word " * 100 + "What comes next?",))
    found = list(smol.likelihoods((long, text) for text in TEXTS[:3]))
    read = sum(each.tokens for each in found)
    (answer,) = smol.answers([long], Sampling(max_tokens=1))
    assert evaluated < answer.tokens_in + read + 5


def test_long_texts_are_scored_together_as_they_are_one_by_one() -> None:
    pytest.importorskip("llama_cpp")
    from tests.models.tiny import lessons, prompt, tiny_vlm

    texts = [
        (prompt(each), " ".join(["a red star moves left"] * number))
        for number, each in enumerate(lessons(7, 1), 1)
    ]
    texts[3] = (texts[3][0], "")
    with tiny_vlm("f16") as one, tiny_vlm("f16", sequences=4) as four:
        apart, together = (list(model.likelihoods(iter(texts))) for model in (one, four))
    assert isinstance(apart.pop(3), ModelError)
    assert isinstance(together.pop(3), ModelError)
    assert logs(together) == pytest.approx(logs(apart), rel=1e-3, abs=0.02)


def test_what_has_no_likelihood_is_an_error_of_its_own(smol: Any) -> None:
    asked = [(QUESTION, ""), (QUESTION, "word " * 900), (QUESTION, "Paris")]
    empty, long, good = smol.likelihoods(asked)
    assert isinstance(empty, ModelError)
    assert "--context" in str(long)
    assert isinstance(good, Likelihood)


def test_a_hybrid_model_shares_the_prompt_of_texts_too(tmp_path: Any) -> None:
    pytest.importorskip("llama_cpp")
    pytest.importorskip("gguf")
    from tests.world.models import random_vlm
    from vtk.models.hub.files import Files
    from vtk.models.llm.load_options import LoadOptions
    from vtk.models.llm.local import LocalModel

    files = {kind: Files(kind, *random_vlm.write(tmp_path, kind)) for kind in ("pairs", "hybrid")}
    picture = np.random.default_rng(1).integers(0, 256, (64, 64, 3), np.uint8)
    texts = [(Prompt((picture, f"describe {n}")), word) for n in (1, 2) for word in ("red", "no")]
    for kind in files:
        with LocalModel(files[kind], LoadOptions(threads=1, context=512)) as model:
            together = logs(list(model.likelihoods(texts)))
        assert len({round(log, 4) for log in together}) == 4
        with LocalModel(files[kind], LoadOptions(threads=1, context=512, sequences=3)) as model:
            assert logs(list(model.likelihoods(texts))) == pytest.approx(together, abs=1e-3)
        for each, log in zip(texts, together, strict=True):
            with LocalModel(files[kind], LoadOptions(threads=1, context=512)) as model:
                assert logs(list(model.likelihoods([each]))) == [pytest.approx(log, abs=1e-3)]


def test_a_text_is_tokenized_as_what_follows_its_prompt() -> None:
    """As sentencepiece does: a text alone gets a space, and equal letters join."""

    def tokens(text: str, *, special: bool) -> list[int]:
        said = " " + text if text else ""
        found: list[int] = []
        while said:
            length = 2 if said[:2] == "ee" else 1
            found.append(sum(map(ord, said[:length])))
            said = said[length:]
        return found

    assert tokens_after(tokens, "a", "be", plain=True) == [98, 101]
    assert tokens_after(tokens, "e", "e", plain=True) == [101]
    assert tokens_after(tokens, "a", "<s>", plain=False) == list(map(ord, "<s>"))


# Servers


@pytest.fixture
def server() -> Iterator[ChatServer]:
    pytest.importorskip("httpx2")
    with chat_server() as running:
        yield running


def vllm(asked: Asked, start: str = "") -> Told:
    """Five tokens of a prompt, and each word of the beginning of an answer one more."""
    last = asked.body["messages"][-1]
    if last["role"] == "user":
        return _counted(5)
    assert asked.body["continue_final_message"]
    assert not asked.body["add_generation_prompt"]
    words = [*start.split(), *last["content"].split()]
    told = [None, *({"7": {"logprob": -9.0, "decoded_token": "p"}} for _ in range(4))]
    told += [{str(n): {"logprob": -0.5, "decoded_token": w}} for n, w in enumerate(words)]
    reply = _counted(len(told))
    reply.body["prompt_logprobs"] = told
    return reply


def _counted(tokens: int) -> Told:
    told = said("?")
    told.body["usage"] = {"prompt_tokens": tokens, "completion_tokens": 1}
    return told


def test_a_server_that_lists_log_probabilities_of_prompts_is_asked(server: ChatServer) -> None:
    from vtk.models.llm.openai_server import ServerModel

    server.script = vllm
    with ServerModel(server.url, "m") as model:
        asked = [(QUESTION, text) for text in ("It is Paris.", "Paris.")]
        assert list(model.likelihoods(asked)) == [Likelihood(-1.5, 3), Likelihood(-0.5, 1)]
        server.script = lambda asked: vllm(asked, "<think></think>")
        (error,) = model.likelihoods(asked[:1])
        assert isinstance(error, ModelError)
        assert "template" in str(error)


@pytest.mark.parametrize("status", [200, 400])
def test_a_server_that_cannot_tell_is_wrong_usage(server: ChatServer, status: int) -> None:
    from vtk.models.llm.openai_server import ServerModel

    def script(asked: Asked) -> Told:
        given = "prompt_logprobs" in asked.body
        refused = given and status == 400
        return Told({"error": "unknown field"}, status=400) if refused else said("?")

    server.script = script
    with ServerModel(server.url, "m") as model, pytest.raises(UsageError, match="vLLM"):
        list(model.likelihoods([(QUESTION, "Paris")]))
