"""pi0 and pi0.5 in PyTorch: the network that is trained here and the reference that the C++ engine is judged by.

state_dict() has openpi's tensor names, less the tensors that inference never reads (final norm and the tail of the
last layer of the prefix model, the expert's lm_head). A query reads: prefix() once, then suffix() per flow step.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .config import PolicyConfig
from .layers import AdaRmsNorm, GemmaLayer, RmsNorm, SiglipTransformer, attend, attention_probabilities

MIN_PERIOD, MAX_PERIOD = 4e-3, 4.0  # of the time embedding, in units of flow time

KvCache = list[tuple[Tensor, Tensor]]  # per layer K (after RoPE) and V, [B, kv_heads, prefix tokens, head_dim]


class PrefixTrace(NamedTuple):
    """What the prefix pass computes on the way to the KV cache."""

    vision: Tensor  # [B, cameras, patches, vision width], after the tower's final norm
    tokens: Tensor  # [B, prefix tokens, llm width], input of the first layer
    hidden: list[Tensor]  # output of every layer but the last, like `tokens`


class VisionTower(nn.Module):
    def __init__(self, config: PolicyConfig) -> None:
        super().__init__()
        self.vision_model = SiglipTransformer(config)


class Projector(nn.Module):
    def __init__(self, config: PolicyConfig) -> None:
        super().__init__()
        self.linear = nn.Linear(config.vision.width, config.llm.width)


class LanguageModel(nn.Module):
    """Prefix layers; the last one only makes keys and values, because nobody reads its output."""

    def __init__(self, config: PolicyConfig) -> None:
        super().__init__()
        llm = config.llm
        self.layers = nn.ModuleList(
            GemmaLayer(config, llm.width, llm.mlp, adaptive=False, kv_only=i == llm.depth - 1) for i in range(llm.depth)
        )


class PaliGemmaModel(nn.Module):
    def __init__(self, config: PolicyConfig) -> None:
        super().__init__()
        self.vision_tower = VisionTower(config)
        self.multi_modal_projector = Projector(config)
        self.language_model = LanguageModel(config)


class PaliGemma(nn.Module):
    """`lm_head` is the token embedding: the two are tied and checkpoints keep this name."""

    def __init__(self, config: PolicyConfig) -> None:
        super().__init__()
        self.model = PaliGemmaModel(config)
        self.lm_head = nn.Embedding(config.llm.vocab, config.llm.width)


class ExpertModel(nn.Module):
    def __init__(self, config: PolicyConfig) -> None:
        super().__init__()
        width, adaptive = config.expert.width, config.variant == "pi05"
        self.layers = nn.ModuleList(
            GemmaLayer(config, width, config.expert.mlp, adaptive) for _ in range(config.llm.depth)
        )
        self.norm = AdaRmsNorm(width) if adaptive else RmsNorm(width)


class Expert(nn.Module):
    def __init__(self, config: PolicyConfig) -> None:
        super().__init__()
        self.model = ExpertModel(config)


class PaliGemmaWithExpert(nn.Module):
    def __init__(self, config: PolicyConfig) -> None:
        super().__init__()
        self.paligemma = PaliGemma(config)
        self.gemma_expert = Expert(config)


class Policy(nn.Module):
    """Images, prompt, state and noise to a chunk of actions. Flow time: 1 is noise, 0 is the action."""

    def __init__(self, config: PolicyConfig) -> None:
        super().__init__()
        self.config = config
        width = config.expert.width
        self.paligemma_with_expert = PaliGemmaWithExpert(config)
        self.action_in_proj = nn.Linear(config.model_action_dim, width)
        self.action_out_proj = nn.Linear(width, config.model_action_dim)
        if config.has_state_token:
            self.state_proj = nn.Linear(config.model_state_dim, width)
        if config.variant == "pi0":
            self.action_time_mlp_in = nn.Linear(2 * width, width)
            self.action_time_mlp_out = nn.Linear(width, width)
        else:
            self.time_mlp_in = nn.Linear(width, width)
            self.time_mlp_out = nn.Linear(width, width)

    # ---- prefix: images and prompt -> KV cache

    def prefix(self, images: Tensor, tokens: Tensor) -> KvCache:
        """images [B, cameras, 3, S, S] in [-1, 1]; tokens [B, L] ids without padding. Positions are 0..N-1."""
        return self.prefix_trace(images, tokens)[0]

    def prefix_trace(self, images: Tensor, tokens: Tensor) -> tuple[KvCache, PrefixTrace]:
        """`prefix`, with the intermediate tensors that tests and auxiliary losses read."""
        vision, embedded = self.embed_prefix(images, tokens)
        x, cache, hidden = embedded, [], []
        positions = torch.arange(x.shape[1], device=x.device)
        layers = self.paligemma_with_expert.paligemma.model.language_model.layers
        for layer in layers:
            normed, gate = layer.input_layernorm(x)
            k, v = layer.self_attn.keys_values(normed, positions)
            cache.append((k, v))
            if layer is layers[-1]:
                break
            q = layer.self_attn.queries(normed, positions)
            x = layer.finish(x, attend(q, k, v), gate)
            hidden.append(x)
        return cache, PrefixTrace(vision, embedded, hidden)

    def embed_prefix(self, images: Tensor, tokens: Tensor) -> tuple[Tensor, Tensor]:
        """Vision features [B, cameras, patches, vision width]; prefix tokens [B, N, llm width]: cameras, then text."""
        paligemma = self.paligemma_with_expert.paligemma
        features = paligemma.model.vision_tower.vision_model(images.flatten(0, 1))
        vision = paligemma.model.multi_modal_projector.linear(features).unflatten(0, images.shape[:2]).flatten(1, 2)
        text = paligemma.lm_head(tokens) * math.sqrt(self.config.llm.width)
        return features.unflatten(0, images.shape[:2]), torch.cat([vision, text.to(vision.dtype)], dim=1)

    # ---- suffix: state and noisy actions, given the cache -> flow velocity

    def suffix(self, cache: KvCache, state: Tensor | None, x: Tensor, t: Tensor) -> Tensor:
        """Velocity [B, H, A] at x [B, H, A], t [B]; state [B, S] (normalised) is ignored without a state token."""
        return self._expert(cache, state, x, t, want_attention=False)[0]

    def suffix_attention(self, cache: KvCache, state: Tensor | None, x: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
        """`suffix` with the attention of the action rows, [layers, B, heads, H, prefix + suffix tokens] in f32."""
        v, attention = self._expert(cache, state, x, t, want_attention=True)
        return v, torch.stack(attention)

    def embed_suffix(self, state: Tensor | None, x: Tensor, t: Tensor) -> tuple[Tensor, Tensor | None]:
        """Suffix tokens [B, 0|1 + H, W] and, for pi0.5, the condition [B, W] of the adaptive norms."""
        tokens = self.action_in_proj(x)
        time = time_embedding(t, self.config.expert.width).to(tokens.dtype)
        cond = None
        if self.config.variant == "pi0":
            both = torch.cat([tokens, time[:, None].expand_as(tokens)], dim=-1)
            tokens = self.action_time_mlp_out(F.silu(self.action_time_mlp_in(both)))
        else:
            cond = F.silu(self.time_mlp_out(F.silu(self.time_mlp_in(time))))
        if self.config.has_state_token:
            tokens = torch.cat([self.state_proj(state)[:, None].to(tokens.dtype), tokens], dim=1)
        return tokens, cond

    def _expert(
        self, cache: KvCache, state: Tensor | None, x: Tensor, t: Tensor, want_attention: bool
    ) -> tuple[Tensor, list[Tensor]]:
        expert = self.paligemma_with_expert.gemma_expert.model
        x, cond = self.embed_suffix(state, x, t)
        start = cache[0][0].shape[2]
        positions = start + torch.arange(x.shape[1], device=x.device)
        attention = []
        for layer, (prefix_k, prefix_v) in zip(expert.layers, cache, strict=True):
            normed, gate = layer.input_layernorm(x, cond)
            q = layer.self_attn.queries(normed, positions)
            k, v = layer.self_attn.keys_values(normed, positions)
            k, v = torch.cat([prefix_k, k], dim=2), torch.cat([prefix_v, v], dim=2)
            if want_attention:
                attention.append(attention_probabilities(q[:, :, -self.config.horizon :], k))
            x = layer.finish(x, self._attend_suffix(q, k, v, start), gate, cond)
        out, _ = expert.norm(x[:, -self.config.horizon :], cond)
        return self.action_out_proj(out), attention

    def _attend_suffix(self, q: Tensor, k: Tensor, v: Tensor, start: int) -> Tensor:
        """Action rows see every key; the state row sees the prefix and itself, the keys before the actions."""
        if not self.config.has_state_token:
            return attend(q, k, v)
        state = attend(q[:, :, :1], k[:, :, : start + 1], v[:, :, : start + 1])
        return torch.cat([state, attend(q[:, :, 1:], k, v)], dim=1)

    # ---- the query

    @torch.no_grad()
    def denoise(self, cache: KvCache, state: Tensor | None, noise: Tensor, steps: int | None = None) -> Tensor:
        """Normalised actions [B, H, A] from noise [B, H, A] by Euler steps of the flow."""
        steps = steps or self.config.flow_steps
        x = noise
        for i in range(steps):
            t = torch.full((x.shape[0],), 1 - i / steps, device=x.device)
            x = x - self.suffix(cache, state, x, t).to(x.dtype) / steps
        return x

    def importance(self, attention: Tensor, layers: slice = slice(None)) -> Tensor:
        """Share of the action rows' attention per camera and patch, [B, cameras, grid, grid]; sums to 1 per camera.

        attention is that of suffix_attention; the mean runs over `layers`, heads and action rows.
        """
        c = self.config
        mean = attention[layers].mean(dim=(0, 2, 3))[:, : len(c.cameras) * c.patches]
        maps = mean.unflatten(1, (len(c.cameras), c.grid, c.grid))
        return maps / maps.sum(dim=(2, 3), keepdim=True)


def time_embedding(t: Tensor, width: int) -> Tensor:
    """sin | cos of t [B] at width/2 periods spaced geometrically in [MIN_PERIOD, MAX_PERIOD] -> [B, width] f32."""
    fraction = torch.linspace(0, 1, width // 2, device=t.device, dtype=torch.float64)
    period = MIN_PERIOD * (MAX_PERIOD / MIN_PERIOD) ** fraction
    angle = 2 * math.pi * t.double()[:, None] / period
    return torch.cat([angle.sin(), angle.cos()], dim=-1).float()


def load_policy(folder: Path | str) -> Policy:
    """The policy of a policy folder in f32. Raises RuntimeError when a tensor is missing or has another shape."""
    from safetensors.torch import load_file

    model = Policy(PolicyConfig.load(folder))
    stored = load_file(Path(folder) / "model.safetensors")
    wanted = {name: stored[name].float() for name in model.state_dict() if name in stored}
    model.load_state_dict(wanted)
    return model.eval()
