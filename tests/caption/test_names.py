"""vtk caption --names: each person and thing has one name throughout a video."""

from hypothesis import given
from hypothesis import strategies as st

from tests.prompting.scripted import Scripted
from tests.world.models.forms import COLOURS, FORMS
from tests.world.models.stage import MOTIONS
from vtk.caption.names import canonical_names, mentions, unify_names
from vtk.span import Span

THINGS = st.tuples(st.sampled_from(list(COLOURS)), st.sampled_from(list(FORMS)))
ASIDE = {"mentions": "", "cast": ""}  # by the words alone


def shots(*captions: str, video: str = "a.mp4", **fields: object) -> list[Span]:
    return [
        Span(video=video, start=float(n), end=n + 1.0, caption=text, **fields)
        for n, text in enumerate(captions)
    ]


def silent(text: str, warmth: float) -> str:
    raise AssertionError("nothing was to be asked")


@given(st.lists(st.tuples(THINGS, st.sampled_from(MOTIONS)), min_size=1, max_size=3))
def test_the_things_of_a_caption_are_found(clauses: list[tuple[tuple[str, str], str]]) -> None:
    said = [f"a {colour} {form}" for (colour, form), _ in clauses]
    text = " and ".join(f"{t} {motion}" for t, (_, motion) in zip(said, clauses, strict=True))
    assert mentions(f"{text} on grass") == list(dict.fromkeys(said))


def test_names_run_through_the_captions_of_a_video() -> None:
    spans = shots("a red ball rolls", "A red ball stops. A dog sees the red ball.", "nothing")
    found = list(unify_names(spans, Scripted(silent), ASIDE))
    assert [span["caption"] for span in found] == [
        "the red ball rolls",
        "The red ball stops. The dog sees the red ball.",
        "nothing",
    ]
    assert found[0]["names"] == [{"name": "the red ball", "said": "a red ball"}]
    assert found[0]["made"][-1]["method"] == "names"
    assert "names" not in found[2]


def test_each_video_has_its_own_names() -> None:
    def say(text: str, warmth: float) -> str:
        if "one a line" in text:
            return text.splitlines()[-1].removesuffix(" waits")
        name = "Anna" if "woman" in text else "Rex"
        return f'{{"groups": [{{"name": "{name}", "numbers": [1]}}]}}'

    spans = [*shots("a woman waits"), *shots("a dog waits", video="b.mp4")]
    found = list(unify_names(spans, Scripted(say), {}))
    assert [span["caption"] for span in found] == ["Anna waits", "Rex waits"]


def test_the_model_may_only_name_what_a_caption_says() -> None:
    def say(text: str, warmth: float) -> str:
        return "a lion" if "one a line" in text else "no idea"

    (span,) = unify_names(shots("a woman waits"), Scripted(say), {})
    assert span["caption"] == "the woman waits"  # by the words alone, as both answers are no use


def test_things_of_another_kind_keep_apart() -> None:
    names = canonical_names(["red circle", "large red circle", "blue circle", "red star"])
    assert names["large red circle"] == names["red circle"]
    assert len(set(names.values())) == 3


def test_error_records_and_silent_spans_pass() -> None:
    failed = Span(video="a.mp4", error={"command": "c", "type": "t", "message": "m"})
    bare = Span(video="a.mp4", start=0.0, end=1.0)
    assert list(unify_names([failed, bare], Scripted(silent), ASIDE)) == [failed, bare]
