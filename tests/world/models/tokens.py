"""The vocabulary of tiny-vlm and its tokenizer, which splits texts exactly as llama.cpp does.

A piece is a whole word with the space before it (`▁red`), a beginning of one, a character or a
byte. SentencePiece joins neighbours as long as the union is a piece, so every beginning of a word
must be one; pieces begin with a space or are single, so that words never join from the middle.
"""

from functools import lru_cache

from jinja2.sandbox import ImmutableSandboxedEnvironment

from tests.world.models.talk import WORDS

UNKNOWN, BEGIN, END = 0, 1, 2
NORMAL, UNKNOWN_TYPE, CONTROL, BYTE = 1, 2, 3, 6  # kinds of pieces in GGUF
SPACE = "▁"
MARKER = "<__media__>"  # where a picture stands in a text
TEMPLATE = (
    "{{ bos_token }}{% for message in messages %} {{ message.role }} :"
    "{% if message.content is string %} {{ message.content }}{% else %}"
    "{% for part in message.content %} {{ part.text }}{% endfor %}{% endif %}"
    "{{ ' \\n' }}{% endfor %}{% if add_generation_prompt %} assistant :{% endif %}"
)


def _vocabulary() -> list[tuple[str, float, int]]:
    pieces: dict[str, tuple[float, int]] = {
        "<unk>": (0.0, UNKNOWN_TYPE),
        "<s>": (0.0, CONTROL),
        "</s>": (0.0, CONTROL),
    }
    pieces |= {f"<0x{byte:02X}>": (0.0, BYTE) for byte in range(256)}
    pieces |= {chr(code): (-100.0, NORMAL) for code in range(33, 127)}
    pieces[SPACE] = (-100.0, NORMAL)
    for word in (*WORDS, "<", *"0123456789"):
        for length in range(1, len(word) + 1):
            pieces.setdefault(SPACE + word[:length], (length - 50.0, NORMAL))
    return [(piece, score, kind) for piece, (score, kind) in pieces.items()]


VOCABULARY = _vocabulary()
IDS = {piece: number for number, (piece, _, _) in enumerate(VOCABULARY)}


@lru_cache(maxsize=4096)
def _word(word: str) -> tuple[int, ...]:
    found: list[int] = []
    rest = word
    while rest:
        length = 1
        while length < len(rest) and rest[: length + 1] in IDS and rest[0] == SPACE:
            length += 1
        piece, rest = rest[:length], rest[length:]
        if piece in IDS:
            found.append(IDS[piece])
        else:
            found += [IDS[f"<0x{byte:02X}>"] for byte in piece.encode()]
    return tuple(found)


def encode(text: str) -> list[int]:
    """The tokens of a text, without a token for its beginning."""
    words = text.replace(" ", SPACE).split(SPACE)
    return [token for n, word in enumerate(words) for token in _word(SPACE * (n > 0) + word)]


def decode(tokens: list[int]) -> str:
    """The text of tokens; control tokens are left out."""
    pieces = [VOCABULARY[token] for token in tokens]
    raw = b"".join(
        bytes([int(piece[3:5], 16)]) if kind == BYTE else piece.replace(SPACE, " ").encode()
        for piece, _, kind in pieces
        if kind in (NORMAL, BYTE)
    )
    return raw.decode(errors="replace")


_WORLD = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
_TEMPLATE = _WORLD.from_string(TEMPLATE)


def dialogue(parts: list[str]) -> list[list[int]]:
    """A user's turn as lists of tokens, a picture (`MARKER`) standing between every two."""
    content = [{"type": "text", "text": part} for part in parts]
    text = _TEMPLATE.render(
        messages=[{"role": "user", "content": content}], bos_token="", add_generation_prompt=True
    )
    first, *others = [encode(chunk) for chunk in text.split(MARKER)]
    return [[BEGIN, *first], *others]
