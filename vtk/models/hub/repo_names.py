"""Names of repositories and files on the hub: what may be one, and what the names tell.

A name becomes part of a path in the cache, so that none may lead out of it.
"""

import re

REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9_][A-Za-z0-9._-]{0,95}")
REVISION = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._/-]{0,199}")
QUANTIZATION = re.compile(r"[-._]((?:iq|q|tq)\d\w*|mxfp4|bf16|f16|f32)\.gguf$", re.IGNORECASE)
SPLIT = re.compile(r"-(\d{5})-of-(\d{5})\.gguf$")


def is_repository(text: str) -> bool:
    """Whether it may be a repository: ``owner/name``."""
    return bool(REPOSITORY.fullmatch(text)) and ".." not in text and "--" not in text


def is_revision(text: str) -> bool:
    """Whether it may be a branch, a tag or a commit."""
    return bool(REVISION.fullmatch(text)) and ".." not in text


def is_file(text: str) -> bool:
    """Whether it may be a file in a repository: a relative path that stays below."""
    parts = text.split("/")
    return text.isprintable() and "\\" not in text and not {"", ".", ".."} & set(parts)


def quantization(file: str) -> str | None:
    """The quantization that the name of a GGUF file ends with, in small letters."""
    found = QUANTIZATION.search(SPLIT.sub(".gguf", file))
    return found[1].lower() if found else None


def split_files(file: str) -> list[str]:
    """All files of a model that is split as ``-00001-of-00002.gguf``; else the file alone."""
    found = SPLIT.search(file)
    if not found:
        return [file]
    stem, total = file[: found.start()], int(found[2])
    return [f"{stem}-{number:05}-of-{total:05}.gguf" for number in range(1, total + 1)]
