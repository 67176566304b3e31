"""llama-cpp-python as a library: found or missing, silent, its errors kept for a sentence."""

from collections import deque
from typing import Any

from vtk.errors import MissingError

ERROR = 4  # ggml's level of messages that tell of errors


def library() -> tuple[Any, Any]:
    """llama_cpp and its multimodal part, silent. Raises MissingError where they are not here."""
    try:
        import llama_cpp
        from llama_cpp import mtmd_cpp
    except (ImportError, OSError, RuntimeError) as error:
        hint = "pip install 'video-text-kit[llm]'"
        if isinstance(error, ModuleNotFoundError) and error.name == "llama_cpp":
            raise MissingError(f"models in this process need llama-cpp-python: {hint}") from None
        raise MissingError(f"llama-cpp-python does not load ({error}): {hint}") from None
    silence()
    return llama_cpp, mtmd_cpp


_said: deque[str] = deque(maxlen=4)  # llama.cpp's last errors; its log is one for the process
_listener: Any = None


def silence() -> None:
    """Keep llama.cpp and libmtmd from writing to standard error, and remember their errors."""
    global _listener
    if _listener is not None:
        return
    import llama_cpp
    from llama_cpp import mtmd_cpp

    @llama_cpp.llama_log_callback  # type: ignore[untyped-decorator]
    def listen(level: int, text: bytes | None, _: Any) -> None:
        if level == ERROR and text:
            _said.append(text.decode("utf-8", "replace").strip())

    _listener = listen  # C keeps no reference of its own
    for setter in (llama_cpp.llama_log_set, mtmd_cpp.mtmd_log_set, mtmd_cpp.mtmd_helper_log_set):
        setter(listen, None)


def clear_errors() -> None:
    """Forget what llama.cpp said so far."""
    _said.clear()


def last_error() -> str:
    """What llama.cpp said last that tells most, without the names of its functions."""
    lines = [line.split(": ", 1)[-1] for line in _said if line]
    _said.clear()
    return lines[0].removesuffix(".") if lines else "no reason is given"
