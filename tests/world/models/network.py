"""tiny-vlm as a network: a vision transformer, a projector and a llama, as llama.cpp runs them."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True)
class Shape:
    """How large the network is; widths of the llama are multiples of 32, for Q8_0."""

    side: int = 64
    patch: int = 8
    eye: int = 128
    eye_heads: int = 4
    eye_blocks: int = 4
    eye_inner: int = 320
    width: int = 128
    heads: int = 4
    blocks: int = 4
    inner: int = 352

    @property
    def patches(self) -> int:
        """Tokens of a picture."""
        return (self.side // self.patch) ** 2


def _heads(values: Tensor, heads: int) -> Tensor:
    batch, length, width = values.shape
    return values.view(batch, length, heads, width // heads).transpose(1, 2)


def attention(q: Tensor, k: Tensor, v: Tensor, bias: Tensor) -> Tensor:
    """Softmax attention of (batch, heads, length, size), joined to (batch, length, width).

    Written out: on a processor, PyTorch's own takes twice as long forwards and backwards.
    """
    batch, heads, length, size = q.shape
    q, k, v = (x.reshape(batch * heads, length, size) for x in (q, k, v))
    bias = bias.to(q.dtype).expand(batch, heads, length, length).reshape(-1, length, length)
    scores = torch.baddbmm(bias, q, k.transpose(1, 2), alpha=size**-0.5)
    mixed = (scores.softmax(-1).to(v.dtype) @ v).view(batch, heads, length, size)
    return mixed.transpose(1, 2).reshape(batch, length, heads * size)


class EyeBlock(nn.Module):
    """A pre-norm transformer block; GELU in its tanh form."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        width, self.heads = shape.eye, shape.eye_heads
        self.ln1, self.ln2 = nn.LayerNorm(width, eps=1e-5), nn.LayerNorm(width, eps=1e-5)
        self.attn_q, self.attn_k, self.attn_v, self.attn_out = (
            nn.Linear(width, width) for _ in range(4)
        )
        self.ffn_up = nn.Linear(width, shape.eye_inner)
        self.ffn_down = nn.Linear(shape.eye_inner, width)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, patches, width) to the same."""
        y = self.ln1(x)
        q, k, v = (_heads(f(y), self.heads) for f in (self.attn_q, self.attn_k, self.attn_v))
        x = x + self.attn_out(attention(q, k, v, x.new_zeros(())))
        up = functional.gelu(self.ffn_up(self.ln2(x)), approximate="tanh")
        seen: Tensor = x + self.ffn_down(up)
        return seen


class Eye(nn.Module):
    """Pictures to tokens of the llama's width."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.patch_embd = nn.Conv2d(3, shape.eye, shape.patch, shape.patch)
        self.position_embd = nn.Parameter(torch.randn(shape.patches, shape.eye) * 0.02)
        self.blk = nn.ModuleList(EyeBlock(shape) for _ in range(shape.eye_blocks))
        self.mm0 = nn.Linear(shape.eye, shape.width)
        self.mm2 = nn.Linear(shape.width, shape.width)

    def forward(self, pictures: Tensor) -> Tensor:
        """(batch, 3, side, side), -1 to 1, to (batch, patches, width)."""
        x = self.patch_embd(pictures).flatten(2).transpose(1, 2) + self.position_embd
        for block in self.blk:
            x = block(x)
        seen: Tensor = self.mm2(functional.gelu(self.mm0(x), approximate="tanh"))
        return seen


def turned(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rotary positions over neighbouring pairs, as llama.cpp's architecture `llama` has them."""
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack((even * cos - odd * sin, even * sin + odd * cos), -1).flatten(-2)


class LlamaBlock(nn.Module):
    """A block of a llama: RMS norms, rotary attention, gated feed-forward, no biases."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        width, inner, self.heads = shape.width, shape.inner, shape.heads
        self.attn_norm, self.ffn_norm = nn.RMSNorm(width, eps=1e-5), nn.RMSNorm(width, eps=1e-5)
        self.attn_q, self.attn_k, self.attn_v, self.attn_output = (
            nn.Linear(width, width, bias=False) for _ in range(4)
        )
        self.ffn_gate = nn.Linear(width, inner, bias=False)
        self.ffn_up = nn.Linear(width, inner, bias=False)
        self.ffn_down = nn.Linear(inner, width, bias=False)

    def forward(self, x: Tensor, bias: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        """(batch, length, width) to the same; `bias` hides what may not be seen."""
        y = self.attn_norm(x)
        q, k, v = (_heads(f(y), self.heads) for f in (self.attn_q, self.attn_k, self.attn_v))
        q, k = turned(q, cos, sin).to(v.dtype), turned(k, cos, sin).to(v.dtype)
        x = x + self.attn_output(attention(q, k, v, bias))
        y = self.ffn_norm(x)
        said: Tensor = x + self.ffn_down(functional.silu(self.ffn_gate(y)) * self.ffn_up(y))
        return said


class TinyVLM(nn.Module):
    """The whole network."""

    def __init__(self, vocabulary: int, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.eye = Eye(shape)
        self.token_embd = nn.Embedding(vocabulary, shape.width)
        nn.init.normal_(self.token_embd.weight, std=0.02)
        self.blk = nn.ModuleList(LlamaBlock(shape) for _ in range(shape.blocks))
        self.output_norm = nn.RMSNorm(shape.width, eps=1e-5)
        self.output = nn.Linear(shape.width, vocabulary, bias=False)

    def forward(
        self,
        tokens: Tensor,
        seen: Tensor,
        kept: Tensor,
        positions: Tensor,
        segments: Tensor,
        wanted: Tensor,
    ) -> Tensor:
        """The logits after the `wanted` tokens: shape (number wanted, vocabulary).

        `tokens` (batch, length) is -1 where a token of a picture stands; `seen` (n, patches, width)
        is what the eye makes of the pictures in their order, `kept` (n, patches) which of it is
        used. `segments` is 0 for what all see, -1 for padding, and 1, 2, … for questions, each
        of which sees what all see and itself.
        """
        x = self.token_embd(tokens.clamp(min=0))
        x = x.masked_scatter((tokens < 0)[..., None], seen[kept].to(x.dtype))
        length = tokens.shape[1]
        before = torch.ones(length, length, dtype=torch.bool, device=x.device).tril()
        ours, theirs = segments[:, :, None], segments[:, None, :]
        # Padding sees itself: a row of the mask without any entry would give no number.
        hidden = ~(before & ((theirs == 0) | (theirs == ours)))[:, None]
        bias = hidden.to(x.dtype) * -3e4
        half = torch.arange(0, self.shape.width // self.shape.heads, 2, device=x.device)
        angle = positions[:, None, :, None] * 10000.0 ** (
            -half * self.shape.heads / self.shape.width
        )
        cos, sin = angle.cos(), angle.sin()
        for block in self.blk:
            x = block(x, bias, cos, sin)
        logits: Tensor = self.output(self.output_norm(x)[wanted])
        return logits
