"""Which sentences are quoted: those that stand alone, tell most, and fit what is asked for."""

from collections.abc import Iterable, Iterator

import numpy as np
import pytest

from tests.summarize.test_summarize import SPEECH, talk
from vtk.entries import SpeechEntry
from vtk.errors import UsageError
from vtk.models.embed.text_model import TextModel, Vector
from vtk.models.openers import Openers
from vtk.passages import Passage
from vtk.span import Span
from vtk.summarize import Task, summarize
from vtk.summarize.sponsors import advertising
from vtk.summarize.standing import ALONE, stands
from vtk.summarize.verbatim import clean
from vtk.text import word_count


@pytest.mark.parametrize(
    ("text", "language", "alone"),
    [
        ("The Fresnel lens sends the light of a lamp out in one beam.", "en", True),
        ("In this video, two keepers explain how their lighthouse works.", "en", True),
        ("In this video, we're going to talk about how lighthouses work.", "en", True),
        ("Definitely.", "en", False),
        ("Highly encouraged.", "en", False),
        ("The lens, which sends the light of a lamp out.", "en", False),
        ("Has the light of a lamp in one beam, with a lens.", "en", False),
        ("The second is the lens, for the light of a lamp.", "en", False),
        ("Anna, you should send the light of a lamp out.", "en", False),
        ("The lens is drawn on page 125 with the light of a lamp.", "en", False),
        ("What that sends out is the light of a lamp.", "en", False),
        ("Another hand.", "en", False),
        ("Namely, the lens sends the light of a lamp out in one beam.", "en", False),
        ("It sends the light of a lamp out in one beam.", "en", False),
        ("So the lens sends the light of a lamp out in one beam.", "en", False),
        ("For example, the lens at Cordouan was lit in that summer.", "en", False),
        ("The lens sends the light of a lamp out, and as you can see here,", "en", False),
        ("sends the light of a small lamp out in one beam.", "en", False),
        ("The lens sends the light of a lamp -- what was I going to say...", "en", False),
        ("How does a lens send the light of a lamp out.", "en", False),
        ("For any for any lamp, there is a lens that sends it out somewhere.", "en", True),
        ("Er trug jeden Abend Öl die Treppe hinauf zum Turm.", "de", False),
        ("Ein Wärter trug jeden Abend Öl die Treppe hinauf.", "de", True),
    ],
)
def test_a_sentence_stands_alone_or_not(text: str, language: str, alone: bool) -> None:
    sentence = Passage(text, 0.0, 4.0, "speech")
    assert (stands(sentence, language, punctuated=True, cased=True) >= ALONE) == alone


@pytest.mark.parametrize(
    ("said", "quoted"),
    [
        ("And so, um, the lens sends the the light out.", "The lens sends the light out."),
        ("Basically, the lens, you know, sends light out, right?", "The lens sends light out."),
        (
            "So that the light is seen, the lens turns.",
            "So that the light is seen, the lens turns.",
        ),
        ("The keepers know that that lens turns.", "The keepers know that that lens turns."),
        ("iPhones have had, had and had lenses.", "iPhones have had, had and had lenses."),
    ],
)
def test_slips_and_fillers_of_speech_are_not_quoted(said: str, quoted: str) -> None:
    assert clean(said, "en") == quoted
    assert clean("Und so, um, " + said, "de") == "Und so, um, " + said


def told(span: Span) -> list[str]:
    return [entry["text"] for entry in span["sentences"]]


def test_what_does_not_stand_alone_is_not_told_where_anything_does() -> None:
    leaning = [
        "This is the Fresnel lens of the lighthouse.",
        "Exactly.",
        "And glass is heavy for a keeper.",
    ]
    (found,) = summarize(talk([*leaning, *SPEECH]))
    assert len(told(found)) > 2
    assert not [t for t in told(found) if t.startswith(("This", "And", "Is it"))]
    (found,) = summarize(talk(leaning))
    assert told(found) == ["Glass is heavy for a keeper."]
    assert found["made"][-1]["trimmed"] == 1
    (found,) = summarize(talk(leaning[:2]))
    assert told(found) == leaning[:1]


def test_what_a_sponsor_says_is_left_out_and_counted() -> None:
    ad = [
        "This lighthouse talk is brought to you by Lumen Lamps.",
        "Lumen Lamps make the brightest light of any lamp on the coast.",
        "Use code KEEPER for ten percent off every lamp.",
    ]
    sentences = [Passage(t, 4.0 * n, 4.0 * n + 4, "speech") for n, t in enumerate([*ad, *SPEECH])]
    assert advertising(sentences) == {0, 1, 2}
    (found,) = summarize(talk([*ad, *SPEECH]))
    assert not {*told(found)} & {*ad}
    assert found["made"][-1]["advertising"] == 3


def test_captions_that_roll_give_no_sentence_twice_and_none_in_part() -> None:
    lines = " ".join(SPEECH).replace("NAR: ", "").replace(">> ", "").split(" [Applause] ")
    words = " ".join(lines).split()
    rows = [" ".join(words[n : n + 6]) for n in range(0, len(words), 6)]
    rolling = [f"{a}\n{b}" for a, b in zip(["", *rows], rows, strict=False)]
    (found,) = summarize(talk(rolling), Task(sentences=20))
    whole = " ".join(words)
    assert len(told(found)) == len({*told(found)}) > 2
    assert all(text in whole and text[0].isupper() and text[-1] in ".?" for text in told(found))


@pytest.mark.parametrize("words", [15, 30, 45])
def test_so_many_words_are_told_as_are_asked_for(words: int) -> None:
    texts = [f"The keeper number {n} carried {n} cans of oil to {p} tower." for n, p in ROUNDS]
    (found,) = summarize(talk(texts + SPEECH), Task(words=words))
    assert abs(word_count(found["summary"]) - words) <= 0.1 * words


ROUNDS = [(2, "the northern"), (3, "the"), (5, "the old and narrow southern"), (7, "every")]


def test_a_focus_leaves_out_the_rest(caplog: pytest.LogCaptureFixture) -> None:
    (found,) = summarize(talk(), Task(focus="what the oil was for"))
    assert told(found)[0].startswith("A lighthouse keeper carried oil")
    assert not any("Ships" in text for text in told(found))
    (found,) = summarize(talk(), Task(focus="volcanoes"))
    assert told(found) == []
    assert "nothing in it bears on 'volcanoes'" in caplog.text


def test_a_focus_quotes_first_what_holds_its_words(caplog: pytest.LogCaptureFixture) -> None:
    """However little a sentence stands alone, and however well its neighbours do."""
    spans = talk()
    spans[0]["speech"] = [
        cue(0, "The keepers of this coast were paid by the town in oil and in bread."),
        cue(1, "And then he told the king about it, didn't he?"),
        cue(2, "The towers of the northern coast were built of stone and of brick."),
        cue(3, "The lamps of the southern coast were lit by the wives of fishermen."),
        cue(4, "The old king listened."),
        cue(5, "The ships of the harbour were guided by three fires on the hill."),
    ]
    (found,) = summarize(spans[:1], Task(focus="king", sentences=2))
    assert told(found) == ["He told the king about it, didn't he?", "The old king listened."]
    (found,) = summarize(spans[:1], Task(focus="king", words=30))
    assert {text for text in told(found) if "king" in text} == {
        "He told the king about it, didn't he?",
        "The old king listened.",
    }
    list(summarize(spans[:1], Task(focus="volcanoes")))
    assert f"{spans[0].video}: nothing in it bears on" in caplog.text


def cue(number: int, text: str) -> SpeechEntry:
    return {"start": 5.0 * number, "end": 5.0 * number + 5.0, "text": text}


class Lamps(TextModel):
    """Embeds texts by whether they are about lamps, keepers or neither."""

    name, dim, sha256, closed = "lamps", 3, "0" * 64, False

    def documents(self, texts: Iterable[str]) -> Iterator[Vector]:
        for text in texts:
            about = ("lens" in text or "beacon" in text, "keeper" in text, True)
            vector = np.array(about, np.float32)
            yield vector / np.linalg.norm(vector)

    queries = documents

    def close(self) -> None:
        self.closed = True

    def __exit__(self, *_: object) -> None:
        self.close()


def test_with_an_embedder_meaning_counts() -> None:
    model = Lamps()
    task = Task(focus="beacon", models=Openers(embedder=lambda: model))
    (found,) = summarize(talk(), task)
    assert told(found)
    assert all("lens" in text for text in told(found))
    assert found["made"][-1]["model"] == "lamps"
    assert model.closed


def test_styles_without_a_model_have_headings_where_words_tell_them() -> None:
    meeting = [
        "The remote control of the old model has too many buttons.",
        "Okay, we decided to drop the number keys of the remote control.",
        "Anna will send the drawings of the case by Friday.",
        "The battery of the remote control lasts for half a year.",
    ]
    (found,) = summarize(talk(meeting), Task(style="minutes", words=60))
    by_heading = {entry["section"]: entry["text"] for entry in found["sentences"]}
    assert by_heading["Decisions"] == "We decided to drop the number keys of the remote control."
    assert by_heading["Actions"] == meeting[2]
    assert found["summary"].startswith(f"Topics\n- {meeting[0]}\n- {meeting[3]}\n\nDecisions\n- ")
    (found,) = summarize(talk(), Task(style="bullets", sentences=2))
    assert found["summary"] == "\n".join(f"- {text}" for text in told(found))
    with pytest.raises(UsageError, match="for English"):
        list(summarize(talk(), Task(style="minutes", language="de")))


def test_what_is_no_recipe_is_told_so(caplog: pytest.LogCaptureFixture) -> None:
    (found,) = summarize(talk(), Task(style="recipe-steps"))
    assert found["made"][-1]["unlike"]["told"] == 0
    assert "it does not read as recipe-steps" in caplog.text
    caplog.clear()
    spans = talk(["You need two cups of flour.", "Mix the flour with water.", "Bake it for long."])
    (found,) = summarize(spans, Task(style="recipe-steps"))
    assert "unlike" not in found["made"][-1]
    assert "does not read as" not in caplog.text
