"""The folder of a Whisper model for faster-whisper: which files it has, and that they agree."""

from pathlib import Path
from typing import Any

import orjson

from vtk.errors import MissingError
from vtk.models.hub.files import CTRANSLATE2

NEEDED = (CTRANSLATE2, "config.json", "tokenizer.json")
VOCABULARY = ("vocabulary.json", "vocabulary.txt")  # one of these
CONTROLS = ("<|startoftranscript|>", "<|endoftext|>", "<|notimestamps|>", "<|transcribe|>")


def missing_files(folder: Path) -> list[str]:
    """Return the names of the files that the folder lacks."""
    found = [name for name in NEEDED if not (folder / name).is_file()]
    if not any((folder / name).is_file() for name in VOCABULARY):
        found.append(" or ".join(VOCABULARY))
    return found


def check_tokens(folder: Path) -> None:
    """Check that tokenizer and vocabulary agree on the tokens that steer Whisper.

    Raises MissingError if they do not, or if a file is not what its name says.
    """
    _json(folder / "config.json")
    tokenizer = _json(folder / "tokenizer.json")
    known = dict((tokenizer.get("model") or {}).get("vocab") or {})
    known |= {each["content"]: each["id"] for each in tokenizer.get("added_tokens") or []}
    file = next(path for name in VOCABULARY if (path := folder / name).is_file())
    tokens = _json(file) if file.suffix == ".json" else file.read_text("utf-8").split("\n")
    for token in CONTROLS:
        number = known.get(token)
        if number is None:
            raise MissingError(
                f"{folder / 'tokenizer.json'} is not that of a Whisper model: it has no {token}"
            )
        if tokens[number : number + 1] != [token]:
            raise MissingError(
                f"{file} is damaged, or is not of the same model as tokenizer.json: "
                f"{token} is not its token {number}"
            )


def _json(file: Path) -> Any:
    try:
        return orjson.loads(file.read_bytes())
    except orjson.JSONDecodeError:
        raise MissingError(f"{file} is not JSON, or is cut off") from None
