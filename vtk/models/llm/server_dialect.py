"""The words in which servers of OpenAI's chat protocol differ, learned from what they refuse."""

from vtk.models.llm.openai_chat import Json

LISTED = 20  # tokens asked for with their log-probabilities: what OpenAI gives at most
LISTED_FEWER = 5  # what others give at most


class Dialect:
    """The words of one server, those of most servers until it refuses them."""

    def __init__(self) -> None:
        self._listed = LISTED
        self._limit = "max_tokens"
        self._extras: Json = {
            # llama-cpp-python's server punishes repeated words unless told not to.
            "repeat_penalty": 1.0,
            # The switch of the templates of Qwen3, GLM and others; those without it ignore it.
            "chat_template_kwargs": {"enable_thinking": False},
        }

    def worded(self, body: Json) -> Json:
        """The body of a request in the words of this server."""
        words = {**body, **self._extras}
        words[self._limit] = words.pop("max_tokens")
        if "top_logprobs" in words:
            words["top_logprobs"] = self._listed
        return words

    def learn(self, refusal: str) -> None:
        """Take from a refusal which words the server does not know."""
        if "max_completion_tokens" in refusal:  # OpenAI's newer models
            self._limit = "max_completion_tokens"
        elif any(name in refusal for name in self._extras):  # OpenAI, which knows no such word
            self._extras = {k: v for k, v in self._extras.items() if k not in refusal}
        elif "logprobs" in refusal.lower():
            self._listed = LISTED_FEWER
