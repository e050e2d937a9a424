"""Blocks of pi0 and pi0.5 under openpi's parameter names: SigLIP, Gemma, the norms and RoPE.

Shapes: B samples, T tokens, W width, n heads, d head size. Attention tensors are [B, n, T, d].
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .config import PolicyConfig

NORM_EPS = 1e-6
ROPE_THETA = 10000.0


def rope(x: Tensor, positions: Tensor) -> Tensor:
    """Rotate x [B, n, T, d] by positions [T]; the first half of d pairs with the second half. Computed in f32."""
    half = x.shape[-1] // 2
    frequency = ROPE_THETA ** (-torch.arange(half, device=x.device, dtype=torch.float32) / half)
    angle = positions.float()[:, None] * frequency
    cos, sin = angle.cos(), angle.sin()
    first, second = x.float().chunk(2, dim=-1)
    return torch.cat([first * cos - second * sin, second * cos + first * sin], dim=-1).to(x.dtype)


def attend(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """softmax(q k^T / sqrt(d)) v as [B, T, n*d]. k and v may have fewer heads than q: groups of q heads share one."""
    kv_heads, rows = k.shape[1], q.shape[2]
    # Nothing is masked, so the heads of a group are just more query rows of the same keys: one fuller tile on a GPU.
    q = q.unflatten(1, (kv_heads, -1)).flatten(2, 3)
    out = F.scaled_dot_product_attention(q, k, v)
    return out.unflatten(2, (-1, rows)).flatten(1, 2).transpose(1, 2).flatten(2)


def attention_probabilities(q: Tensor, k: Tensor) -> Tensor:
    """The softmax of `attend`, [B, n, T_q, T_k] in f32."""
    k = k.repeat_interleave(q.shape[1] // k.shape[1], dim=1)
    return (q.float() @ k.float().transpose(-1, -2) * q.shape[-1] ** -0.5).softmax(dim=-1)


class RmsNorm(nn.Module):
    """x / rms(x) * (1 + weight). Returns (normed, None): there is no gate."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(width))

    def forward(self, x: Tensor, cond: Tensor | None = None) -> tuple[Tensor, Tensor | None]:
        return (_unit_rms(x) * (1 + self.weight.float())).to(x.dtype), None


class AdaRmsNorm(nn.Module):
    """x / rms(x) * (1 + scale) + shift; scale | shift | gate = dense(cond [B, W]). Returns (normed, gate [B, 1, W])."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.dense = nn.Linear(width, 3 * width)

    def forward(self, x: Tensor, cond: Tensor | None = None) -> tuple[Tensor, Tensor | None]:
        scale, shift, gate = self.dense(cond)[:, None].chunk(3, dim=-1)
        return (_unit_rms(x) * (1 + scale.float()) + shift.float()).to(x.dtype), gate.to(x.dtype)


def _unit_rms(x: Tensor) -> Tensor:
    x = x.float()
    return x * torch.rsqrt(x.square().mean(dim=-1, keepdim=True) + NORM_EPS)


class SiglipAttention(nn.Module):
    """Bidirectional self-attention over the patches of one image; every projection has a bias."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.q_proj = nn.Linear(width, width)
        self.k_proj = nn.Linear(width, width)
        self.v_proj = nn.Linear(width, width)
        self.out_proj = nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = (_split(project(x), self.heads) for project in (self.q_proj, self.k_proj, self.v_proj))
        return self.out_proj(attend(q, k, v))


class SiglipMlp(nn.Module):
    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(width, hidden)
        self.fc2 = nn.Linear(hidden, width)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc2(F.gelu(self.fc1(x), approximate="tanh"))


class SiglipLayer(nn.Module):
    def __init__(self, width: int, heads: int, hidden: int) -> None:
        super().__init__()
        self.layer_norm1 = nn.LayerNorm(width, eps=NORM_EPS)
        self.self_attn = SiglipAttention(width, heads)
        self.layer_norm2 = nn.LayerNorm(width, eps=NORM_EPS)
        self.mlp = SiglipMlp(width, hidden)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.self_attn(self.layer_norm1(x))
        return x + self.mlp(self.layer_norm2(x))


class SiglipEmbeddings(nn.Module):
    """Patch convolution plus a learned position table; tokens are row-major over the patch grid."""

    def __init__(self, config: PolicyConfig) -> None:
        super().__init__()
        width, patch = config.vision.width, config.patch_size
        self.patch_embedding = nn.Conv2d(3, width, kernel_size=patch, stride=patch)
        self.position_embedding = nn.Embedding(config.patches, width)

    def forward(self, images: Tensor) -> Tensor:
        tokens = self.patch_embedding(images).flatten(2).transpose(1, 2)
        return tokens + self.position_embedding.weight.to(tokens.dtype)


class SiglipEncoder(nn.Module):
    def __init__(self, config: PolicyConfig) -> None:
        super().__init__()
        v = config.vision
        self.layers = nn.ModuleList(SiglipLayer(v.width, v.heads, v.mlp) for _ in range(v.depth))


class SiglipTransformer(nn.Module):
    """Images [B, 3, S, S] in [-1, 1] -> [B, patches, width], after the final norm and without pooling."""

    def __init__(self, config: PolicyConfig) -> None:
        super().__init__()
        self.embeddings = SiglipEmbeddings(config)
        self.encoder = SiglipEncoder(config)
        self.post_layernorm = nn.LayerNorm(config.vision.width, eps=NORM_EPS)

    def forward(self, images: Tensor) -> Tensor:
        x = self.embeddings(images)
        for layer in self.encoder.layers:
            x = layer(x)
        return self.post_layernorm(x)


class GemmaAttention(nn.Module):
    """Projections of one layer. `kv_only` leaves out what the last prefix layer never uses."""

    def __init__(self, config: PolicyConfig, width: int, kv_only: bool) -> None:
        super().__init__()
        llm = config.llm
        self.heads, self.kv_heads = llm.heads, llm.kv_heads
        self.k_proj = nn.Linear(width, llm.kv_heads * llm.head_dim, bias=False)
        self.v_proj = nn.Linear(width, llm.kv_heads * llm.head_dim, bias=False)
        if not kv_only:
            self.q_proj = nn.Linear(width, llm.heads * llm.head_dim, bias=False)
            self.o_proj = nn.Linear(llm.heads * llm.head_dim, width, bias=False)

    def queries(self, x: Tensor, positions: Tensor) -> Tensor:
        return rope(_split(self.q_proj(x), self.heads), positions)

    def keys_values(self, x: Tensor, positions: Tensor) -> tuple[Tensor, Tensor]:
        """K after RoPE and V, both [B, kv_heads, T, d]."""
        return rope(_split(self.k_proj(x), self.kv_heads), positions), _split(self.v_proj(x), self.kv_heads)


class GemmaMlp(nn.Module):
    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.gate_proj = nn.Linear(width, hidden, bias=False)
        self.up_proj = nn.Linear(width, hidden, bias=False)
        self.down_proj = nn.Linear(hidden, width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.down_proj(F.gelu(self.gate_proj(x), approximate="tanh") * self.up_proj(x))


class GemmaLayer(nn.Module):
    """One transformer layer. The caller attends, because the keys of prefix and suffix meet there."""

    def __init__(self, config: PolicyConfig, width: int, hidden: int, adaptive: bool, kv_only: bool = False) -> None:
        super().__init__()
        norm = AdaRmsNorm if adaptive else RmsNorm
        self.input_layernorm = norm(width)
        self.self_attn = GemmaAttention(config, width, kv_only)
        if not kv_only:
            self.post_attention_layernorm = norm(width)
            self.mlp = GemmaMlp(width, hidden)

    def finish(self, x: Tensor, attended: Tensor, gate: Tensor | None, cond: Tensor | None = None) -> Tensor:
        """Residual add of the attention output [B, T, n*d], then the MLP. `gate` is the one of input_layernorm."""
        x = x + _gated(self.self_attn.o_proj(attended), gate)
        normed, gate = self.post_attention_layernorm(x, cond)
        return x + _gated(self.mlp(normed), gate)


def _gated(x: Tensor, gate: Tensor | None) -> Tensor:
    return x if gate is None else x * gate


def _split(x: Tensor, heads: int) -> Tensor:
    """[B, T, n*d] -> [B, n, T, d]."""
    return x.unflatten(-1, (heads, -1)).transpose(1, 2)
