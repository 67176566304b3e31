"""vtk caption with choices: schemas, the best of several captions, tags."""

from contextlib import nullcontext
from pathlib import Path
from unittest import mock

import numpy as np
import pytest

from tests.caption.test_written import echo, shots
from tests.command_line import lines, vtk
from tests.prompting.scripted import Scripted, text_of
from tests.world import World
from vtk.caption import caption
from vtk.caption.options import CaptionOptions, Tag
from vtk.caption.tags import tags_of
from vtk.errors import UsageError
from vtk.prompting.frames import FrameOptions
from vtk.span import Span

SCHEMA = {
    "type": "object",
    "properties": {"place": {"type": "string"}, "people": {"type": "integer"}},
    "required": ["place", "people"],
}


def test_a_schema_puts_an_object_under_fields(world: World) -> None:
    answers = iter(['{"place": "a lake"', '{"place": "a lake", "people": 2}'])
    model = Scripted(lambda *_: next(answers))
    (span,) = caption(shots(world("cuts"), 1), model=model, options=CaptionOptions(schema=SCHEMA))
    assert span["fields"] == {"place": "a lake", "people": 2}
    assert span["caption"] == "place: a lake; people: 2"
    assert len(model.asked) == 2  # the first answer was broken off


def test_a_schema_need_not_say_that_its_answer_is_an_object(world: World) -> None:
    said = iter(["[1]", '{"place":"a lake"}'])
    options = CaptionOptions(schema={"properties": {"place": {"type": "string"}}})
    model = Scripted(lambda *_: next(said))
    (span,) = caption(shots(world("cuts"), 1), model=model, options=options)
    assert span["fields"] == {"place": "a lake"}


@pytest.mark.parametrize(
    ("said", "why"), [("[1]", "[1] is not of type 'object'"), ('{"place": ""}', "people")]
)
def test_an_object_that_lacks_something_is_an_error(world: World, said: str, why: str) -> None:
    model = Scripted(lambda *_: said)
    (span,) = caption(shots(world("cuts"), 1), model=model, options=CaptionOptions(schema=SCHEMA))
    assert why in span["error"]["message"]


class Colours:
    """An image-text model that knows colours only: red, green and blue."""

    name, sha256 = "colours", "0"

    def images(self, pictures: list[np.ndarray]) -> list[np.ndarray]:
        """The mean colour of each, as a unit vector."""
        means = [picture.reshape(-1, 3).mean(axis=0).astype(np.float32) for picture in pictures]
        return [mean / np.linalg.norm(mean) for mean in means]

    def texts(self, texts: list[str]) -> np.ndarray:
        """The colour that a text names."""
        rows = [[c in text for c in ("red", "green", "blue")] for text in texts]
        return np.array(rows, np.float32)


def nearest(picture: np.ndarray) -> str:
    return ("red", "green", "blue")[int(Colours().images([picture])[0].argmax())]


def test_best_of_keeps_the_candidate_nearest_the_frames(world: World) -> None:
    said = iter(["a red thing", "a blue thing", "a red thing"])
    model = Scripted(lambda *_: next(said))
    options = CaptionOptions(FrameOptions(count=1), clip=Colours())  # type: ignore[arg-type]
    spans = shots(world("cuts"), 1, caption="a green thing")
    (span,) = caption(spans, method="best-of", model=model, options=options)
    right = nearest(model.asked[0].pictures[0])
    assert span["caption"] == f"a {right} thing"
    assert len(span["candidates"]) == 2  # three candidates: one was said twice
    scores = [candidate["score"] for candidate in span["candidates"]]
    assert scores == sorted(scores, reverse=True)
    with pytest.raises(UsageError, match="--clip"):
        list(caption(shots(world("cuts"), 1), method="best-of", model=model))


def test_tags_are_judged_by_the_model_or_by_an_image_text_model(world: World) -> None:
    tags = (Tag("boat", ("a boat", "a ship")), Tag("dog", ("dog",)))
    model = Scripted(echo, yes=lambda text: 0.9 if "dog" in text else 0.2)
    (span,) = caption(shots(world("cuts"), 1), model=model, options=CaptionOptions(tags=tags))
    assert span["tags"] == [{"tag": "dog", "score": 0.9}, {"tag": "boat", "score": 0.2}]
    assert any("a boat or a ship" in text_of(prompt) for prompt in model.asked)
    assert "caption" in span

    colours = tuple(Tag(colour, (colour,)) for colour in ("red", "green", "blue"))
    options = CaptionOptions(FrameOptions(count=1), tags=colours, clip=Colours())  # type: ignore[arg-type]
    (span,) = caption(shots(world("cuts"), 1), model=Scripted(echo), options=options)
    assert sum(tag["score"] for tag in span["tags"]) == pytest.approx(1, abs=1e-3)
    (other,) = caption(shots(world("cuts"), 1), options=options)  # without a language model
    assert other["tags"] == span["tags"]
    assert "facts" in other


def test_tags_leave_a_caption_that_is_there_alone(world: World, tmp_path: Path) -> None:
    options = CaptionOptions(FrameOptions(count=1), tags=(Tag("red", ("red",)),), clip=Colours())  # type: ignore[arg-type]
    told, untold = shots(world("cuts"), 2)
    told["caption"] = "A regatta."
    spans = [Span(told), Span(untold)]
    one, two = caption([*spans], options=options)
    assert (one["caption"], one["made"][-1]["method"]) == ("A regatta.", "tags")
    assert two["caption"] == two["facts"]["picture"]
    (anew,) = caption([Span(told)], method="facts", options=options)
    assert anew["caption"] != "A regatta."

    (tmp_path / "tags.txt").write_text("red\n")
    (tmp_path / "spans.jsonl").write_bytes(told.dump())
    with mock.patch("vtk.models.embed.clip.ClipModel", return_value=nullcontext(Colours())):
        ran = vtk(
            "caption", "--clip", "x", "--tags", tmp_path / "tags.txt",
            tmp_path / "spans.jsonl",
        )  # fmt: skip
    assert [record["caption"] for record in lines(ran)] == ["A regatta."]


def test_a_list_of_tags_has_names_and_descriptions(tmp_path: Path) -> None:
    file = tmp_path / "tags.txt"
    file.write_text("juggling: balls in the air; a street artist\n\n dog \n")
    juggling, dog = tags_of(file)
    assert juggling == Tag("juggling", ("balls in the air", "a street artist"))
    assert dog == Tag("dog", ("dog",))
    file.write_text("\n")
    with pytest.raises(UsageError, match="no tags"):
        tags_of(file)
