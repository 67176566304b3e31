"""Faces that look towards the camera, found by dlib's detector.

Histograms of oriented gradients (Dalal and Triggs, CVPR 2005) under a sliding window, trained by
Max-Margin Object Detection (King, arXiv:1502.00046). It finds upright faces seen from the front
and half from the side, from 80 lines of a picture on, and hardly ever one where there is none.
"""

import numpy as np
from numpy.typing import NDArray

from vtk.errors import MissingError

Luma = NDArray[np.uint8]  # (height, width)
Box = tuple[float, float, float, float]  # left, top, right, bottom, as fractions of the picture

WEAK = -0.2  # score from which a find is told; from 0 on it is one to the detector


class FaceDetector:
    """The detector, with the weights of its package. Raises MissingError without it."""

    def __init__(self) -> None:
        try:
            from dlib import get_frontal_face_detector
        except ImportError:
            raise MissingError(
                "faces are found by dlib: pip install 'video-text-kit[faces]'"
            ) from None
        self._detector = get_frontal_face_detector()

    def __call__(self, picture: Luma) -> list[tuple[Box, float]]:
        """The boxes of faces in a picture and how sure each is, the surest first."""
        # It misreads pictures with gaps between their rows.
        boxes, scores, _ = self._detector.run(np.ascontiguousarray(picture), 0, WEAK)
        height, width = picture.shape
        return [
            ((b.left() / width, b.top() / height, b.right() / width, b.bottom() / height), score)
            for b, score in zip(boxes, scores, strict=True)
        ]
