"""Prompts as templates: what fills them, and what a user puts in their place."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vtk.errors import UsageError
from vtk.prompting.templates import render, to_toml, user_templates


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["a", "b"]), st.text(max_size=9)), st.text(max_size=60))
def test_templates_are_filled_once(values: dict[str, str], template: str) -> None:
    text = render("{a} and {c}\n" + template.replace("{", ""), values)
    if values.get("a", "").strip():
        assert values["a"].strip().splitlines()[0].strip() in text
    assert "{c}" in text or ("a" in values and not values["a"].strip())


def test_prompts_go_out_and_come_back(tmp_path: Path) -> None:
    known = {"first": 'Say "so" \\ """three""" {speech}', "second": "b"}
    file = tmp_path / "prompts.toml"
    file.write_text(to_toml(known))
    read = user_templates("x", known, None, file, main="caption")
    assert {name: text.strip() for name, text in read.items()} == known
    file.write_text('third = "c"')
    with pytest.raises(UsageError, match="third"):
        user_templates("x", known, None, file, main="caption")
    with pytest.raises(UsageError, match="--prompt-file"):
        user_templates("x", known, "ask", None, main="caption")
    assert user_templates("x", {"caption": "a"}, "ask", None, main="caption") == {"caption": "ask"}
