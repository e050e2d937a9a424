#!/usr/bin/env python3
"""One pi0.5 query in PyTorch on a CPU, at full geometry with random weights: what a good engineer gets from PyTorch.

Arms (in bf16):
  merged   the algebra of `awd`: one matrix for q|k|v and one for gate|up, times and modulations computed once, only the
           cameras and tokens that are there, keys and values alone of the last prefix layer
  plain    the algebra that openpi runs: three camera slots and 200 text slots with a mask, q, k, v, gate and up apart,
           time and modulation layers at every step of the flow, the whole last prefix layer
Attention is torch's scaled_dot_product_attention, products and norms are torch's own. Prints one JSON object with
samples per stage in ms: vision, prefix, denoise, full (their sum in one call) and reuse (denoise on held keys).

  pi05_torch.py --threads 2 --rounds 5 --arm merged
"""
import argparse
import json
import math
import time

import torch
import torch.nn.functional as F

PATCHES, PATCH_VALUES = 256, 588  # of one camera
VISION_LAYERS, VISION_WIDTH, VISION_MLP, VISION_HEADS = 27, 1152, 4304, 16
LAYERS, HEADS, HEAD_DIM = 18, 8, 256
PREFIX_WIDTH, PREFIX_MLP = 2048, 16384
EXPERT_WIDTH, EXPERT_MLP = 1024, 4096
ACTION_DIM = 32
OPENPI_CAMERAS, OPENPI_TEXT = 3, 200  # slots of the padded layout
TYPE = torch.bfloat16


def matrix(out, inputs):
    """Random weights [out, in], scaled so that outputs are about as large as inputs."""
    return torch.empty(out, inputs, dtype=TYPE).uniform_(-1, 1).mul_(math.sqrt(3 / inputs))


def vector(size, mean=0.0):
    return (torch.randn(size) * 0.1 + mean).to(TYPE)


def affine(out, inputs):
    return matrix(out, inputs), vector(out)


def layer_norm_weights():
    return vector(VISION_WIDTH, 1.0), vector(VISION_WIDTH)


def gemma_layer(width, mlp, merged):
    queries = HEADS * HEAD_DIM
    sides = {"q": queries, "k": HEAD_DIM, "v": HEAD_DIM}
    layer = {"o": matrix(width, queries), "down": matrix(width, mlp)}
    if merged:
        layer["qkv"] = matrix(queries + 2 * HEAD_DIM, width)
        layer["gate_up"] = matrix(2 * mlp, width)
    else:
        layer.update({name: matrix(size, width) for name, size in sides.items()})
        layer.update({"gate": matrix(mlp, width), "up": matrix(mlp, width)})
    return layer


def rms(x):
    wide = x.float()
    return wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + 1e-6)


class Pi05:
    def __init__(self, cameras, text, horizon, steps, merged):
        self.merged, self.horizon, self.steps = merged, horizon, steps
        self.cameras = cameras if merged else OPENPI_CAMERAS
        self.text = text if merged else OPENPI_TEXT
        self.tokens = self.cameras * PATCHES + self.text
        self.make_weights()
        self.make_inputs(cameras, text)

    def make_weights(self):
        width = VISION_WIDTH
        self.patch_embedding, self.positions = affine(width, PATCH_VALUES), vector(PATCHES * width).view(PATCHES, width)
        self.vision_layers = []
        for _ in range(VISION_LAYERS):
            attention = [affine(3 * width, width)] if self.merged else [affine(width, width) for _ in range(3)]
            self.vision_layers.append({
                "norm1": layer_norm_weights(), "norm2": layer_norm_weights(), "qkv": attention,
                "out": affine(width, width), "fc1": affine(VISION_MLP, width), "fc2": affine(width, VISION_MLP)})
        self.vision_norm, self.projector = layer_norm_weights(), affine(PREFIX_WIDTH, width)
        self.prefix_layers = [gemma_layer(PREFIX_WIDTH, PREFIX_MLP, self.merged) for _ in range(LAYERS)]
        self.prefix_norms = [1 + vector(PREFIX_WIDTH).float() for _ in range(2 * LAYERS)]
        self.expert_layers = [gemma_layer(EXPERT_WIDTH, EXPERT_MLP, self.merged) for _ in range(LAYERS)]
        self.modulation_layers = [affine(3 * EXPERT_WIDTH, EXPERT_WIDTH) for _ in range(2 * LAYERS + 1)]
        self.time_layers = [affine(EXPERT_WIDTH, EXPERT_WIDTH) for _ in range(2)]
        self.action_in, self.action_out = affine(EXPERT_WIDTH, ACTION_DIM), affine(ACTION_DIM, EXPERT_WIDTH)

    def make_inputs(self, cameras, text):
        self.pictures = torch.rand(self.cameras, PATCHES, PATCH_VALUES).mul_(2).sub_(1).to(TYPE)
        self.embedded_text = torch.randn(self.text, PREFIX_WIDTH).to(TYPE)
        self.noise = torch.randn(self.horizon, ACTION_DIM)
        self.times = [torch.randn(1, EXPERT_WIDTH).to(TYPE) for _ in range(self.steps)]
        valid = torch.zeros(self.tokens, dtype=torch.bool)
        valid[:cameras * PATCHES] = True
        valid[self.cameras * PATCHES:self.cameras * PATCHES + text] = True
        self.prefix_mask = None if self.merged else valid[None, None, None, :]
        joint = torch.cat([valid, torch.ones(self.horizon, dtype=torch.bool)])
        self.joint_mask = None if self.merged else joint[None, None, None, :]
        position = torch.cat([valid.cumsum(0) - 1, valid.sum() + torch.arange(self.horizon)]).float()
        angle = position[:, None] / 10000 ** (torch.arange(0, HEAD_DIM, 2).float() / HEAD_DIM)
        self.cos, self.sin = angle.cos()[:, None], angle.sin()[:, None]
        self.keys = torch.zeros(LAYERS, self.tokens + self.horizon, HEAD_DIM, dtype=TYPE)
        self.values = torch.zeros_like(self.keys)
        self.modulations = [self.modulate(step) for step in range(self.steps)] if self.merged else None

    def rope(self, x, first):
        """x [rows, heads, HEAD_DIM] at positions first .. first + rows."""
        cos, sin = self.cos[first:first + len(x)], self.sin[first:first + len(x)]
        low, high = x.float().chunk(2, -1)
        return torch.cat([low * cos - high * sin, high * cos + low * sin], -1).to(TYPE)

    def vision(self):
        x = F.linear(self.pictures, *self.patch_embedding) + self.positions
        split = (self.cameras, PATCHES, VISION_HEADS, VISION_WIDTH // VISION_HEADS)
        for layer in self.vision_layers:
            h = F.layer_norm(x, (VISION_WIDTH,), *layer["norm1"], eps=1e-6)
            parts = [part for weights in layer["qkv"] for part in F.linear(h, *weights).split(VISION_WIDTH, -1)]
            q, k, v = (part.reshape(split).transpose(1, 2) for part in parts)
            mixed = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(x.shape)
            x = x + F.linear(mixed, *layer["out"])
            h = F.layer_norm(x, (VISION_WIDTH,), *layer["norm2"], eps=1e-6)
            x = x + F.linear(F.gelu(F.linear(h, *layer["fc1"]), approximate="tanh"), *layer["fc2"])
        x = F.layer_norm(x, (VISION_WIDTH,), *self.vision_norm, eps=1e-6)
        return F.linear(x, *self.projector).reshape(-1, PREFIX_WIDTH)

    def project(self, layer, h):
        """Queries, key and value of rows h."""
        if self.merged:
            return F.linear(h, layer["qkv"]).split([HEADS * HEAD_DIM, HEAD_DIM, HEAD_DIM], -1)
        return F.linear(h, layer["q"]), F.linear(h, layer["k"]), F.linear(h, layer["v"])

    def hold(self, index, k, v, first):
        self.keys[index, first:first + len(k)] = self.rope(k[:, None], first)[:, 0]
        self.values[index, first:first + len(v)] = v

    def attend(self, index, q, first, keys, mask):
        """All heads share one key: with no mask they are rows of one head."""
        rows = len(q)
        q = self.rope(q.view(rows, HEADS, HEAD_DIM), first)
        k, v = self.keys[index, :keys][None, None], self.values[index, :keys][None, None]
        if self.merged:
            mixed = F.scaled_dot_product_attention(q.reshape(1, 1, rows * HEADS, HEAD_DIM), k, v)
        else:
            q = q.transpose(0, 1)[None]
            mixed = F.scaled_dot_product_attention(q, k.expand(1, HEADS, -1, -1), v.expand(1, HEADS, -1, -1),
                                                   attn_mask=mask)[0].transpose(0, 1)
        return mixed.reshape(rows, HEADS * HEAD_DIM)

    def mlp(self, layer, h):
        if self.merged:
            gate, up = F.linear(h, layer["gate_up"]).chunk(2, -1)
        else:
            gate, up = F.linear(h, layer["gate"]), F.linear(h, layer["up"])
        return F.linear(F.gelu(gate, approximate="tanh") * up, layer["down"])

    def prefix(self, image_tokens):
        x = torch.cat([image_tokens, self.embedded_text])
        for index, layer in enumerate(self.prefix_layers):
            h = (rms(x) * self.prefix_norms[2 * index]).to(TYPE)
            if self.merged and index + 1 == LAYERS:
                k, v = F.linear(h, layer["qkv"][HEADS * HEAD_DIM:]).chunk(2, -1)
                self.hold(index, k, v, 0)
                return
            q, k, v = self.project(layer, h)
            self.hold(index, k, v, 0)
            x = x + F.linear(self.attend(index, q, 0, self.tokens, self.prefix_mask), layer["o"])
            x = x + self.mlp(layer, (rms(x) * self.prefix_norms[2 * index + 1]).to(TYPE))

    def modulate(self, step):
        """Scale, shift and gate of all norms at one time."""
        condition = self.times[step]
        for weights in self.time_layers:
            condition = F.silu(F.linear(condition, *weights))
        return [F.linear(condition, *weights).chunk(3, -1) for weights in self.modulation_layers]

    def velocity(self, actions, step):
        norms = self.modulations[step] if self.merged else self.modulate(step)

        def normed(x, index):
            scale, shift, _ = norms[index]
            return (rms(x) * (1 + scale.float()) + shift.float()).to(TYPE)

        x = F.linear(actions.to(TYPE), *self.action_in)
        for index, layer in enumerate(self.expert_layers):
            q, k, v = self.project(layer, normed(x, 2 * index))
            self.hold(index, k, v, self.tokens)
            mixed = self.attend(index, q, self.tokens, self.tokens + self.horizon, self.joint_mask)
            x = x + F.linear(mixed, layer["o"]) * norms[2 * index][2]
            x = x + self.mlp(layer, normed(x, 2 * index + 1)) * norms[2 * index + 1][2]
        return F.linear(normed(x, 2 * LAYERS), *self.action_out).float()

    def denoise(self):
        actions = self.noise
        for step in range(self.steps):
            actions = actions - self.velocity(actions, step) / self.steps
        return actions


def timed(samples, name, work, *inputs):
    start = time.perf_counter()
    result = work(*inputs)
    samples.setdefault(name, []).append((time.perf_counter() - start) * 1e3)
    return result


def query(model, samples):
    start = time.perf_counter()
    image_tokens = timed(samples, "vision", model.vision)
    timed(samples, "prefix", model.prefix, image_tokens)
    actions = timed(samples, "denoise", model.denoise)
    samples.setdefault("full", []).append((time.perf_counter() - start) * 1e3)
    return actions


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--arm", choices=["merged", "plain"], default="merged")
    parser.add_argument("--threads", type=int, default=0, help="0: all cores")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cameras", type=int, default=2)
    parser.add_argument("--text-tokens", type=int, default=21)
    parser.add_argument("--horizon", type=int, default=10)
    parser.add_argument("--flow-steps", type=int, default=10)
    options = parser.parse_args()
    if options.threads > 0:
        torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    with torch.inference_mode():
        model = Pi05(options.cameras, options.text_tokens, options.horizon, options.flow_steps, options.arm == "merged")
        first, again = query(model, {}), query(model, {})  # warm-up and check
        if not torch.isfinite(first).all() or not torch.equal(first, again):
            raise SystemExit("pi05_torch.py: wrong answer: not finite, or two equal queries differ")
        samples = {}
        for _ in range(options.rounds):
            query(model, samples)
            timed(samples, "reuse", model.denoise)
    print(json.dumps({"arm": options.arm, "torch": torch.__version__, "threads": torch.get_num_threads(),
                      "samples_ms": samples}))


if __name__ == "__main__":
    main()
