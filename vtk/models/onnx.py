"""onnxruntime as a library, without the telemetry of the builds on PyPI.

From 1.29 on they write an identifier of the machine and a queue of events to the cache folder, and
send those to their maker, from the moment of the import; what can be called later to turn that off
comes too late. An environment variable that is read then is the only way (its Privacy.md).
"""

import os
from typing import Any

SWITCH = "ORT_DISABLE_TELEMETRY"


def library() -> Any:
    """onnxruntime; loaded here before what would load it by itself, such as RapidOCR.

    The variable is not left behind for other code or processes, and holds where it is set already.
    Raises what the import raises: ImportError, OSError.
    """
    ours = SWITCH not in os.environ
    os.environ.setdefault(SWITCH, "1")
    try:
        import onnxruntime
    finally:
        if ours:
            del os.environ[SWITCH]
    return onnxruntime
