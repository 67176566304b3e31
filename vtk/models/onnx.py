"""Import onnxruntime without the telemetry of the builds on PyPI.

From version 1.29 on, the import itself starts writing a machine identifier and a queue of events to
the cache folder and sending them to the vendor, so an API call to turn telemetry off comes too
late. The only way is an environment variable that is read at import (see its Privacy.md).
"""

import os
from typing import Any

SWITCH = "ORT_DISABLE_TELEMETRY"


def library() -> Any:
    """Return onnxruntime; call this before importing packages that import it, such as RapidOCR.

    The environment variable is removed again after the import; a value set by the user is kept.
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
