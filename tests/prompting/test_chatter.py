"""What models say around an answer is no part of it."""

import pytest

from vtk.errors import ModelError
from vtk.prompting.dialogue import checked

PLAIN = "A person pours water into a glass."


@pytest.mark.parametrize(
    "said",
    [
        f"Sure! Here is the caption:\n\n{PLAIN}",
        f"Sure, here\u2019s a description of the shot: {PLAIN}",
        f"Certainly!\n{PLAIN}",
        f"**Caption:** {PLAIN}",
        f"**Caption**: {PLAIN}",
        f"### Caption:\n{PLAIN}",
        f"Video description: {PLAIN}",
        f"**Caption:** Sure! Here is the caption:\n\n- {PLAIN}",
        f"Here is a two-sentence description of the video:\n{PLAIN}",
        f"{PLAIN}\n\nLet me know if you need more details!",
        f"{PLAIN} I hope this helps!",
        f"```text\n{PLAIN}\n```",
    ],
)
def test_chatter_around_an_answer_is_removed(said: str) -> None:
    assert checked(said) == PLAIN


@pytest.mark.parametrize(
    "said",
    [
        "Sure-footed goats climb a cliff.",
        "Great white sharks circle the boat. Okay corral is written on a sign.",
        "Here is where the path ends: a woman turns back.",
        "A title card reads: The End.",
        "The text: it scrolls on.",
        "- A dog runs.\n- A cat sleeps.",
        "Of course the dog wins.",
        "A woman asks: would you like tea?",
    ],
)
def test_what_only_looks_like_chatter_stays(said: str) -> None:
    assert checked(said) == said


def test_an_answer_of_nothing_but_chatter_is_none() -> None:
    with pytest.raises(ModelError, match="no word"):
        checked("Sure! Here is the caption:")
