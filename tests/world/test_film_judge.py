"""Films of the tiny world and their judge: what is said of a film is held against what it shows."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.world.models.film import GRAIN, Act, Film, film, recurring_film
from tests.world.models.forms import BACKGROUNDS, COLOURS, FORMS
from tests.world.models.judge import Statement, Tally, Verdict, judge, statements
from tests.world.models.stage import MOTIONS, SIZES, WORDS, Actor, Picture, Play, cast, held_out
from tests.world.models.talk import ALL_PLACES, clause, describe

SEEDS = st.integers(0, 2**32 - 1)
quick = settings(max_examples=150, deadline=None)


def acted(*plays: Play) -> list[Act]:
    """Plays one after another, a second each."""
    return [Act(float(start), start + 1.0, play) for start, play in enumerate(plays)]


def told(acts: list[Act]) -> str:
    """What happens in each act, in order."""
    return ", then ".join(describe(act.play, moving=True) for act in acts)


def faultless(verdict: Verdict) -> bool:
    """Whether everything is said, in order, and nothing else."""
    found, total = verdict.changes
    return (
        all(right == among for right, among in verdict.right.values())
        and found == total
        and not verdict.invented
        and verdict.in_order is not False
    )


@quick
@given(seed=SEEDS, moving=st.booleans(), held=st.booleans())
def test_a_description_is_right_in_everything(seed: int, moving: bool, held: bool) -> None:
    play = cast(np.random.default_rng(seed), moving=moving, held=held)
    verdict = judge(describe(play, moving=moving), acted(play))
    assert faultless(verdict)
    assert verdict.stated == len(play.actors) + 1 + bool(play.word)
    count = len(play.actors)
    assert verdict.right["object"] == (count, count)
    assert verdict.right["place"] == ((0, 0) if moving else (count, count))
    assert verdict.right["motion"] == verdict.changes == ((count, count) if moving else (0, 0))


def _another(rng: np.random.Generator, values: object, *, but: object) -> str:
    assert isinstance(values, (dict, tuple))
    return str(rng.choice([value for value in values if value not in {but}]))


def _elsewhere(rng: np.random.Generator, actor: Actor) -> Actor:
    cell = ALL_PLACES.index(_another(rng, ALL_PLACES, but=actor.place))
    return replace(actor, x=(cell % 3 * 2 + 1) / 6, y=(cell // 3 * 2 + 1) / 6)


FALSE: dict[str, Callable[[np.random.Generator, Actor], Actor]] = {
    "colour": lambda rng, a: replace(a, colour=_another(rng, COLOURS, but=a.colour)),
    "shape": lambda rng, a: replace(a, shape=_another(rng, FORMS, but=a.shape)),
    "motion": lambda rng, a: replace(a, motion=_another(rng, MOTIONS, but=a.motion)),
    "size": lambda rng, a: replace(a, size=_another(rng, SIZES, but=a.size)),
    "place": _elsewhere,
}


@quick
@given(seed=SEEDS, part=st.sampled_from([*FALSE, "background", "word"]))
def test_one_thing_said_wrongly_is_one_thing_invented(seed: int, part: str) -> None:
    rng = np.random.default_rng(seed)
    moving = part not in ("size", "place")
    play = cast(rng, moving=moving)
    if part == "background":
        false = replace(play, background=_another(rng, BACKGROUNDS, but=play.background))
    elif part == "word":
        false = replace(play, word=_another(rng, WORDS, but=play.word))
    else:
        first, *others = play.actors
        changed = FALSE[part](rng, first)
        if (changed.colour, changed.shape) in {(a.colour, a.shape) for a in others}:
            return
        false = replace(play, actors=(changed, *others))
    verdict = judge(describe(false, moving=moving), acted(play))
    assert verdict.invented == 1
    wrong = {name for name, (right, among) in verdict.right.items() if right < among}
    if part in ("colour", "shape"):
        assert wrong == {"object", "motion"}
    else:
        assert wrong == ({part} if part != "word" or play.word else set())


RED = Statement("red", "circle", motion="moves left")
BLUE = Statement("blue", "star", motion="stays")
MEANT = [
    ("a red circle moves left and a blue star stays", [RED, BLUE]),
    ("A red circle moves left. A blue star stays.", [RED, BLUE]),
    ("a circle red moves to the left; the star is blue and stays", [RED, BLUE]),
    ("Slowly a red circle is moving left, while some blue star stays put", [RED, BLUE]),
    ("moves left a green one, a red circle moves left", [RED]),
    ("a red circle moves left, then vanishes", [RED, replace(RED, motion="vanishes")]),
    ("a red circle moves left. It stays.", [RED, replace(RED, motion="stays")]),
    ("a red circle moves left and the circle grows", [RED, replace(RED, motion="grows")]),
    ("then appears a blue star", [replace(BLUE, motion="appears")]),
    ("a blue star moves left up", [replace(BLUE, motion="moves up left")]),
    ("a red circle and a blue star stay", [replace(RED, motion="stays"), BLUE]),
    ("red small circle at the left top", [Statement("red", "circle", "small", "top left")]),
    ("at the top a blue star, large", [Statement("blue", "star", place="top")]),
    ("on the left a blue star stays", [replace(BLUE, place="left")]),
    ("a blue star stays and a red thing moves left", [BLUE]),
    ("the background is grass", [Statement(background="grass")]),
    (
        'it says nothing but the word "GO" on sky',
        [Statement(word="go"), Statement(background="sky")],
    ),
    ("", []),
    ("a red and moves the", []),
]


@pytest.mark.parametrize(("caption", "meant"), MEANT)
def test_captions_are_read_in_loose_order(caption: str, meant: list[Statement]) -> None:
    assert statements(caption) == meant


@quick
@given(words=st.lists(st.sampled_from(" ".join(c for c, _ in MEANT).split()), max_size=30))
def test_any_words_can_be_read_and_judged(words: list[str]) -> None:
    play = cast(np.random.default_rng(len(words)), moving=True)
    verdict = judge(" ".join(words), acted(play))
    assert 0 <= verdict.invented <= verdict.stated
    assert all(0 <= right <= among for right, among in (*verdict.right.values(), verdict.changes))


@pytest.fixture(scope="module")
def changing(tmp_path_factory: pytest.TempPathFactory) -> Film:
    """A film in whose shots something changes twice."""
    return film(tmp_path_factory.mktemp("films") / "changing.mp4", 5, shots=6, acts=3, side=96)


def test_what_changes_within_a_shot_is_found_and_so_is_its_order(changing: Film) -> None:
    for shot in changing.shots:
        verdict = judge(told(shot), shot)
        assert faultless(verdict)
        assert verdict.in_order
        backwards = judge(told(shot[::-1]), shot)
        assert (backwards.changes, backwards.invented) == (verdict.changes, 0)
        assert backwards.in_order is False
        first = judge(describe(shot[0].play, moving=True), shot)
        assert first.changes[0] == len(shot[0].play.actors) < first.changes[1]
        assert first.in_order is None


def test_saying_it_again_changes_nothing(changing: Film) -> None:
    for shot in changing.shots:
        assert judge(f"{told(shot)}. {told(shot)}", shot) == judge(told(shot), shot)


def test_an_act_goes_on_where_the_one_before_ended(changing: Film) -> None:
    for shot in changing.shots:
        for before, after in pairwise(shot):
            assert before.end == after.start
            ended = {(a.colour, a.shape): a.at(1) for a in before.play.actors}
            begun = {(a.colour, a.shape): a.at(0) for a in after.play.actors}
            there = {name for name, (_, _, radius) in ended.items() if radius}
            assert begun.keys() == there
            for name in there:
                assert begun[name] == pytest.approx(ended[name])
            last, first = (
                play.picture(share, 96, grain=0).astype(int)
                for play, share in ((before.play, 1), (after.play, 0))
            )
            assert np.abs(last - first).max() <= 1
            assert {a.motion for a in after.play.actors} - {"stays"}


def decoded(path: Path) -> tuple[list[Fraction], list[Picture]]:
    """Times and pictures, RGB, of all frames."""
    with av.open(path) as container:
        frames = list(container.decode(video=0))
    times = [Fraction(frame.pts or 0) * (frame.time_base or 0) for frame in frames]
    return times, [np.asarray(frame.to_ndarray(format="rgb24"), np.uint8) for frame in frames]


def test_the_file_shows_the_plays_at_their_times(changing: Film) -> None:
    times, pictures = decoded(changing.path)
    assert times == [Fraction(number, 12) for number in range(6 * 36)]
    assert [shot[0].start for shot in changing.shots] == [3.0 * n for n in range(6)]
    assert changing.acts[-1].end == 18.0
    for act in changing.acts:
        number = round((act.start + act.end) / 2 * 12)
        share = act.share(number / 12)
        wanted = act.play.picture(share, 96, grain=GRAIN)
        shown = pictures[number].astype(int)
        assert np.abs(shown - wanted).mean() < 6, act
        for actor in act.play.actors:
            x, y, radius = actor.at(share)
            if radius:
                ends = [round(v * 96) for v in (x - radius, x + radius, y - radius, y + radius)]
                left, right, top, bottom = (max(0, end) for end in ends)
                window = np.s_[top:bottom, left:right]
                assert np.abs(shown[window] - wanted[window]).mean() < 12, actor


def test_neighbouring_shots_differ_in_background_and_show_what_was_never_seen(
    changing: Film,
) -> None:
    for one, two in pairwise(changing.shots):
        assert one[0].play.background != two[0].play.background
    for shot in changing.shots:
        assert any(held_out(actor.colour, actor.shape) for actor in shot[0].play.actors)


def test_the_same_seed_makes_the_same_file(tmp_path: Path) -> None:
    made = [film(tmp_path / f"{n}.mp4", seed, 2, 2, 1.0, 64) for n, seed in enumerate((3, 3, 4))]
    files = [each.path.read_bytes() for each in made]
    assert files[0] == files[1] != files[2]
    assert made[0].shots == made[1].shots
    with pytest.raises(ValueError, match="whole frames"):
        film(tmp_path / "uneven.mp4", 1, seconds=0.3)


def test_the_same_actors_come_again(tmp_path: Path) -> None:
    made = recurring_film(tmp_path / "again.mp4", 2, shots=12, seconds=0.5, side=64)
    seen = [{(a.colour, a.shape) for a in act.play.actors} for act in made.acts]
    names = set().union(*seen)
    assert len(names) == len({c for c, _ in names}) == len({s for _, s in names}) == 4
    assert all(held_out(*name) for name in names)
    assert all(sum(name in each for each in seen) >= 3 for name in names)
    assert len({act.play.background for act in made.acts}) > 3
    assert len(decoded(made.path)[0]) == 12 * 6


def test_verdicts_add_up_to_a_row() -> None:
    play = cast(np.random.default_rng(1), moving=True, actors=2)
    tally = Tally()
    assert tally.share("object") is None
    tally.add(judge(describe(play, moving=True), acted(play)))
    tally.add(judge(clause(play.actors[0], True) + " on nothing with the word xyz", acted(play)))
    assert tally.share("object") == tally.share("changes") == 0.75
    cells = [cell.strip() for cell in tally.row("both").strip("|").split("|")]
    head = [cell.strip() for cell in Tally.HEAD.splitlines()[0].strip("|").split("|")]
    assert len(cells) == len(head)
    row = dict(zip(head, cells, strict=True))
    assert (row[""], row["object"], row["background"], row["place"]) == (
        "both",
        "0.75",
        "0.50",
        "–",
    )
    assert row["invented"] == "0.50"
