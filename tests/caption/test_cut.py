"""vtk caption --max-tokens: what is cut off is marked, counted and told."""

import pytest

from tests.caption.test_long import shots as told
from tests.caption.test_written import shots
from tests.prompting.scripted import Scripted
from tests.world import World
from vtk.caption import caption
from vtk.caption.long import long_captions
from vtk.caption.options import CaptionOptions
from vtk.prompting.frames import FrameOptions
from vtk.span import Span

SAID = "A boat leaves the harbour at dawn."


@pytest.mark.parametrize(("method", "answers"), [("plain", 1), ("dense", 2), ("detailed", 7)])
def test_what_the_limit_cuts_off_is_no_whole_sentence(
    world: World, caplog: pytest.LogCaptureFixture, method: str, answers: int
) -> None:
    model = Scripted(lambda text, warmth: SAID)
    for most, cut in ((4, answers), (7, None)):
        model.most = most
        options = CaptionOptions(FrameOptions(count=3))
        (span,) = caption(shots(world("cuts"), 1), method=method, model=model, options=options)
        assert span["caption"] == ("A boat leaves the…" if cut else SAID)
        assert span["made"][-1].get("cut") == cut
    warnings = [text for text in caplog.messages if "cut off" in text]
    assert warnings == [f"answers cut off at the limit of tokens: {answers} (see --max-tokens)"]


def test_words_of_which_the_model_hears_only_a_part_are_told(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    (span,) = shots(world("cuts"), 1)
    for length, shortened in ((1900, None), (2100, True)):
        said = {"start": span.start, "end": span.end, "text": "a" * length}
        model = Scripted(lambda text, warmth: SAID)
        (found,) = caption([Span({**span, "speech": [said]})], model=model)
        assert found["made"][-1].get("shortened") == shortened
    told = [text for text in caplog.messages if "only in part" in text]
    assert told == [
        "spans whose words the model was told only in part (2000 characters): 1; split them"
    ]


def test_a_long_text_tells_it_too(caplog: pytest.LogCaptureFixture) -> None:
    model = Scripted(lambda text, warmth: SAID)
    model.most = 4
    (span,) = long_captions(told(2), model, {}, 40)
    assert "A boat leaves the… At 0:00" in span["caption"]
    assert span["made"][-1]["cut"] == 1
    assert "answers cut off at the limit of tokens: 1 (see --max-tokens)" in caplog.messages
