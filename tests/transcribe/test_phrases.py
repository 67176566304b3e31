"""Words are grouped into entries as they are read."""

from vtk.transcribe.phrases import HeardWord, phrases


def texts(said: str, seconds: float = 0.4, pauses: dict[int, float] | None = None) -> list[str]:
    """The entries of words that follow each other, each after so many seconds of pause."""
    words, time = list[HeardWord](), 0.0
    for number, word in enumerate(said.split()):
        time += (pauses or {}).get(number, 0.0)
        words.append({"start": time, "end": time + seconds, "text": f" {word}"})
        time += seconds
    return [entry["text"] for entry in phrases(words)]


def test_a_long_entry_is_cut_at_a_comma_or_a_pause_and_leaves_no_single_word() -> None:
    numbers = " ".join(f"{number}," for number in range(1, 20)) + " twenty."
    assert all(len(entry.split()) >= 3 for entry in texts(numbers, 0.62))
    words = "so this is what we all have to do when we begin and then, just do it"
    assert texts(words, 0.75)[0].endswith("and then,")
    assert texts(words, 0.75, {9: 0.6})[0].endswith("to do")
    endless = ["word"] * 500
    found = texts(" ".join(endless))
    assert " ".join(found).split() == endless
    assert all(3 <= len(entry.split()) <= 30 for entry in found)


def test_a_full_stop_after_a_month_or_a_pronoun() -> None:
    for whole in ("It came to the US on Jan. 5, 2024.", "See no. 5 here.", "By John I. Smith."):
        assert texts(whole) == [whole]
    for parts in (["I told him no.", "He left."], ["So did I.", "We went."], ["In Jan.", "We go."]):
        assert texts(" ".join(parts)) == parts
