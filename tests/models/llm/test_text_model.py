"""A real text model, SmolLM2-135M: its own words and limits, in prompts, answers and schemas."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.models.tiny import lessons, prompt, said
from tests.real_weights import smollm2
from vtk.errors import MissingError, ModelError
from vtk.models.hub.files import Files
from vtk.models.llm.chat_template import Template
from vtk.models.llm.json_schema import obeys, with_schema
from vtk.models.llm.llama_library import library
from vtk.models.llm.load_options import LoadOptions
from vtk.models.llm.local import LocalModel
from vtk.models.llm.prompt import Answer, Prompt, Sampling

QUESTIONS = [Prompt((f"Tell me something about {what}.",)) for what in ("lakes", "iron", "Peru")]
SCHEMA = {
    "type": "object",
    "properties": {
        "title": {"type": "string", "maxLength": 30},
        "difficulty": {"type": "integer", "minimum": 1, "maximum": 5},
        "tags": {"type": "array", "items": {"enum": ["nature", "people"]}, "maxItems": 3},
    },
    "required": ["title", "difficulty", "tags"],
}


def opened(context: int = 1024, sequences: int = 1) -> LocalModel:
    loading = LoadOptions(threads=1, context=context, sequences=sequences)
    return LocalModel(Files("smollm2", smollm2(), None), loading)


@pytest.fixture(scope="module")
def model() -> Iterator[LocalModel]:
    pytest.importorskip("llama_cpp")
    smol = opened()
    yield smol
    smol.close()


def test_a_prompt_has_the_tokens_that_the_templates_maker_meant(model: LocalModel) -> None:
    """Its template writes the first token itself, and its tokenizer adds none."""
    library()  # silent
    from llama_cpp import Llama
    from llama_cpp.llama_chat_format import Jinja2ChatFormatter

    template = model._engine.metadata("tokenizer.chat_template")
    theirs = Llama(str(smollm2()), vocab_only=True, verbose=False)
    assert template
    form = Jinja2ChatFormatter(template, eos_token="<|im_end|>", bos_token="<|im_start|>")
    for text, system in (("Hello?", None), ("Was ist das?\n日本 🙂", "Be brief.")):
        turns = [{"role": "system", "content": system}] if system else []
        turns.append({"role": "user", "content": text})
        wanted = form(messages=turns).prompt.encode()  # type: ignore[arg-type]
        rendered = model._template.render(Prompt((text,), system))
        ours = [int(chunk.key) for chunk in model._chunks(rendered)]
        assert ours == theirs.tokenize(wanted, add_bos=False, special=True)
        assert ours[0] == theirs.token_bos()
    theirs.close()


def test_a_model_without_eyes_says_so_of_frames(model: LocalModel) -> None:
    with pytest.raises(MissingError, match=r"smollm2 cannot see: .*--mmproj.*--layout none"):
        list(model.answers([prompt(lessons(1, 1)[0])]))


def test_an_answer_cut_short_ends_with_a_whole_character(model: LocalModel) -> None:
    asked = Prompt(("Repeat this: 日本語と絵文字 🙂🙃🎬 の字幕です。日本語と絵文字 🙂🙃🎬",))
    cut = 0
    for tokens in range(1, 12):
        (answer,) = model.answers([asked], Sampling(max_tokens=tokens))
        assert isinstance(answer, Answer)
        assert "\ufffd" not in answer.text
        cut += not answer.text.isascii()
    assert cut > 3


def test_greedy_answers_are_those_of_a_grammar_that_tests_every_token(model: LocalModel) -> None:
    from vtk.models.llm.llama_sampler import Sampler

    class GrammarFirst(Sampler):
        """Chooses only among the tokens that the grammar allows."""

        def token(self, at: int) -> int:
            assert self._grammar
            token = self._allowed(self._grammar.allowed(), at)
            self._grammar.accept(token)
            return token

    sampling = Sampling(max_tokens=60, schema=SCHEMA)
    asked = [QUESTIONS[0], with_schema(QUESTIONS[1], SCHEMA)]
    ours = said(list(model.answers(asked, sampling)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("vtk.models.llm.llama_cpp.Sampler", GrammarFirst)
        theirs = said(list(model.answers(asked, sampling)))
    assert ours == theirs
    assert all(obeys(text, SCHEMA) for text in ours)


def test_drawn_answers_follow_their_schema_and_their_seed(model: LocalModel) -> None:
    def drawn(seed: int) -> list[str]:
        sampling = Sampling(max_tokens=60, temperature=1.5, seed=seed, schema=SCHEMA)
        return said(list(model.answers(QUESTIONS[:1], sampling)))

    first = drawn(1)
    assert drawn(1) == first
    assert drawn(2) != first
    assert all(obeys(text, SCHEMA) for text in first)


def test_a_template_that_begins_to_think_is_let_answer_at_once() -> None:
    source = "{% for m in messages %}<s>{{ m.content }}{% endfor %}<assistant><think>\n"
    given = {"bos": "<s>", "eos": "</s>", "is_control": lambda text: False}
    (text,) = Template(source, adds_bos=True, **given).render(Prompt(("Hi",)))  # type: ignore[arg-type]
    assert text == "Hi<assistant><think>\n\n</think>\n\n"
    (text,) = Template(source, adds_bos=False, **given).render(Prompt(("Hi",)))  # type: ignore[arg-type]
    assert str(text).startswith("<s>Hi")


def test_a_prompt_may_fill_the_context_but_for_one_token() -> None:
    smol = opened(context=120)
    words = " word" * 300
    rendered = smol._template.render(Prompt(("",)))
    empty = sum(chunk.size for chunk in smol._chunks(rendered))
    fits, over = (Prompt((words[: len(" word") * (size - empty)],)) for size in (119, 120))
    answer, error = smol.answers([fits, over], Sampling(max_tokens=9))
    smol.close()
    assert isinstance(answer, Answer)
    assert answer.tokens_in == 119
    assert answer.tokens_out <= 1
    assert isinstance(error, ModelError)
    assert "120 tokens" in str(error)
    assert "--context" in str(error)


def test_texts_of_any_script_are_answered_and_judged(model: LocalModel) -> None:
    texts = ("Grüß Gott", "你好，世界", "Что это?", "مرحبا", "", "a\0b", "\ud800", "🙂" * 9)
    asked = [Prompt((text,)) for text in texts]
    assert len(said(list(model.answers(asked, Sampling(max_tokens=2))))) == len(texts)
    for score in model.scores(asked):
        assert isinstance(score, list)
        assert sum(score) == pytest.approx(1)


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs /proc")
def test_many_prompts_in_several_sequences_come_in_order_and_leave_memory_flat() -> None:
    """Freely and under a schema, which has a grammar for every answer."""
    smol = opened(context=128, sequences=4)
    schema = {"enum": [f"n{number}" for number in range(50)]}
    sizes = []
    for block in range(5):
        asked = [Prompt((f"Say {number}.",)) for number in range(5, 15)]
        given = Sampling(max_tokens=3, schema=schema if block % 2 else None)
        answers = list(smol.answers(asked, given))
        tokens = [answer.tokens_in for answer in answers if isinstance(answer, Answer)]
        assert tokens == [tokens[0]] * 5 + [tokens[0] + 1] * 5  # a digit is a token
        gc.collect()
        sizes.append(
            int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        )
    smol.close()
    assert max(sizes[2:]) - sizes[1] < 4e6
