"""Whether an index has the vectors that channels compare, and by which name of their model."""

import logging
from collections.abc import Sequence

from vtk.embedding import LOOKS, WORDS
from vtk.errors import UsageError
from vtk.retrieve.channel import Channel
from vtk.retrieve.embedded import Embedded
from vtk.store.index import Index

log = logging.getLogger("vtk")

OPTIONS = {WORDS: "--embedder", LOOKS: "--clip"}


def known(index: Index, channels: Sequence[Channel]) -> list[Channel]:
    """The channels that can search an index, those of another name for their model under that.

    Raises UsageError if no channel is left, as the index lacks the vectors; a warning tells of
    those that are missing beside others.
    """
    found, missing = [], []
    for channel in channels:
        if isinstance(channel, Embedded) and (why := _missing(index, channel)):
            missing.append(why)
        else:
            found.append(channel)
    if not found:
        raise UsageError("; ".join(missing))
    for why in missing:
        log.warning("%s", why)
    return found


def _missing(index: Index, channel: Embedded) -> str | None:
    """Why a channel cannot search an index; None if it can."""
    of, model = channel.needs
    there = index.models(of)
    if model in there or not len(index):
        return None
    named = {sha256: name for name, sha256 in index.weights(of).items()}
    if named and channel.sha256 in named:
        channel.call_model(named[channel.sha256])
        return None
    others = f", but by {' and '.join(there)}" if there else ""
    return (
        f"the index has no vectors of {of} by {model}{others}: "
        f"vtk index add {OPTIONS[of]} {model} adds them"
    )
