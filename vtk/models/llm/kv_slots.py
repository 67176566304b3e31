"""KV cache slots: the sequences of a context, and the reuse of prompt prefixes among them."""

from dataclasses import dataclass, field
from itertools import takewhile

from vtk.errors import ModelError
from vtk.models.llm.llama_chunks import Chunk
from vtk.models.llm.llama_cpp import BATCH, Engine


@dataclass
class Slot:
    """A sequence in the KV cache and the chunks it holds; `length` is its next position."""

    number: int
    held: list[Chunk] = field(default_factory=list)
    length: int = 0
    busy: bool = False
    used: int = 0

    def append(self, chunks: list[Chunk]) -> None:
        """Record that these chunks have been evaluated in this sequence."""
        self.held += chunks
        self.length += sum(chunk.length for chunk in chunks)


class Slots(list[Slot]):
    """The sequences of an engine that prompts run in, and its anchors.

    A sequence serves the next prompt up to where the two differ. The state of a recurrent or hybrid
    model cannot be rewound: what other prompts may share is copied to an anchor, a sequence that is
    never evaluated further, and copied from there. Together the anchors hold one context at most.
    """

    def __init__(self, engine: Engine) -> None:
        super().__init__(Slot(number) for number in range(engine.sequences))
        first = engine.sequences
        self._anchors = [Slot(first + n, busy=True) for n in range(engine.anchors)]
        self._engine = engine
        self._clock = 0

    def empty(self, slot: Slot) -> None:
        """Clear a slot and its sequence in the KV cache."""
        self._engine.truncate_sequence(slot.number, 0)
        slot.held, slot.length = [], 0

    def assign(self, chunks: list[Chunk]) -> Slot:
        """Return a free slot that holds the longest prefix of `chunks` cached in any slot.

        At least one chunk is left to evaluate, for the logits after it.
        """
        self._clock += 1
        slots = [*self, *self._anchors]
        same = [self._usable(slot, chunks) for slot in slots]
        best = max(slots, key=lambda slot: (same[slot.number], not slot.busy))
        count = same[best.number]
        target: Slot = best
        if best.busy or 2 * count < len(best.held):  # reuse would lose too much; copying is free
            free = [slot for slot in self if not slot.busy]
            target = min(free, key=lambda slot: (bool(slot.held), slot.used))
        best.used = target.used = self._clock
        if target is not best or not count:
            self.empty(target)
        if count:
            self._take(best, target, chunks[:count])
        return target

    def _usable(self, slot: Slot, chunks: list[Chunk]) -> int:
        """Return how many chunks of a prompt a slot can give it."""
        count = min(len(chunks) - 1, _common(slot.held, chunks))
        return count if self._engine.rewinds or count == len(slot.held) else 0

    def _take(self, source: Slot, target: Slot, chunks: list[Chunk]) -> None:
        length = sum(chunk.length for chunk in chunks)
        if source is target:
            kept = self._engine.truncate_sequence(target.number, length)
            chunks, length = (chunks, length) if kept else ([], 0)
        else:
            self._engine.copy_prefix(source.number, target.number, length)
        target.held, target.length = list(chunks), length

    def fill(self, slot: Slot, chunks: list[Chunk]) -> None:
        """Evaluate what the slot lacks of these chunks, and keep them. Raises ModelError."""
        encoded = self._engine.encoded([c for c in chunks[len(slot.held) :] if c.media])
        try:
            while len(slot.held) < len(chunks):
                chunk = chunks[len(slot.held)]
                if chunk.media:
                    embeddings = next(encoded)
                    self._engine.evaluate_picture(chunk, embeddings, slot.number, slot.length)
                    slot.append([chunk])
                    continue
                rest = chunks[len(slot.held) : len(slot.held) + BATCH]
                text = list(takewhile(lambda chunk: not chunk.media, rest))
                self._engine.evaluate(
                    [(int(c.key), slot.length + n, slot.number, False) for n, c in enumerate(text)]
                )
                slot.append(text)
        except ModelError:
            self.empty(slot)
            raise
        finally:
            encoded.close()
        if chunks and self._anchors:
            self._anchor(slot)

    def _anchor(self, slot: Slot) -> None:
        """Copy what a slot holds to an anchor, in place of the least recently used."""
        size = len(slot.held)
        if any(len(a.held) == size == _common(a.held, slot.held) for a in self._anchors):
            return
        room = self._engine.context - sum(chunk.size for chunk in slot.held)
        oldest, *others = sorted(self._anchors, key=lambda anchor: (bool(anchor.held), anchor.used))
        self.empty(oldest)
        for other in others:
            if sum(chunk.size for anchor in others for chunk in anchor.held) > room:
                self.empty(other)
        self._take(slot, oldest, slot.held)
        oldest.used = self._clock


def up_to_last_picture(chunks: list[Chunk]) -> list[Chunk]:
    """Return the chunks up to the last picture, which other prompts may share."""
    last = max((n for n, chunk in enumerate(chunks) if chunk.media), default=-1)
    return chunks[: last + 1]


def _common(first: list[Chunk], second: list[Chunk]) -> int:
    """Return the length of the common prefix of two lists of chunks."""
    pairs = zip(first, second, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0].key == pair[1].key, pairs))
