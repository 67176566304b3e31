"""The words of spans: tokens, terms, sentences, passages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtk.entries import SpeechEntry
from vtk.errors import UsageError
from vtk.passages import Passage, passages, was_examined
from vtk.span import Span
from vtk.speech import speech_sentences
from vtk.text import Analyzer, folded, sentences, words


def cue(start: float, end: float, text: str) -> SpeechEntry:
    return {"start": start, "end": end, "text": text}


def test_words_keep_numbers_apostrophes_and_marks() -> None:
    assert words("NASA’s U.S. rocket, 3.5 m. Don't!") == [
        "NASA's",
        "US",
        "rocket",
        "3.5",
        "m",
        "Don't",
    ]
    assert words("हिन्दी naïve end.Next") == ["हिन्दी", "naïve", "end", "Next"]


def test_scripts_without_spaces_become_pairs_of_characters() -> None:
    assert Analyzer("ja").terms("望遠鏡を見る") == ["望遠", "遠鏡", "鏡を", "を見", "見る"]
    assert "鏡" in Analyzer("zh").terms("望远鏡", characters=True)


def test_forms_of_a_word_share_a_term() -> None:
    english = Analyzer("en-US")
    assert english.terms("The rockets' launches") == english.terms("rocket LAUNCH")
    assert Analyzer("de").terms("die Häuser") == Analyzer("de").terms("das Haus")


def test_letters_are_compared_without_marks_but_not_as_others() -> None:
    marked = [
        "Café",
        "Łódź",
        "smørrebrød",
        "ёлка",
        "замо\u0301к",
        "İstanbul",
        "ışık",
        "λόγος",
        "Việt",
    ]
    bare = ["cafe", "lodz", "smorrebrod", "елка", "замок", "istanbul", "isik", "λογοσ", "viet"]
    assert list(map(folded, marked)) == bare
    kept = ["мой", "їжак", "が", "हिन्दी", "한국"]
    assert list(map(folded, kept)) == kept


def test_an_unknown_language_is_not_stemmed() -> None:
    assert Analyzer("xx").terms("running rockets") == ["running", "rockets"]


def test_a_query_of_stop_words_counts_them() -> None:
    assert Analyzer().query("the rocket") == (["rocket"], True)
    assert Analyzer().query("to be or not to be") == (["to", "be", "or", "not"], False)
    with pytest.raises(UsageError, match="no words"):
        Analyzer().query("?!")


def test_sentences_end_at_marks_but_not_at_abbreviations() -> None:
    text = 'Dr. Smith met J. F. Kennedy. "Really?" he asked. It is 3.5 m. 望遠鏡だ。見る。'
    assert sentences(text) == [
        "Dr. Smith met J. F. Kennedy.",
        '"Really?" he asked.',
        "It is 3.5 m.",
        "望遠鏡だ。",
        "見る。",
    ]
    assert sentences("one ends. two goes on.") == ["one ends.", "two goes on."]


def test_sentences_run_over_cues_and_keep_their_times() -> None:
    found = speech_sentences(
        [
            cue(0, 2, "NAR: The mirror is"),
            cue(2, 4, "made of gold. [Music] It"),
            cue(4, 5, "folds."),
        ]
    )
    assert [sentence.text for sentence in found] == ["The mirror is made of gold.", "It folds."]
    assert found[0].start == 0
    assert 2 < found[0].end <= found[1].start < 4
    assert found[1].end == 5


def test_rolling_captions_say_each_line_once() -> None:
    found = speech_sentences(
        [
            cue(0, 2, "hello and welcome"),
            cue(2, 2.01, "hello and welcome"),
            cue(2.01, 4, "hello and welcome\nto the lecture"),
            cue(4, 4.01, "to the lecture"),
            cue(4.01, 6, "to the lecture\nabout whales"),
        ]
    )
    assert [sentence.text for sentence in found] == [
        "hello and welcome to the lecture about whales"
    ]


def test_a_change_of_speaker_ends_a_sentence() -> None:
    found = speech_sentences([cue(0, 1, ">> ANNA: Where is the"), cue(1, 2, "- Over there")])
    assert [sentence.text for sentence in found] == ["Where is the", "Over there"]


def test_speech_without_punctuation_ends_at_pauses_and_never_runs_on() -> None:
    run = [cue(i, i + 1, f"word number {i} of a talk") for i in range(20)]
    found = speech_sentences([*run, cue(25, 26, "after a pause")])
    assert found[-1] == Passage("after a pause", 25, 26, "speech")
    assert max(len(sentence.text.split()) for sentence in found) <= 18


@given(
    st.lists(
        st.tuples(st.floats(0, 100), st.floats(0, 10), st.text("aB .?!\n[]>-é望。", max_size=30)),
        max_size=12,
    )
)
def test_sentences_of_any_cues_lie_inside_them(cues: list[tuple[float, float, str]]) -> None:
    entries = [cue(start, start + length, text) for start, length, text in cues]
    for sentence in speech_sentences(entries):
        assert sentence.text.strip()
        assert sentence.start <= sentence.end
        assert min(start for start, _, _ in cues) - 1e-6 <= sentence.start
        assert sentence.end <= max(start + length for start, length, _ in cues) + 1e-6


def test_passages_time_each_text_as_finely_as_known() -> None:
    span = Span(
        video="a.mp4", start=0, end=30, title="Mirrors", caption="A gold mirror.",
        speech=[cue(1, 3, "Look at this.")],
        keyframes=[{"t": 5}, {"t": 25}],
        screen_text=[{"t": 5, "text": "Lecture 3"}],
        parts=[{"start": 0, "end": 10, "caption": "A hand."}],
    )  # fmt: skip
    assert set(passages(span)) == {
        Passage("Mirrors", 0, 30, "title"),
        Passage("A gold mirror.", 0, 30, "caption"),
        Passage("Look at this.", 1, 3, "speech"),
        Passage("Lecture 3", 0, 15, "screen_text"),
        Passage("A hand.", 0, 10, "caption"),
    }


def test_a_caption_that_quotes_speech_counts_once() -> None:
    speech = [cue(0, 2, "Look at this.")]
    facts = {"picture": "A dark picture."}
    quoted = "A dark picture. The words spoken are: “Look at this.”"
    measured = Span(video="a", start=0, end=4, speech=speech, facts=facts, caption=quoted)
    assert [p.text for p in passages(measured)] == ["Look at this."]
    copied = Span(video="a", start=0, end=4, speech=speech, caption="“Look at this.”")
    assert [p.source for p in passages(copied)] == ["speech"]


def test_the_caption_of_a_model_counts_beside_older_facts() -> None:
    span = Span(video="a", start=0, end=4, facts={"picture": "A dark picture."}, caption="A cat.")
    assert [p.text for p in passages(span)] == ["A cat."]


@pytest.mark.parametrize("key", ["caption", "title", "summary", "speech", "screen_text"])
def test_a_field_of_words_says_that_somebody_looked_be_it_empty(key: str) -> None:
    assert was_examined(Span({"video": "a", key: []}))
    assert was_examined(Span({"video": "a", "parts": [{"start": 0, "end": 1, key: []}]}))
    assert not was_examined(Span({"video": "a", "keyframes": [], "score": 1.0}))


def test_results_of_other_commands_are_text_with_times() -> None:
    span = Span(
        video="a",
        start=0,
        end=60,
        summary="A cat. A dog.",
        sentences=[cue(3, 5, "A cat."), cue(20, 22, "A dog.")],
        evidence=[{**cue(7, 9, "Meow"), "source": "speech"}],
        parts=[{"start": 0, "end": 30, "parts": [{"start": 0, "end": 10, "caption": "A roof."}]}],
    )
    assert passages(span) == [
        Passage("A roof.", 0, 10, "caption"),
        Passage("A cat.", 3, 5, "summary"),
        Passage("Meow", 7, 9, "speech"),
        Passage("A dog.", 20, 22, "summary"),
    ]


def test_stop_words_of_other_languages_are_left_out() -> None:
    assert Analyzer("fr").terms("le chat et l'eau de la mer") == ["chat", "eau", "mer"]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("We have X1, x2, x3, etc. Next comes the sum.", 2),
        ("We have x1, x2, etc. in a list.", 1),
        ("Äpfel, Birnen usw. Danach kommt der Teig.", 2),
        ("She works at Acme Inc. The office is in Bonn.", 2),
        ("She works at Acme Inc. Headquarters in Bonn.", 1),
        ("We take plan B. It costs less.", 2),
        ("It is by J. Smith.", 1),
        ("Ask Dr. Who about it.", 1),
        ("See e.g. The Hobbit.", 1),
        ("A. The keeper lights the lamp.", 1),
    ],
)
def test_an_abbreviation_may_end_a_sentence(text: str, count: int) -> None:
    assert len(sentences(text)) == count
