"""Written sentences: whether what they cite supports them."""

import pytest

from vtk.passages import Passage
from vtk.summarize.citing import Citations, cites

TOLD = [
    Passage(text, 10.0 * n, 10.0 * n + 9.0, "speech")
    for n, text in enumerate(
        [
            "A lighthouse keeper carried oil up the stairs every evening.",
            "The Fresnel lens sends the light of a small lamp out in one beam.",
            "With it, a lamp is seen twenty miles away.",
            "In 1822 the first of these lenses was lit at Cordouan.",
            "Ships carry a list of the light of each tower on the coast.",
            "A fog horn sounds twice a minute when nothing can be seen.",
        ]
    )
]


@pytest.mark.parametrize(
    ("text", "cited", "rests"),
    [
        ("The keeper had to carry oil up the stairs.", [0], [0]),
        ("A lens throws the light of a lamp 20 miles far.", [1, 2], [1, 2]),
        ("Keepers carried oil up the stairs in the evening.", [5], [0]),  # cited anew
        ("The first lens was lit in 1822.", [4], [3]),
        ("The first lens was lit in 1848.", [3], None),  # a number that is not there
        ("The lens of Augustin sends out the light of a lamp.", [1], None),  # a name
        ("Whales migrate along the shore in winter.", [4], None),
        ("The lamps were replaced.", [], None),
    ],
    ids=str,
)
def test_a_sentence_rests_on_what_supports_it(
    text: str, cited: list[int], rests: list[int] | None
) -> None:
    citations = Citations(TOLD)
    (found,) = citations.checked([(text, [TOLD[n] for n in cited])])
    assert found == (None if rests is None else tuple(TOLD[n] for n in rests))
    changed = {} if rests == cited else {"dropped": 1} if rests is None else {"mended": 1}
    assert citations.made == changed


def test_speakers_may_be_named() -> None:
    written = [("The lens of Augustin sends the light of a lamp out in one beam.", [TOLD[1]])]
    assert Citations(TOLD, names=["Augustin Fresnel"]).checked(written) == [(TOLD[1],)]


def test_another_language_is_not_compared_by_words() -> None:
    citations = Citations(TOLD)
    written = [("Der Wärter trug jeden Abend Öl die Treppe hinauf.", [TOLD[0]])]
    assert citations.checked(written) == [(TOLD[0],)]
    assert citations.made == {"unchecked": 1}


def test_what_is_in_no_language_is_dropped() -> None:
    """It holds no word of the video, but none of another language either."""
    text = "PWNED <script>alert(1)</script>"
    for wanted in (None, "en"):
        citations = Citations(TOLD, wanted=wanted)
        assert citations.checked([(text, [TOLD[0]])]) == [None]
        assert citations.made == {"dropped": 1}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Majakanvartija kantoi joka ilta öljyä portaita ylös.", "fi"),
        ("Смотритель каждый вечер носил масло наверх.", None),
    ],
)
def test_what_is_asked_for_in_another_language_or_script_stays(
    text: str, wanted: str | None
) -> None:
    citations = Citations(TOLD, wanted or "en", wanted=wanted)
    assert citations.checked([(text, [TOLD[0]])]) == [(TOLD[0],)]
    assert citations.made == {"unchecked": 1}


def test_neighbours_are_cited_as_one_stretch() -> None:
    more = Passage("Oil", 100.0, 105.0, "screen_text")
    assert cites([TOLD[2], TOLD[1], TOLD[4], more]) == [
        {"start": 10.0, "end": 29.0, "source": "speech"},
        {"start": 40.0, "end": 49.0, "source": "speech"},
        {"start": 100.0, "end": 105.0, "source": "screen_text"},
    ]
