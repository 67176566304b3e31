"""Chat templates: a prompt as the texts and pictures that a model was trained to read.

Templates come with models, and texts from videos, so neither is trusted: templates are rendered in
jinja's sandbox, and texts cannot say what only a template may, such as that a turn has ended.
"""

import re
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any, NoReturn

from vtk.errors import MissingError, ModelError
from vtk.models.llm.prompt import Picture, Prompt

# What tokens that steer a model look like: <|im_end|>, </s>, [INST].
_STEERING = re.compile(r"<[^<>\s]{1,60}>|\[[A-Z_/]{2,30}\]")


class Template:
    """A model's chat template, ready to render prompts."""

    def __init__(
        self, source: str, *, bos: str, eos: str, is_control: Callable[[str], bool]
    ) -> None:
        """Compile it. Raises MissingError for a template that is none."""
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
        self._is_control = is_control
        self._failures = (jinja2.TemplateError, TypeError, ValueError, KeyError)

    def render(self, prompt: Prompt) -> list[str | Picture]:
        """The prompt as texts and pictures, texts between them joined. Raises ModelError."""
        mark = secrets.token_hex(16)  # no text can know it
        content: Any = [
            {
                "type": "text",
                "text": self.escape_control_tokens(part) if isinstance(part, str) else mark,
            }
            for part in prompt.parts
        ]
        if not prompt.pictures:  # templates of models without eyes take nothing but a string
            content = "\n".join(part["text"] for part in content)
        turns = [{"role": "user", "content": content}]
        if prompt.system:
            turns.insert(
                0, {"role": "system", "content": self.escape_control_tokens(prompt.system)}
            )
        try:
            text = self._template.render(
                messages=turns, add_generation_prompt=True, enable_thinking=False, **self._tokens
            )
        except self._failures as error:
            raise ModelError(f"the model's chat template refuses the prompt: {error}") from None
        first, *others = text.removeprefix(self._tokens["bos_token"]).split(mark)
        if len(others) != len(prompt.pictures):
            raise ModelError("the model's chat template has no place for pictures")
        parts: list[str | Picture] = [first]
        for picture, after in zip(prompt.pictures, others, strict=True):
            parts += [picture, after]
        return [part for part in parts if not isinstance(part, str) or part]

    def escape_control_tokens(self, text: str) -> str:
        """A text in which nothing steers the model: such tokens get a space inside."""

        def loosened(match: re.Match[str]) -> str:
            found = match.group()
            return f"{found[0]} {found[1:]}" if self._is_control(found) else found

        return _STEERING.sub(loosened, text)


def _refuse(message: str) -> NoReturn:
    raise ValueError(message)
