"""Prompts as a model's own template has them."""

import numpy as np
import pytest

from vtk.models.llm.chat_template import Template
from vtk.models.llm.prompt import Prompt

pytest.importorskip("jinja2")
PICTURE = np.zeros((4, 4, 3), np.uint8)


def rendered(source: str, prompt: Prompt) -> list[str]:
    """The parts of a prompt, `picture` for a picture."""
    control = {"<s>", "</s>"}
    template = Template(
        source, bos="<s>", eos="</s>", adds_bos=True, is_control=control.__contains__
    )
    return [part if isinstance(part, str) else "picture" for part in template.render(prompt)]


def test_a_template_that_takes_only_a_string_is_given_one() -> None:
    """Such as that of DeepSeek-OCR, which would write the list of parts out."""
    bare = "{% for m in messages %}{{m['content']}}{% endfor %}"
    assert rendered(bare, Prompt((PICTURE, "Free OCR."))) == ["picture", "Free OCR."]
    assert rendered(bare, Prompt((PICTURE, "</s>", PICTURE))) == ["picture", "< /s>", "picture"]
    assert rendered(bare, Prompt(("words",))) == ["words"]


def test_a_template_without_a_system_role_has_the_rules_before_the_question() -> None:
    """Such as that of Gemma 2."""
    bare = (
        "{% if messages[0]['role'] == 'system' %}{{ raise_exception('no system role') }}{% endif %}"
        "{% for m in messages %}{{ m['content'] }}{% endfor %}"
    )
    assert rendered(bare, Prompt(("Why?",), "Be brief.</s>")) == ["Be brief.< /s>\n\nWhy?"]
    seen = rendered(bare, Prompt((PICTURE, "Why?"), "Be brief."))
    assert seen == ["Be brief.\n\n", "picture", "Why?"]


def test_a_template_that_takes_parts_is_given_parts() -> None:
    listed = (
        "{{ bos_token }}{% for m in messages %}{% for part in m['content'] %}"
        "[{{ part['text'] }}]{% endfor %}{% endfor %}"
    )
    assert rendered(listed, Prompt((PICTURE, "what?"))) == ["[", "picture", "][what?]"]
