"""vtk show: text for people, safe for a terminal."""

from tests.command_line import vtk


def shown(**fields: object) -> str:
    record = {"video": "talk.mp4", "start": 62.0, "end": 90.5, **fields}
    return vtk("show", stdin=[record]).stdout.decode()


def test_chapters_are_lines_that_a_video_platform_reads() -> None:
    assert shown(kind="chapter", title="Bees") == "talk.mp4\n\n1:02 Bees\n"


def test_a_shot_is_its_times_and_its_caption() -> None:
    assert "1:02.0–1:30.5  A red ball." in shown(kind="shot", caption="A red ball.")


def test_a_result_has_rank_score_and_place() -> None:
    text = shown(rank=2, score=0.5, evidence=[{"start": 62, "end": 70, "text": "So it is."}])
    assert text == "  2. 0.50  talk.mp4#t=62,90.5\n     So it is.\n"


def test_an_error_is_told() -> None:
    error = {"command": "vtk split", "type": "OpenError", "message": "cannot open: gone"}
    assert "! talk.mp4#t=62,90.5: cannot open: gone" in shown(error=error)


def test_text_is_on_its_lines_and_plays_no_tricks() -> None:
    text = shown(kind="summary", summary="One.\nTwo\u00a0! \u0645\u06cc\u200c\u062e\u0648 \x1b[2J")
    assert "One. Two ! \u0645\u06cc\u200c\u062e\u0648" in text
    assert "\x1b" not in text
    assert "\n" in shown(kind="summary", summary="word " * 100).strip()
