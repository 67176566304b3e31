"""vtk caption with tiny-vlm on films that it never saw: what the strategies are worth."""

from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest

from tests.benchmarks.caption import PROMPTS, options, spans, tallied, unseen
from tests.command_line import lines, vtk
from tests.models.chat_server import Asked, Told, chat_server, listing, said
from tests.models.tiny import language_file, tiny_vlm
from tests.world.models.film import Film, film, recurring_film
from tests.world.models.judge import Tally, judge
from vtk.caption import caption
from vtk.caption.long import repeated_share
from vtk.models.llm.local import LocalModel
from vtk.prompting.frames import LAYOUTS
from vtk.prompting.templates import to_toml
from vtk.schema import SCHEMA
from vtk.text import word_count


@pytest.fixture(scope="module")
def model() -> Iterator[LocalModel]:
    with tiny_vlm() as opened:
        yield opened


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("films")


@pytest.fixture(scope="module")
def single(folder: Path) -> Film:
    """One motion an actor and shot."""
    return film(folder / "single.mp4", 21, shots=40, seconds=2.0)


@pytest.fixture(scope="module")
def double(folder: Path) -> Film:
    """Two motions in each shot, one after the other."""
    return film(folder / "double.mp4", 22, shots=25, acts=2, seconds=2.0)


def judged(of: Film, model: LocalModel, method: str, frames: int) -> Tally:
    tally = Tally()
    found = caption(
        spans(of), method=method, model=model, options=options(method, "frames", frames)
    )
    for span, acts in zip(found, of.shots, strict=True):
        tally.add(judge(span["caption"], acts))
    return tally


def share(tally: Tally, name: str) -> float:
    found = tally.share(name)
    assert found is not None
    return found


@pytest.mark.parametrize("method", PROMPTS)
def test_every_method_gives_whole_records(folder: Path, double: Film, method: str) -> None:
    if method == "best-of":
        pytest.skip("needs an image-text model; test_best_of.py has it")
    prompts = folder / f"{method}.toml"
    prompts.write_text(to_toml(PROMPTS[method]))
    windows = vtk("split", "--every", "2s", f"{double.path}#t=0,6").stdout
    command = ["caption", "-m", str(language_file()), "--threads", "1", "--method", method]
    result = vtk(*command, "--prompt-file", prompts, "--frames", "3", stdin=windows)
    assert result.returncode == 0, result.stderr
    found = lines(result)
    assert len(found) == 3
    for record in found:
        jsonschema.validate(record, SCHEMA)
        assert record["caption"]
        assert record["made"][-1]["method"] == method


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_is_understood_to_some_degree(
    model: LocalModel, single: Film, layout: str
) -> None:
    found = caption(spans(single)[:8], model=model, options=options("plain", layout, 2))
    assert all(span["caption"] for span in found)


def test_two_frames_tell_what_happens(model: LocalModel, single: Film) -> None:
    tally = judged(single, model, "plain", 2)
    assert share(tally, "object") >= 0.85
    assert share(tally, "motion") >= 0.75


def test_what_changes_is_told_better_step_by_step(model: LocalModel, double: Film) -> None:
    plain, steps, events = (
        share(judged(double, model, method, 3), "changes")
        for method in ("plain", "differential", "dense")
    )
    assert steps > plain + 0.1
    assert events > plain + 0.1


def test_a_second_look_takes_out_what_was_invented(
    model: LocalModel, single: Film, folder: Path
) -> None:
    """Captions of small pictures, which show motion badly, held against frames at full size.

    Over several films: how a build of llama.cpp rounds moves the counts of one by a few.
    """
    before: list[Tally] = []
    after: list[Tally] = []
    more = (film(folder / f"{n}.mp4", n, shots=40, seconds=2.0) for n in (23, 24, 25))
    for each in (single, *more):
        small = list(caption(spans(each), model=model, options=options("plain", "clip", 2)))
        second = options("verify", "frames", 2)
        checked = caption(unseen(small), method="verify", model=model, options=second)
        before.append(tallied(small, each))
        after.append(tallied(checked, each))
    invented = [sum(tally.invented for tally in tallies) for tallies in (before, after)]
    stated = [sum(tally.stated for tally in tallies) for tallies in (before, after)]
    assert invented[0] >= 40
    assert invented[1] <= invented[0] / 2
    assert stated[1] - invented[1] >= 0.98 * (stated[0] - invented[0])


def test_an_actor_has_one_name_throughout_a_film(model: LocalModel, folder: Path) -> None:
    of = recurring_film(folder / "recurring.mp4", 23, shots=12, seconds=2.0)
    wanted = options("plain", "frames", 2, names=True)
    names: dict[str, set[str]] = {}
    for span in caption(spans(of), model=model, options=wanted):
        for each in span["names"]:
            names.setdefault(each["said"].split(maxsplit=1)[1], set()).add(each["name"])
    actors = {f"{actor.colour} {actor.shape}" for act in of.acts for actor in act.play.actors}
    assert all(len(names[actor]) == 1 for actor in actors)
    assert len({name for actor in actors for name in names[actor]}) == len(actors)


def test_a_film_is_told_in_so_many_words(model: LocalModel, single: Film) -> None:
    wanted = options("plain", "frames", 2, long=250)
    (whole,) = caption(spans(single), model=model, options=wanted)
    assert word_count(whole["caption"]) >= 240
    assert repeated_share(whole["caption"]) < 0.05


def test_captions_come_from_a_server_as_well(double: Film) -> None:
    def script(asked: Asked) -> Told:
        if "logprobs" in asked.body:
            return listing(yes=-0.1, no=-2.0)
        return said("A shape moves.")

    with chat_server() as server:
        server.script = script
        part = f"{double.path}#t=0,2"
        command = ["caption", "--endpoint", server.url, "--method"]
        first = vtk(*command, "plain", part)
        assert first.returncode == 0, first.stderr
        (record,) = lines(vtk(*command, "verify", stdin=first.stdout))
    assert record["caption"] == "A shape moves."
    assert [entry["method"] for entry in record["made"]] == ["plain", "verify"]
