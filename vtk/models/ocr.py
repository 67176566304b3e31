"""RapidOCR: detect the lines of text in a picture, and recognize single lines.

RapidOCR runs networks of PaddleOCR (C. Cui et al., PaddleOCR 3.0, arXiv:2507.05595, 2025): one
detects text, the other recognizes a line. Both ship with its package; nothing is downloaded.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vtk.cores import cores
from vtk.errors import MissingError, UsageError
from vtk.media.image.to_rgb import RGB
from vtk.models import onnx
from vtk.models.hub.files import entry_of, is_network, resolve
from vtk.models.hub.formats import FaultError, fault, onnx_metadata

Quad = NDArray[np.float32]  # (4, 2): corners in pixels, clockwise from the top left

INSTALL = "pip install 'video-text-kit[ocr]'"
SHORT_SIDE = 736  # pixels; pictures with a longer short side are downscaled for detection
STEEP = 1.5  # height / width ratio from which a line is taken for vertical text
# ISO 639 codes of the languages that the bundled weights read; others need --weights.
_READ = """
af az bs ca cs cy da de en es et eu fi fr ga gl hr hu id is it ja ku la lb lt lv mi ms mt nl nb nn
no oc pl pt qu rm ro sk sl sq sv sw tl tr uz vi zh
"""
LANGUAGES = frozenset(_READ.split())


class OcrEngine:
    """Detects and recognizes text; counts the pictures searched (`found`) and lines `read`."""

    def __init__(
        self,
        language: str | None = None,
        weights: str | Path | None = None,
        threads: int | None = None,
    ) -> None:
        """Load the networks. `weights` is another recognition network: see `recognizer`.

        Raises MissingError if RapidOCR is not installed or does not read the language, or if
        `weights` is not a recognition network; UsageError.
        """
        if language and not weights:
            _known(language)
        other = None if weights is None else recognizer(weights)
        self.found = self.read = 0
        self._cv2, made = _library()
        folder = Path(str(find_spec("rapidocr").submodule_search_locations[0])) / "models"  # type: ignore[union-attr, index]
        params: dict[str, Any] = {
            "Global.log_level": "critical",
            "Global.use_cls": False,
            # Explicit paths: a model name would be looked up in a list of files to download.
            "Det.model_path": _shipped(folder, "det"),
            "Rec.model_path": str(other or _shipped(folder, "rec")),
            "Det.limit_type": "max",  # `lines` scales the pictures itself
            "Det.limit_side_len": 4096,
            # RapidOCR ignores a thread count above the number of cores.
            "EngineConfig.onnxruntime.intra_op_num_threads": min(threads or cores(), cores()),
        }
        try:
            with _characters(other) as params["Rec.rec_keys_path"]:
                self._engine = made(params=params)
                self._text(np.zeros((48, 320, 3), np.uint8))  # loads the network
        except MissingError:
            raise
        except Exception as error:
            if other:
                wrong = str(error) if isinstance(error, FaultError) else fault(other)
                reason = f"it {wrong}" if wrong else str(error).strip().splitlines()[-1]
                raise MissingError(f"{other} is not a text recognition network: {reason}") from None
            raise MissingError(f"RapidOCR does not run ({error}): {INSTALL}") from None

    def lines(self, picture: RGB) -> list[Quad]:
        """Return the corners of the lines of text in a picture, from top to bottom."""
        height, width = picture.shape[:2]
        scale = min(1.0, SHORT_SIDE / min(height, width))
        if scale < 1:
            size = (round(width * scale), round(height * scale))
            picture = self._cv2.resize(picture, size, interpolation=self._cv2.INTER_AREA)
        self.found += 1
        result = self._engine(_bgr(picture), use_det=True, use_cls=False, use_rec=False)
        if result.boxes is None:
            return []
        return [np.asarray(quad, np.float32) / np.float32(scale) for quad in result.boxes]

    def text(self, picture: RGB, quad: Quad) -> tuple[str, float]:
        """Return the text within `quad` of a picture and its confidence, 0..1."""
        self.read += 1
        return self._text(self._cut(picture, quad))

    def _text(self, line: RGB) -> tuple[str, float]:
        result = self._engine(_bgr(line), use_det=False, use_cls=False, use_rec=True)
        if not result.txts:
            return "", 0.0
        return str(result.txts[0]).strip(), float(result.scores[0])

    def _cut(self, picture: RGB, quad: Quad) -> RGB:
        """Return the part of the picture within `quad`, rotated upright."""
        cv2 = self._cv2
        sides = np.linalg.norm(quad - np.roll(quad, -1, axis=0), axis=1)
        width, height = (max(int(max(sides[i], sides[i + 2])), 1) for i in (0, 1))
        corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
        turn = cv2.getPerspectiveTransform(quad, corners)
        cut: RGB = cv2.warpPerspective(
            picture, turn, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
        )
        return np.rot90(cut) if height >= STEEP * width else cut


def require_rapidocr() -> None:
    """Raise MissingError if RapidOCR or onnxruntime is not installed; loads neither."""
    for name in ("rapidocr", "onnxruntime"):
        if not find_spec(name):
            raise MissingError(f"reading text on screen needs {name}: {INSTALL}")


def _library() -> tuple[Any, Any]:
    """Return the module cv2 and the class RapidOCR. Raises MissingError if they do not load."""
    require_rapidocr()
    try:
        onnx.library()  # must be loaded before RapidOCR imports onnxruntime
        import cv2
        from rapidocr import RapidOCR
    except (ImportError, OSError, RuntimeError, AttributeError) as error:
        raise MissingError(f"RapidOCR does not load ({error}): {INSTALL}") from None
    return cv2, RapidOCR


def recognizer(weights: str | Path) -> Path:
    """Return the file of a recognition network: a path, or a name in the catalog.

    Raises MissingError if it is not there, UsageError for a model that is none.
    """
    path = Path(weights).expanduser()
    if path.is_file():
        return path
    if isinstance(weights, Path) or "/" in weights or weights.endswith(".onnx"):
        raise UsageError(f"there is no file {weights}")
    entry = entry_of(weights)
    if entry and entry.kind in ("vlm", "ocr") and not is_network(entry):
        raise UsageError(f"{weights} is a language model: --method vlm reads with it")
    found = resolve(weights, kinds=("ocr",)).model
    if found.suffix != ".onnx":
        raise UsageError(f"{found} is not an ONNX file, as recognition networks are")
    return found


@contextmanager
def _characters(network: Path | None) -> Iterator[str | None]:
    """Give the path of a file with the characters that a network outputs, one a line.

    None where they are in the network itself, as RapidOCR distributes it; PaddlePaddle's own files
    have them in ``inference.yml`` beside. Raises MissingError without either, as RapidOCR would
    then look for a list to download.
    """
    if network is None or fault(network) or "character" in onnx_metadata(network):
        yield None
        return
    beside = network.with_name("inference.yml")
    if not beside.is_file():
        raise MissingError(
            f"{network} does not tell its characters, and there is no inference.yml beside it: it "
            "is not a text recognition network, or that file of its repository is missing"
        )
    import yaml  # comes with RapidOCR

    try:
        told = yaml.load(beside.read_text("utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        listed = "\n".join(map(str, told["PostProcess"]["character_dict"]))
    except (yaml.YAMLError, UnicodeDecodeError, KeyError, TypeError):
        raise MissingError(f"{beside} lists no characters of a text recognition network") from None
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "characters.txt")
        Path(file).write_text(f"{listed}\n", "utf-8")
        yield file


def _shipped(folder: Path, task: str) -> str:
    """Return the path of the bundled network for a task. Raises MissingError."""
    found = sorted(folder.glob(f"PP-OCRv*_{task}_small.onnx"))
    if not found:
        raise MissingError(f"this RapidOCR was installed without its weights: {INSTALL}")
    return str(found[-1])


def _known(language: str) -> None:
    """Raise MissingError for a language that the bundled weights do not read."""
    code = language.lower().replace("_", "-").split("-")[0]
    if code not in LANGUAGES:
        raise MissingError(
            f"the weights that come with RapidOCR read Latin, Chinese and Japanese writing, not "
            f"{language!r}: give a PaddleOCR network that does with --weights FILE.onnx"
        )


def _bgr(picture: RGB) -> RGB:
    return np.ascontiguousarray(picture[:, :, ::-1])
