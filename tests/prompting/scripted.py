"""A language model that says what it is told to say, for what no real one does on demand."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from vtk.errors import ModelError
from vtk.models.llm.prompt import YES_NO, Answer, Likelihood, Prompt, Sampling


class Scripted:
    """Answers each prompt by a function of its text and of how warm the answer may be."""

    name = "scripted"
    sha256 = None
    settings = ""
    pairs = False
    context: int | None = None

    def __init__(
        self,
        say: Callable[[str, float], str | ModelError],
        yes: Callable[[str], float] = lambda text: 1.0,
        at_once: int = 1,
    ) -> None:
        self.say, self.yes, self.at_once = say, yes, at_once
        self.most = 10_000  # words after which an answer is cut off
        self.asked: list[Prompt] = []
        self.closed = False

    def answers(
        self,
        prompts: Iterable[Prompt],
        sampling: Sampling = Sampling(),  # noqa: B008
    ) -> Iterator[Answer | ModelError]:
        """What the script says."""
        for prompt in (prompt for prompt in prompts for _ in range(sampling.count)):
            self.asked.append(prompt)
            said = self.say(text_of(prompt), sampling.temperature)
            if isinstance(said, ModelError):
                yield said
                continue
            whole = len(said.split()) <= self.most
            text = said if whole else " ".join(said.split()[: self.most])
            yield Answer(text, 10, len(text.split()), whole)

    def scores(
        self, prompts: Iterable[Prompt], choices: Sequence[str] = YES_NO
    ) -> Iterator[list[float] | ModelError]:
        """Yes and no, as the script has it."""
        for prompt in prompts:
            self.asked.append(prompt)
            score = self.yes(text_of(prompt))
            yield [score, 1 - score]

    def likelihoods(self, texts: Iterable[tuple[Prompt, str]]) -> Iterator[Likelihood | ModelError]:
        """The shorter a text the likelier, by a letter each."""
        for _, text in texts:
            yield Likelihood(-float(len(text)), len(text))

    def close(self) -> None:
        """Note that it was closed."""
        self.closed = True


def text_of(prompt: Prompt) -> str:
    """The last text of a prompt, which is the question."""
    return next(part for part in reversed(prompt.parts) if isinstance(part, str))
