"""A language model over HTTP: order, limits, repeats, refusals, what is sent and what is read."""

import base64
import io
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from email.utils import formatdate
from typing import Any

import numpy as np
import orjson
import pytest
from PIL import Image

from tests.models.chat_server import (
    Asked,
    ChatServer,
    Told,
    chat_server,
    echo,
    listing,
    said,
)
from vtk.errors import GoneError, MissingError, ModelError, UsageError
from vtk.models import http as service
from vtk.models.endpoint import base_url
from vtk.models.http import retry_after
from vtk.models.llm import openai_server
from vtk.models.llm.openai_server import ServerModel
from vtk.models.llm.prompt import Answer, Prompt, Sampling
from vtk.prompting.dialogue import Dialogue, Generate, run_dialogues

KEY = "sk-secret-4711"
SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
Open = Callable[..., ServerModel]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "BACKOFF", 0.001)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with chat_server() as running:
        yield running


@pytest.fixture
def opened(server: ChatServer) -> Iterator[Open]:
    """Opens models of the server with options; they are closed at the end."""
    models: list[ServerModel] = []

    def opened(**options: Any) -> ServerModel:
        models.append(ServerModel(server.url, options.pop("model", "m"), **options))
        return models[-1]

    yield opened
    for model in models:
        model.close()


def ask(model: ServerModel, *texts: str, **sampling: Any) -> list[Answer | ModelError]:
    return list(model.answers([Prompt((text,)) for text in texts], Sampling(**sampling)))


def one(model: ServerModel, text: str = "Hello?", **sampling: Any) -> str:
    """The text of the only answer, or the message of the error in its place."""
    (answer,) = ask(model, text, **sampling)
    return answer.text if isinstance(answer, Answer) else str(answer)


def _wait_for(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not happened() and time.monotonic() < deadline:
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("thought", "answer"),
    [
        ("<think>\nA dog? Yes.\n</think>\n\nA dog runs.", "A dog runs."),
        ("A dog? Yes.\n</think>\nA dog runs.", "A dog runs."),  # some templates open it themselves
        ("<think></think>", ""),
        ("A dog <think> runs.", "A dog <think> runs."),
        ("<think>\nA dog? But", "the model was still thinking after"),
    ],
)
def test_what_a_model_thinks_before_it_answers_is_no_part_of_the_answer(
    server: ChatServer, opened: Open, thought: str, answer: str
) -> None:
    server.script = lambda _: said(thought)
    found = one(opened())
    assert found.startswith(answer) if "still" in answer else found == answer


@pytest.mark.parametrize("key", ["reasoning_content", "reasoning"])
def test_a_model_that_only_thought_is_an_error(server: ChatServer, opened: Open, key: str) -> None:
    told = said("", finish="length")
    told.body["choices"][0]["message"][key] = "A dog? But"
    server.in_turn(told)
    assert one(opened()).startswith("the model was still thinking after 3 tokens")


@pytest.mark.parametrize(
    ("told", "warned"),
    [
        ("qwen3-vl-4b", False),
        ("/models/Qwen3-VL-4B.gguf", False),
        ("qwen3-vl-4b-2026-08-07", False),
        ("qwen3-vl-4b-thinking", True),
        ("smollm2.gguf", True),
    ],
)
def test_another_model_than_the_one_asked_for_is_told_once(
    server: ChatServer, opened: Open, caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch, told: str, warned: bool,
) -> None:  # fmt: skip
    monkeypatch.setattr(logging.getLogger("vtk"), "propagate", True)
    reply = said("A dog.")
    reply.body["model"] = told
    server.in_turn(reply)
    answers = ask(opened(model="qwen3-vl-4b"), "a", "b")
    assert [answer.model for answer in answers if isinstance(answer, Answer)] == [told, told]
    assert len(caplog.messages) == warned
    assert all(f"the model {told}, not with qwen3-vl-4b" in each for each in caplog.messages)


# Order and limits


def test_answers_keep_the_order_of_the_prompts_however_long_each_takes(
    server: ChatServer, opened: Open
) -> None:
    def script(asked: Asked) -> Told:
        told = echo(asked)
        told.delay = 0.08 if int(asked.text) % 4 == 0 else 0.01
        return told

    server.script = script
    texts = [str(number) for number in range(12)]
    answers = ask(opened(jobs=4), *texts)
    assert [answer.text for answer in answers if isinstance(answer, Answer)] == texts
    assert 1 < server.most <= 4


def test_prompts_are_read_only_as_far_ahead_as_there_are_jobs(opened: Open) -> None:
    read = 0

    def prompts() -> Iterator[Prompt]:
        nonlocal read
        for number in range(1000):
            read += 1
            yield Prompt((str(number),))

    answers = opened(jobs=3).answers(prompts())
    for done in range(1, 20):
        next(answers)
        assert read <= done + 3
    answers.close()  # type: ignore[attr-defined]


def test_one_job_gives_an_answer_before_the_next_prompt_is_read(opened: Open) -> None:
    def prompts() -> Iterator[Prompt]:
        yield Prompt(("first",))
        pytest.fail("the second prompt was read before the first was answered")

    first = next(opened(jobs=1).answers(prompts()))
    assert first == Answer("first", 7, 3)


def test_two_streams_of_prompts_share_the_jobs(server: ChatServer, opened: Open) -> None:
    def script(asked: Asked) -> Told:
        told = echo(asked)
        told.delay = 0.02
        return told

    server.script = script
    model = opened(jobs=2)
    prompts = [Prompt((str(number),)) for number in range(8)]
    pairs = list(zip(model.answers(prompts), model.answers(prompts), strict=True))
    assert all(one == other for one, other in pairs)
    assert server.most == 2


def test_a_prompt_that_fails_leaves_the_others_alone(server: ChatServer, opened: Open) -> None:
    server.script = lambda asked: Told("no", 400) if asked.text == "b" else echo(asked)
    first, second, third = ask(opened(), "a", "b", "c")
    assert isinstance(first, Answer)
    assert isinstance(second, ModelError)
    assert isinstance(third, Answer)


def test_a_closed_generator_gives_up_its_requests(server: ChatServer, opened: Open) -> None:
    server.script = lambda asked: Told({}, delay=30) if asked.text == "slow" else echo(asked)
    answers = opened(jobs=2).answers([Prompt(("quick",)), Prompt(("slow",)), Prompt(("slow",))])
    next(answers)
    _wait_for(lambda: len(server.asked) == 2)
    answers.close()  # type: ignore[attr-defined]
    assert server.left.wait(5)
    assert len(server.asked) == 2


def test_an_interrupt_ends_a_run_that_waits_for_its_reply(server: ChatServer) -> None:
    server.script = lambda asked: Told({}, delay=30)
    code = (
        "import sys\n"
        "from vtk.models.llm.prompt import Prompt\n"
        "from vtk.models.llm.openai_server import ServerModel\n"
        f"model = ServerModel({server.url!r}, 'm')\n"
        "try:\n    list(model.answers([Prompt(('a',))] * 9))\n"
        "except KeyboardInterrupt:\n    sys.exit(130)\n"
    )
    run = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE)
    _wait_for(lambda: len(server.asked) == 4)
    os.kill(run.pid, signal.SIGINT)
    _, messages = run.communicate(timeout=10)
    assert (run.returncode, messages) == (130, b"")


# What is tried again


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_status_that_may_pass_is_tried_again(
    server: ChatServer, opened: Open, status: int
) -> None:
    server.in_turn(Told("loading", status), Told("loading", status), said("ready"))
    assert one(opened()) == "ready"
    assert len(server.asked) == 3


def test_the_server_says_when_to_come_back(server: ChatServer, opened: Open) -> None:
    server.in_turn(Told({}, 429, {"Retry-After": "0.3"}), said("ready"))
    begun = time.monotonic()
    assert one(opened()) == "ready"
    assert time.monotonic() - begun >= 0.3


def test_a_long_wait_is_told(
    server: ChatServer, opened: Open, caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(service, "NOTICED", 0.05)
    monkeypatch.setattr(logging.getLogger("vtk"), "propagate", True)
    server.in_turn(Told({}, 429, {"Retry-After": "0.1"}), said("ready"))
    assert one(opened(key=KEY)) == "ready"
    (message,) = caplog.messages
    assert "answered 429; trying again" in message
    assert KEY not in message


def test_when_to_come_back_is_seconds_or_a_date() -> None:
    assert retry_after("2") == 2
    assert retry_after("1000000") == 60
    assert retry_after("") is None
    assert retry_after("soon") is None
    assert retry_after("nan") is None
    assert retry_after(formatdate(time.time() - 100, usegmt=True)) == 0
    ahead = retry_after(formatdate(time.time() + 30, usegmt=True))
    assert ahead is not None
    assert 25 < ahead <= 30


def test_a_reply_that_breaks_off_is_asked_for_again(server: ChatServer, opened: Open) -> None:
    broken = said("a long text that does not arrive")
    broken.cut = True
    server.in_turn(broken, said("whole"))
    assert one(opened()) == "whole"


def test_a_reply_that_does_not_come_in_time_is_asked_for_again(
    server: ChatServer, opened: Open
) -> None:
    server.in_turn(Told({}, delay=30), said("quick"))
    assert one(opened(timeout=0.3)) == "quick"
    server.in_turn(Told({}, delay=30))
    assert "no reply within 0.3 s" in one(opened(timeout=0.3, retries=1))
    assert server.left.wait(5)


def test_a_server_that_loads_its_model_is_waited_for(server: ChatServer, opened: Open) -> None:
    loading = Told({"error": {"message": "Loading model", "code": 503}}, 503)
    server.in_turn(*[loading] * 9, said("ready"))
    assert one(opened(retries=2)) == "ready"
    server.in_turn(loading)
    assert "answered 503, and nothing changed in 0.1 s" in one(opened(patience=0.1))


def test_a_request_that_takes_too_long_is_repeated_once(server: ChatServer, opened: Open) -> None:
    server.in_turn(Told({}, delay=30))
    assert "no reply within 0.1 s" in one(opened(timeout=0.1, retries=5))
    assert len(server.asked) == 2


@pytest.mark.parametrize("failing", [Told({}, 429, {"Retry-After": "3600"}), Told("no", 500)])
def test_tries_end_with_the_time_for_them(
    server: ChatServer, opened: Open, failing: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "BACKOFF", 0.2)
    server.in_turn(failing)
    begun = time.monotonic()
    assert f"answered {failing.status}" in one(opened(patience=0.3))
    assert time.monotonic() - begun < 1


def test_a_server_without_tls_is_told(server: ChatServer) -> None:
    url = server.url.replace("http", "https")
    with pytest.raises(MissingError, match=r"does not speak TLS.*http://"):
        ServerModel(url)


def test_after_the_last_try_the_prompt_has_failed(server: ChatServer, opened: Open) -> None:
    server.in_turn(Told({"error": {"message": "out of memory"}}, 500))
    assert one(opened(retries=2)).endswith("answered 500: out of memory")
    assert len(server.asked) == 3


def test_a_server_that_fails_at_the_first_prompts_ends_the_run(
    server: ChatServer, opened: Open
) -> None:
    server.in_turn(Told({"error": {"message": "out of memory"}}, 500))
    with pytest.raises(MissingError, match=r"answered 500: out of memory \(at 2 prompts"):
        list(opened(retries=1, jobs=1).answers([Prompt(("Hello?",))] * 50))
    assert len(server.asked) <= 6


def test_a_server_that_failed_once_it_had_answered_fails_at_single_prompts(
    server: ChatServer, opened: Open
) -> None:
    server.in_turn(said("fine"), Told({"error": {"message": "out of memory"}}, 500))
    found = list(opened(retries=0, jobs=1).answers([Prompt(("Hello?",))] * 4))
    assert isinstance(found[0], Answer)
    assert [type(each).__name__ for each in found[1:]] == ["FaultError"] * 3


def test_a_server_that_goes_away_fails_the_prompts_that_are_left() -> None:
    with chat_server() as server:
        last = said("goodbye")
        last.headers["Connection"] = "close"
        server.in_turn(last)
        model = ServerModel(server.url, retries=2, patience=0.2)
        assert one(model) == "goodbye"
    with model:
        assert "cannot be reached any more" in one(model)


@pytest.mark.parametrize("status", [400, 402, 409, 413, 422])
def test_a_refusal_is_final(server: ChatServer, opened: Open, status: int) -> None:
    text = "too long \x1b[2J\n" + "x" * 1000
    server.in_turn(Told({"error": {"message": text}}, status))
    message = one(opened())
    assert len(server.asked) == 1
    assert f"answered {status}: too long" in message
    assert len(message) < 280
    assert message.isprintable()


def test_a_server_that_comes_back_is_waited_for_by_all(caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setattr(service, "NOTICED", 0.1)
    monkeypatch.setattr(logging.getLogger("vtk"), "propagate", True)
    with chat_server() as first:
        first.script = lambda asked: Told({}, delay=30) if asked.text == "slow" else echo(asked)
        port = first.server_port
        model = ServerModel(first.url, "m", jobs=2)
        answers = model.answers([Prompt((text,)) for text in ("quick", "slow", "late", "last")])
        found = [next(answers)]
        _wait_for(lambda: len(first.asked) >= 2)
        for asked in list(first.connections):
            asked.shutdown(socket.SHUT_RDWR)
    time.sleep(0.3)
    with chat_server(port):
        found += list(answers)
    model.close()
    assert [a.text for a in found if isinstance(a, Answer)] == ["quick", "slow", "late", "last"]
    (message,) = caplog.messages
    assert "cannot be reached any more" in message
    assert "s more for it" in message


def test_a_web_page_in_place_of_an_error_is_told_by_its_title(
    server: ChatServer, opened: Open
) -> None:
    page = b"\n<!DOCTYPE html><html><head><title>413 Too Large</title></head><body>nginx</body>"
    server.in_turn(Told(page, 413))
    assert one(opened()).endswith("answered 413: a web page, '413 Too Large'")
    server.in_turn(Told(b"<html>no", 413))
    assert one(opened()).endswith("answered 413: a web page")


# What ends the run


def test_a_server_that_is_not_there_ends_the_run() -> None:
    with chat_server() as server:
        url = server.url
    with pytest.raises(MissingError, match=r"cannot reach a server at http.*--endpoint"):
        ServerModel(url)
    with ServerModel(url, "m") as model, pytest.raises(MissingError, match="cannot reach"):
        ask(model, "a", "b")


@pytest.mark.parametrize("status", [401, 403])
def test_a_missing_or_wrong_key_ends_the_run(server: ChatServer, opened: Open, status: int) -> None:
    server.in_turn(Told({"error": {"message": f"bad key {KEY}"}}, status))
    with pytest.raises(MissingError, match=r"needs a key \(bad key .*\): set VTK_API_KEY"):
        ask(opened(), "a", "b")
    with pytest.raises(MissingError, match="check VTK_API_KEY") as caught:
        ask(opened(key=KEY), "a")
    assert KEY not in str(caught.value)


def test_a_forbidden_prompt_among_good_ones_is_its_own_fault(
    server: ChatServer, opened: Open
) -> None:
    server.in_turn(said("fine"), Told("improper", 403))
    _, second = ask(opened(jobs=1), "a", "b")
    assert isinstance(second, ModelError)


def test_an_unknown_model_ends_the_run(server: ChatServer, opened: Open) -> None:
    server.in_turn(Told({"error": {"message": "no model m"}}, 404))
    with pytest.raises(MissingError, match="no model m"):
        ask(opened(), "a")


def test_the_key_is_a_bearer_token_and_never_shown(server: ChatServer, opened: Open) -> None:
    server.in_turn(Told({"error": f"who is {KEY}?"}, 400))
    assert KEY not in one(opened(key=KEY + "\n"))
    assert server.asked[0].headers["authorization"] == f"Bearer {KEY}"
    assert one(opened())
    assert "authorization" not in server.asked[1].headers
    with pytest.raises(UsageError) as caught:
        opened(key="sk-se\ncret")
    assert "cret" not in str(caught.value)


def test_the_key_does_not_follow_a_redirect(server: ChatServer, opened: Open) -> None:
    with chat_server() as other:
        server.in_turn(Told({}, 307, {"Location": f"{other.url}/v1/chat/completions"}))
        with pytest.raises(MissingError, match="moved"):
            ask(opened(key=KEY), "a")
        assert not other.asked


# What is sent


@pytest.mark.parametrize(
    ("endpoint", "base"),
    [
        ("http://host:8080", "http://host:8080/v1"),
        ("http://host:8080/", "http://host:8080/v1"),
        (" http://host:8080/v1\n", "http://host:8080/v1"),
        ("https://host/v1/", "https://host/v1"),
        ("https://host/api", "https://host/api/v1"),
        ("https://host/v1beta/openai/", "https://host/v1beta/openai"),
        ("https://host/v1/chat/completions", "https://host/v1"),
        ("http://[::1]:8080", "http://[::1]:8080/v1"),
    ],
)
def test_an_endpoint_may_be_given_in_several_forms(endpoint: str, base: str) -> None:
    assert base_url(endpoint).geturl() == base


@pytest.mark.parametrize(
    "endpoint",
    ["", "host:8080", "localhost", "file:///etc/passwd", "ftp://host", "http://", "http://h:x",
     "http://h:99999", "http://[::1", "http://host/?key=1"],
)  # fmt: skip
def test_what_is_no_endpoint_is_wrong_usage(endpoint: str) -> None:
    with pytest.raises(UsageError, match="http://localhost"):
        ServerModel(endpoint, "m")


def test_a_password_in_the_endpoint_is_not_shown(server: ChatServer) -> None:
    server.in_turn(Told("no", 400))
    endpoint = server.url.replace("//", "//me:hush@")
    with ServerModel(endpoint, "m") as model:
        assert "hush" not in one(model)
    assert server.asked[0].headers["authorization"].startswith("Basic ")


def test_the_first_model_is_taken_where_none_is_named(server: ChatServer, opened: Open) -> None:
    assert opened(model=None).name == "tiny"
    assert server.asked[0].path == "/v1/models"
    one(opened(model="other"))
    assert server.asked[1].path == "/v1/chat/completions"
    assert server.asked[1].body["model"] == "other"


def test_a_proxy_is_used_for_other_hosts_only(
    server: ChatServer, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    with chat_server() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        assert one(opened()) == "Hello?"
        assert not proxy.asked
        with ServerModel("http://models.invalid", "m") as model:
            assert one(model) == "Hello?"
        assert proxy.asked[0].path == "http://models.invalid/v1/chat/completions"


def test_a_proxy_that_cannot_be_used_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "gopher://user:hush@proxy")
    with pytest.raises(MissingError, match="proxy") as caught:
        ServerModel("http://models.invalid", "m")
    assert "hush" not in str(caught.value)


def test_the_sampling_is_passed_on(server: ChatServer, opened: Open) -> None:
    one(opened(), max_tokens=9, temperature=0.5, top_p=0.7, seed=3)
    body = server.asked[0].body
    assert (body["max_tokens"], body["temperature"]) == (9, 0.5)
    assert (body["top_p"], body["seed"]) == (0.7, 3)


def test_a_model_that_counts_tokens_under_another_name_is_asked_by_it(
    server: ChatServer, opened: Open
) -> None:
    def script(asked: Asked) -> Told:
        known = "max_completion_tokens" in asked.body
        return echo(asked) if known else Told("use 'max_completion_tokens' instead", 400)

    server.script = script
    model = opened()
    assert [one(model), one(model)] == ["Hello?", "Hello?"]
    assert len(server.asked) == 3


def test_words_of_some_servers_are_said_until_one_refuses_them(
    server: ChatServer, opened: Open
) -> None:
    def strict(asked: Asked) -> Told:
        for word in ("repeat_penalty", "chat_template_kwargs"):
            if word in asked.body:
                return Told(f"Unrecognized argument: {word}", 400)
        return echo(asked)

    one(opened())
    assert server.asked[-1].body["repeat_penalty"] == 1  # none
    assert server.asked[-1].body["chat_template_kwargs"] == {"enable_thinking": False}
    server.script = strict
    model = opened()
    assert [one(model), one(model)] == ["Hello?", "Hello?"]
    assert len(server.asked) == 5


@pytest.mark.parametrize(
    "text", ["file:///etc/passwd", "http://host/a.png", "data:image/png;base64,AA"]
)
def test_text_that_looks_like_an_address_is_sent_as_text(
    server: ChatServer, opened: Open, text: str
) -> None:
    picture = np.zeros((2, 2, 3), np.uint8)
    server.in_turn(said("fine"))
    list(opened(jobs=1).answers([Prompt((text,), system=text), Prompt((text, picture, text))]))
    alone, beside = (asked.body["messages"] for asked in server.asked)
    assert alone == [{"role": "system", "content": text}, {"role": "user", "content": text}]
    parts = beside[0]["content"]
    assert [part["type"] for part in parts] == ["text", "image_url", "text"]
    assert parts[0] == parts[2] == {"type": "text", "text": text}


def test_text_that_is_no_unicode_does_not_end_the_run(opened: Open) -> None:
    assert one(opened(), "caf\udce9") == "caf?"


def test_pictures_arrive_as_they_are(server: ChatServer, opened: Open) -> None:
    random = np.random.default_rng(1)
    wide = random.integers(0, 256, (31, 47, 3), np.uint8)
    turned = np.rot90(wide)  # not contiguous
    server.in_turn(Told({}, 503), said("two pictures"))
    list(opened().answers([Prompt.about([(1.0, wide), (2.5, turned)], "What is it?")]))
    parts = server.asked[1].body["messages"][0]["content"]
    assert [part.get("text") for part in parts] == [
        "<1.0 seconds>", None, "<2.5 seconds>", None, "What is it?"
    ]  # fmt: skip
    for part, picture in zip((parts[1], parts[3]), (wide, turned), strict=True):
        head, data = part["image_url"]["url"].split(",")
        assert head == "data:image/png;base64"
        sent = np.asarray(Image.open(io.BytesIO(base64.b64decode(data))))
        assert np.array_equal(sent, picture)


# What is read


def test_control_characters_are_no_part_of_an_answer(server: ChatServer, opened: Open) -> None:
    server.in_turn(said("A\x00 \x1b[31mdog\nruns.\x07"))
    assert one(opened()) == "A [31mdog\nruns."


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"message": {"content": None, "refusal": "I can't."}}, "refused: I can't."),
        ({"message": {"content": ""}, "finish_reason": "content_filter"}, "content filter"),
    ],
)
def test_a_refusal_to_answer_is_quoted(
    server: ChatServer, opened: Open, told: Any, words: str
) -> None:
    server.in_turn(Told({"choices": [told]}))
    assert words in one(opened())


def test_a_model_that_became_blind_ends_the_run(server: ChatServer, opened: Open) -> None:
    server.in_turn(said("fine"), Told({"error": {"message": "image input is not supported"}}, 500))
    model = opened(jobs=1)
    first, second = model.answers([Prompt((GREY, "What is it?"))] * 2)
    assert isinstance(first, Answer)
    assert isinstance(second, GoneError)
    assert "cannot see" in str(second)
    assert len(server.asked) == 2


def test_an_answer_at_the_limit_of_tokens_is_not_whole(server: ChatServer, opened: Open) -> None:
    server.in_turn(said("a half", finish="length"))
    assert ask(opened(), "a") == [Answer("a half", 7, 3, whole=False)]


def test_a_server_may_count_no_tokens(server: ChatServer, opened: Open) -> None:
    for usage in (None, {}, {"prompt_tokens": None}, 3):
        told = said("fine")
        told.body["usage"] = usage
        server.in_turn(told)
        assert ask(opened(), "a") == [Answer("fine", 0, 0)]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"<html>", "is not JSON"),
        (b"", "is not JSON"),
        ([], "has no answer"),
        ({}, "has no answer"),
        ({"choices": []}, "has no answer"),
        ({"choices": [{"message": {"content": None}}]}, "has no answer"),
        ({"choices": [{"message": {"content": None}, "finish_reason": "length"}]}, "limit of tok"),
        ({"choices": [{"message": None}]}, "has no answer"),
        ({"choices": [{"message": {"content": ["a"]}}]}, "has no answer"),
        ({"error": {"message": "upstream is down"}}, "upstream is down"),
    ],
)
def test_garbage_fails_the_prompt(
    server: ChatServer, opened: Open, body: Any, message: str
) -> None:
    server.in_turn(Told(body))
    assert message in one(opened())


# What a llama-server says of itself

PROPS = {
    "default_generation_settings": {"n_ctx": 100},
    "total_slots": 2,
    "modalities": {"vision": True, "audio": False},
}
GREY = np.full((8, 8, 3), 90, np.uint8)


def test_pictures_are_not_sent_to_a_llama_server_that_cannot_see(
    server: ChatServer, opened: Open
) -> None:
    server.props = {**PROPS, "modalities": {"vision": False, "audio": False}}
    model = opened()
    assert not model.has_vision
    assert one(model) == "Hello?"
    with pytest.raises(MissingError, match="cannot see"):
        list(model.answers([Prompt((GREY, "What is it?"))]))
    assert len(server.asked) == 1


def test_a_page_that_never_comes_holds_no_run_up(
    server: ChatServer, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openai_server, "PROBE", 0.2)
    server.props, server.thinks = PROPS, 30.0
    begun = time.monotonic()
    assert one(opened()) == "Hello?"
    assert time.monotonic() - begun < 10


@pytest.mark.parametrize("props", [None, {}, {"role": "router"}, [1], {**PROPS, "total_slots": ""}])
def test_what_is_no_llama_server_goes_without(server: ChatServer, opened: Open, props: Any) -> None:
    server.props = props
    model = opened()
    assert model.has_vision
    assert one(model) == "Hello?"
    assert "t_max_predict_ms" not in server.asked[0].body


def test_a_llama_server_is_told_how_long_an_answer_may_take(
    server: ChatServer, opened: Open
) -> None:
    server.props = PROPS
    one(opened(timeout=10))
    assert server.asked[0].body["t_max_predict_ms"] == 8000


def test_questions_on_the_same_pictures_take_turns(server: ChatServer, opened: Open) -> None:
    server.script = lambda _: Told(said("yes").body, delay=0.05)
    other = GREY + 1
    for props, most in ((PROPS, 2), (None, 4)):
        server.props, server.most = props, 0
        model = opened(jobs=4)
        asked = [Prompt((picture, f"{n}?")) for n in range(2) for picture in (GREY, other)]
        assert len(list(model.answers(asked))) == 4
        assert server.most == most
        assert not any("id_slot" in asked.body for asked in server.asked)


def test_a_prompt_longer_than_a_slot_says_what_to_change(server: ChatServer, opened: Open) -> None:
    error = {"code": 400, "message": "too long", "n_prompt_tokens": 5000, "n_ctx": 2048}
    server.in_turn(Told({"error": error}, 400))
    assert "the prompt has 5000 tokens and a slot of" in one(opened())
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("tokens", "why"), [(93, "the context of a slot is full"), (9, "too long")]
)
def test_an_answer_that_was_cut_off_early_is_told_once(
    server: ChatServer, opened: Open, caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch, tokens: int, why: str,
) -> None:  # fmt: skip
    monkeypatch.setattr(logging.getLogger("vtk"), "propagate", True)
    server.props = PROPS
    told = said("A dog", finish="length")
    told.body["usage"]["completion_tokens"] = tokens
    server.in_turn(told)
    assert len(ask(opened(), "a", "b")) == 2
    (message,) = caplog.messages
    assert why in message


# Several answers

SEVERAL = Sampling(temperature=0.7, seed=3, count=3)


def _choices(*texts: str) -> Told:
    told = said(texts[0])
    told.body["choices"] = [said(text).body["choices"][0] for text in texts]
    return told


def _several(model: ServerModel) -> list[str]:
    found = list(model.answers([Prompt(("a",)), Prompt(("b",))], SEVERAL))
    return [answer.text if isinstance(answer, Answer) else str(answer) for answer in found]


def test_several_answers_are_asked_for_at_once(server: ChatServer, opened: Open) -> None:
    server.script = lambda asked: _choices(*(f"{asked.text}{n}" for n in range(asked.body["n"])))
    assert _several(opened(jobs=1)) == ["a0", "a1", "a2", "b0", "b1", "b2"]
    assert [asked.body["n"] for asked in server.asked] == [3, 3]


@pytest.mark.parametrize("refuses", [True, False])
def test_several_answers_are_asked_for_one_by_one_where_they_must_be(
    server: ChatServer, opened: Open, refuses: bool
) -> None:
    def script(asked: Asked) -> Told:
        if refuses and "n" in asked.body:
            return Told("n must be 1", 400)
        return said(f"{asked.text}{asked.body['seed']}")

    server.script = script
    assert _several(opened(jobs=1)) == ["a3", "a4", "a5", "b3", "b4", "b5"]
    assert sum("n" in asked.body for asked in server.asked) == 1


def test_one_of_several_answers_may_fail(server: ChatServer, opened: Open) -> None:
    broken = _choices("a0", "a1", "a2")
    broken.body["choices"][1] = {"message": {}}
    server.in_turn(broken)
    assert _several(opened())[:3] == ["a0", "the server's reply has no answer", "a2"]
    server.in_turn(Told("what?", 402))
    assert all("what?" in text for text in _several(opened()))


# Answers in JSON


def _asked_by_schema(model: ServerModel) -> str:
    """The error of a question that is asked as every command asks."""

    def dialogue() -> Dialogue:
        found = yield [Generate(Prompt(("Hello?",)), Sampling(schema=SCHEMA), dict)]
        return {"found": found}

    (outcome,) = run_dialogues(model, [dialogue()])
    return str(outcome.error)


def _format(asked: Asked) -> str:
    return str(asked.body["response_format"]["type"])


@pytest.mark.parametrize("known", ["json_schema", "json_object"])
@pytest.mark.parametrize(
    "ignorant",
    [
        Told("what?", 422),
        Told("what?", 400),
        Told({"error": {"message": "1 validation error: response_format"}}, 500),
        said("Well, a is b"),
    ],
)
def test_a_schema_is_told_in_the_form_that_the_server_knows(
    server: ChatServer, opened: Open, known: str, ignorant: Told
) -> None:
    server.script = lambda asked: said('{"a": "b"}') if _format(asked) == known else ignorant
    model = opened(jobs=1)
    assert one(model, schema=SCHEMA) == '{"a": "b"}'
    first = len(server.asked)
    assert first == (1 if known == "json_schema" else 2)
    assert one(model, schema=SCHEMA) == '{"a": "b"}'
    assert len(server.asked) == first + 1
    told = server.asked[-1].body["response_format"]
    assert told.get("json_schema", told)["schema"] == SCHEMA


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("no", "it is not JSON"),
        ("[1]", "is not of type 'object'"),
        ('{"b": 1}', "'a' is a required property"),
        ('{"a": 7}', "$.a: 7 is not of type 'string'"),
    ],
)
def test_an_answer_that_breaks_its_schema_is_asked_for_once_more_and_quoted(
    server: ChatServer, opened: Open, text: str, why: str
) -> None:
    """Servers drop a grammar that they cannot read, and say nothing of it."""
    server.script = lambda asked: said(text) if _format(asked) == "json_schema" else Told("?", 400)
    message = _asked_by_schema(opened(jobs=1))
    assert message.startswith("the model said what breaks the schema (")
    assert why in message
    assert message.endswith(f": {text!r}")
    kinds = [_format(asked) for asked in server.asked]
    assert kinds == ["json_schema", "json_object"] * 2
    told = server.asked[0].body["messages"][-1]["content"]
    assert told == "Hello?\nAnswer with nothing but JSON that follows this JSON Schema: " + (
        orjson.dumps(SCHEMA).decode()
    )


def test_json_cut_off_by_the_limit_of_tokens_is_an_error(server: ChatServer, opened: Open) -> None:
    server.in_turn(said('{"a": "b', finish="length"))
    assert 'tokens cut off: \'{"a": "b\'' in _asked_by_schema(opened(jobs=1))
    assert len(server.asked) == 2


def test_a_refusal_of_both_forms_is_told(server: ChatServer, opened: Open) -> None:
    server.in_turn(Told("the prompt is too long", 400))
    assert one(opened(), schema=SCHEMA).endswith("the prompt is too long")
    assert len(server.asked) == 3


def test_a_server_that_can_make_no_grammar_of_a_schema_is_asked_without(
    server: ChatServer, opened: Open
) -> None:
    server.script = lambda asked: (
        Told("Pattern must start with '^'", 400)
        if "response_format" in asked.body
        else said('{"a": "b"}')
    )
    assert one(opened(), schema=SCHEMA) == '{"a": "b"}'


# Scores


def _scores(model: ServerModel, *choices: str) -> list[float] | ModelError:
    (scores,) = model.scores([Prompt(("Is it?",))], choices or ("yes", "no"))
    return scores


def test_scores_add_up_the_spellings_of_a_choice(server: ChatServer, opened: Open) -> None:
    logs = {"Yes": 0.3, "_yes": 0.2, "YES": 0.1, "No": 0.15, "n": 0.05, "Maybe": 0.2}
    server.in_turn(listing(**{token: float(np.log(p)) for token, p in logs.items()}))
    assert _scores(opened()) == pytest.approx([0.75, 0.25])
    body = server.asked[0].body
    assert (body["max_tokens"], body["logprobs"], body["top_logprobs"]) == (1, True, 20)
    assert (body["temperature"], body["top_p"]) == (1, 1)


def test_a_server_that_lists_fewer_tokens_is_asked_for_fewer(
    server: ChatServer, opened: Open
) -> None:
    def script(asked: Asked) -> Told:
        if asked.body["top_logprobs"] > 5:
            return Told({"error": {"message": "top_logprobs must be at most 5"}}, 400)
        return listing(yes=-0.1, no=-2.0)

    server.script = script
    model = opened()
    assert [_scores(model), _scores(model)] == [pytest.approx([0.87, 0.13], abs=0.01)] * 2
    assert [asked.body["top_logprobs"] for asked in server.asked] == [20, 5, 5]


def test_an_answer_that_is_no_choice_is_an_error(server: ChatServer, opened: Open) -> None:
    server.in_turn(listing(The=-0.1, It=-2.0))
    assert str(_scores(opened())) == "the model answers with 'The' rather than yes or no"


@pytest.mark.parametrize("logprobs", [None, {}, {"content": []}, {"content": [{"token": "yes"}]}])
def test_without_log_probabilities_the_answer_in_words_counts(
    server: ChatServer, opened: Open, logprobs: Any, caplog: pytest.LogCaptureFixture
) -> None:
    said_in_turn = ["?", "**Yes**, there is.", "no"]
    server.in_turn(*(said(text, logprobs=logprobs) for text in said_in_turn))
    model = opened()
    assert [_scores(model), _scores(model)] == [[1.0, 0.0], [0.0, 1.0]]
    assert caplog.text.count("lists no log-probabilities") == 1
    assert ["logprobs" in asked.body for asked in server.asked] == [True, False, False]


def test_a_server_that_refuses_log_probabilities_is_asked_in_words(
    server: ChatServer, opened: Open
) -> None:
    refusal = Told({"error": {"message": "logprobs are not supported"}}, 400)
    server.script = lambda asked: refusal if "logprobs" in asked.body else said("No.")
    assert _scores(opened()) == [0.0, 1.0]


def test_words_that_are_no_choice_are_an_error(server: ChatServer, opened: Open) -> None:
    server.in_turn(said("No idea."))
    assert str(_scores(opened())) == "the model answers with 'No idea.' rather than yes or no"


def test_choices_that_begin_alike_are_wrong_usage(opened: Open) -> None:
    with pytest.raises(UsageError, match="begin alike"):
        opened().scores([], ("yes it is", "yes and no"))
