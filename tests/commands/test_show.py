"""vtk show: text for people, safe for a terminal."""

import json
from pathlib import Path

from tests.command_line import lines, vtk
from tests.terminal import Terminal
from tests.world import World

SAID = [
    "We look at hammers first.",
    "A doorknob is present-at-hand when it sticks.",
    "Nobody thinks of the doorknobs that work.",
    "So much for doors.",
]


def shown(*options: str, **fields: object) -> str:
    record = {"video": "talk.mp4", "start": 62.0, "end": 90.5, **fields}
    return vtk("show", *options, stdin=[record]).stdout.decode()


def test_chapters_are_lines_that_a_video_platform_reads() -> None:
    parts = [{"start": 75, "end": 90.5, "kind": "section", "title": "Drones"}]
    chapter = {"kind": "chapter", "title": "Bees", "parts": parts}
    assert shown(**chapter) == "talk.mp4\n\n1:02 Bees\n  1:15 Drones\n"
    assert shown("--plain", **chapter) == "1:02 Bees\n1:15 Drones\n"


def test_a_shot_is_its_times_and_its_caption() -> None:
    assert "1:02.0–1:30.5  A red ball." in shown(kind="shot", caption="A red ball.")
    assert "shot; frames at 1:03.5, 1:10.0" in shown(
        kind="shot", keyframes=[{"t": 63.5}, {"t": 70}]
    )


def test_long_speech_is_cut_after_three_lines() -> None:
    said = [{"start": 62, "end": 90, "text": "word " * 500}]
    text = shown("--width", "60", kind="window", speech=said)
    assert text.count("\n") == 5
    assert max(map(len, text.splitlines())) <= 60
    assert text.endswith("…\n")


def test_a_result_has_rank_score_and_place() -> None:
    text = shown(rank=2, score=0.5, evidence=[{"start": 62, "end": 70, "text": "So it is."}])
    assert text == "  2. 0.50  1:02–1:30  talk.mp4\n     So it is.\n"


def test_a_result_shows_the_words_that_were_found_and_what_is_around_them() -> None:
    said = [{"start": 62 + n, "end": 63 + n, "text": text} for n, text in enumerate(SAID)]
    before = [{"start": 2.0, "end": 3.0, "text": "Something else altogether. " * 20}]
    text = shown(rank=1, score=2, query="doorknob", start=0, speech=before + said)
    assert SAID[1] in " ".join(text.split())
    assert text.count("\n") <= 4
    assert "\x1b" not in text


def test_on_a_terminal_spans_are_text_as_wide_as_it_and_words_found_are_bold(
    tmp_path: Path,
) -> None:
    cues = [f"{n}\n00:00:{n:02},000 --> 00:00:{n:02},900\n{t}\n" for n, t in enumerate(SAID, 1)]
    (tmp_path / "talk.srt").write_text("\n".join(cues))
    with Terminal("vtk retrieve doorknob talk.srt", folder=tmp_path, columns=60) as terminal:
        assert terminal.end() == 0
        assert terminal.lines[0].startswith("  1. ")
        assert b"\x1b[1mdoorknob\x1b[22m" in terminal.written
        assert b"\x1b[1mdoorknobs\x1b[22m" in terminal.written
        assert max(map(len, terminal.lines)) <= 60
    for raw in ("-o -", "--format jsonl"):
        with Terminal(f"vtk retrieve {raw} doorknob talk.srt", folder=tmp_path) as terminal:
            assert terminal.end() == 0
            assert terminal.lines[0].startswith("{")


def test_a_cue_is_named() -> None:
    black = shown(kind="cue", cue={"type": "black"})
    assert black.endswith("1:02.0–1:30.5  black\n")
    bars = {"type": "letterbox", "bars": "pillarbox", "active": [8, 0, 88, 72], "aspect": 1.111}
    assert shown(kind="cue", cue=bars).endswith("letterbox (pillarbox, picture 1.11:1)\n")


def test_a_file_is_what_it_holds(world: World) -> None:
    text = vtk("show", stdin=lines(vtk("probe", world("cuts").path))).stdout.decode()
    (video,) = (line for line in text.splitlines() if line.startswith("  video"))
    for fact in ("h264", "×", "fps"):
        assert fact in video


def test_summaries_keep_their_lines() -> None:
    text = shown("--width", "20", kind="summary", summary="Points\n- one two three four five\n- b")
    assert text.split("\n")[2:] == ["Points", "- one two three four", "  five", "- b", ""]


def test_nothing_to_show_is_told() -> None:
    result = vtk("show", stdin=b"")
    assert (result.returncode, result.stdout) == (0, b"")
    assert b"nothing to show" in result.stderr


def test_an_error_is_told() -> None:
    error = {"command": "vtk split", "type": "OpenError", "message": "cannot open: gone"}
    assert "! talk.mp4#t=62,90.5: cannot open: gone" in shown(error=error)


def test_text_is_on_its_lines_and_plays_no_tricks() -> None:
    text = shown(kind="summary", summary="One.\nTwo\u00a0! \u0645\u06cc\u200c\u062e\u0648 \x1b[2J")
    assert "One.\nTwo ! \u0645\u06cc\u200c\u062e\u0648" in text
    assert "\x1b" not in text
    assert "\n" in shown(kind="summary", summary="word " * 100).strip()


def test_a_skim_is_shown_with_what_is_in_it() -> None:
    stretch = {"start": 61.0, "end": 64.5, "at": 0.0, "score": 1.0}
    span = {
        **{"video": "a.mp4", "start": 0, "end": 90, "kind": "summary", "summary": "A keeper."},
        "skim": {"seconds": 3.5, "file": "short.mp4", "stretches": [stretch]},
    }
    shown = vtk("show", stdin=json.dumps(span)).stdout.decode()
    assert "In short, 0:03.5 (short.mp4):" in shown
    assert "1:01.0–1:04.5  at 0:00.0" in shown
