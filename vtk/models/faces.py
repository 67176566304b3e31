"""Detection of faces that look towards the camera, with dlib's detector.

Histograms of oriented gradients (Dalal and Triggs, CVPR 2005) in a sliding window, trained by
Max-Margin Object Detection (King, arXiv:1502.00046). It finds upright frontal and half-profile
faces at least 80 pixels tall, with very few false positives.
"""

import numpy as np
from numpy.typing import NDArray

from vtk.errors import MissingError

Luma = NDArray[np.uint8]  # (height, width)
Box = tuple[float, float, float, float]  # left, top, right, bottom, as fractions of the picture

WEAK = -0.2  # lowest score that is returned; the detector's own threshold is 0


class FaceDetector:
    """The detector with the weights shipped in dlib. Raises MissingError without dlib."""

    def __init__(self) -> None:
        try:
            from dlib import get_frontal_face_detector
        except ImportError:
            raise MissingError(
                "faces are found by dlib: pip install 'video-text-kit[faces]'"
            ) from None
        self._detector = get_frontal_face_detector()

    def __call__(self, picture: Luma) -> list[tuple[Box, float]]:
        """Return the face boxes in a picture with their scores, highest score first."""
        # dlib misreads arrays with gaps between their rows.
        boxes, scores, _ = self._detector.run(np.ascontiguousarray(picture), 0, WEAK)
        height, width = picture.shape
        return [
            ((b.left() / width, b.top() / height, b.right() / width, b.bottom() / height), score)
            for b, score in zip(boxes, scores, strict=True)
        ]
