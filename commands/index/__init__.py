"""vtk index: spans kept on disk, ready to be searched."""

from .add import add
from .duplicates import duplicates
from .upkeep import compact, drop, info, merge, verify


def index() -> None:
    """Keep spans in an index, which searches read instead of a stream.

    An index is a folder, or the URL of an object store (s3://bucket/name, gs://, az://), whose
    settings come from the environment (AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL, …). It keeps the
    records as they are, their words ready for BM25, and their embeddings by any number of models.
    Vectors of fewer than 300,000 spans are searched exactly; from there on an approximate index is
    made, which is tested to find 97 % of the nearest.

    Whoever reads an index sees it as it was when it was opened, whatever is written meanwhile. A
    command that writes and is killed leaves the last version that was complete. Two that write take
    turns. Needs pylance and usearch: pip install 'video-text-kit[index]'.

    \b
    Examples:
      vtk index add films.index < shots.jsonl > /dev/null
      vtk index info films.index
    """


SUBCOMMANDS = (add, info, duplicates, merge, verify, compact, drop)
