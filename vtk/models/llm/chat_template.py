"""Chat templates: render a prompt in the format that a model was trained on.

Neither templates, which come with models, nor texts, which come from videos, are trusted: templates
are rendered in jinja's sandbox, and control tokens in texts, such as end of turn, are escaped.
"""

import re
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any, NoReturn

from vtk.errors import MissingError, ModelError
from vtk.models.llm.prompt import THOUGHT, Picture, Prompt

# The syntax of control tokens: <|im_end|>, </s>, [INST].
_STEERING = re.compile(r"<[^<>\s]{1,60}>|\[[A-Z_/]{2,30}\]")


class Template:
    """A model's chat template, ready to render prompts."""

    def __init__(
        self,
        source: str,
        *,
        bos: str,
        eos: str,
        adds_bos: bool,
        is_control: Callable[[str], bool],
    ) -> None:
        """Compile the template `source`; `adds_bos` if the tokenizer adds the token `bos` itself.

        Raises MissingError if the template is invalid.
        """
        import jinja2
        import jinja2.ext
        from jinja2.sandbox import ImmutableSandboxedEnvironment

        world = ImmutableSandboxedEnvironment(
            trim_blocks=True, lstrip_blocks=True, extensions=[jinja2.ext.loopcontrols]
        )
        world.globals["raise_exception"] = _refuse
        world.globals["strftime_now"] = lambda form: datetime.now().strftime(form)
        try:
            self._template = world.from_string(source)
        except jinja2.TemplateError as error:
            raise MissingError(f"the model's chat template is broken: {error}") from None
        self._tokens = {"bos_token": bos, "eos_token": eos}
        self._added = bos if adds_bos else ""
        self._is_control = is_control
        self._failures = (jinja2.TemplateError, TypeError, ValueError, KeyError)

    def render(self, prompt: Prompt) -> list[str | Picture]:
        """Render a prompt to texts and pictures, adjacent texts merged. Raises ModelError."""
        mark = secrets.token_hex(16)  # picture placeholder; random, so no text can contain it
        content: Any = [
            {
                "type": "text",
                "text": self.escape_control_tokens(part) if isinstance(part, str) else mark,
            }
            for part in prompt.parts
        ]
        if not prompt.pictures:  # templates of text-only models accept only a string
            content = "\n".join(part["text"] for part in content)
        text = self._rendered(content, prompt.system)
        listed = prompt.pictures and str(content)[1:-1] in text
        if listed:  # as Python writes lists: the template takes only a string
            text = self._rendered("".join(part["text"] for part in content), prompt.system)
        text = text.removeprefix(self._added)
        if text.rstrip().endswith(THOUGHT[0]):  # the template begins the reasoning: end it at once
            text = f"{text.rstrip()}\n\n{THOUGHT[1]}\n\n"
        first, *others = text.split(mark)
        if len(others) != len(prompt.pictures):
            raise ModelError("the model's chat template has no place for pictures")
        parts: list[str | Picture] = [first]
        for picture, after in zip(prompt.pictures, others, strict=True):
            parts += [picture, after]
        return [part for part in parts if not isinstance(part, str) or part]

    def _rendered(self, content: Any, system: str | None) -> str:
        if system:
            rules = self.escape_control_tokens(system)
            turns = [{"role": "system", "content": rules}, {"role": "user", "content": content}]
            try:
                return self._written(turns)
            except ModelError:  # it knows no such role, as that of Gemma 2
                if isinstance(content, str):
                    content = f"{rules}\n\n{content}"
                else:
                    content = [{"type": "text", "text": rules}, *content]
        return self._written([{"role": "user", "content": content}])

    def _written(self, turns: list[dict[str, Any]]) -> str:
        try:
            return self._template.render(
                messages=turns, add_generation_prompt=True, enable_thinking=False, **self._tokens
            )
        except self._failures as error:
            raise ModelError(f"the model's chat template refuses the prompt: {error}") from None

    def escape_control_tokens(self, text: str) -> str:
        """Return the text with a space inserted into each control token, which disables it."""

        def loosened(match: re.Match[str]) -> str:
            found = match.group()
            return f"{found[0]} {found[1:]}" if self._is_control(found) else found

        return _STEERING.sub(loosened, text)


def _refuse(message: str) -> NoReturn:
    raise ValueError(message)
