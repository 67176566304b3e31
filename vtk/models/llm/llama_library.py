"""Import llama-cpp-python, silence its log, and keep its errors for use in messages."""

from collections import deque
from typing import Any

from vtk.errors import MissingError

ERROR = 4  # ggml's log level of errors


def library() -> tuple[Any, Any]:
    """Return the modules llama_cpp and mtmd_cpp, silenced. Raises MissingError if unavailable."""
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


_said: deque[str] = deque(maxlen=4)  # llama.cpp's latest errors; it has one log per process
_listener: Any = None


def silence() -> None:
    """Keep llama.cpp and libmtmd from writing to standard error, and collect their errors."""
    global _listener
    if _listener is not None:
        return
    import llama_cpp
    from llama_cpp import mtmd_cpp

    @llama_cpp.llama_log_callback  # type: ignore[untyped-decorator]
    def listen(level: int, text: bytes | None, _: Any) -> None:
        if level == ERROR and text:
            _said.append(text.decode("utf-8", "replace").strip())

    _listener = listen  # C code holds no reference that keeps the callback alive
    for setter in (llama_cpp.llama_log_set, mtmd_cpp.mtmd_log_set, mtmd_cpp.mtmd_helper_log_set):
        setter(listen, None)


def clear_errors() -> None:
    """Clear the error messages collected from llama.cpp."""
    _said.clear()


def last_error() -> str:
    """Return the first of llama.cpp's recent errors, without its function name; clear all."""
    lines = [line.split(": ", 1)[-1] for line in _said if line]
    _said.clear()
    said = lines[0].splitlines()[0].removeprefix("error: ") if lines else "no reason is given"
    return said.removesuffix(".")
