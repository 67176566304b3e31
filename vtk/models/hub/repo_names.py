"""Validate and parse the names of repositories, revisions and files on the hub.

Names become parts of paths in the cache, so validation prevents path traversal.
"""

import re

REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9_][A-Za-z0-9._-]{0,95}")
REVISION = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._/-]{0,199}")
QUANTIZATION = re.compile(r"[-._]((?:iq|q|tq)\d\w*|mxfp4|bf16|f16|f32)\.gguf$", re.IGNORECASE)
SPLIT = re.compile(r"-(\d{5})-of-(\d{5})\.gguf$")


def is_repository(text: str) -> bool:
    """Whether `text` is a valid repository name: ``owner/name``."""
    return bool(REPOSITORY.fullmatch(text)) and ".." not in text and "--" not in text


def is_revision(text: str) -> bool:
    """Whether `text` is a valid branch, tag or commit."""
    return bool(REVISION.fullmatch(text)) and ".." not in text


def is_file(text: str) -> bool:
    """Whether `text` is a valid file in a repository: a relative path without ``..``."""
    parts = text.split("/")
    return text.isprintable() and "\\" not in text and not {"", ".", ".."} & set(parts)


def quantization(file: str) -> str | None:
    """Return the quantization at the end of a GGUF file name, in lower case."""
    found = QUANTIZATION.search(SPLIT.sub(".gguf", file))
    return found[1].lower() if found else None


def split_files(file: str) -> list[str]:
    """Return all files of a model split as ``-00001-of-00002.gguf``; else the file alone."""
    found = SPLIT.search(file)
    if not found:
        return [file]
    stem, total = file[: found.start()], int(found[2])
    return [f"{stem}-{number:05}-of-{total:05}.gguf" for number in range(1, total + 1)]
