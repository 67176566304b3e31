"""The likelihood of given texts by a server that lists log-probabilities of prompts, as vLLM does.

The protocol itself knows only those of what a model generates. vLLM adds `prompt_logprobs`, and
prompts that end inside an answer (`continue_final_message`): the text is sent as the beginning of
the answer, of which one token more is generated and ignored. llama-server has nothing of the kind.
"""

from typing import Any

from vtk.errors import ModelError, UsageError
from vtk.models.llm.prompt import Likelihood

Json = dict[str, Any]


def request(messages: list[Json], text: str | None) -> Json:
    """Return the request that scores a text; without one, for the length of the prompt alone."""
    body: Json = {"messages": messages, "max_tokens": 1, "temperature": 0}
    if text is None:
        return body
    answer = {"role": "assistant", "content": text}
    return {
        "messages": [*messages, answer],
        "max_tokens": 1,
        "temperature": 0,
        "add_generation_prompt": False,
        "continue_final_message": True,
        "prompt_logprobs": 0,
    }


def likelihood_in(alone: Any, answered: Any, text: str) -> Likelihood:
    """Return the likelihood of a text from the replies to both requests.

    Raises UsageError if the server does not list log-probabilities of prompts, and ModelError if
    its template does not put the text, and nothing else, where an answer begins.
    """
    match alone, answered:
        case {"usage": {"prompt_tokens": int(before)}}, {"prompt_logprobs": [*entries]}:
            found = [_entry(entry) for entry in entries[before:]]
            if "".join("".join(word for word, _ in found).split()) != "".join(text.split()):
                raise ModelError("the server's chat template adds to an answer that is given")
            return Likelihood(sum(log for _, log in found), len(found))
    raise UsageError(
        "this server cannot tell how likely a given text is: vLLM can, and a model in this process"
    )


def _entry(entry: Any) -> tuple[str, float]:
    """Return a token of the prompt, which stands first, and its log-probability."""
    match [*entry.values()] if isinstance(entry, dict) else []:
        case [{"logprob": float() | int() as log, "decoded_token": str(word)}, *_]:
            return word, min(float(log), 0.0)
    raise ModelError("the server's reply has no log-probabilities of the text")
