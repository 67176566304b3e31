"""Captions with times from blocks of speech, as HowToCaption makes them."""

import json
import re
from typing import Any

from tests.command_line import lines, vtk
from tests.models.chat_server import Asked, Told, chat_server, said
from tests.prompting.scripted import Scripted
from vtk.caption import caption
from vtk.check import check
from vtk.schema import SCHEMA
from vtk.span import Span

LINE = re.compile(r"^(\d+) (.*)$", re.M)


def recipe(minutes: int = 8) -> list[Span]:
    """Somebody cooks, and says ten words every four seconds."""
    speech = []
    for n in range(15 * minutes):
        text = f"Now we put spice number {n} into it, you see."
        speech.append({"start": 4.0 * n + 0.2, "end": 4.0 * n + 3.8, "text": text})
    return [Span(video="gone.mp4", start=0.0, end=60.0 * minutes, kind="shot", speech=speech)]


def every_fifth(text: str, _: float = 0.0) -> str:
    """A caption of each fifth line, the last first, each half a second after its line begins."""
    told = LINE.findall(text)[::5]
    captions = [{"start": int(start) + 1, "text": f"A cook adds {said}"} for start, said in told]
    return json.dumps({"captions": captions[::-1]})


def captioned(model: Scripted, **fields: Any) -> Span:
    (span,) = recipe()
    (found,) = caption([Span({**span, **fields})], model=model, method="narrated")
    return found


def test_a_block_of_two_hundred_words_is_told_with_its_times() -> None:
    model = Scripted(every_fifth)
    found = captioned(model)
    told = [LINE.findall(str(prompt.parts[0])) for prompt in model.asked]
    words = [sum(len(text.split()) for _, text in block) for block in told]
    assert sum(words) == 1200
    assert all(160 <= count <= 240 for count in words)
    assert not any(prompt.pictures for prompt in model.asked)
    starts = [event["start"] for event in found["events"]]
    assert starts == sorted(starts) == [4.0 * n + 0.2 for n in range(0, 120, 5)]
    assert all(0 < event["end"] - event["start"] <= 8 for event in found["events"])
    assert found["caption"].startswith("A cook adds Now we put spice number 0 into it")
    assert "shortened" not in found["made"][-1]
    assert found["made"][-1]["layout"] == "none"
    check(found, SCHEMA)


def test_times_of_other_blocks_are_left_out_and_told() -> None:
    def say(text: str, _: float) -> str:
        captions = json.loads(every_fifth(text))["captions"]
        return json.dumps({"captions": [*captions, {"start": 9999, "text": "A cook leaves."}]})

    model = Scripted(say)
    found = captioned(model)
    assert found["made"][-1]["outside"] == len(model.asked) == 6
    assert "leaves" not in found["caption"]


def test_an_answer_without_a_time_of_the_block_is_asked_for_again_and_then_an_error() -> None:
    late = {"start": 9999, "text": "A cook leaves."}
    model = Scripted(lambda *_: json.dumps({"captions": [late]}))
    found = captioned(model)
    assert found["error"]["message"] == "the model gave no time of the speech that it was told"
    assert len(model.asked) == 2 * 6


def test_nothing_is_asked_where_nothing_is_said() -> None:
    model = Scripted(every_fifth)
    found = captioned(model, speech=[])
    assert (found["caption"], found["events"], model.asked) == ("", [], [])


def test_the_recipe_divides_a_talk_into_blocks() -> None:
    def script(asked: Asked) -> Told:
        return said(every_fifth(asked.text))

    (span,) = recipe()
    with chat_server() as server:
        server.script = script
        run = vtk(
            "caption", "--recipe", "howtocaption", "--endpoint", server.url,
            stdin=[{"video": span.video, "speech": span["speech"], "start": 0, "end": 480}],
        )  # fmt: skip
    assert run.returncode == 0, run.stderr
    (found,) = lines(run)
    assert len(found["events"]) == 24
