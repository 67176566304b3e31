"""A Python user wants the words around what was found, without a shell.

python_user.py OUT QUERY FILM...
"""

import sys
from pathlib import Path

import vtk

out, query, *films = sys.argv[1:]
missing = Path(out) / "missing.mp4"
paths = [*map(Path, films), missing]

spans = list(vtk.transcribe(vtk.split(paths)))
failed = [span for span in spans if span.failed]
print(f"{len(failed)} failed: {failed[0]['error']['message']}")

try:
    list(vtk.split(missing, errors="raise"))
except vtk.VtkError as error:
    print(f"raised {type(error).__name__}")

good = [span for span in spans if not span.failed]
for hit in vtk.ground(vtk.retrieve(good, query, n=3), query, n=1):
    print(f"{Path(hit.video).name} {hit.start:.0f} {hit['evidence'][0]['text']}")
