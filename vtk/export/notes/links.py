"""Links from notes to moments of a video."""

import math
import os
import re
from pathlib import Path
from urllib.parse import quote, urlsplit

from vtk.errors import UsageError
from vtk.span import local_path
from vtk.times import clock

FIELDS = ("video", "name", "start", "seconds", "clock")
SAFE = ("http", "https", "file", "")  # schemes of links; others, such as javascript, could do harm
_FIELD = re.compile(r"\{(\w*)\}")


class Links:
    """Where a time of a video leads to, by a template, or as a W3C media fragment of the file.

    A template has `{video}`, `{name}` (without folder and ending), `{start}` (seconds),
    `{seconds}` (whole), `{clock}` (1:02:03) in it, which are percent-encoded. Local videos are
    named from `folder`, so that notes and videos can be moved together.
    """

    def __init__(self, template: str | None, folder: Path | None) -> None:
        """Raise UsageError for a template with an unknown field or an unsafe scheme."""
        unknown = [n for n in _FIELD.findall(template or "") if n not in FIELDS]
        if unknown:
            known = ", ".join(f"{{{name}}}" for name in FIELDS)
            raise UsageError(f"a link has no {{{unknown[0]}}}; there are {known}")
        if template is not None and urlsplit(template).scheme.lower() not in SAFE:
            raise UsageError(f"a link begins with https:// or names a file, unlike {template!r}")
        self.template, self.folder = template, folder

    def __call__(self, video: str, seconds: float) -> str:
        """Return the address of a moment."""
        whole = math.floor(max(seconds, 0.0) + 1e-6)
        if self.template is None:
            return f"{self._address(video)}#t={max(seconds, 0.0):.3f}".rstrip("0").rstrip(".")
        values = {
            "video": video,
            "name": Path(video).stem,
            "start": f"{max(seconds, 0.0):.3f}",
            "seconds": str(whole),
            "clock": clock(seconds),
        }

        def value(found: "re.Match[str]") -> str:
            return quote(values[found[1]].encode("utf-8", "surrogateescape"), safe=":")

        return _FIELD.sub(value, self.template)

    def _address(self, video: str) -> str:
        path = local_path(video)
        if path is None:
            scheme = urlsplit(video).scheme.lower()
            return quote(video, safe=":/?&=%+@,;~#!$'()*[]") if scheme in SAFE else ""
        if self.folder is not None:
            path = os.path.relpath(path, self.folder)
        # A colon in the first part of a relative address would be taken for a scheme.
        name = quote(os.fsencode(path), safe="/~")
        return name if name.startswith(("/", ".")) else f"./{name}"
