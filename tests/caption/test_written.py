"""vtk caption with a model: what it sees, what it is told, and what comes of its answers."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.command_line import lines, vtk
from tests.prompting.scripted import Scripted, text_of
from tests.world import Clip, World
from vtk.caption import caption
from vtk.caption.options import CaptionOptions
from vtk.caption.verify import split_trailing_phrases, statements, subject_of
from vtk.errors import ModelError
from vtk.models.llm.prompt import Answer
from vtk.prompting.frames import FrameOptions
from vtk.prompting.templates import PromptContext
from vtk.span import Span


def shots(clip: Clip, count: int = 2, **fields: Any) -> list[Span]:
    found = clip.truth.shots[:count]
    return [
        Span(video=str(clip.path), start=float(s.start), end=float(s.end), kind="shot", **fields)
        for s in found
    ]


def echo(text: str, warmth: float) -> str:
    return f"Said of: {text}"


def test_a_caption_tells_what_it_was_made_with(world: World) -> None:
    (span,) = caption(
        shots(world("cuts"), 1),
        model=Scripted(echo),
        options=CaptionOptions(FrameOptions(count=3)),
    )
    made = span["made"][-1]
    assert made["by"] == "vtk caption"
    assert made["method"] == "plain"
    assert made["model"] == "scripted"
    assert made["tokens_in"] == 10
    assert made["tokens_out"] > 3
    assert len(made["frames"]) == 3
    assert made["seconds"] >= 0
    assert len(made["prompt"]) == 16
    assert [k["t"] for k in span["keyframes"]] == made["frames"]
    assert span.start <= made["frames"][0] < made["frames"][-1] < span.end


def test_a_caption_tells_what_a_server_reused_and_which_model_it_ran(world: World) -> None:
    class Served(Scripted):
        def answers(self, *asked: Any) -> Iterator[Answer | ModelError]:
            for answer in super().answers(*asked):
                assert isinstance(answer, Answer)
                yield replace(answer, tokens_cached=7, model="another")

    for timed in (True, False):
        options = CaptionOptions(FrameOptions(count=1), timed=timed)
        (span,) = caption(shots(world("cuts"), 1), model=Served(echo), options=options)
        made = span["made"][-1]
        assert (made["model"], made["served"]) == ("scripted", "another")
        assert made.get("tokens_cached") == (7 if timed else None)  # which runs may differ in


def test_a_shot_is_shown_by_its_keyframes(world: World) -> None:
    model = Scripted(echo)
    clip = world("cuts")
    first = shots(clip, 1)[0]
    middle = (first.start + first.end) / 2
    marked = Span({**first, "keyframes": [{"t": middle}]})
    (span,) = caption([marked], model=model)
    assert len(model.asked[0].pictures) == 1
    assert span["keyframes"] == [{"t": middle}]
    list(caption([marked], model=model, options=CaptionOptions(FrameOptions(count=5))))
    assert len(model.asked[1].pictures) == 5


@pytest.mark.parametrize(
    ("layout", "pictures"), [("frames", 6), ("grid", 1), ("thumbnail", 2), ("clip", 24)]
)
def test_a_layout_decides_how_many_pictures_the_model_sees(
    world: World, layout: str, pictures: int
) -> None:
    model = Scripted(echo)
    span = Span(video=str(world("camera").path), start=0.0, end=20.0)
    list(
        caption(
            [span], model=model, options=CaptionOptions(FrameOptions(layout, count=6, pixels=200))
        )
    )
    seen = model.asked[0].pictures
    assert len(seen) == pictures
    assert all(max(picture.shape[:2]) <= 200 for picture in seen)
    if layout == "clip":
        assert max(seen[0].shape[:2]) == 100


def test_what_is_said_and_written_is_told_and_the_rest_left_out(world: World) -> None:
    model = Scripted(echo)
    spans = shots(world("cuts"), 1, speech=[{"start": 0.0, "end": 1.0, "text": "Lift off {title}"}])
    context = PromptContext(title="Apollo", previous=True)
    list(caption(spans, model=model, options=CaptionOptions(context=context)))
    asked = text_of(model.asked[0])
    assert "Lift off {title}" in asked
    assert "Apollo" in asked
    assert "written in the picture" not in asked
    assert "{" not in asked.replace("{title}", "")


def test_who_speaks_is_told_where_another_begins(world: World) -> None:
    model = Scripted(echo)
    said = [("Ann", "Ready?"), ("Ann", "Go."), ("Bo", "Gone."), ("", "A bang.")]
    entries = [
        {"start": 0.1, "end": 0.9, "text": text, **({"speaker": name} if name else {})}
        for name, text in said
    ]
    list(caption(shots(world("cuts"), 1, speech=entries), model=model))
    assert "Ann: Ready? Go. Bo: Gone. A bang." in text_of(model.asked[0])


def test_the_caption_before_is_told_within_a_video_only(world: World) -> None:
    model = Scripted(lambda text, _: f"number {len(model.asked)}", at_once=4)
    first, second = shots(world("cuts"))
    (other,) = shots(world("camera"), 1)
    options = CaptionOptions(context=PromptContext(previous=True))
    list(caption([first, second, other], model=model, options=options))
    told = [text_of(prompt).count("number") for prompt in model.asked]
    assert told == [0, 1, 0]


def test_an_answer_that_says_nothing_is_asked_for_once_more(world: World) -> None:
    tries: list[float] = []

    def say(text: str, warmth: float) -> str:
        tries.append(warmth)
        return "" if warmth == 0 else "A lake at dawn."

    (span,) = caption(shots(world("cuts"), 1), model=Scripted(say))
    assert span["caption"] == "A lake at dawn."
    assert tries == [0.0, 0.7]


@pytest.mark.parametrize(
    ("said", "why"), [("", "nothing"), ("?!", "no word"), ("on and on and on " * 20, "on and on")]
)
def test_nonsense_becomes_an_error_that_quotes_it(world: World, said: str, why: str) -> None:
    def say(text: str, warmth: float) -> str:
        return "A lake." if "Apollo" in text else said

    spans = shots(world("cuts"))
    spans[1]["speech"] = [{"start": 0.0, "end": 1.0, "text": "Apollo"}]
    first, second = caption(spans, model=Scripted(say, at_once=2))
    assert first["error"]["type"] == "ModelError"
    assert why in first["error"]["message"]
    assert second["caption"] == "A lake."


def test_a_prompt_that_the_model_cannot_take_fails_alone(world: World) -> None:
    def say(text: str, warmth: float) -> str | ModelError:
        return ModelError("the prompt has too many tokens")

    (span,) = caption(shots(world("cuts"), 1), model=Scripted(say))
    assert span["error"]["message"] == "the prompt has too many tokens"


def test_differential_tells_what_changes_and_makes_one_text(world: World) -> None:
    def say(text: str, warmth: float) -> str:
        if "what changes" in text:
            return "It turns."
        return "It turns twice." if "notes" in text else "A wheel."

    model = Scripted(say)
    options = CaptionOptions(FrameOptions(count=3))
    (span,) = caption(shots(world("cuts"), 1), method="differential", model=model, options=options)
    assert span["caption"] == "It turns twice."
    assert [change["text"] for change in span["changes"]] == ["It turns."] * 2
    assert span["changes"][0]["end"] == span["changes"][1]["start"]
    told = text_of(model.asked[-1])
    assert told.count("It turns.") == 2
    assert "A wheel." in told
    assert not model.asked[-1].pictures
    assert "A wheel." in text_of(model.asked[1])
    assert "It turns." in text_of(model.asked[2])


def test_dense_joins_stretches_of_which_the_same_is_said(world: World) -> None:
    said = iter(["A ball rolls left.", "A ball rolls left.", "The ball stops."])
    options = CaptionOptions(FrameOptions(count=4))
    model = Scripted(lambda *_: next(said))
    (span,) = caption(shots(world("cuts"), 1), method="dense", model=model, options=options)
    first, second = span["events"]
    assert (first["text"], second["text"]) == ("A ball rolls left.", "The ball stops.")
    assert first["start"] == span.start
    assert second["end"] == span.end
    assert first["end"] == second["start"] == span["made"][-1]["frames"][2]
    assert span["caption"] == "A ball rolls left. The ball stops."


def test_detailed_asks_for_each_side_of_the_same_pictures(world: World) -> None:
    model = Scripted(lambda text, _: "merged" if "notes" in text else text.split("?")[0])
    options = CaptionOptions(context=PromptContext({"mood": ""}))
    (span,) = caption(shots(world("cuts"), 1), method="detailed", model=model, options=options)
    assert list(span["aspects"]) == ["subjects", "actions", "setting", "camera", "text"]
    assert span["caption"] == "merged"
    assert len({id(prompt.pictures[0]) for prompt in model.asked[:-1]}) == 1


def test_verify_takes_out_what_the_model_denies(world: World) -> None:
    text = "A red ball lies on grass, and a blue dog sleeps. The sun shines."
    model = Scripted(echo, yes=lambda question: 0.1 if "dog" in question else 0.9)
    (span,) = caption(shots(world("cuts"), 1, caption=text), method="verify", model=model)
    assert span["caption"] == "A red ball lies on grass. The sun shines."
    assert span["dropped"] == [{"text": "a blue dog sleeps.", "score": 0.1}]
    assert text_of(model.asked[1]).startswith("Is it true that a blue dog sleeps?")


def test_verify_keeps_what_is_true_of_a_statement_that_is_not(world: World) -> None:
    def yes(question: str) -> float:
        wrong = ("sleeps", "scarf", "there a") if "cat" not in question else ("scarf",)
        return 0.1 if any(word in question for word in wrong) else 0.9

    (first,) = shots(world("cuts"), 1)
    for text, left, dropped in (
        ("A dog runs on grass with a scarf.", "A dog runs on grass.", ["with a scarf"]),
        (
            "A cat runs and a dog sleeps on grass with a scarf.",
            "A cat runs on grass.",
            ["a dog sleeps", "with a scarf"],
        ),
        ("A man sleeps, and a cat runs.", "A cat runs.", ["A man sleeps"]),
    ):
        spans = [Span({**first, "caption": text})]
        (span,) = caption(spans, method="verify", model=Scripted(echo, yes=yes))
        assert span["caption"] == left
        assert [each["text"] for each in span["dropped"]] == dropped


def test_verify_keeps_that_there_is_what_a_false_statement_is_about(world: World) -> None:
    (first,) = shots(world("cuts"), 1)
    for text, left in (
        ("A dog sleeps.", "There is a dog."),
        ("A cat runs and a dog sleeps on grass.", "A cat runs on grass and there is a dog."),
        ("Two men are asleep.", "There are two men."),
        ("A dog runs. The man waits and a dog sleeps.", "A dog runs. The man waits."),
        ("A horse sleeps and a cat runs.", "A cat runs."),
    ):
        model = Scripted(echo, yes=lambda asked: 0.1 if re.search("slee|horse", asked) else 0.9)
        (span,) = caption([Span({**first, "caption": text})], method="verify", model=model)
        assert span["caption"] == left
        assert text_of(model.asked[0]).startswith("Is it true that ")
    assert text_of(model.asked[-1]).startswith("Is there a horse? Answer yes or no.")


@pytest.mark.parametrize(
    ("statement", "about"),
    [
        ("A man in a red shirt is walking along the beach.", "a man in a red shirt"),
        ("a British dog with a bone runs", "a British dog with a bone"),
        ("a glass stands on the table", "a glass"),
        ("several large birds are flying", "several large birds"),
        ("a street with cars leads to the sea", ""),  # no part of it is worse than a wrong one
        ("the man waits", ""),
        ("a dog", ""),
    ],
)
def test_what_a_statement_is_about_is_what_comes_before_the_verb(
    statement: str, about: str
) -> None:
    assert subject_of(statement) == about


@given(
    text=st.text(max_size=60)
    | st.lists(st.sampled_from(["a", "dog", "on", "in", "with"])).map(" ".join)
)
def test_a_statement_is_taken_apart_without_a_loss(text: str) -> None:
    bare = text.strip().rstrip(".!?…,;")
    assert " ".join(split_trailing_phrases(text)).split() == bare.split()


def test_verify_keeps_the_likeliest_where_nothing_is_borne_out(world: World) -> None:
    model = Scripted(echo, yes=lambda question: 0.3 if "moon" in question else 0.2)
    spans = shots(world("cuts"), 1, caption="The sun shines. The moon shines.")
    (span,) = caption(spans, method="verify", model=model)
    assert span["caption"] == "The moon shines."
    assert len(span["dropped"]) == 1


def test_statements_begin_with_an_article() -> None:
    assert statements("a cat and a dog sit and wait") == ["a cat", "a dog sit and wait"]
    assert statements("Salt and pepper.") == ["Salt and pepper."]


def test_show_prompt_prints_what_prompt_file_takes(tmp_path: Path) -> None:
    result = vtk("caption", "--method", "differential", "--show-prompt")
    assert result.returncode == 0
    assert b'merge = """' in result.stdout
    assert vtk("caption", "--method", "dense", "x.mp4").returncode == 2  # no model is named


def test_error_records_pass_and_missing_files_fail_alone(world: World, tmp_path: Path) -> None:
    failed = Span(video="x", error={"command": "c", "type": "t", "message": "m"})
    missing = Span(video=str(tmp_path / "none.mp4"), start=0.0, end=1.0)
    model = Scripted(echo, at_once=4)
    found = list(caption([failed, missing, *shots(world("cuts"), 1)], model=model))
    assert found[0] == failed
    assert found[1]["error"]["type"] == "OpenError"
    assert "caption" in found[2]


def test_without_seconds_the_same_run_gives_the_same_record(world: World) -> None:
    options = CaptionOptions(timed=False)
    runs = [
        list(caption(shots(world("cuts")), model=Scripted(echo), options=options)) for _ in range(2)
    ]
    assert runs[0] == runs[1]
    assert "seconds" not in runs[0][0]["made"][-1]


def test_nothing_is_printed_for_no_spans() -> None:
    assert lines(vtk("caption", stdin=b"")) == []
