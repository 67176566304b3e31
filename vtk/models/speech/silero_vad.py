"""Voice activity detection with Silero VAD, using the weights bundled with faster-whisper.

Silero VAD (https://github.com/snakers4/silero-vad): a small recurrent network that gives the
probability of speech for every 32 ms of audio. Runs in onnxruntime on one core.
"""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vtk.errors import MissingError
from vtk.models import onnx

FRAME = 512  # samples at 16 kHz per probability
_CONTEXT = 64  # samples before a frame that are part of its input
_STATE = (1, 1, 128)
HINT = "pip install 'video-text-kit[speech]'"


class VoiceActivity:
    """A streaming detector. Raises MissingError if faster-whisper or onnxruntime is missing."""

    def __init__(self) -> None:
        weights, ort = _weights(), _onnxruntime()
        options = ort.SessionOptions()
        options.inter_op_num_threads = options.intra_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 4
        self._session = ort.InferenceSession(str(weights), options, ["CPUExecutionProvider"])
        self.reset()

    def reset(self) -> None:
        """Reset the state before unrelated audio follows."""
        self._memory = {"h": np.zeros(_STATE, np.float32), "c": np.zeros(_STATE, np.float32)}
        self._before = np.zeros(_CONTEXT, np.float32)

    def probabilities(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the probability of speech in each frame, (frames,), continuing the last call.

        `samples` are (n,) at 16 kHz; n is a multiple of FRAME, except at the end of the audio.
        """
        frames = np.pad(samples, (0, -len(samples) % FRAME)).reshape(-1, FRAME)
        if not len(frames):
            return np.zeros(0, np.float32)
        before = np.vstack([self._before, frames[:-1, -_CONTEXT:]])
        self._before = frames[-1, -_CONTEXT:].copy()
        seen = np.hstack([before, frames])
        found, h, c = self._session.run(None, {"input": seen, **self._memory})
        self._memory = {"h": h, "c": c}
        return np.asarray(found, np.float32).reshape(-1)


def _weights() -> Path:
    """Return the path of the weights in faster-whisper, without importing that heavy package."""
    package = find_spec("faster_whisper")
    found = (
        sorted(Path(package.origin).parent.glob("assets/silero_vad*.onnx"))
        if (package and package.origin)
        else []
    )
    if not found:
        raise MissingError(f"detecting speech needs faster-whisper: {HINT}")
    return found[-1]


def _onnxruntime() -> Any:
    try:
        return onnx.library()
    except ImportError as error:
        raise MissingError(f"detecting speech needs onnxruntime ({error}): {HINT}") from None
