"""What an `add` did, told at its end."""

import logging
from collections import Counter
from dataclasses import dataclass, field

from vtk.store.index.columns import Row

log = logging.getLogger("vtk")


@dataclass
class Report:
    """Counts of one run."""

    added: set[str] = field(default_factory=set)  # names of videos
    replaced: set[str] = field(default_factory=set)
    unchanged: set[str] = field(default_factory=set)
    pruned: set[str] = field(default_factory=set)
    moved: dict[str, str] = field(default_factory=dict)  # old names, and the new ones
    kept: int = 0  # videos that were not among the spans, and whose files are there
    spans: int = 0
    repeated: int = 0
    wordless: int = 0
    lacking: int = 0  # spans without vectors
    bared: Counter[str] = field(default_factory=Counter)  # spans that lost vectors, by model
    failed: int = 0
    lost: int = 0  # lines of the input that gave no span

    def span(self, row: Row, *, again: bool) -> None:
        """Count a span; `again` if the batch has one that is the same stretch."""
        self.spans += not again
        self.repeated += again
        self.wordless += not (row.values["terms"] or row.vectors)
        self.lacking += not row.vectors

    @property
    def why_not_pruned(self) -> str:
        """Why a run does not tell which videos are gone."""
        if self.lost:
            return f"{self.lost} lines gave no span"
        return f"{self.failed} records failed" if self.failed else "no video came in"

    def __str__(self) -> str:
        replaced = self.replaced - self.added
        unchanged = self.unchanged - self.added - replaced
        counts = {"added": self.added, "replaced": replaced, "unchanged": unchanged}
        told = [f"{name} {len(videos)}" for name, videos in counts.items()]
        told += [f"moved {len(self.moved)}"] if self.moved else []
        told += [f"pruned {len(self.pruned)}"] if self.pruned else []
        told += [f"kept that are not in this input {self.kept}"] if self.kept else []
        return f"videos: {', '.join(told)}; spans: {self.spans}"

    def warn(self) -> None:
        """Warn of what is missing."""
        if self.lost:
            told = (
                "lines that gave no span: %d; videos from there on keep what the index had of them"
            )
            log.warning(told, self.lost)
        if not (self.spans or self.failed or self.lost):
            log.warning("no span came in")
        for model, count in self.bared.items():
            if count:
                told = "spans that came anew without their vectors by %s, which are gone: %d; %s"
                log.warning(told, model, count, "with --embedder or --clip, add makes them anew")
        if self.repeated:
            log.warning(
                "spans that came more than once, the last of which counts: %d", self.repeated
            )
        if self.wordless:
            log.warning("spans without words, which no search by words finds: %d", self.wordless)
        if 0 < self.lacking < self.spans:
            log.warning("spans without embeddings, which only words find: %d", self.lacking)
